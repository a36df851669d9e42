"""Somebody owes a customer a call by a time; who called, when, and what came of it is recorded."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from message_cases import NOW, at, code
from pydantic import TypeAdapter

from contracts.fact import Customer, Fact
from contracts.notify import CallDropped, CallMade, CallOverdue, CallRequested
from notify.call import (
    CALL,
    DropCall,
    NoteCallOverdue,
    RecordCall,
    RequestCall,
    call_id,
    due,
    evolve,
)
from notify.call_row import CALLS, CallRow
from runtime.decision import Command, Timer
from runtime.testing import Given, given

ID = call_id("home_confirmation", "job:D-1", "")
DUE = NOW + timedelta(hours=4)
LATER = NOW + timedelta(hours=2)
MA = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
ASK = RequestCall(
    call_id=ID,
    purpose="home_confirmation",
    subject="job:D-1",
    occasion="",
    customer=MA,
    due=DUE,
    owner_role="install_assistant",
    owner=None,
    script="请确认家里有人。",
    cause_id="cause-1",
    duty="K3",
)
REQUESTED = CallRequested(at=NOW, **ASK.model_dump(exclude={"at", "command", "again"}))
OVERDUE = CallOverdue(
    at=DUE,
    call_id=ID,
    purpose="home_confirmation",
    subject="job:D-1",
    due=DUE,
    owner_role="install_assistant",
    owner=None,
    duty="K3",
)
DROPPED = CallDropped(
    at=NOW, call_id=ID, purpose="home_confirmation", subject="job:D-1", reason="fulfilled", note="HomeConfirmed"
)


def test_somebody_asked_days_ahead_whether_they_will_be_home_is_asked_again() -> None:
    """B3: another call may be made at any time, and one that reached nobody too."""
    early = at(NOW - timedelta(days=2))
    other = REQUESTED.model_copy(update={"purpose": "half_day"})
    given(CALL, REQUESTED).asks(RecordCall(result="reached"), early).refuses("confirmed_too_early")
    given(CALL, REQUESTED).asks(RecordCall(result="not_reached"), early).accepted()
    given(CALL, other).asks(RecordCall(result="reached"), early).accepted()


def made(result: Any = "reached", next_at: Any = None, calls: int = 1) -> CallMade:
    return CallMade(
        at=NOW,
        call_id=ID,
        purpose="home_confirmation",
        subject="job:D-1",
        result=result,
        note="家里有人",
        called_by="he.jx",
        next_at=next_at,
        duty="K3",
        due=DUE,
        calls=calls,
    )


def asked(**changes: Any) -> RequestCall:
    return ASK.model_copy(update={"cause_id": "cause-2", **changes})


def record(result: Any, **more: Any) -> RecordCall:
    return RecordCall.model_validate({"result": result, "note": "家里有人", **more})


TOMORROW = DUE + timedelta(days=1)


@pytest.mark.parametrize(
    ("events", "command", "happens"),
    [
        ((), ASK, True),
        ((REQUESTED,), asked(), False),
        ((REQUESTED,), asked(due=TOMORROW), True),  # another time
        ((REQUESTED,), asked(owner="li.zq"), True),  # another owner
        ((REQUESTED, made()), asked(due=TOMORROW), False),  # it was made
        ((REQUESTED, made()), asked(again=True), False),  # for this very time
        ((REQUESTED, made()), asked(due=TOMORROW, again=True), True),
        ((REQUESTED, DROPPED), ASK, False),  # the same cause, delivered again
        ((REQUESTED, DROPPED), asked(), True),
    ],
)
def test_a_call_is_asked_for_once_for_one_time(
    events: tuple[Fact, ...], command: RequestCall, *, happens: bool
) -> None:
    """E3"""
    expected = CallRequested(at=NOW, **command.model_dump(exclude={"at", "command", "again"}))
    assert given(CALL, *events).asks(command, at(NOW)).decided == ((expected,) if happens else ())


@pytest.mark.parametrize(
    ("command", "event"),
    [
        (record("reached"), made()),
        (record("reached", next_at=LATER), made()),
        (record("later", next_at=LATER), made("later", LATER)),
        (record("not_reached"), made("not_reached", NOW + timedelta(minutes=30))),
        (record("not_reached", next_at=LATER), made("not_reached", LATER)),
    ],
)
def test_what_came_of_a_call_is_recorded_with_who_called_and_when_to_call_again(
    command: RecordCall, event: CallMade
) -> None:
    """E3"""
    given(CALL, REQUESTED).asks(command, at(NOW, by="he.jx")).then(event)


def test_calls_are_counted_until_the_customer_is_reached_and_then_it_is_done() -> None:
    """E3"""
    story = (REQUESTED, made("not_reached", LATER), made("later", LATER, 2))
    decision = given(CALL, *story).asks(record("reached"), at(NOW, by="he.jx")).decided
    assert (decision, given(CALL, *story, made(calls=3)).asks(record("reached"), at(NOW)).decided) == (
        (made(calls=3),),
        (),
    )


@pytest.mark.parametrize(
    ("events", "command", "refused"),
    [
        ((), record("reached"), "unknown_call"),
        ((REQUESTED,), record("later"), "when_then"),
        ((REQUESTED,), record("later", next_at=NOW), "next_call_in_the_past"),
        ((REQUESTED, made()), record("not_reached"), "call_closed"),
        ((REQUESTED, DROPPED), record("reached"), "call_closed"),
    ],
)
def test_a_result_that_makes_no_sense_is_refused(events: tuple[Fact, ...], command: RecordCall, refused: str) -> None:
    """E3"""
    assert code(given(CALL, *events).asks(command, at(NOW)).decided) == refused


@pytest.mark.parametrize(
    ("events", "happens"),
    [((), False), ((REQUESTED,), True), ((REQUESTED, made()), False), ((REQUESTED, DROPPED), False)],
)
def test_only_an_open_call_is_dropped(events: tuple[Fact, ...], *, happens: bool) -> None:
    """E3"""
    command = DropCall(reason="fulfilled", note="HomeConfirmed")
    assert given(CALL, *events).asks(command, at(NOW)).decided == ((DROPPED,) if happens else ())


def test_a_person_cannot_drop_a_call_that_nobody_asked_for() -> None:
    """E3, X7"""
    command = DropCall(reason="fulfilled", note="?")
    assert code(given(CALL).asks(command, at(NOW, by="he.jx")).decided) == "unknown_call"


def test_an_open_call_is_overdue_at_its_time_and_once() -> None:
    """E3"""
    timer = Timer("overdue", DUE, NoteCallOverdue())
    stories = ((), (REQUESTED,), (REQUESTED, made("not_reached", LATER)), (REQUESTED, OVERDUE), (REQUESTED, made()))
    assert [due(CALL.fold(*events)) for events in stories] == [(), (timer,), (timer,), (), ()]
    late = [given(CALL, *events).asks(NoteCallOverdue(), at(DUE)).decided for events in stories]
    assert (late, given(CALL, REQUESTED).asks(NoteCallOverdue(), at(NOW)).decided) == (
        [(), (OVERDUE,), (OVERDUE,), (), ()],
        (),
    )


# --- the row ----------------------------------------------------------------------------------------------------------


def row(*events: Any) -> CallRow:
    shown = CALLS.after(events)
    assert shown is not None
    return shown


def shown(*events: Any) -> tuple[Any, ...]:
    told = row(*events)
    return (told.state, told.result, told.calls, told.show_at, told.overdue, told.drop_reason)


def test_a_row_says_when_the_call_is_next_to_be_made_and_what_came_of_it() -> None:
    """E3"""
    tried = (REQUESTED, made("not_reached", LATER))
    again = REQUESTED.model_copy(update={"due": TOMORROW, "customer": None})
    assert [shown(*events) for events in ((REQUESTED,), tried, (*tried, OVERDUE), (*tried, made(calls=2)))] == [
        ("open", None, 0, DUE, False, None),
        ("open", "not_reached", 1, LATER, False, None),
        ("open", "not_reached", 1, LATER, True, None),
        ("done", "reached", 2, NOW, False, None),
    ]
    assert [shown(*events) for events in ((REQUESTED, DROPPED), (*tried, again), (*tried, made(), again))] == [
        ("dropped", None, 0, DUE, False, "fulfilled"),
        ("open", None, 1, TOMORROW, False, None),
        ("open", None, 0, TOMORROW, False, None),
    ]


def test_a_call_that_is_asked_for_again_still_knows_whom_to_call_and_hides_it_from_others() -> None:
    """C18, E3"""
    known = row(REQUESTED, REQUESTED.model_copy(update={"customer": None, "due": TOMORROW}))
    seen = [known.seen_by(role).customer for role in ("cs_specialist", "manager")]
    assert [customer and customer.phone for customer in seen] == ["13800001111", "138****1111"]


# --- whatever is asked, in whatever order ---------------------------------------------------------------------------

COMMAND: st.SearchStrategy[Command] = st.one_of(
    st.builds(
        lambda cause, hours, again: asked(cause_id=cause, due=NOW + timedelta(hours=hours), again=again),
        st.sampled_from("abc"),
        st.integers(0, 9),
        st.booleans(),
    ),
    st.builds(record, st.sampled_from(["reached", "not_reached"])),
    st.builds(record, st.just("later"), next_at=st.integers(0, 99).map(lambda hours: NOW + timedelta(hours=hours))),
    st.just(DropCall(reason="fell_away", note="x")),
    st.just(NoteCallOverdue()),
)


@given_any(st.lists(st.tuples(COMMAND, st.integers(0, 90)), max_size=30))
def test_a_call_is_overdue_once_for_each_asking_and_reached_ends_it(story: list[tuple[Command, int]]) -> None:
    """E3"""
    call, now, history = CALL.initial, NOW, list[Fact]()
    for command, minutes in story:
        now += timedelta(minutes=minutes)
        before = call
        made = Given(CALL, call).asks(command, at(now)).made
        for event in made:
            call = evolve(call, event)
            history.append(event)
        assert made or call == before
        adapter: TypeAdapter[Any] = TypeAdapter(type(call))
        assert adapter.validate_json(adapter.dump_json(call)) == call
    kinds = [type(event) for event in history]
    assert kinds.count(CallOverdue) <= kinds.count(CallRequested)
    ends = [isinstance(e, CallDropped) or (isinstance(e, CallMade) and e.result == "reached") for e in history]
    assert all(isinstance(history[n + 1], CallRequested) for n, ended in enumerate(ends[:-1]) if ended)
