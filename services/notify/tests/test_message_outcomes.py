"""When nobody knows whether a message was sent, its provider is asked, or a person says; and what became of it then."""

from datetime import timedelta

import pytest
from message_cases import (
    ASKED,
    GIVEN_UP,
    ID,
    NOW,
    REQUESTED,
    SENT,
    TRIED,
    UNKNOWN,
    UNSETTLED,
    at,
    attempted,
    code,
    failed,
    queried,
    ready,
    requested,
    sent,
    unknown,
)

from contracts.fact import Fact
from contracts.notify import (
    FaxConfirmationOverdue,
    FaxConfirmed,
    MessageDelivered,
    MessageResendAsked,
    MessageUndelivered,
    ReceiptAwaited,
)
from notify.message.aggregate import MESSAGE, due
from notify.message.attempts import RecordSent
from notify.message.receipts import ConfirmFax, NoteFaxUnconfirmed, RecordNoReceipt, RecordReceipt
from notify.message.unknown import AskProvider, RecordNoAnswer, RecordNotFound, RecordUnknown, ResolveUnknown
from runtime.decision import Timer
from runtime.testing import given

SETTLED = NOW + timedelta(seconds=300)
DELIVERED = MessageDelivered(
    at=NOW, message_id=ID, provider_ref="p1", template=1, subject="contract:HT26030001", cause_id="cause-1"
)
UNDELIVERED = MessageUndelivered(at=NOW, message_id=ID, provider_ref="p1", reason="MK:0001")
RECEIPT = RecordReceipt(delivered=True, provider_ref="p1")
NO_RECEIPT = RecordReceipt(delivered=False, provider_ref="p1", reason="MK:0001")


@pytest.mark.parametrize("askable", [True, False])
def test_an_unknown_result_is_asked_about_at_once_or_left_to_a_person(*, askable: bool) -> None:
    """E4"""
    command = RecordUnknown(attempt=1, reason="broke off", askable=askable)
    expected = unknown(ask_at=NOW if askable else None)
    timers = (Timer("ask", NOW, AskProvider(asked=1)),) if askable else ()
    assert (given(MESSAGE, *TRIED).asks(command, at(NOW)).decided, due(MESSAGE.fold(*TRIED, expected))) == (
        (expected,),
        timers,
    )


def test_an_unknown_result_that_is_told_again_or_late_changes_nothing() -> None:
    """E4"""
    command = RecordUnknown(attempt=1, reason="broke off", askable=True)
    stories = (UNKNOWN, ASKED, UNSETTLED, SENT, GIVEN_UP)
    assert [given(MESSAGE, *events).asks(command, at(NOW)).decided for events in stories] == [()] * 5


def test_the_question_names_our_number_and_is_asked_once_in_turn() -> None:
    """E4"""
    decisions = [given(MESSAGE, *UNKNOWN).asks(AskProvider(asked=asked), at(NOW)).decided for asked in (1, 2)]
    assert (decisions, given(MESSAGE, *ASKED).asks(AskProvider(asked=1), at(NOW)).decided) == ([(queried(),), ()], ())


def test_a_provider_that_has_it_settles_it() -> None:
    """E4"""
    given(MESSAGE, *ASKED).asks(RecordSent(attempt=1, provider_ref="p1"), at(NOW)).then(sent())


def test_a_provider_without_it_is_believed_only_after_a_while_and_then_it_is_tried_again() -> None:
    """E4"""
    command = RecordNotFound(asked=1)
    early = unknown(asked=1, ask_at=SETTLED, reason="provider has no such message yet")
    retry = failed(minutes=2, reason="provider has no such message")
    late = retry.model_copy(update={"at": SETTLED, "retry_at": SETTLED + timedelta(minutes=2)})
    assert [
        given(MESSAGE, *ASKED).asks(command, at(now)).decided for now in (SETTLED - timedelta(seconds=1), SETTLED)
    ] == [
        (early.model_copy(update={"at": SETTLED - timedelta(seconds=1)}),),
        (late,),
    ]


