"""What other services and the desk's own tickets tell -> what the desk does."""

from datetime import date, timedelta
from typing import Any

from desk_cases import CUSTOMER, NINE, NOW, asked_by, booked, completed, given, meta, names, opened

from company.reasons import REFUNDED
from contracts.notify import CallMade, MessageSent
from contracts.order import ContractCancelled, ContractFulfilled
from contracts.service_desk_care import CustomerCalledBack, OpenTicketsListed, RepeatRepairSeen, VisitRecorded
from contracts.service_desk_tickets import (
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    TicketCancelled,
    TicketClosed,
    TicketLinked,
    TicketReopened,
    TicketsMerged,
)
from runtime.decision import Ask
from service_desk.call_back import PlanCallBack
from service_desk.casefile import CASEFILE, FileRepair, FileTicket, ListOpenTickets, RefileTicket, UnfileTicket
from service_desk.clocks import call_back_watch, reply_watch, sms_watch
from service_desk.main import SERVICE
from service_desk.quality import QUALITY, CountCase, WithdrawCase
from service_desk.reactions import REACTIONS
from service_desk.ticket.ending import CancelWithContract, EndAsDuplicate
from service_desk.ticket.leftover_order import NoteLeftoverSms
from service_desk.ticket.part import NoteRepeatRepair
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.ticket import TICKET

REACT = {reaction.name.partition(".")[2]: reaction.react for reaction in REACTIONS}
act_on_casefile = REACT["act_on_casefile"]
count_quality = REACT["count_quality"]
end_duplicate = REACT["end_duplicate"]
file_ticket = REACT["file_ticket"]
list_tickets_of_cancelled = REACT["list_tickets_of_cancelled"]
note_leftover_sms = REACT["note_leftover_sms"]
open_complaint = REACT["open_complaint"]
plan_call_back = REACT["plan_call_back"]

NO = "HT26030001"
META = meta()
CLOSED = TicketClosed(at=NOW, ticket_id="T-1", kind="repair", contract_no=NO)
CANCELLED = TicketCancelled(
    at=NOW,
    ticket_id="T-1",
    kind="repair",
    contract_no=NO,
    customer=CUSTOMER,
    sku="WC-100",
    cause="duplicate",
    into="T-2",
    reason="并入 T-2",
)


def test_a_ticket_is_filed_with_its_contract_and_so_are_its_repair_and_its_end() -> None:
    """C8, A6"""
    watch = reply_watch(NOW, asked_by("x").policy)
    reopened = TicketReopened(
        at=NOW, ticket_id="T-1", contract_no=NO, customer=CUSTOMER, reason="x", reply_due=watch.due, watch=watch
    )
    linked = TicketLinked(
        at=NOW,
        ticket_id="T-1",
        contract_no="HT26030002",
        sku="WC-100",
        product="连体坐便器",
        job_id=None,
        problem="漏水",
        fault_code="",
        kind="repair",
        received_at=NINE,
    )
    filed = FileTicket(
        at=NINE,
        contract_no=NO,
        ticket_id="T-1",
        kind="repair",
        sku="WC-100",
        product="连体坐便器",
        problem="漏水",
        received_at=NINE,
    )
    events = (opened(), linked, completed(), CLOSED, CANCELLED, reopened)
    assert [file_ticket(event, META) for event in events] == [
        (Ask(f"casefile:{NO}", filed),),
        (Ask("casefile:HT26030002", filed.model_copy(update={"at": NOW, "contract_no": "HT26030002"})),),
        (
            Ask(
                f"casefile:{NO}",
                FileRepair(at=NOW, contract_no=NO, ticket_id="T-1", visit_no=1, technician="zhou.jm"),
            ),
        ),
        (Ask(f"casefile:{NO}", UnfileTicket(at=NOW, contract_no=NO, ticket_id="T-1", reason="closed")),),
        (Ask(f"casefile:{NO}", UnfileTicket(at=NOW, contract_no=NO, ticket_id="T-1", reason="cancelled")),),
        (Ask(f"casefile:{NO}", RefileTicket(at=NOW, contract_no=NO, ticket_id="T-1")),),
    ]


def test_a_ticket_without_contract_and_a_visit_that_repaired_nothing_are_not_filed() -> None:
    """C8"""
    events = (
        opened(contract_no=None),
        completed(outcome="customer_absent", report_ref=None),
        booked(),
        CLOSED.model_copy(update={"contract_no": None}),
    )
    assert [file_ticket(event, META) for event in events] == 4 * [()]


