"""Stories of a ticket: the strategies of the property tests."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, Window
from contracts.service_desk import TicketEvent
from runtime.decision import Command, Rejected
from service_desk.duties import KeepWatch
from service_desk.ticket.complaint import AnswerComplaint, EscalateComplaint, Investigate, SettleComplaint
from service_desk.ticket.consultation import AnswerByPhone, FollowUp
from service_desk.ticket.ending import (
    CancelTicket,
    CancelWithContract,
    CloseTicket,
    EndAsDuplicate,
    LinkTicket,
    MergeDuplicate,
    ReopenTicket,
)
from service_desk.ticket.leftover_order import (
    ApproveLeftoverOrder,
    NoteLeftoverArrival,
    NoteLeftoverSms,
    PlaceLeftoverOrder,
    TakeInformation,
)
from service_desk.ticket.part import (
    AnswerAsExpert,
    ApproveParts,
    AskExpert,
    NotePartsReady,
    NoteRepeatRepair,
    RouteParts,
)
from service_desk.ticket.quote import AcceptQuote, DeclineQuote, GiveQuote, JudgeCoverage
from service_desk.ticket.reply import Reply
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.state import INITIAL, Ticket
from service_desk.ticket.supplier_wait import EndSupplierWait, ReckonClocks, StartSupplierWait
from service_desk.ticket.ticket import TICKET, evolve
from service_desk.ticket.visit import AcceptRepair, BookVisit, CallBack, CompleteVisit, GiveRating, SignBySupervisor
from service_desk.ticket.visit_preparation import (
    ArriveAtVisit,
    AssignVisit,
    CancelVisit,
    ConfirmVisit,
    HandInForm,
    MoveVisit,
    PreparePapers,
)

START = datetime(2026, 3, 13, 1, 0, tzinfo=UTC)
TICKET_ID = "T-1"
Asked = tuple[Command, str, str]
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
COMMON: st.SearchStrategy[Command] = st.one_of(
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
RARE: st.SearchStrategy[Command] = st.one_of(
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
        decision = TICKET.decide(asked[0], ticket, context(asked, minutes))
        if isinstance(decision, Rejected):
            continue
        for event in decision:
            ticket = evolve(ticket, event)
            history.append(event)
    return ticket, history
