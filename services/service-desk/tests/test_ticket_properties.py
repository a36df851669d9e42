"""What holds for a ticket whatever is asked of it, by whom, in whatever order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.decision import Context, Rejected
from contracts.envelope import Meta
from contracts.fact import Customer, Window
from contracts.policy import policy_book
from contracts.service_desk import TicketEvent
from contracts.service_desk_duties import DutyEscalated, DutyOverdue, DutyWarned
from contracts.service_desk_repairs import ConsultationAnswered, FollowedUp
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintInvestigated,
    ComplaintSettled,
    LeftoverGoodsArrived,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    ReplyOverdue,
    TicketCancelled,
    TicketClosed,
    TicketOpened,
    TicketReopened,
)
from contracts.service_desk_visits import (
    CalledBack,
    RepairAccepted,
    SupervisorSigned,
    VisitBooked,
    VisitCancelled,
    VisitCompleted,
)
from runtime.commands import Request, command_reader, to_headers
from runtime.deciding import Entry, Incoming, Outgoing, Rules, decide_batch
from service_desk.domain.complaints import AnswerComplaint, EscalateComplaint, Investigate, SettleComplaint
from service_desk.domain.consultation import AnswerByPhone, FollowUp
from service_desk.domain.duties import KeepWatch
from service_desk.domain.endings import (
    CancelTicket,
    CancelWithContract,
    CloseTicket,
    EndAsDuplicate,
    LinkTicket,
    MergeDuplicate,
    ReopenTicket,
)
from service_desk.domain.leftover_orders import (
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    NoteLeftoverSms,
    PlaceLeftoverOrder,
    TakeInformation,
)
from service_desk.domain.parts import (
    AnswerAsExpert,
    ApproveParts,
    AskExpert,
    NotePartsReady,
    NoteRepeatRepair,
    RouteParts,
)
from service_desk.domain.quotes import AcceptQuote, DeclineQuote, GiveQuote, JudgeCoverage, coverage
from service_desk.domain.replying import Reply
from service_desk.domain.situations import (
    INITIAL,
    Cancelled,
    Closed,
    Owed,
    Received,
    Repaired,
    Ticket,
    Unopened,
    VisitAgreed,
    VisitFailed,
)
from service_desk.domain.supplier_waits import EndSupplierWait, ReckonClocks, StartSupplierWait
from service_desk.domain.ticket import COMMANDS, OpenTicket, decide, due, evolve
from service_desk.domain.visit_preparation import (
    ArriveAtVisit,
    AssignVisit,
    CancelVisit,
    ConfirmVisit,
    HandInForm,
    MoveVisit,
    PreparePapers,
)
from service_desk.domain.visits import AcceptRepair, BookVisit, CallBack, CompleteVisit, GiveRating, SignBySupervisor
from service_desk.main import SERVICE
from service_desk.projections.tickets import fold_ticket

START = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
TICKET_ID = "T-1"
Asked = tuple[COMMANDS, str, str]
"""A command, who asks it, in which role."""

OPEN = OpenTicket(
    ticket_id=TICKET_ID,
    kind="leftover",
    contract_no="HT26030001",
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    product="连体坐便器",
    problem="破损",
)
ORDER_NOS = st.sampled_from(["YL1", "YL2"])
DAYS = st.integers(14, 17).map(lambda day: date(2026, 3, day))


def booking(on: date, hour: int, technician: str, accompanied_by: str | None) -> BookVisit:
    starts = datetime(on.year, on.month, on.day, hour, tzinfo=UTC)
    window = Window(starts=starts, ends=starts + timedelta(hours=2))
    return BookVisit(on=on, window=window, technician=technician, accompanied_by=accompanied_by)


BOOK = st.builds(
    booking,
    on=DAYS,
    hour=st.sampled_from([1, 6, 20]),
    technician=st.sampled_from(["zhou.jm", "lin.h"]),
    accompanied_by=st.sampled_from([None, "guan.yf"]),
)
COMPLETE = st.builds(
    CompleteVisit,
    visit_no=st.integers(1, 3),
    outcome=st.sampled_from(["repaired", "repaired", "customer_absent", "not_let_in", "parts_missing"]),
    report_ref=st.sampled_from([None, "BG1", "BG1"]),
)


def _move(visit_no: int, book: BookVisit) -> MoveVisit:
    return MoveVisit(visit_no=visit_no, on=book.on, window=book.window, reason="改期")


VISIT_NO = st.integers(1, 3)
YES = st.sampled_from([True])
COMMON: st.SearchStrategy[COMMANDS] = st.one_of(
    BOOK,
    BOOK,
    COMPLETE,
    COMPLETE,
    st.builds(AcceptRepair, accepted_by=st.just("马娜"), rating=st.sampled_from([None, 1, 5])),
    st.just(SignBySupervisor()),
    st.builds(CallBack, satisfied=st.booleans()),
    st.just(CloseTicket()),
    st.just(CloseTicket()),
    st.builds(CancelVisit, visit_no=VISIT_NO, reason=st.just("改期")),
    st.builds(ReopenTicket, reason=st.sampled_from(["又漏水", "又渗水"])),
)
RARE: st.SearchStrategy[COMMANDS] = st.one_of(
    st.builds(Reply, note=st.just("好")),
    st.sampled_from([KeepWatch(duty="K13"), KeepWatch(duty="K14", item="1"), KeepWatch(duty="K20", item="1")]),
    st.builds(PlaceLeftoverOrder, order_no=ORDER_NOS, items=st.sampled_from(["水箱盖", "座圈"]), expected_on=DAYS),
    st.builds(ApproveLeftoverOrder, order_no=ORDER_NOS),
    st.builds(NoteLeftoverArrival, order_no=ORDER_NOS, damaged=st.booleans()),
    st.builds(NoteLeftoverSms, order_no=ORDER_NOS),
    st.builds(TakeInformation, findings=st.just("缺件"), order_needed=st.booleans()),
    st.builds(
        JudgeCoverage,
        fault=st.sampled_from(["ours", "wear"]),
        warranty=st.sampled_from([None, "in", "out"]),
        reason=st.just("看过"),
    ),
    st.builds(GiveQuote, quote_no=st.sampled_from(["B1", "B2"]), parts_fen=st.just(100)),
    st.builds(AcceptQuote, quote_no=st.sampled_from(["B1", "B2"]), accepted_by=st.just("马娜")),
    st.builds(DeclineQuote, quote_no=st.sampled_from(["B1", "B2"]), reason=st.just("贵")),
    st.builds(AnswerByPhone, answer=st.sampled_from(["重启", "关水阀"])),
    st.builds(FollowUp, solved=st.booleans()),
    st.builds(
        RouteParts,
        part_no=st.sampled_from(["P1", "P2"]),
        route=st.sampled_from(["warehouse", "purchase"]),
        name=st.just("密封圈"),
    ),
    st.builds(ApproveParts, part_no=st.just("P1")),
    st.builds(NotePartsReady, part_no=st.sampled_from(["P1", "P2"])),
    st.just(AskExpert(reason="never_seen", question="没见过")),
    st.builds(AnswerAsExpert, answer=st.sampled_from(["换主板", "换线"])),
    st.just(
        NoteRepeatRepair(
            earlier_ticket="T-0",
            earlier_visit_no=1,
            earlier_visit_technician="zhou.jm",
            repaired_at=START - timedelta(days=3),
        )
    ),
    st.builds(StartSupplierWait, supplier=st.sampled_from(["甲厂", "乙厂"]), reason=st.just("外购件")),
    st.just(EndSupplierWait()),
    st.just(ReckonClocks(reason="放假")),
    st.builds(Investigate, finding=st.sampled_from(["未调平", "漏装"])),
    st.builds(AnswerComplaint, solution=st.sampled_from(["上门调", "换新"])),
    st.just(SettleComplaint()),
    st.builds(EscalateComplaint, level=st.integers(1, 3), reason=st.just("不接受")),
    st.builds(AssignVisit, visit_no=VISIT_NO, technician=st.sampled_from(["zhou.jm", "lin.h"])),
    st.builds(_move, VISIT_NO, BOOK),
    st.builds(PreparePapers, visit_no=VISIT_NO, papers=st.just(("repair_feedback", "leftover_feedback"))),
    st.builds(
        ConfirmVisit,
        visit_no=VISIT_NO,
        papers_taken=YES,
        goods_taken=YES,
        address_confirmed=YES,
        time_confirmed=st.booleans(),
    ),
    st.builds(ArriveAtVisit, visit_no=VISIT_NO, identity_shown=st.booleans()),
    st.builds(HandInForm, visit_no=VISIT_NO),
    st.builds(GiveRating, visit_no=VISIT_NO, rating=st.integers(1, 5)),
    st.just(CancelTicket(cause="other", reason="不修了")),
    st.just(CancelWithContract(contract_no="HT26030001", reason="退订")),
    st.builds(MergeDuplicate, duplicate=st.sampled_from(["T-2", "T-1"]), same_customer=st.booleans()),
    st.just(EndAsDuplicate(into="T-2")),
    st.builds(LinkTicket, sku=st.sampled_from(["WC-100", "WC-200"]), warranty=st.sampled_from([None, "in", "out"])),
    st.just(OPEN),
    st.just(OPEN.model_copy(update={"problem": "别的"})),
)
COMMAND = st.one_of(COMMON, RARE)


PEOPLE = st.sampled_from(
    [
        ("tan.zw", "install_supervisor"),
        ("ou.yl", "cs_supervisor"),
        ("wu.xm", "store"),
        ("liang.my", "cs_specialist"),
        ("guan.yf", "manager"),
        ("zhou.jm", "technician"),
    ]
)
ANY: st.SearchStrategy[Asked] = st.builds(lambda command, person: (command, *person), COMMAND, PEOPLE)
PATH: list[Asked] = [
    (Reply(note="好"), "liang.my", "cs_specialist"),
    (PlaceLeftoverOrder(order_no="YL1", items="水箱盖"), "wu.xm", "store"),
    (ApproveLeftoverOrder(order_no="YL1"), "tan.zw", "install_supervisor"),
    (NoteLeftoverArrival(order_no="YL1"), "liang.my", "cs_specialist"),
    (booking(date(2026, 3, 14), 1, "zhou.jm", None), "liang.my", "cs_specialist"),
    (CompleteVisit(visit_no=1, outcome="repaired", report_ref="BG1"), "zhou.jm", "technician"),
    (AcceptRepair(accepted_by="马娜", rating=5), "zhou.jm", "technician"),
    (SignBySupervisor(), "ou.yl", "cs_supervisor"),
    (CallBack(satisfied=True), "liang.my", "cs_specialist"),
    (CloseTicket(), "liang.my", "cs_specialist"),
]
"""The leftover flow (C9), which random commands alone would hardly ever find."""


CONSULTATION: list[Asked] = [
    (AnswerByPhone(answer="重启"), "liang.my", "cs_specialist"),
    (FollowUp(solved=True), "liang.my", "cs_specialist"),
    (CloseTicket(), "liang.my", "cs_specialist"),
]
"""C6."""
COMPLAINT: list[Asked] = [
    (Investigate(finding="未调平"), "tan.zw", "install_supervisor"),
    (AnswerComplaint(solution="上门调"), "ou.yl", "cs_supervisor"),
    (SettleComplaint(), "liang.my", "cs_specialist"),
    (SignBySupervisor(), "ou.yl", "cs_supervisor"),
    (CloseTicket(), "liang.my", "cs_specialist"),
]
"""C12."""
REPAIR: list[Asked] = [
    (GiveQuote(quote_no="B1", parts_fen=100), "liang.my", "cs_specialist"),
    (AcceptQuote(quote_no="B1", accepted_by="马娜"), "liang.my", "cs_specialist"),
    *PATH[4:],
]
"""C5: out of warranty."""
KINDS: list[tuple[dict[str, Any], list[Asked]]] = [
    ({"channel": "damage"}, PATH),
    ({"kind": "leftover"}, [(TakeInformation(findings="缺件", order_needed=True), "liang.my", "cs_specialist"), *PATH]),
    ({"kind": "repair", "warranty": "out"}, REPAIR),
    ({"kind": "consultation", "warranty": "in"}, CONSULTATION),
    ({"kind": "complaint", "warranty": "unknown"}, COMPLAINT),
    ({"kind": "complaint", "conduct": True}, [*COMPLAINT[:1], (COMPLAINT[1][0], "guan.yf", "manager"), *COMPLAINT[2:]]),
]


@st.composite
def stories(draw: st.DrawFn) -> list[Asked]:
    """The usual path of a kind of ticket with anything in between, some steps missing, sometimes shuffled or twice."""
    changes, usual = draw(st.sampled_from(KINDS))
    path = [step for step in usual if draw(st.integers(0, 9))]
    if draw(st.booleans()):
        path = draw(st.permutations(path))
    if draw(st.integers(0, 3)) == 0:
        path = [*path, (ReopenTicket(reason="又漏水"), "liang.my", "cs_specialist"), *path]
    mixed: list[Asked] = []
    for step in path:
        mixed += draw(st.lists(ANY, max_size=2))
        mixed.append(step)
    return [(OPEN.model_copy(update=changes), "liang.my", "cs_specialist"), *mixed]


def context(asked: Asked, minutes: int) -> Context:
    now = START + timedelta(minutes=minutes)
    return Context(now=now, by=asked[1], role=asked[2], policy=policy_book().at(now))


def play(story: list[Asked]) -> tuple[Ticket, list[TicketEvent]]:
    ticket, history = INITIAL, list[TicketEvent]()
    for minutes, asked in enumerate(story):
        decision = decide(asked[0], ticket, context(asked, minutes))
        if isinstance(decision, Rejected):
            continue
        for event in decision:
            ticket = evolve(ticket, event)
            history.append(event)
    return ticket, history


@settings(max_examples=300, deadline=None)
@given(stories())
def test_no_ticket_closes_without_its_gates_whatever_the_order(story: list[Asked]) -> None:
    """C6, C11, C12: since it was opened or reopened there is advice that helped, or a customer content with the answer;
    and if anybody visited, or nothing else settles it, since the last visit was agreed a report, an acceptance, a
    signature and a call-back."""
    _, history = play(story)
    kind = history[0].kind if isinstance(history[0], TicketOpened) else ""
    begun = 0
    for position, event in enumerate(history):
        if isinstance(event, TicketReopened):
            begun = position
        if isinstance(event, TicketClosed):
            _all_gates_are_there(kind, history[begun:position], history[:position])


def _all_gates_are_there(kind: str, since: list[TicketEvent], before: list[TicketEvent]) -> None:
    kept = {event.visit_no for event in before if isinstance(event, VisitBooked)} - {
        event.visit_no for event in before if isinstance(event, VisitCancelled)
    }
    visits = [event for event in since if isinstance(event, VisitBooked) and event.visit_no in kept]
    if visits or kind not in ("consultation", "complaint"):
        last_visit = max(position for position, event in enumerate(since) if event in visits)
        after_it = since[last_visit:]
        reports = [event.report_ref for event in after_it if isinstance(event, VisitCompleted)]
        assert (len(reports), reports[0] is not None) == (1, True)
        assert {type(event) for event in after_it} >= {RepairAccepted, SupervisorSigned, CalledBack}
    elif kind == "consultation":
        advice = [event for event in since if isinstance(event, ConsultationAnswered | FollowedUp)]
        assert isinstance(advice[-1], FollowedUp)
        assert advice[-1].solved
    if kind == "complaint":
        assert {type(event) for event in since} >= {ComplaintAnswered, ComplaintSettled, SupervisorSigned}
        assert ComplaintInvestigated in {type(event) for event in before}


@settings(deadline=None)
@given(stories())
def test_a_ticket_that_ended_says_nothing_new_until_it_is_reopened(story: list[Asked]) -> None:
    """C11, X1"""
    _, history = play(story)
    ended = False
    late = {"TicketReplied", "ReplyOverdue", "DutyWarned", "DutyOverdue", "DutyEscalated", "RatingGiven"}
    for event in history:
        if isinstance(event, TicketReopened):
            ended = False
        elif ended:
            assert type(event).__name__ in late | {"FormHandedIn", "LeftoverSmsNoted"}
        ended = ended or isinstance(event, TicketClosed | TicketCancelled)


@settings(deadline=None)
@given(stories())
def test_no_visit_is_agreed_before_the_customer_accepted_what_it_costs(story: list[Asked]) -> None:
    """C5"""
    ticket: Ticket = INITIAL
    for minutes, asked in enumerate(story):
        decision = decide(asked[0], ticket, context(asked, minutes))
        for event in () if isinstance(decision, Rejected) else decision:
            if isinstance(event, VisitBooked):
                assert not isinstance(ticket, Unopened | Closed | Cancelled)
                quotes = ticket.dossier.quotes
                accepted = bool(quotes) and quotes[-1].stage == "accepted"
                assert coverage(ticket) == "free" or (coverage(ticket) == "quote" and accepted)
            ticket = evolve(ticket, event)


@settings(deadline=None)
@given(stories())
def test_a_leftover_order_is_placed_then_approved_by_another_then_in_and_each_once(story: list[Asked]) -> None:
    """C9"""
    ticket, _ = play(story)
    told: dict[str, list[str]] = {}
    placed_by: dict[str, str] = {}
    before: Ticket = INITIAL
    for minutes, asked in enumerate(story):
        decision = decide(asked[0], before, context(asked, minutes))
        for event in () if isinstance(decision, Rejected) else decision:
            before = evolve(before, event)
            match event:
                case LeftoverOrderPlaced():
                    told.setdefault(event.order_no, []).append("placed")
                    placed_by[event.order_no] = asked[1]
                case LeftoverOrderApproved():
                    told[event.order_no].append("approved")
                    assert asked[1] != placed_by[event.order_no]
                case LeftoverGoodsArrived():
                    told[event.order_no].append("in")
                case VisitBooked():
                    assert not told or list(told.values())[-1][-1] == "in"
                case _:
                    pass
    assert before == ticket
    assert all(steps == ["placed", "approved", "in"][: len(steps)] for steps in told.values())


@settings(deadline=None)
@given(stories())
def test_asking_everything_twice_changes_nothing(story: list[Asked]) -> None:
    """C1-C17: each fact holds once, however often it is told in a row."""
    _, once = play(story)
    _, twice = play([asked for asked in story for _ in range(2)])
    assert [_timeless(event) for event in twice] == [_timeless(event) for event in once]


def _timeless(event: TicketEvent) -> dict[str, Any]:
    """Asking twice takes longer: times told as "now" differ, nothing else may."""
    return event.model_dump(
        exclude={"at", "reply_due", "watch", "watches", "due", "since", "received_at", "repaired_at"}
    )


@settings(deadline=None)
@given(stories())
def test_folding_the_events_gives_the_state_that_the_decisions_left(story: list[Asked]) -> None:
    """X1"""
    ticket, history = play(story)
    folded = INITIAL
    for event in history:
        folded = evolve(folded, event)
    assert folded == ticket


@settings(deadline=None)
@given(stories())
def test_a_state_survives_its_checkpoint(story: list[Asked]) -> None:
    """X1"""
    ticket, _ = play(story)
    adapter: TypeAdapter[Any] = TypeAdapter(type(ticket))
    assert adapter.validate_json(adapter.dump_json(ticket)) == ticket


@settings(deadline=None)
@given(stories(), stories())
def test_any_event_folds_on_any_state_without_an_error(story: list[Asked], other: list[Asked]) -> None:
    """X1"""
    ticket, _ = play(story)
    for event in play(other)[1]:
        ticket = evolve(ticket, event)
        due(ticket)


@settings(deadline=None)
@given(stories())
def test_timers_fire_until_all_who_are_to_be_told_know_and_then_are_gone(story: list[Asked]) -> None:
    """K13-K17, K20, X4"""
    ticket, _ = play(story)
    for _ in range(40):
        timers = sorted(due(ticket), key=lambda timer: timer.at)
        if not timers:
            break
        timer = timers[0]
        late = Context(now=timer.at, by="system", role="system", policy=policy_book().at(timer.at))
        decision = decide(cast(KeepWatch, timer.command), ticket, late)
        assert not isinstance(decision, Rejected)
        assert decision != ()
        for event in decision:
            ticket = evolve(ticket, event)
    assert due(ticket) == ()


@settings(deadline=None)
@given(stories())
def test_the_row_tells_the_same_story_as_the_ticket(story: list[Asked]) -> None:
    """C9, C10, C11"""
    ticket, history = play(story)
    facet: Any = None
    for number, event in enumerate(history):
        facet = fold_ticket(facet, event, _meta(number + 1))
    work = ticket.work if isinstance(ticket, Closed | Cancelled) else ticket
    assert not isinstance(work, Unopened)
    status = {Received: "received", VisitAgreed: "visit_agreed", VisitFailed: "visit_failed", Repaired: "repaired"}
    ended = {Closed: "closed", Cancelled: "cancelled"}
    assert facet["status"] == ended.get(type(ticket), status.get(type(work)))
    assert (facet["replied_at"] is None) == (isinstance(work.reply, Owed) or work.reply.reply == "overdue")
    assert [order["order_no"] for order in facet["orders"]] == [order.order_no for order in work.orders]
    assert (facet["next_step"] is None) == isinstance(ticket, Closed | Cancelled)
    assert facet["pays"] == coverage(work)
    assert {(one["duty"], one["item"]) for one in facet["duties"]} == {
        (one.watch.duty, one.watch.item) for one in work.dossier.duties
    }
    assert (facet["waiting"] is None) == (work.dossier.waiting is None)
    assert len(facet["timeline"]) == len(history)


def _meta(sequence: int) -> Meta:
    return Meta(
        id=f"e{sequence}",
        type="",
        source="/songda/service_desk",
        subject=f"ticket:{TICKET_ID}",
        time=START,
        sequence=sequence,
        causation_id="c",
        correlation_id="c",
        actor="liang.my",
        command_offset=0,
    )


def decided_in_batches(story: list[Asked], size: int) -> tuple[list[Outgoing], list[Outgoing]]:
    rules = Rules(
        service="service_desk",
        deciders={"ticket": SERVICE.deciders[0]},
        readers=command_reader(SERVICE.deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    incoming = [
        Incoming(
            offset=offset,
            key=f"ticket:{TICKET_ID}",
            value=command.model_dump_json().encode(),
            headers=tuple(to_headers(Request(f"c{offset}", START + timedelta(minutes=offset), by, role, "r"))),
        )
        for offset, (command, by, role) in enumerate(story)
    ]
    memory: dict[str, Entry] = {}
    events: list[Outgoing] = []
    outcomes: list[Outgoing] = []
    for start in range(0, len(incoming), size):
        decided = decide_batch(rules, incoming[start : start + size], memory, {}, -1)
        assert decided.dead == []
        memory |= decided.changed
        events += decided.events
        outcomes += decided.outcomes
    return events, outcomes


@settings(max_examples=50, deadline=None)
@given(stories(), st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(story: list[Asked], size: int) -> None:
    """X1"""
    assert decided_in_batches(story, size) == decided_in_batches(story, 1)


@settings(max_examples=50, deadline=None)
@given(stories(), st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_fact_told_late_keeps_its_own_time(story: list[Asked], ago: timedelta) -> None:
    """X1"""
    at = START - ago
    late: list[Asked] = [(command.model_copy(update={"at": at}), by, role) for command, by, role in story]
    _, history = play(late)
    by_the_clock = ReplyOverdue | DutyWarned | DutyOverdue | DutyEscalated
    assert all(event.at == at for event in history if not isinstance(event, by_the_clock))