def test_what_the_casefile_found_reaches_the_tickets() -> None:
    """C8, A6"""
    seen = RepeatRepairSeen(
        at=NOW,
        contract_no=NO,
        ticket_id="T-2",
        earlier_ticket="T-1",
        earlier_visit_no=1,
        earlier_visit_technician="zhou.jm",
        repaired_at=NINE,
        days=30,
    )
    listed = OpenTicketsListed(at=NOW, contract_no=NO, ticket_ids=("T-1", "T-2"), reason="退订")
    repeat = NoteRepeatRepair(
        at=NOW, earlier_ticket="T-1", earlier_visit_no=1, earlier_visit_technician="zhou.jm", repaired_at=NINE
    )
    cancel = CancelWithContract(contract_no=NO, reason="退订")
    assert [act_on_casefile(seen, META), act_on_casefile(listed, META), act_on_casefile(CLOSED, META)] == [
        (Ask("ticket:T-2", repeat),),
        (Ask("ticket:T-1", cancel), Ask("ticket:T-2", cancel)),
        (),
    ]


def test_a_cancelled_contract_asks_for_its_open_tickets() -> None:
    """A6"""
    cancelled = ContractCancelled(
        at=NOW, contract_no=NO, store_code="S02", customer=CUSTOMER, lines=(), reason="退订", paid_fen=0
    )
    assert [list_tickets_of_cancelled(cancelled, META), list_tickets_of_cancelled(CLOSED, META)] == [
        (Ask(f"casefile:{NO}", ListOpenTickets(at=NOW, contract_no=NO, reason="退订")),),
        (),
    ]


def test_a_contract_that_was_paid_back_undelivered_asks_for_its_open_tickets_and_plans_no_call_back() -> None:
    """B15, A9, C17: one that was delivered does the opposite."""
    served = ContractFulfilled(
        at=NOW, contract_no=NO, store_code="S02", customer=CUSTOMER, fulfilled_on=date(2026, 3, 13)
    )
    paid_back = served.model_copy(update={"delivered": False})
    listed = Ask(f"casefile:{NO}", ListOpenTickets(at=NOW, contract_no=NO, reason=REFUNDED))
    assert [list_tickets_of_cancelled(one, META) for one in (served, paid_back)] == [(), (listed,)]
    assert plan_call_back(paid_back, META) == ()


def test_a_fulfilled_contract_is_called_back_thirty_days_later() -> None:
    """C17"""
    fulfilled = ContractFulfilled(
        at=NOW, contract_no=NO, store_code="S02", customer=CUSTOMER, fulfilled_on=date(2026, 3, 13)
    )
    planned = PlanCallBack(
        at=NOW,
        callback_id=f"CB-{NO}",
        contract_no=NO,
        customer=CUSTOMER,
        about="合同完结后定期回访",
        due_on=date(2026, 4, 12),
    )
    assert [plan_call_back(fulfilled, META), plan_call_back(CLOSED, META)] == [
        (Ask(f"callback:CB-{NO}", planned),),
        (),
    ]


def test_sms_5_that_went_out_is_noted() -> None:
    """C9, K17"""
    sent = MessageSent(at=NOW, message_id="m", attempt=1, provider_ref="p", template=5, subject="ticket:T-1", ref="YL1")
    others = (
        sent.model_copy(update={"template": 6}),
        sent.model_copy(update={"ref": ""}),
        sent.model_copy(update={"subject": "contract:1"}),
    )
    assert [note_leftover_sms(event, META) for event in (sent, *others)] == [
        (Ask("ticket:T-1", NoteLeftoverSms(at=NOW, order_no="YL1")),),
        (),
        (),
        (),
    ]


def test_what_sms_5_says_told_by_telephone_is_noted_as_well() -> None:
    """C9, K17, E3: to a customer whose number gets no messages."""
    made = CallMade(
        at=NOW,
        call_id="c",
        purpose="follow_up",
        subject="ticket:T-1",
        result="reached",
        note="",
        called_by="liang.my",
        next_at=None,
        occasion="sms/5/YL1",
        duty="K17",
    )
    others = [made.model_copy(update=one) for one in ({"result": "later"}, {"occasion": "sms/6/YL1"}, {"duty": ""})]
    assert [note_leftover_sms(event, META) for event in (made, *others)] == [
        (Ask("ticket:T-1", NoteLeftoverSms(at=NOW, order_no="YL1")),),
        (),
        (),
        (),
    ]


def test_sms_5_noted_ends_the_days_duty() -> None:
    """C9, K17"""
    watch = sms_watch(NOW, "YL1", asked_by("x").policy)
    order = LeftoverOrderPlaced(at=NOW, ticket_id="T-1", order_no="YL1", items="x", expected_on=None, placed_by="wu.xm")
    approved = LeftoverOrderApproved(
        at=NOW, ticket_id="T-1", order_no="YL1", customer=CUSTOMER, expected_on=None, watch=watch
    )
    note, story = NoteLeftoverSms(order_no="YL1"), given(opened(), order, approved).state
    noted = TICKET.decide(note, story, asked_by("system"))
    assert isinstance(noted, tuple)
    assert [
        names(noted),
        [timer.name for timer in TICKET.due(story)],
        [timer.name for timer in TICKET.due(given(opened(), order, approved, *noted).state)],
        names(given(opened(), order, approved, *noted).asks(note, asked_by("system")).decided),
        names(given(opened(), order).asks(note, asked_by("system")).decided),
    ] == [["LeftoverSmsNoted"], ["K13:", "K17:YL1"], ["K13:"], [], "order_not_approved"]