def test_a_provider_that_does_not_answer_is_asked_again_ever_later_and_then_a_person() -> None:
    """E4"""
    waits = []
    for asked in range(1, 6):
        story = MESSAGE.fold(*TRIED, unknown(asked=asked - 1), queried(asked))
        (event,) = MESSAGE.decide(RecordNoAnswer(asked=asked, reason="away", askable=True), story, at(NOW))  # type: ignore[misc]
        waits.append(event.ask_at and (event.ask_at - NOW) // timedelta(minutes=1))  # type: ignore[union-attr]
    assert waits == [5, 10, 20, 40, None]


def test_a_provider_that_keeps_no_record_leaves_it_to_a_person() -> None:
    """E4"""
    command = RecordNoAnswer(asked=1, reason="provider keeps no record", askable=False)
    expected = unknown(asked=1, ask_at=None, reason="provider keeps no record")
    given(MESSAGE, *ASKED).asks(command, at(NOW)).then(expected)


@pytest.mark.parametrize("events", [UNKNOWN, ASKED, UNSETTLED])
def test_a_person_who_knows_that_it_arrived_says_so(events: tuple[Fact, ...]) -> None:
    """E4"""
    decision = (
        given(MESSAGE, *events).asks(ResolveUnknown(arrived=True, note="客户已收到"), at(NOW, by="liang.my")).decided
    )
    assert decision == (sent(provider_ref="", settled_by="liang.my"),)


def test_a_person_sends_again_only_what_no_provider_can_say_any_more() -> None:
    """E4"""
    command = ResolveUnknown(arrived=False, note="客户没有收到")
    resent = MessageResendAsked(at=NOW, message_id=ID, reason="客户没有收到", attempt=2, sending_id=f"{ID}-2")
    found = [given(MESSAGE, *events).asks(command, at(NOW)).decided for events in (UNKNOWN, ASKED, UNSETTLED)]
    assert ([code(f) for f in found[:2]], found[2]) == (["still_asking"] * 2, (resent, ready(2, 1)))


@pytest.mark.parametrize(
    ("events", "arrived", "refused"),
    [
        ((), True, "unknown_message"),
        (TRIED, True, "outcome_is_known"),
        (SENT, True, None),
        (SENT, False, "outcome_is_known"),
        (GIVEN_UP, False, "outcome_is_known"),
    ],
)
def test_what_is_known_needs_no_settling(events: tuple[Fact, ...], *, arrived: bool, refused: str | None) -> None:
    """E4"""
    assert code(given(MESSAGE, *events).asks(ResolveUnknown(arrived=arrived, note=""), at(NOW)).decided) == refused


# --- receipts ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("command", "told"), [(RECEIPT, DELIVERED), (NO_RECEIPT, UNDELIVERED)])
@pytest.mark.parametrize("events", [TRIED, UNKNOWN, ASKED, UNSETTLED, GIVEN_UP])
def test_a_receipt_before_the_news_of_sending_tells_both(
    events: tuple[Fact, ...], command: RecordReceipt, told: Fact
) -> None:
    """E4"""
    given(MESSAGE, *events).asks(command, at(NOW)).then(sent(), told)


def test_a_receipt_does_not_take_back_what_arrived() -> None:
    """E4, X7"""
    stories = (SENT, (*SENT, DELIVERED), (*SENT, UNDELIVERED))
    sent, arrived, lost = (given(MESSAGE, *events) for events in stories)
    sent.asks(NO_RECEIPT, at(NOW)).then(UNDELIVERED)
    arrived.asks(NO_RECEIPT, at(NOW)).refuses("arrived_already")
    lost.asks(NO_RECEIPT, at(NOW)).nothing_new()


def test_what_arrived_after_all_is_kept() -> None:
    """E4, X7: also of what was called undelivered first."""
    given(MESSAGE, *SENT, UNDELIVERED).asks(RECEIPT, at(NOW)).then(DELIVERED)
    given(MESSAGE, *SENT, DELIVERED).asks(RECEIPT, at(NOW)).nothing_new()


def test_a_receipt_for_what_was_never_tried_is_refused() -> None:
    """E4"""
    assert [
        code(given(MESSAGE, *events).asks(RECEIPT, at(NOW)).decided)
        for events in ((), (REQUESTED,), (REQUESTED, ready()))
    ] == [
        "unknown_message",
        "not_attempted",
        "not_attempted",
    ]


def test_a_receipt_happens_when_the_provider_says() -> None:
    """E4, X1"""
    earlier = NOW - timedelta(seconds=30)
    command = RecordReceipt(at=earlier, delivered=True, provider_ref="p1")
    given(MESSAGE, *SENT).asks(command, at(NOW)).then(DELIVERED.model_copy(update={"at": earlier}))


def test_a_provider_that_sends_no_receipt_is_asked_for_it_a_few_times() -> None:
    """E4"""
    asked_at = NOW + timedelta(minutes=5)
    story: tuple[Fact, ...] = (*TRIED, sent(ask_at=asked_at))
    taken = given(MESSAGE, *TRIED).asks(RecordSent(attempt=1, provider_ref="p1", receipts=True), at(NOW)).decided
    assert (taken, due(MESSAGE.fold(*story))) == ((story[-1],), (Timer("ask", asked_at, AskProvider(asked=1)),))
    waits = []
    for asked in range(1, 6):
        (question,) = given(MESSAGE, *story).asks(AskProvider(asked=asked), at(asked_at)).decided  # type: ignore[misc]
        (event,) = given(MESSAGE, *story, question).asks(RecordNoReceipt(asked=asked), at(asked_at)).decided  # type: ignore[misc]
        assert isinstance(event, ReceiptAwaited)
        waits.append(event.ask_at and (event.ask_at - asked_at) // timedelta(minutes=1))
        story, asked_at = (*story, question, event), event.ask_at or asked_at
    assert (waits, due(MESSAGE.fold(*story))) == ([10, 20, 40, 80, None], ())


# --- the fax ----------------------------------------------------------------------------------------------------------

FAX = (
    requested(channel="group", template=0, topic="fax", ref="1", to="仓库 main", subject="day:main:2026-03-14"),
    ready(),
    attempted(channel="group", template=0, topic="fax", to="仓库 main"),
)
FAX_DUE = NOW + timedelta(minutes=60)
FAXED = sent(channel="group", template=0, topic="fax", ref="1", subject="day:main:2026-03-14", confirm_due=FAX_DUE)
CONFIRMED = FaxConfirmed(at=NOW, message_id=ID, subject="day:main:2026-03-14", ref="1", note="收到")


def test_a_fax_is_to_be_confirmed_within_an_hour() -> None:
    """E5"""
    decision = given(MESSAGE, *FAX).asks(RecordSent(attempt=1, provider_ref="p1"), at(NOW)).decided
    overdue = FaxConfirmationOverdue(at=FAX_DUE, message_id=ID, subject="day:main:2026-03-14", ref="1", due=FAX_DUE)
    story = MESSAGE.fold(*FAX, FAXED)
    assert (
        decision,
        due(story),
        MESSAGE.decide(NoteFaxUnconfirmed(), story, at(FAX_DUE)),
        due(MESSAGE.fold(*FAX, FAXED, overdue)),
    ) == ((FAXED,), (Timer("confirm", FAX_DUE, NoteFaxUnconfirmed()),), (overdue,), ())


@pytest.mark.parametrize("events", [FAX[:1], FAX, (*FAX, FAXED)])
def test_the_warehouse_confirms_the_schedule_however_it_came_and_once(events: tuple[Fact, ...]) -> None:
    """B6, E5"""
    command = ConfirmFax(note="收到")
    assert (
        given(MESSAGE, *events).asks(command, at(NOW)).decided,
        given(MESSAGE, *events, CONFIRMED).asks(command, at(NOW)).decided,
    ) == (
        (CONFIRMED,),
        (),
    )


def test_what_is_no_fax_cannot_be_confirmed() -> None:
    """E5"""
    given(MESSAGE, *SENT).asks(ConfirmFax(), at(NOW)).refuses("no_fax")
