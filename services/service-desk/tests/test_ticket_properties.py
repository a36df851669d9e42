"""What holds for a ticket whatever is asked of it, by whom, in whatever order."""

from datetime import timedelta
from typing import Any, cast

from desk_cases import told
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter
from ticket_strategies import START, TICKET_ID, Asked, context, play, stories

from company.context import Context
from company.policy import policy_book
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
from runtime.commands import Request, command_reader
from runtime.deciding import Outgoing, Rules
from runtime.decision import Rejected
from runtime.testing import decided_in_batches
from service_desk.duties import KeepWatch
from service_desk.main import SERVICE
from service_desk.ticket.quote import coverage
from service_desk.ticket.row import TICKETS
from service_desk.ticket.state import (
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
from service_desk.ticket.ticket import TICKET, due, evolve


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
        decision = TICKET.decide(asked[0], ticket, context(asked, minutes))
        for event in () if isinstance(decision, Rejected) else decision:
            if isinstance(event, VisitBooked):
                assert not isinstance(ticket, Unopened | Closed | Cancelled)
                quotes = ticket.record.quotes
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
        decision = TICKET.decide(asked[0], before, context(asked, minutes))
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
def test_no_gate_stands_against_what_the_rules_accept(story: list[Asked]) -> None:
    """C5-C13, C18: so that a page lacks no button, and shows it to everybody who would be heard"""
    cases = {case.command: case for case in TICKET.use_cases if case.path is not None and case.born is None}
    ticket: Ticket = TICKET.initial
    for minutes, asked in enumerate(story):
        decision = TICKET.decide(asked[0], ticket, context(asked, minutes))
        if isinstance(decision, Rejected):
            continue
        case = cases.get(type(asked[0]))
        situation = None if case is None else TICKET.asked_of(case, ticket)
        if case is not None and situation is not None and decision:
            assert case.gate(situation) is None
            assert asked[2] not in case.may or case.whose is None or asked[2] in case.whose(situation)
        for event in decision:
            ticket = TICKET.evolve(ticket, event)


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
        decision = TICKET.decide(cast(KeepWatch, timer.command), ticket, late)
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
    row = told(*history)
    work = ticket.work if isinstance(ticket, Closed | Cancelled) else ticket
    assert not isinstance(work, Unopened)
    status = {Received: "received", VisitAgreed: "visit_agreed", VisitFailed: "visit_failed", Repaired: "repaired"}
    ended = {Closed: "closed", Cancelled: "cancelled"}
    assert row.status == ended.get(type(ticket), status.get(type(work)))
    assert (row.replied_at is None) == (isinstance(work.reply, Owed) or work.reply.reply == "overdue")
    assert [order.order_no for order in row.orders] == [order.order_no for order in work.orders]
    assert (row.next_step is None) == isinstance(ticket, Closed | Cancelled)
    assert row.pays == coverage(work)
    assert {(one.duty, one.item) for one in row.duties} == {
        (one.watch.duty, one.watch.item) for one in work.record.duties
    }
    assert (row.waiting is None) == (work.record.waiting is None)
    assert len(row.timeline) == len(history)


@settings(max_examples=300, deadline=None)
@given(stories())
def test_the_next_step_is_always_one_that_somebody_may_take(story: list[Asked]) -> None:
    """C5-C13: what the row says is next, a use case is for, and its gate is open"""
    ticket: Ticket = INITIAL
    for minutes, asked in enumerate(story):
        decision = TICKET.decide(asked[0], ticket, context(asked, minutes))
        for event in () if isinstance(decision, Rejected) else decision:
            ticket = evolve(ticket, event)
        row, offers = TICKETS.view(ticket), TICKET.offers(ticket)
        if row is not None and row.next_step is not None:
            assert [case.code for case in TICKET.use_cases if row.next_step in case.steps and case.code in offers]


def in_batches(story: list[Asked], size: int) -> tuple[list[Outgoing], list[Outgoing]]:
    rules = Rules(
        service="service_desk",
        deciders={"ticket": SERVICE.deciders[0]},
        readers=command_reader(SERVICE.deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    asked = (
        (command, Request(f"c{number}", START + timedelta(minutes=number), by, role, "r"))
        for number, (command, by, role) in enumerate(story)
    )
    return decided_in_batches(rules, f"ticket:{TICKET_ID}", asked, size)


@settings(max_examples=50, deadline=None)
@given(stories(), st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(story: list[Asked], size: int) -> None:
    """X1"""
    assert in_batches(story, size) == in_batches(story, 1)


@settings(max_examples=50, deadline=None)
@given(stories(), st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_fact_told_late_keeps_its_own_time(story: list[Asked], ago: timedelta) -> None:
    """X1"""
    at = START - ago
    late: list[Asked] = [(command.model_copy(update={"at": at}), by, role) for command, by, role in story]
    _, history = play(late)
    by_the_clock = ReplyOverdue | DutyWarned | DutyOverdue | DutyEscalated
    assert all(event.at == at for event in history if not isinstance(event, by_the_clock))