def test_a_merged_duplicate_ends() -> None:
    """C4"""
    merged = TicketsMerged(at=NOW, ticket_id="T-1", duplicate="T-2", note="")
    assert [end_duplicate(merged, META), end_duplicate(CLOSED, META)] == [
        (Ask("ticket:T-2", EndAsDuplicate(into="T-1")),),
        (),
    ]


def test_a_ticket_about_a_product_counts_for_its_sku_and_a_duplicate_does_not() -> None:
    """C14"""
    counted = CountCase(at=NINE, sku="WC-100", ticket_id="T-1", product="连体坐便器", problem="漏水", received_at=NINE)
    withdrawn = WithdrawCase(at=NOW, sku="WC-100", ticket_id="T-1", reason="并入 T-2")
    events = (
        opened(),
        opened(counts_as_quality=False),
        CANCELLED,
        CANCELLED.model_copy(update={"cause": "other"}),
        CANCELLED.model_copy(update={"sku": ""}),
    )
    assert [count_quality(event, META) for event in events] == [
        (Ask("quality:WC-100", counted),),
        (),
        (Ask("quality:WC-100", withdrawn),),
        (),
        (),
    ]


def test_a_complaint_heard_on_a_call_back_or_a_visit_becomes_a_ticket() -> None:
    """C16, C17"""
    due = call_back_watch(date(2026, 3, 13), asked_by("x").policy).due
    called = CustomerCalledBack(
        at=NOW,
        callback_id="CB-1",
        contract_no=NO,
        customer=CUSTOMER,
        reached=True,
        satisfied=False,
        note="",
        complaint="柜门异响",
        due=due,
    )
    visited = VisitRecorded(
        at=NOW,
        plan_id="ZF-1",
        call_no=2,
        contract_no=None,
        customer=CUSTOMER,
        visited_on=date(2026, 3, 13),
        visited_by="ou.yl",
        met=True,
        answers=(),
        note="",
        complaint="柜门异响",
    )
    content = called.model_copy(update={"satisfied": True, "complaint": ""})
    events = (called, called.model_copy(update={"complaint": ""}), visited, content, CLOSED)
    asks = [open_complaint(event, META) for event in events]
    assert [[(ask.aggregate_id, _opened_by(ask)) for ask in one] for one in asks] == [
        [("ticket:T-CB-1", ("complaint", NO, "柜门异响", "callback:CB-1"))],
        [("ticket:T-CB-1", ("complaint", NO, "客户不满意", "callback:CB-1"))],
        [("ticket:T-ZF-1-2", ("complaint", None, "柜门异响", "visitplan:ZF-1"))],
        [],
        [],
    ]
    assert [
        names(TICKET.decide(_opening(ask), TICKET.initial, asked_by("system"))) for one in asks[:3] for ask in one
    ] == 3 * [["TicketOpened", "ComplaintRegistered"]]


def _opening(ask: Ask) -> OpenTicket:
    assert isinstance(ask.command, OpenTicket)
    return ask.command


def _opened_by(ask: Ask) -> tuple[str, str | None, str, str]:
    command = _opening(ask)
    return command.kind, command.contract_no, command.problem, command.origin


def test_every_reaction_asks_an_aggregate_of_the_desk() -> None:
    """C8, C14, C17"""
    prefixes = {decider.prefix for decider in SERVICE.deciders}
    assert prefixes == {"ticket", "casefile", "quality", "visitplan", "callback", "calendar"}
    assert len({reaction.name for reaction in REACTIONS}) == len(REACTIONS)


def test_a_repeat_is_found_from_the_tickets_own_events() -> None:
    """C7, C8: the whole chain, from the second request to the question to the expert."""
    states: dict[str, Any] = {"casefile": CASEFILE.initial, "quality": QUALITY.initial}
    repaired = given(opened(), booked(), completed()).state
    again = opened(ticket_id="T-2", at=NOW + timedelta(days=3), problem="漏水。")
    for event in (opened(), completed(), again):
        for ask in file_ticket(event, META):
            for filed in CASEFILE.decide(ask.command, states["casefile"], asked_by("system")):  # type: ignore[arg-type]
                states["casefile"] = CASEFILE.evolve(states["casefile"], filed)
                states["found"] = act_on_casefile(filed, META) or states.get("found", ())
    assert repaired != TICKET.initial
    (ask,) = states["found"]
    later = asked_by("system", now=NOW + timedelta(days=3))
    decision = TICKET.decide(ask.command, TICKET.evolve(TICKET.initial, again), later)
    assert (ask.aggregate_id, names(decision)) == ("ticket:T-2", ["RepeatRepairFound", "ExpertAsked"])
