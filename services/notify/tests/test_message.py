"""A message is asked for once, let go or held back, tried, tried again, and sent or given up."""

from datetime import date, timedelta

import pytest
from message_cases import (
    ASK,
    ASKED,
    GIVEN_UP,
    ID,
    MORNING,
    NIGHT,
    NOW,
    POLICY,
    REQUESTED,
    SENT,
    TRIED,
    UNKNOWN,
    UNSETTLED,
    WAITING,
    at,
    attempted,
    code,
    failed,
    ready,
    requested,
    sent,
)

from contracts.fact import Fact
from contracts.notify import MessageFailed, MessageHeld, MessageOptedOut, MessageResendAsked
from notify.message.aggregate import MESSAGE, due
from notify.message.attempts import (
    PostponeMessage,
    RecordFailed,
    RecordSent,
    ReleaseMessage,
    StartAttempt,
    SuppressMessage,
)
from notify.message.request import NoteOverdue, message_id
from notify.message.unknown import RecordUnknown, ResendMessage
from runtime.decision import Command, Rejected, Timer
from runtime.testing import given

SENT_OK = RecordSent(attempt=1, provider_ref="p1")
UNREACHED = RecordFailed(attempt=1, reason="busy", permanent=False)
STORIES = ((), (REQUESTED,), (REQUESTED, ready()), TRIED, WAITING, UNKNOWN, ASKED, UNSETTLED, SENT, GIVEN_UP)


def held(until: object = MORNING, reason: str = "quiet_hours", attempt: int = 1, tries: int = 1) -> MessageHeld:
    told = {"at": NIGHT, "message_id": ID, "until": until, "reason": reason, "attempt": attempt, "tries": tries}
    return MessageHeld.model_validate(told)


def test_a_message_is_asked_for_once_whatever_became_of_it() -> None:
    """E4"""
    decisions = [given(MESSAGE, *events).asks(ASK, at(NOW)).decided for events in STORIES]
    assert decisions == [(REQUESTED,), *[()] * (len(STORIES) - 1)]


def test_one_cause_and_template_are_one_message() -> None:
    """E4"""
    assert (
        message_id("cause-1", 1) == ID,
        len({message_id(cause, template) for cause in ("cause-1", "cause-2") for template in (1, 5)}),
        MESSAGE.key(ID),
    ) == (True, 4, f"message:{ID}")


# --- let go, or held back ---------------------------------------------------------------------------------------------


def test_a_message_that_its_customer_may_get_goes_out_at_once() -> None:
    """E4"""
    given(MESSAGE, REQUESTED).asks(ReleaseMessage(not_before=NOW), at(NOW)).then(ready())


@pytest.mark.parametrize(
    ("now", "until"),
    [
        (NIGHT.replace(hour=13), MORNING),  # 21:00 sharp
        (NIGHT.replace(hour=12, minute=59), None),
        (MORNING - timedelta(seconds=1), MORNING),
        (MORNING, None),
    ],
)
def test_in_quiet_hours_an_sms_waits_for_the_morning(now: object, until: object) -> None:
    """E4"""
    moment = NIGHT if now is None else now
    assert isinstance(moment, type(NIGHT))
    expected = ready() if until is None else held()
    decision = given(MESSAGE, REQUESTED).asks(ReleaseMessage(), at(moment)).decided
    assert decision == (expected.model_copy(update={"at": moment}),)


@pytest.mark.parametrize("changes", [{"urgent": True}, {"channel": "group", "topic": "delay"}])
def test_what_is_urgent_and_what_goes_to_the_group_wakes_no_customer_for_nothing(changes: dict[str, object]) -> None:
    """E4"""
    decision = given(MESSAGE, requested(**changes)).asks(ReleaseMessage(), at(NIGHT)).decided
    assert decision == (ready().model_copy(update={"at": NIGHT}),)


def test_a_customer_who_had_enough_gets_it_later_and_not_at_night() -> None:
    """E4"""
    later = NOW + timedelta(hours=3)
    late = NIGHT + timedelta(hours=1)
    command = [ReleaseMessage(not_before=moment) for moment in (later, late)]
    assert [given(MESSAGE, REQUESTED).asks(c, at(NOW)).decided for c in command] == [
        (held(later, "rate_limit").model_copy(update={"at": NOW}),),
        (held(MORNING, "quiet_hours").model_copy(update={"at": NOW}),),
    ]


