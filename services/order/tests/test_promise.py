"""A later date needs the customer's consent, and a promise that passes is warned of (A8)."""

from datetime import date, timedelta

import pytest
from order_story import (
    ALL_IN,
    CTX,
    CUSTOMER,
    NOW,
    NUMBER,
    PROMISE_DUE,
    SYSTEM,
    delivered,
    given,
    installed,
    paid,
    pieces,
    signed,
)

from company.context import Context
from company.policy import policy_book
from contracts.dispatch_jobs import Checklist, InstallationBooked, LaterDayConsent
from contracts.dispatch_pick_up import PickUpArranged
from contracts.order import ContractSigned, DeliveryPostponed, PromiseBroken
from order.contract.promise import PostponeDelivery, WarnOfPromise
from order.contract.terms import CancelContract, RegisterContract
from order.reactions import note_consent
from runtime.decision import Timer

SIGNED = given(signed())
CONSENT = PostponeDelivery(
    contract_no=NUMBER,
    promised_on=date(2026, 3, 20),
    consented_by="马娜",
    consented_how="phone",
    reason="装修未完",
)
AFTER_IT = PROMISE_DUE + timedelta(hours=5)
LATER = Context(now=AFTER_IT, by="he.jx", role="install_assistant", policy=policy_book().at(AFTER_IT))
REGISTER_LATE = RegisterContract.model_validate(
    signed().model_dump(exclude={"event", "promise_due", "at"}) | {"command": "RegisterContract"}
)
WARN = WarnOfPromise(promised_on=date(2026, 3, 12))
POSTPONED = DeliveryPostponed(
    at=NOW,
    contract_no=NUMBER,
    store_code="S02",
    customer=CUSTOMER,
    promised_before=date(2026, 3, 12),
    promised_on=date(2026, 3, 20),
    promise_due=PROMISE_DUE + timedelta(days=8),
    consented_by="马娜",
    consented_how="phone",
    reason="装修未完",
)


def test_a_later_date_is_recorded_with_who_consented_and_how() -> None:
    """A8"""
    SIGNED.asks(CONSENT, CTX).then(POSTPONED)


def test_the_same_date_again_is_no_event() -> None:
    """A8"""
    SIGNED.after(CONSENT, ctx=SYSTEM).asks(CONSENT, CTX).nothing_new()


def test_consent_after_the_promised_time_is_recorded_as_late() -> None:
    """A8"""
    SIGNED.asks(CONSENT, LATER).then(POSTPONED.model_copy(update={"at": AFTER_IT, "late": True}))


def test_consent_in_time_that_is_told_late_is_in_time() -> None:
    """A8, X1"""
    told_late = CONSENT.model_copy(update={"at": NOW})
    SIGNED.after(WARN, ctx=LATER).asks(told_late, LATER).then(POSTPONED)


@pytest.mark.parametrize(
    ("command", "state", "refused"),
    [
        (CONSENT, given(), "unknown_contract"),
        (CONSENT.model_copy(update={"promised_on": date(2026, 3, 11)}), SIGNED, "promise_not_later"),
        (CONSENT, SIGNED.after(CancelContract(contract_no=NUMBER, reason="退"), ctx=SYSTEM), "contract_cancelled"),
        (CONSENT, SIGNED.after(*ALL_IN, delivered(), ctx=SYSTEM), "already_delivered"),
        (CONSENT, SIGNED.after(*ALL_IN, delivered(), installed(), paid(), ctx=SYSTEM), "contract_fulfilled"),
    ],
)
def test_what_cannot_be_postponed_is_refused(command: PostponeDelivery, state: object, refused: str) -> None:
    """A8"""
    state.asks(command, CTX).refuses(refused)  # type: ignore[arg-type]


def test_the_warning_falls_due_when_the_promised_day_ends_and_moves_with_the_promise() -> None:
    """A8"""
    assert SIGNED.due() == (Timer("promise", PROMISE_DUE, WARN),)
    assert SIGNED.after(CONSENT, ctx=SYSTEM).due() == (
        Timer("promise", PROMISE_DUE + timedelta(days=8), WarnOfPromise(promised_on=date(2026, 3, 20))),
    )


def test_a_promise_that_passes_is_broken_once() -> None:
    """A8"""
    broken = SIGNED.after(WARN, ctx=LATER)
    SIGNED.asks(WARN, LATER).then(
        PromiseBroken(
            at=PROMISE_DUE,
            contract_no=NUMBER,
            store_code="S02",
            customer=CUSTOMER,
            promised_on=date(2026, 3, 12),
            due=PROMISE_DUE,
        )
    )
    assert (broken.asks(WARN, LATER).events, broken.due()) == ((), ())


@pytest.mark.parametrize(
    "state",
    [
        given(),
        SIGNED.after(CONSENT, ctx=SYSTEM),
        SIGNED.after(*ALL_IN, delivered(), ctx=SYSTEM),
        SIGNED.after(CancelContract(contract_no=NUMBER, reason="退"), ctx=SYSTEM),
    ],
)
def test_there_is_nothing_to_warn_of_when_it_was_kept_moved_or_over(state: object) -> None:
    """A8"""
    state.asks(WARN, LATER).nothing_new()  # type: ignore[arg-type]


def test_a_promise_that_was_over_when_the_contract_was_registered_is_broken_all_the_same() -> None:
    """A8, X1: also one of a record from before that was told."""
    late = given().asks(REGISTER_LATE, LATER)
    (signed_late,) = late.events
    assert isinstance(signed_late, ContractSigned)
    assert signed_late.promise_due == PROMISE_DUE
    for known in (signed_late, signed_late.model_copy(update={"promise_due": None})):
        assert given(known).due() == (Timer("promise", PROMISE_DUE, WARN),)
        given(known).asks(WARN, LATER).then_names("PromiseBroken")


def test_a_booking_to_which_the_customer_consented_moves_the_promise() -> None:
    """A8: one without consent does not."""
    consented = LaterDayConsent(consented_by="马娜", consented_how="phone", reason="装修未完")
    booked = InstallationBooked(
        at=NOW,
        job_id=f"D-{NUMBER}",
        on=date(2026, 3, 20),
        half="am",
        checklist=Checklist(
            switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True
        ),
        install_due=None,
        override_reason=None,
        booking_due=NOW,
        contract_no=NUMBER,
        consent=consented,
    )
    (asked,) = note_consent(booked)
    assert (asked.aggregate_id, note_consent(booked.model_copy(update={"consent": None}))) == (f"contract:{NUMBER}", ())
    SIGNED.asks(asked.command, CTX).then(POSTPONED)


def test_a_pick_up_to_which_the_customer_consented_moves_the_promise_too() -> None:
    """A8, A11"""
    arranged = PickUpArranged(
        at=NOW,
        job_id=f"D-{NUMBER}",
        contract_no=NUMBER,
        customer=CUSTOMER,
        on=date(2026, 3, 20),
        lines=(),
        consent=LaterDayConsent(consented_by="马娜", consented_how="phone", reason="装修未完"),
    )
    (asked,) = note_consent(arranged)
    SIGNED.asks(asked.command, CTX).then(POSTPONED)
    assert note_consent(arranged.model_copy(update={"consent": None})) == ()


def test_a_part_that_was_delivered_keeps_no_promise() -> None:
    """A8"""
    SIGNED.after(*ALL_IN, delivered(pieces(1, 2)), ctx=SYSTEM).asks(WARN, LATER).then_names("PromiseBroken")
