"""What holds for a ticket whatever is asked of it, by whom, in whatever order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.decision import Context, Rejected
from contracts.envelope import Meta
from contracts.fact import Customer, Window
from contracts.policy import policy_book
from contracts.service_desk import (
    CalledBack,
    LeftoverGoodsArrived,
    LeftoverOrderApproved,
    LeftoverOrderPlaced,
    RepairAccepted,
    ReplyOverdue,
    ServiceDeskEvent,
    SupervisorSigned,
    TicketClosed,
    TicketReplied,
    VisitBooked,
    VisitCompleted,
)
from runtime.commands import Request, command_reader, to_headers
from runtime.deciding import Entry, Incoming, Outgoing, Rules, decide_batch
from service_desk.domain.leftover_orders import ApproveLeftoverOrder, NoteLeftoverArrival, PlaceLeftoverOrder
from service_desk.domain.situations import (
    INITIAL,
    Closed,
    Owed,
    Received,
    Repaired,
    Ticket,
    Unopened,
    VisitAgreed,
    VisitFailed,
)
from service_desk.domain.ticket import COMMANDS, CloseTicket, MarkReplyOverdue, OpenTicket, Reply, decide, due, evolve
from service_desk.domain.visits import AcceptRepair, BookVisit, CallBack, CompleteVisit, SignBySupervisor
from service_desk.main import SERVICE
from service_desk.projections import fold_ticket

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
COMMAND: st.SearchStrategy[COMMANDS] = st.one_of(
    st.builds(Reply, note=st.just("好")),
    st.just(MarkReplyOverdue()),
    st.builds(PlaceLeftoverOrder, order_no=ORDER_NOS, items=st.sampled_from(["水箱盖", "座圈"]), expected_on=DAYS),
    st.builds(ApproveLeftoverOrder, order_no=ORDER_NOS),
    st.builds(NoteLeftoverArrival, order_no=ORDER_NOS),
    BOOK,
    BOOK,
    COMPLETE,
    COMPLETE,
    st.builds(AcceptRepair, accepted_by=st.just("马娜"), rating=st.sampled_from([None, 1, 5])),
    st.just(SignBySupervisor()),
    st.builds(CallBack, satisfied=st.booleans()),
    st.just(CloseTicket()),
    st.just(CloseTicket()),
    st.just(OPEN),
    st.just(OPEN.model_copy(update={"problem": "别的"})),
)
PEOPLE = st.sampled_from(
    [("tan.zw", "install_supervisor"), ("ou.yl", "cs_supervisor"), ("wu.xm", "store"), ("liang.my", "cs_specialist")]
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


@st.composite
def stories(draw: st.DrawFn) -> list[Asked]:
    """The usual path with anything in between, some steps missing, sometimes shuffled."""
    path = [step for step in PATH if draw(st.integers(0, 9))]
    if draw(st.booleans()):
        path = draw(st.permutations(path))
    mixed: list[Asked] = []
    for step in path:
        mixed += draw(st.lists(ANY, max_size=2))
        mixed.append(step)
    return [(OPEN, "liang.my", "cs_specialist"), *mixed]


def context(asked: Asked, minutes: int) -> Context:
    now = START + timedelta(minutes=minutes)
    return Context(now=now, by=asked[1], role=asked[2], policy=policy_book().at(now))


def play(story: list[Asked]) -> tuple[Ticket, list[ServiceDeskEvent]]:
    ticket, history = INITIAL, list[ServiceDeskEvent]()
    for minutes, asked in enumerate(story):
        decision = decide(asked[0], ticket, context(asked, minutes))
        if isinstance(decision, Rejected):
            continue
        for event in decision:
            ticket = evolve(ticket, event)
            history.append(event)
    return ticket, history


@given(stories())
def test_no_ticket_closes_without_its_gates_whatever_the_order(story: list[Asked]) -> None:
    """C11: since the last visit was agreed there is a report, an acceptance, a signature and a call-back."""
    ticket, history = play(story)
    closings = [position for position, event in enumerate(history) if isinstance(event, TicketClosed)]
    assert len(closings) == isinstance(ticket, Closed)
    if not closings:
        return
    before = history[: closings[0]]
    last_visit = max(position for position, event in enumerate(before) if isinstance(event, VisitBooked))
    since = before[last_visit:]
    reports = [event.report_ref for event in since if isinstance(event, VisitCompleted)]
    kinds = {type(event) for event in since}
    assert (len(reports), reports[0] is not None) == (1, True)
    assert kinds >= {RepairAccepted, SupervisorSigned, CalledBack}
    assert {type(event) for event in history[closings[0] + 1 :]} <= {TicketReplied, ReplyOverdue}


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
                    assert all(steps[-1] == "in" for steps in told.values())
                case _:
                    pass
    assert before == ticket
    assert all(steps == ["placed", "approved", "in"][: len(steps)] for steps in told.values())


@given(stories())
def test_asking_everything_twice_changes_nothing(story: list[Asked]) -> None:
    """C1-C11: each fact holds once, however often it is told."""
    _, once = play(story)
    _, twice = play([asked for asked in story for _ in range(2)])
    assert [_timeless(event) for event in twice] == [_timeless(event) for event in once]


def _timeless(event: ServiceDeskEvent) -> dict[str, Any]:
    """Asking twice takes longer: times told as "now" differ, nothing else may."""
    return event.model_dump(exclude={"at", "reply_due"})


@given(stories())
def test_folding_the_events_gives_the_state_that_the_decisions_left(story: list[Asked]) -> None:
    """X1"""
    ticket, history = play(story)
    folded = INITIAL
    for event in history:
        folded = evolve(folded, event)
    assert folded == ticket


@given(stories())
def test_a_state_survives_its_checkpoint(story: list[Asked]) -> None:
    """X1"""
    ticket, _ = play(story)
    adapter: TypeAdapter[Any] = TypeAdapter(type(ticket))
    assert adapter.validate_json(adapter.dump_json(ticket)) == ticket


@given(stories(), stories())
def test_any_event_folds_on_any_state_without_an_error(story: list[Asked], other: list[Asked]) -> None:
    """X1"""
    ticket, _ = play(story)
    for event in play(other)[1]:
        ticket = evolve(ticket, event)
        due(ticket)


@given(stories())
def test_a_timer_is_gone_once_it_fired(story: list[Asked]) -> None:
    """K13"""
    ticket, _ = play(story)
    for timer in due(ticket):
        late = Context(now=timer.at, by="system", role="system", policy=policy_book().at(timer.at))
        assert isinstance(timer.command, MarkReplyOverdue)
        decision = decide(timer.command, ticket, late)
        assert not isinstance(decision, Rejected)
        for event in decision:
            ticket = evolve(ticket, event)
    assert due(ticket) == ()


@given(stories())
def test_the_row_tells_the_same_story_as_the_ticket(story: list[Asked]) -> None:
    """C9, C10, C11"""
    ticket, history = play(story)
    facet: Any = None
    for number, event in enumerate(history):
        facet = fold_ticket(facet, event, _meta(number + 1))
    work = ticket.work if isinstance(ticket, Closed) else ticket
    assert not isinstance(work, Unopened)
    status = {Received: "received", VisitAgreed: "visit_agreed", VisitFailed: "visit_failed", Repaired: "repaired"}
    assert facet["status"] == ("closed" if isinstance(ticket, Closed) else status[type(work)])
    assert (facet["replied_at"] is None) == (isinstance(work.reply, Owed) or work.reply.reply == "overdue")
    assert [order["order_no"] for order in facet["orders"]] == [order.order_no for order in work.orders]
    assert (facet["next_step"] is None) == isinstance(ticket, Closed)


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


@settings(max_examples=50)
@given(stories(), st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_fact_told_late_keeps_its_own_time(story: list[Asked], ago: timedelta) -> None:
    """X1"""
    at = START - ago
    late: list[Asked] = [(command.model_copy(update={"at": at}), by, role) for command, by, role in story]
    _, history = play(late)
    assert all(event.at == at for event in history if not isinstance(event, ReplyOverdue))