@pytest.mark.parametrize("story", [(), (held(),), (ready(),)])
def test_what_speaks_of_a_day_that_is_over_by_its_turn_is_given_up(story: tuple[Fact, ...]) -> None:
    """E4, X1: held back, or waiting for its provider, beyond the day."""
    asked = requested(last_day=date(2026, 3, 13))
    command = StartAttempt(attempt=1, claim="mine") if story == (ready(),) else ReleaseMessage()
    in_time, too_late = (given(MESSAGE, asked, *story).asks(command, at(when)) for when in (NOW, MORNING))
    assert [type(event).__name__ for event in in_time.events] != ["MessageFailed"]
    too_late.then(
        MessageFailed(
            at=MORNING,
            message_id=ID,
            attempt=1,
            reason="所说的日子已过 the day it speaks of is over：2026-03-13",
            final=True,
            retry_at=None,
        )
    )


def test_what_was_held_goes_out_when_its_time_has_come() -> None:
    """E4"""
    story = MESSAGE.fold(REQUESTED, held())
    assert (
        due(story),
        MESSAGE.decide(ReleaseMessage(), story, at(NIGHT)),
        MESSAGE.decide(ReleaseMessage(), story, at(MORNING)),
    ) == (
        (Timer("release", MORNING, ReleaseMessage()),),
        (),
        (ready().model_copy(update={"at": MORNING}),),
    )


def test_quiet_hours_that_begin_on_the_way_hold_it_after_all() -> None:
    """E4"""
    given(MESSAGE, REQUESTED, ready()).asks(StartAttempt(attempt=1, claim="mine"), at(NIGHT)).then(held())


@pytest.mark.parametrize(
    ("events", "stopped"),
    [
        ((), None),
        ((requested(optional=True),), True),
        ((requested(optional=True), held()), True),
        ((requested(optional=True), ready()), True),
        ((REQUESTED,), False),  # the contract needs it
        ((requested(optional=True), ready(), attempted()), False),  # a provider may have it
    ],
)
def test_an_opt_out_stops_what_the_contract_does_not_need(events: tuple[Fact, ...], *, stopped: bool | None) -> None:
    """E4"""
    decision = given(MESSAGE, *events).asks(SuppressMessage(), at(NOW)).decided
    if stopped is None:
        assert code(decision) == "unknown_message"
    else:
        assert decision == ((MessageOptedOut(at=NOW, message_id=ID),) if stopped else ())


# --- attempted --------------------------------------------------------------------------------------------------------


def test_an_attempt_is_on_record_with_all_that_sending_needs_and_who_may_send() -> None:
    """E4"""
    given(MESSAGE, REQUESTED, ready()).asks(StartAttempt(attempt=1, claim="mine"), at(NOW)).then(attempted())


@pytest.mark.parametrize(
    ("events", "attempt"),
    [
        ((REQUESTED,), 1),  # nobody let it go
        ((REQUESTED, ready()), 2),  # out of turn
        (TRIED, 1),  # already tried, by whoever was first
        (TRIED, 2),
        (WAITING, 2),  # not let go yet
        (UNKNOWN, 2),
        (UNSETTLED, 2),
        (SENT, 2),
        (GIVEN_UP, 2),
    ],
)
def test_an_attempt_out_of_turn_sends_nothing(events: tuple[Fact, ...], attempt: int) -> None:
    """E4"""
    given(MESSAGE, *events).asks(StartAttempt(attempt=attempt, claim="other"), at(NOW)).nothing_new()


def test_a_message_that_was_taken_is_sent_once() -> None:
    """E4"""
    assert [given(MESSAGE, *events).asks(SENT_OK, at(NOW)).decided for events in (TRIED, SENT)] == [(sent(),), ()]


@pytest.mark.parametrize("events", [WAITING, GIVEN_UP, UNKNOWN, ASKED, UNSETTLED])
def test_that_it_was_sent_after_all_ends_the_trying(events: tuple[Fact, ...]) -> None:
    """E4"""
    given(MESSAGE, *events).asks(SENT_OK, at(NOW)).then(sent())


