"""A message is asked for once, tried, tried again, and sent or given up."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from contracts.decision import Context, Rejected, Timer
from contracts.envelope import Meta
from contracts.notify import MessageAttempted, MessageFailed, MessageRequested, MessageSent, NotifyEvent
from contracts.policy import policy_book
from notify.domain.message import (
    COMMANDS,
    INITIAL,
    AwaitingRetry,
    Message,
    RecordFailed,
    RecordSent,
    RequestMessage,
    StartAttempt,
    decide,
    due,
    evolve,
    message_id,
    message_key,
)
from notify.main import build
from notify.projections import fold_message
from runtime.commands import Request, command_reader, to_headers
from runtime.deciding import Entry, Incoming, Outgoing, Rules, decide_batch

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
MESSAGE_ID = message_id("cause-1", 1)
REQUEST = RequestMessage(
    message_id=MESSAGE_ID,
    channel="sms",
    template=1,
    to="13800001111",
    text="您好",
    cause_id="cause-1",
    subject="contract:HT26030001",
)
REQUESTED = MessageRequested(
    at=NOW,
    message_id=MESSAGE_ID,
    channel="sms",
    template=1,
    to="13800001111",
    text="您好",
    cause_id="cause-1",
    subject="contract:HT26030001",
)
SENT = MessageSent(at=NOW, message_id=MESSAGE_ID, attempt=1, provider_ref="p1")
SENT_OK = RecordSent(attempt=1, provider_ref="p1")
UNREACHED = RecordFailed(attempt=1, reason="busy", permanent=False)


def at(now: datetime) -> Context:
    return Context(now=now, by="system", role="system", policy=policy_book().at(now))


def given(*events: NotifyEvent) -> Message:
    message = INITIAL
    for event in events:
        message = evolve(message, event)
    return message


def attempted(attempt: int) -> MessageAttempted:
    return MessageAttempted(
        at=NOW, message_id=MESSAGE_ID, attempt=attempt, channel="sms", to="13800001111", text="您好"
    )


def failed(attempt: int, *, final: bool = False, minutes: int | None = None) -> MessageFailed:
    retry_at = None if minutes is None else NOW + timedelta(minutes=minutes)
    return MessageFailed(at=NOW, message_id=MESSAGE_ID, attempt=attempt, reason="busy", final=final, retry_at=retry_at)


TRIED = (REQUESTED, attempted(1))
WAITING = (*TRIED, failed(1, minutes=2))


def test_a_message_is_asked_for_once_whatever_became_of_it() -> None:
    """E4"""
    stories = ((), (REQUESTED,), TRIED, WAITING, (*TRIED, SENT), (*TRIED, failed(1, final=True)))
    assert [decide(REQUEST, given(*events), at(NOW)) for events in stories] == [(REQUESTED,), (), (), (), (), ()]


def test_one_cause_and_template_are_one_message() -> None:
    """E4"""
    assert (
        message_id("cause-1", 1) == MESSAGE_ID,
        len({message_id(cause, template) for cause in ("cause-1", "cause-2") for template in (1, 5)}),
        message_key(MESSAGE_ID),
    ) == (True, 4, f"message:{MESSAGE_ID}")


def test_an_attempt_is_on_record_with_all_that_sending_needs() -> None:
    """E4"""
    assert decide(StartAttempt(attempt=1), given(REQUESTED), at(NOW)) == (attempted(1),)


@pytest.mark.parametrize(
    ("events", "attempt", "minutes"),
    [
        ((REQUESTED,), 2, 0),  # out of turn
        (TRIED, 1, 0),  # already tried
        (TRIED, 2, 0),  # the answer to the first is not known
        (WAITING, 2, 1),  # too early
        (WAITING, 1, 5),  # that attempt is over
        (WAITING, 3, 5),  # out of turn
        ((*TRIED, SENT), 2, 5),
        ((*TRIED, failed(1, final=True)), 2, 5),
    ],
)
def test_an_attempt_early_late_or_out_of_turn_sends_nothing(
    events: tuple[NotifyEvent, ...], attempt: int, minutes: int
) -> None:
    """E4"""
    now = NOW + timedelta(minutes=minutes)
    assert decide(StartAttempt(attempt=attempt), given(*events), at(now)) == ()


def test_a_message_that_was_taken_is_sent_once() -> None:
    """E4"""
    assert [decide(SENT_OK, given(*events), at(NOW)) for events in (TRIED, (*TRIED, SENT))] == [(SENT,), ()]


@pytest.mark.parametrize("events", [WAITING, (*TRIED, failed(1, final=True))])
def test_that_it_was_sent_after_all_ends_the_trying(events: tuple[NotifyEvent, ...]) -> None:
    """E4"""
    assert decide(SENT_OK, given(*events), at(NOW)) == (SENT,)


@pytest.mark.parametrize(("attempt", "minutes"), [(1, 2), (2, 4), (3, 8), (4, 16)])
def test_each_failure_waits_twice_as_long_as_the_one_before(attempt: int, minutes: int) -> None:
    """E4"""
    story = given(REQUESTED, attempted(attempt))
    command = RecordFailed(attempt=attempt, reason="busy", permanent=False)
    assert decide(command, story, at(NOW)) == (failed(attempt, minutes=minutes),)


@pytest.mark.parametrize(("attempt", "permanent"), [(5, False), (1, True)])
def test_the_last_failure_and_a_permanent_one_are_final(attempt: int, *, permanent: bool) -> None:
    """E4"""
    command = RecordFailed(attempt=attempt, reason="busy", permanent=permanent)
    assert decide(command, given(REQUESTED, attempted(attempt)), at(NOW)) == (failed(attempt, final=True),)


@pytest.mark.parametrize("events", [WAITING, (*WAITING, attempted(2)), (*TRIED, SENT)])
def test_a_failure_that_is_told_again_or_late_changes_nothing(events: tuple[NotifyEvent, ...]) -> None:
    """E4"""
    assert decide(UNREACHED, given(*events), at(NOW)) == ()


def test_the_next_attempt_is_a_timer_of_the_waiting_message_only() -> None:
    """E4"""
    timer = Timer("retry", NOW + timedelta(minutes=2), StartAttempt(attempt=2))
    stories = ((), (REQUESTED,), TRIED, WAITING, (*WAITING, attempted(2)), (*TRIED, SENT))
    assert [due(given(*events)) for events in stories] == [(), (), (), (timer,), (), ()]


@pytest.mark.parametrize("command", [StartAttempt(attempt=1), SENT_OK, UNREACHED])
def test_nothing_can_be_told_of_a_message_that_nobody_asked_for(command: COMMANDS) -> None:
    """E4"""
    assert decide(command, given(), at(NOW)) == Rejected(
        code="unknown_message",
        rule="E4",
        zh="没有这条消息，请核对编号。",
        en="There is no such message; check its number.",
    )


@pytest.mark.parametrize("command", [SENT_OK, UNREACHED])
def test_a_result_without_an_attempt_is_refused(command: COMMANDS) -> None:
    """E4"""
    decision = decide(command, given(REQUESTED), at(NOW))
    assert isinstance(decision, Rejected)
    assert decision.code == "not_attempted"


def test_a_provider_that_is_always_away_is_asked_five_times_and_then_given_up() -> None:
    """E4"""
    message, asked_at, now = given(REQUESTED), list[int](), NOW
    command: Any = StartAttempt(attempt=1)
    while command is not None:
        for step in (command, RecordFailed(attempt=command.attempt, reason="away", permanent=False)):
            decision = decide(step, message, at(now))
            assert not isinstance(decision, Rejected)
            for event in decision:
                message = evolve(message, event)
        asked_at.append((now - NOW) // timedelta(minutes=1))
        command, now = next(((timer.command, timer.at) for timer in due(message)), (None, now))
    assert asked_at == [0, 2, 6, 14, 30]


# --- whatever is asked, in whatever order ---------------------------------------------------------------------------

COMMAND: st.SearchStrategy[COMMANDS] = st.one_of(
    st.just(REQUEST),
    st.builds(StartAttempt, attempt=st.integers(1, 6)),
    st.builds(RecordSent, attempt=st.integers(1, 6), provider_ref=st.just("p1")),
    st.builds(RecordFailed, attempt=st.integers(1, 6), reason=st.just("busy"), permanent=st.booleans()),
    st.builds(RecordFailed, attempt=st.integers(1, 6), reason=st.just("busy"), permanent=st.sampled_from([False])),
)
STORIES = st.lists(st.tuples(COMMAND, st.integers(0, 20)), max_size=40).map(lambda calls: [(REQUEST, 0), *calls])
"""Commands, each some minutes after the one before."""


def play(story: list[tuple[COMMANDS, int]]) -> tuple[Message, list[NotifyEvent]]:
    message, history, now = INITIAL, list[NotifyEvent](), NOW
    for command, minutes in story:
        now += timedelta(minutes=minutes)
        decision = decide(command, message, at(now))
        for event in () if isinstance(decision, Rejected) else decision:
            message = evolve(message, event)
            history.append(event)
    return message, history


@given_any(STORIES)
def test_attempts_count_up_by_one_never_past_the_limit_and_end_with_sending(
    story: list[tuple[COMMANDS, int]],
) -> None:
    """E4"""
    _, history = play(story)
    attempts = [event.attempt for event in history if isinstance(event, MessageAttempted)]
    sent = [position for position, event in enumerate(history) if isinstance(event, MessageSent)]
    final = [p for p, event in enumerate(history) if isinstance(event, MessageFailed) and event.final]
    assert attempts == list(range(1, len(attempts) + 1))
    assert len(attempts) <= policy_book().at(NOW).send_attempts
    assert len(sent) <= 1
    assert sent in ([], [len(history) - 1])
    assert not final or all(isinstance(event, MessageSent) for event in history[final[0] + 1 :])


@given_any(STORIES)
def test_every_retry_waits_until_its_time(story: list[tuple[COMMANDS, int]]) -> None:
    """E4"""
    _, history = play(story)
    message = INITIAL
    for event in history:
        if isinstance(message, AwaitingRetry) and isinstance(event, MessageAttempted):
            assert event.at >= message.retry_at
        message = evolve(message, event)


@given_any(STORIES)
def test_asking_everything_twice_changes_nothing(story: list[tuple[COMMANDS, int]]) -> None:
    """E4"""
    twice = [call for command, minutes in story for call in ((command, minutes), (command, 0))]
    assert play(twice) == play(story)


@given_any(STORIES)
def test_a_state_survives_its_checkpoint(story: list[tuple[COMMANDS, int]]) -> None:
    """E4"""
    message, _ = play(story)
    adapter: TypeAdapter[Any] = TypeAdapter(type(message))
    assert adapter.validate_json(adapter.dump_json(message)) == message


@given_any(STORIES, STORIES)
def test_any_event_folds_on_any_state_without_an_error(
    story: list[tuple[COMMANDS, int]], other: list[tuple[COMMANDS, int]]
) -> None:
    """E4"""
    message, _ = play(story)
    for event in play(other)[1]:
        message = evolve(message, event)
        due(message)


@given_any(STORIES)
def test_the_row_counts_the_attempts_and_hides_the_receiver(story: list[tuple[COMMANDS, int]]) -> None:
    """C18, E4"""
    _, history = play(story)
    facet: Any = None
    meta = Meta("e", "", "", f"message:{MESSAGE_ID}", NOW, 1, "c", "c", "system", 0)
    for event in history:
        facet = fold_message(facet, event, meta)
    assert facet["attempts"] == sum(isinstance(event, MessageAttempted) for event in history)
    assert (facet["status"] == "sent") == isinstance(history[-1], MessageSent)
    assert (facet["to"], facet["text"]) == ("138****1111", None)


def decided_in_batches(tmp: Any, story: list[tuple[COMMANDS, int]], size: int) -> tuple[list[Outgoing], list[Outgoing]]:
    deciders = build(tmp).deciders
    rules = Rules(
        service="notify",
        deciders={"message": deciders[0]},
        readers=command_reader(deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    now, incoming = NOW, list[Incoming]()
    for offset, (command, minutes) in enumerate(story):
        now += timedelta(minutes=minutes)
        headers = tuple(to_headers(Request(f"c{offset}", now, "system", "system", "r")))
        value = command.model_dump_json().encode()
        incoming.append(Incoming(offset=offset, key=f"message:{MESSAGE_ID}", value=value, headers=headers))
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
@given_any(STORIES, st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(
    tmp_path_factory: pytest.TempPathFactory, story: list[tuple[COMMANDS, int]], size: int
) -> None:
    """E4"""
    home = tmp_path_factory.getbasetemp()
    assert decided_in_batches(home, story, size) == decided_in_batches(home, story, 1)
