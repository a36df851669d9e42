"""A customer's number gets so many messages at most, and none that it opted out of."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given as given_any
from hypothesis import strategies as st
from message_cases import NOW, POLICY, at
from pydantic import TypeAdapter, ValidationError

from contracts.notify import MessageAdmitted, MessageBarred, OptInNoted, OptOutNoted
from notify.receiver import RECEIVER, AdmitMessage, NoteOptIn, NoteOptOut, receiver_id
from runtime.decision import Command
from runtime.testing import given

PHONE = "13800001111"
ID = receiver_id(PHONE)
LIMITED = POLICY.model_copy(update={"sms_per_customer_hour": 2, "sms_per_customer_day": 3})
OPTED_OUT = OptOutNoted(at=NOW, receiver_id=ID, phone="138****1111", reason="短信回复 TD", withdrawn=())


def admit(name: str, **more: Any) -> AdmitMessage:
    return AdmitMessage.model_validate(
        {"receiver_id": ID, "message_id": name, "urgent": False, "optional": False, **more}
    )


def admitted(name: str, minutes: int = 0, at_minutes: int = 0, *, optional: bool = False) -> MessageAdmitted:
    return MessageAdmitted(
        at=NOW + timedelta(minutes=at_minutes),
        receiver_id=ID,
        message_id=name,
        not_before=NOW + timedelta(minutes=minutes),
        optional=optional,
    )


@pytest.mark.parametrize(
    "phone", ["138 0000 1111", "138-0000-1111", "+8613800001111", "+86 138 0000 1111", "008613800001111"]
)
def test_a_number_is_one_receiver_however_it_is_written_and_does_not_show(phone: str) -> None:
    """C18, E4"""
    assert (
        receiver_id(phone) == ID,
        receiver_id("13800001112") == ID,
        "1380000" in RECEIVER.key(receiver_id(phone)),
    ) == (
        True,
        False,
        False,
    )


def test_a_message_is_let_through_once() -> None:
    """E4"""
    decisions = [given(RECEIVER, *events).asks(admit("m"), at(NOW)).decided for events in ((), (admitted("m"),))]
    assert decisions == [(admitted("m"),), ()]


@pytest.mark.parametrize(
    ("recent", "minutes"),
    [
        ((), 0),
        ((0,), 0),
        ((0, 0), 60),  # two within the hour
        ((0, 10), 60),
        ((0, 10, 60), 24 * 60),  # three within the day
    ],
)
def test_a_customer_who_had_enough_waits(recent: tuple[int, ...], minutes: int) -> None:
    """E4"""
    story = RECEIVER.fold(*(admitted(f"m{number}", wait) for number, wait in enumerate(recent)))
    assert RECEIVER.decide(admit("new"), story, at(NOW, policy=LIMITED)) == (admitted("new", minutes),)


def test_what_is_urgent_does_not_wait() -> None:
    """E4"""
    story = RECEIVER.fold(*(admitted(f"m{number}") for number in range(3)))
    assert RECEIVER.decide(admit("new", urgent=True), story, at(NOW, policy=LIMITED)) == (admitted("new"),)


def test_an_opt_out_bars_what_the_contract_does_not_need_and_nothing_else() -> None:
    """E4"""
    decisions = [
        given(RECEIVER, OPTED_OUT).asks(admit("m", optional=optional), at(NOW)).decided for optional in (True, False)
    ]
    assert decisions == [(MessageBarred(at=NOW, receiver_id=ID, message_id="m"),), (admitted("m"),)]


def test_an_opt_out_is_noted_once_masked_and_takes_back_what_is_still_waiting() -> None:
    """C18, E4"""
    story = (admitted("a", optional=True), admitted("b"), admitted("c", 30, optional=True))
    command = NoteOptOut(phone=PHONE, reason="短信回复 TD")
    decision = given(RECEIVER, *story).asks(command, at(NOW)).decided
    assert (decision, given(RECEIVER, *story, OPTED_OUT).asks(command, at(NOW)).decided) == (
        (OPTED_OUT.model_copy(update={"withdrawn": ("a", "c")}),),
        (),
    )


def test_a_customer_who_wants_them_again_gets_them_again() -> None:
    """E4"""
    command = NoteOptIn(phone=PHONE, reason="客户来电")
    noted = OptInNoted(at=NOW, receiver_id=ID, reason="客户来电")
    assert (
        given(RECEIVER, OPTED_OUT).asks(command, at(NOW)).decided,
        given(RECEIVER).asks(command, at(NOW)).decided,
        given(RECEIVER, OPTED_OUT, noted).asks(admit("m", optional=True), at(NOW)).decided,
    ) == ((noted,), (), (admitted("m", optional=True),))


@pytest.mark.parametrize("phone", ["", "品牌群", "12", "138-0000-1111; rm"])
def test_what_is_no_telephone_number_opts_nobody_out(phone: str) -> None:
    """E4"""
    with pytest.raises(ValidationError):
        NoteOptOut(phone=phone, reason="x")


COMMAND: st.SearchStrategy[Command] = st.one_of(
    st.builds(admit, st.integers(0, 30).map(str), urgent=st.booleans(), optional=st.booleans()),
    st.builds(admit, st.integers(0, 99).map(str)),
    st.just(NoteOptOut(phone=PHONE, reason="x")),
    st.just(NoteOptIn(phone=PHONE, reason="x")),
)


@given_any(st.lists(st.tuples(COMMAND, st.integers(0, 400)), max_size=40))
def test_no_hour_and_no_day_has_more_than_its_messages_but_for_urgent_ones(
    story: list[tuple[Command, int]],
) -> None:
    """E4"""
    receiver, now, usual = RECEIVER.initial, NOW, list[Any]()
    for command, minutes in story:
        now += timedelta(minutes=minutes)
        decision = RECEIVER.decide(command, receiver, at(now, policy=LIMITED))
        assert isinstance(decision, tuple)
        for event in decision:
            receiver = RECEIVER.evolve(receiver, event)
            if isinstance(event, MessageAdmitted) and isinstance(command, AdmitMessage) and not command.urgent:
                usual.append(event.not_before)
        assert RECEIVER.due(receiver) == ()
    usual.sort()
    assert all(later - earlier >= timedelta(hours=1) for earlier, later in zip(usual, usual[2:], strict=False))
    assert all(later - earlier >= timedelta(days=1) for earlier, later in zip(usual, usual[3:], strict=False))
    adapter: TypeAdapter[Any] = TypeAdapter(type(receiver))
    assert adapter.validate_json(adapter.dump_json(receiver)) == receiver