def test_a_provider_that_has_enough_for_the_moment_is_asked_later_and_that_costs_no_attempt() -> None:
    """E4"""
    later = NOW + timedelta(seconds=20)
    decision = given(MESSAGE, *TRIED).asks(PostponeMessage(attempt=1, seconds=20), at(NOW)).decided
    expected = held(later, "rate_limit", attempt=2, tries=1).model_copy(update={"at": NOW})
    assert (decision, given(MESSAGE, *TRIED, expected).asks(ReleaseMessage(), at(later)).decided) == (
        (expected,),
        (ready(2, 1).model_copy(update={"at": later}),),
    )


# --- tried again ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 2), (2, 4), (3, 8), (4, 16)])
def test_each_failure_waits_twice_as_long_as_the_one_before(attempt: int, minutes: int) -> None:
    """E4"""
    story = MESSAGE.fold(REQUESTED, ready(attempt), attempted(attempt))
    command = RecordFailed(attempt=attempt, reason="busy", permanent=False)
    assert MESSAGE.decide(command, story, at(NOW)) == (failed(attempt, minutes=minutes),)


def test_messages_that_failed_together_are_tried_apart_and_always_at_the_same_time() -> None:
    """E4"""
    policy = POLICY.model_copy(update={"retry_jitter_percent": 20})
    ids = [message_id(f"cause-{number}", 1) for number in range(50)]

    def waits() -> list[float]:
        found = []
        for known_as in ids:
            story = MESSAGE.fold(requested(message_id=known_as), ready(), attempted())
            (event,) = MESSAGE.decide(UNREACHED, story, at(NOW, policy=policy))  # type: ignore[misc]
            found.append((event.retry_at - NOW).total_seconds())  # type: ignore[union-attr]
        return found

    found = waits()
    assert (min(found) >= 120, max(found) <= 144, len(set(found)) > 10, waits() == found) == (True, True, True, True)


@pytest.mark.parametrize(("attempt", "permanent"), [(5, False), (1, True)])
def test_the_last_failure_and_a_permanent_one_are_final(attempt: int, *, permanent: bool) -> None:
    """E4"""
    command = RecordFailed(attempt=attempt, reason="busy", permanent=permanent)
    story = MESSAGE.fold(REQUESTED, ready(attempt), attempted(attempt))
    assert MESSAGE.decide(command, story, at(NOW)) == (failed(attempt, final=True),)


@pytest.mark.parametrize("events", [WAITING, (*WAITING, ready(2), attempted(2)), SENT, UNKNOWN])
def test_a_failure_that_is_told_again_or_late_changes_nothing(events: tuple[Fact, ...]) -> None:
    """E4"""
    given(MESSAGE, *events).asks(UNREACHED, at(NOW)).nothing_new()


def test_the_next_attempt_is_a_timer_of_the_waiting_message() -> None:
    """E4"""
    retry = Timer("release", NOW + timedelta(minutes=2), ReleaseMessage())
    found = [due(MESSAGE.fold(*events)) for events in ((), (REQUESTED,), TRIED, WAITING, UNSETTLED, SENT, GIVEN_UP)]
    assert found == [(), (), (), (retry,), (), (), ()]


def test_a_retry_that_falls_into_quiet_hours_waits_for_the_morning() -> None:
    """E4"""
    given(MESSAGE, *WAITING).asks(ReleaseMessage(), at(NIGHT)).then(held(attempt=2, tries=2))


# --- sent again by a person -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [NOW, NIGHT])
def test_a_person_sends_a_failed_message_again_under_another_number_of_ours(now: object) -> None:
    """E4"""
    assert isinstance(now, type(NOW))
    decision = given(MESSAGE, *GIVEN_UP).asks(ResendMessage(reason="号码已更正"), at(now, by="liang.my")).decided
    resent = MessageResendAsked(at=now, message_id=ID, reason="号码已更正", attempt=2, sending_id=f"{ID}-2")
    way = held(attempt=2, tries=1) if now == NIGHT else ready(2, 1)
    assert decision == (resent, way)


