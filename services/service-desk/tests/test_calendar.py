"""The desk's calendar as people correct it, and what tickets make of it (C1)."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from desk_cases import document
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import TypeAdapter

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Customer
from contracts.service_desk import CalendarEvent
from contracts.service_desk_duties import CalendarCorrected, CalendarDay, CalendarTold, ClocksReckoned, OpenSpan
from runtime.decision import Rejected
from runtime.testing import given
from service_desk.calendar import (
    CALENDAR,
    CALENDARS,
    Calendar,
    CorrectCalendar,
    Corrected,
    TellTicket,
    corrections_of,
    days_of,
)
from service_desk.reactions import REACTIONS
from service_desk.ticket.request import OpenTicket
from service_desk.ticket.state import Ticket
from service_desk.ticket.supplier_wait import ReckonClocks
from service_desk.ticket.ticket import TICKET

NOW = datetime(2026, 3, 13, 10, 0, tzinfo=UTC)  # Friday 18:00 in Foshan: the desk has closed
CTX = Context(now=NOW, by="ou.yl", role="cs_supervisor", policy=policy_book().at(NOW))
SATURDAY, SUNDAY = date(2026, 3, 14), date(2026, 3, 15)
CLOSED = CalendarDay(on=SATURDAY, shifts=(), why="台风停业")
SHORT = CalendarDay(on=SUNDAY, shifts=(OpenSpan(opens=time(14), closes=time(16)),), why="消防检查")
CUSTOMER = Customer(name="林艳", phone="17712347747", address="季华五路83号", district="禅城区")


def corrected(*days: CalendarDay) -> CalendarCorrected:
    return CalendarCorrected(at=NOW, days=days, all_days=days)


def test_a_corrected_day_is_an_event_and_the_same_again_is_none() -> None:
    """C1"""
    command = CorrectCalendar(days=(CLOSED, SHORT))
    given(CALENDAR).asks(command, CTX).then(corrected(CLOSED, SHORT))
    given(CALENDAR, corrected(CLOSED, SHORT)).asks(command, CTX).nothing_new()


def test_another_word_of_the_same_day_replaces_the_one_before() -> None:
    """C1, X1"""
    open_after_all = CLOSED.model_copy(update={"shifts": (OpenSpan(opens=time(9), closes=time(12)),)})
    command = CorrectCalendar(days=(open_after_all,))
    given(CALENDAR, corrected(CLOSED, SHORT)).asks(command, CTX).then(
        CalendarCorrected(at=NOW, days=(open_after_all,), all_days=(open_after_all, SHORT))
    )


@pytest.mark.parametrize(
    ("days", "code"),
    [
        ((CLOSED, CLOSED.model_copy(update={"why": "x"})), "day_twice"),
        ((CLOSED.model_copy(update={"shifts": (OpenSpan(opens=time(12), closes=time(9)),)}),), "shift_backwards"),
        (
            (
                CLOSED.model_copy(
                    update={
                        "shifts": (
                            OpenSpan(opens=time(9), closes=time(12)),
                            OpenSpan(opens=time(11), closes=time(13)),
                        )
                    }
                ),
            ),
            "shifts_overlap",
        ),
    ],
)
def test_hours_that_cannot_be_are_refused(days: tuple[CalendarDay, ...], code: str) -> None:
    """C1"""
    refused = CALENDAR.decide(CorrectCalendar(days=days), CALENDAR.fold(), CTX)
    assert isinstance(refused, Rejected)
    assert (refused.code, refused.rule) == (code, "C1")


def test_a_day_may_end_at_midnight() -> None:
    """C1"""
    late = CLOSED.model_copy(update={"shifts": (OpenSpan(opens=time(20), closes=time(0)),)})
    given(CALENDAR).asks(CorrectCalendar(days=(late,)), CTX).then(corrected(late))


def test_a_new_ticket_hears_of_corrections_if_there_are_any() -> None:
    """C1"""
    tell = TellTicket(ticket_id="T-1")
    given(CALENDAR).asks(tell, CTX).nothing_new()
    given(CALENDAR, corrected(CLOSED)).asks(tell, CTX).then(CalendarTold(at=NOW, ticket_id="T-1", days=(CLOSED,)))


# --- a ticket by the corrected calendar ---------------------------------------------------------------------------

OPEN = OpenTicket(
    ticket_id="T-1",
    kind="repair",
    channel="phone",
    customer=CUSTOMER,
    product="衣柜",
    problem="异响",
    contract_no="HT1",
)


def told(command: object, state: Ticket, ctx: Context = CTX) -> tuple[Ticket, tuple[object, ...]]:
    events = TICKET.decide(command, state, ctx)  # type: ignore[arg-type]
    assert not isinstance(events, Rejected)
    for event in events:
        state = TICKET.evolve(state, event)
    return state, events


def reply_due(state: Ticket) -> datetime:
    (timer_at,) = {one.watch.due for one in state.record.duties if one.watch.duty == "K13"}  # type: ignore[union-attr]
    return timer_at


def test_a_closed_saturday_moves_the_reply_to_sundays_opening_and_twelve_hours() -> None:
    """C1, C2: received after hours; Saturday 9:00 was the next opening, now it is Sunday 9:00"""
    opened, _ = told(OPEN, TICKET.initial)
    assert reply_due(opened) == datetime(2026, 3, 14, 13, tzinfo=UTC)
    moved, events = told(ReckonClocks(reason="台风", corrections=(CLOSED,)), opened)
    assert reply_due(moved) == datetime(2026, 3, 15, 13, tzinfo=UTC)
    assert [type(event) for event in events] == [ClocksReckoned]
    assert told(ReckonClocks(reason="台风", corrections=(CLOSED,)), moved) == (moved, ())


def test_what_was_corrected_holds_for_clocks_that_begin_later_too() -> None:
    """C1: no open clock moves, and it is noted all the same"""
    opened, _ = told(OPEN, TICKET.initial)
    far = CLOSED.model_copy(update={"on": date(2026, 5, 9)})
    noted, events = told(ReckonClocks(reason="调休取消", corrections=(far,)), opened)
    assert (reply_due(noted), len(events)) == (reply_due(opened), 1)
    assert noted.record.corrections == (far,)  # type: ignore[union-attr]


def test_a_clock_that_ran_out_stays_as_it_was_judged() -> None:
    """C1, K22"""
    opened, _ = told(OPEN, TICKET.initial)
    later = Context(now=NOW + timedelta(days=3), by="ou.yl", role="cs_supervisor", policy=CTX.policy)
    judged, _ = told(ReckonClocks(reason="台风", corrections=(CLOSED,)), opened, later)
    assert reply_due(judged) == reply_due(opened)


def test_tickets_and_calendar_tell_each_other() -> None:
    """C1"""
    meta = Meta("e", "", "/songda/service_desk", "ticket:T-1", NOW, 1, "c", "c", "system", 0)
    _, (opened, *_) = told(OPEN, TICKET.initial)
    heard = CalendarTold(at=NOW, ticket_id="T-1", days=(CLOSED,))
    (tell,) = (one.react for one in REACTIONS if one.name == "service_desk.tell_calendar")
    asks = [(ask.aggregate_id, type(ask.command)) for event in (opened, heard) for ask in tell(event, meta)]
    assert asks == [("calendar:main", TellTicket), ("ticket:T-1", ReckonClocks)]


@for_all(st.lists(st.sampled_from([CLOSED, SHORT, CLOSED.model_copy(update={"why": "改"})]), max_size=6))
def test_the_calendar_holds_the_last_word_of_each_day_and_survives_its_checkpoint(days: list[CalendarDay]) -> None:
    """C1"""
    state, said, events = CALENDAR.initial, dict[date, CalendarDay](), list[CalendarEvent]()
    for day in days:
        said[day.on] = day
        for event in CALENDAR.decide(CorrectCalendar(days=(day,)), state, CTX):
            state = CALENDAR.evolve(state, event)
            events.append(event)
    expected = tuple(said[on] for on in sorted(said))
    assert days_of(state) == expected
    if events:
        row = document(CALENDARS, *events)
        assert CALENDARS.read(row).days == expected
        assert [one.by for one in corrections_of(CALENDARS.heard.read(row))] == ["liang.my"] * len(events)
    adapter: TypeAdapter[Calendar] = TypeAdapter(Calendar)
    if isinstance(state, Corrected):
        assert adapter.validate_json(adapter.dump_json(state)) == state