def test_a_message_sent_again_has_all_its_tries_again() -> None:
    """E4"""
    resent = MessageResendAsked(at=NOW, message_id=ID, reason="x", attempt=2, sending_id=f"{ID}-2")
    story = MESSAGE.fold(*GIVEN_UP, resent, ready(2, 1))
    again = MESSAGE.decide(StartAttempt(attempt=2, claim="mine"), story, at(NOW))
    tried = MESSAGE.fold(*GIVEN_UP, resent, ready(2, 1), attempted(2))
    assert (again, MESSAGE.decide(RecordFailed(attempt=2, reason="busy", permanent=False), tried, at(NOW))) == (
        (attempted(2, sending_id=f"{ID}-2"),),
        (failed(2, minutes=2),),
    )


@pytest.mark.parametrize(
    ("events", "refused"),
    [
        ((), "unknown_message"),
        ((REQUESTED,), None),
        (WAITING, None),
        (UNKNOWN, "outcome_unknown"),
        (UNSETTLED, "outcome_unknown"),
        (SENT, "already_sent"),
        ((REQUESTED, MessageOptedOut(at=NOW, message_id=ID)), "opted_out"),
    ],
)
def test_only_a_failed_message_can_be_sent_again(events: tuple[Fact, ...], refused: str | None) -> None:
    """E4"""
    decision = given(MESSAGE, *events).asks(ResendMessage(reason="x"), at(NOW)).decided
    assert (code(decision), decision == () or isinstance(decision, Rejected)) == (refused, True)


# --- out of order -----------------------------------------------------------------------------------------------------

EVERY: tuple[Command, ...] = (
    ReleaseMessage(),
    StartAttempt(attempt=1, claim="mine"),
    SENT_OK,
    UNREACHED,
    RecordUnknown(attempt=1, reason="x", askable=True),
    PostponeMessage(attempt=1, seconds=5),
)


@pytest.mark.parametrize("command", EVERY)
def test_nothing_can_be_told_of_a_message_that_nobody_asked_for(command: Command) -> None:
    """E4"""
    assert given(MESSAGE).asks(command, at(NOW)).decided == Rejected(
        code="unknown_message",
        rule="E4",
        zh="没有这条消息，请核对编号。",
        en="There is no such message; check its number.",
    )


@pytest.mark.parametrize("command", [SENT_OK, UNREACHED, RecordUnknown(attempt=1, reason="x", askable=True)])
@pytest.mark.parametrize("events", [(REQUESTED,), (REQUESTED, ready())])
def test_a_result_without_an_attempt_is_refused(command: Command, events: tuple[Fact, ...]) -> None:
    """E4"""
    given(MESSAGE, *events).asks(command, at(NOW)).refuses("not_attempted")


# --- owed by a time ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("events", [(), (ready(),), (ready(), attempted()), (ready(), attempted(), failed(final=True))])
def test_a_message_that_is_owed_and_not_sent_is_overdue_once(events: tuple[Fact, ...]) -> None:
    """K17"""
    owed = NOW + timedelta(hours=5)
    story = (requested(template=5, duty="K17", due=owed), *events)
    assert due(MESSAGE.fold(*story)) == (Timer("owed", owed, NoteOverdue()),)
    (late,) = given(MESSAGE, *story).asks(NoteOverdue(), at(owed)).decided  # type: ignore[misc]
    assert (late.model_dump(exclude={"at", "event"}), due(MESSAGE.fold(*story, late))) == (  # type: ignore[union-attr]
        {"message_id": ID, "duty": "K17", "due": owed, "subject": "contract:HT26030001", "template": 5},
        (),
    )


def test_a_message_that_was_sent_in_time_is_not_overdue_and_says_what_it_was_owed_for() -> None:
    """K17"""
    owed = NOW + timedelta(hours=5)
    story = (requested(duty="K17", due=owed), ready(), attempted())
    decision = given(MESSAGE, *story).asks(SENT_OK, at(NOW)).decided
    assert decision == (sent(duty="K17", due=owed),)
    assert (
        due(MESSAGE.fold(*story, sent())),
        given(MESSAGE, *story, sent()).asks(NoteOverdue(), at(owed)).decided,
    ) == ((), ())
