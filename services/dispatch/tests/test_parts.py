"""Of a contract that is delivered in parts, each part has its own delivery and installation (A10)."""

from datetime import date

from dispatch_cases import (
    CTX,
    CUSTOMER,
    DELIVERED,
    DEPARTED,
    DUE_FEN,
    GOODS,
    INSTALL_DUE,
    LINES,
    NOW,
    ON_THE_WAY,
    OPENED,
    TOILET,
    a_job,
    meta,
)

from contracts.dispatch_jobs import JobCompletenessChanged
from contracts.fact import Fact, GoodsLine
from contracts.job_ids import delivery_of
from contracts.order import (
    CompletenessLost,
    ContractAmended,
    ContractCancelled,
    DeliveryPostponed,
    GoodsCompleted,
    PaymentNoted,
    RestOwed,
    ReturnRefunded,
)
from dispatch.job.terms import AmendJob, CancelJob, LimitLine, OpenJob
from dispatch.reactions import REACTIONS
from runtime.decision import Ask

NUMBER = "HT26030001"
SECOND = f"job:D-{NUMBER}-2"
OF_CONTRACT = {"at": NOW, "contract_no": NUMBER, "part": 2}
STORE = {**OF_CONTRACT, "store_code": "S02", "customer": CUSTOMER}


def asked(event: Fact) -> tuple[Ask, ...]:
    """What all reactions ask for."""
    return tuple(ask for one in REACTIONS for ask in one.react(event, meta()))


def aggregates(event: Fact) -> list[str]:
    """Of whom."""
    return [ask.aggregate_id for ask in asked(event)]


def test_the_rest_opens_a_delivery_of_its_own() -> None:
    """A10"""
    rest = LINES[0].model_copy(update={"quantity": 1})
    complete = GoodsCompleted(
        **STORE,
        promised_on=date(2026, 3, 14),
        amount_due_fen=DUE_FEN,
        lines=(rest,),
        complete_on=date(2026, 3, 9),
    )
    (ask,) = asked(complete)
    command = ask.command
    assert isinstance(command, OpenJob)
    assert (ask.aggregate_id, command.job_id, command.lines) == (SECOND, f"D-{NUMBER}-2", (rest,))


def test_what_a_later_part_brought_has_an_installation_of_its_own() -> None:
    """A10, B10: the two days run from its own delivery."""
    second = DELIVERED.model_copy(update={"job_id": delivery_of(NUMBER, 2)})
    (opened,) = (ask for ask in asked(second) if isinstance(ask.command, OpenJob))
    assert isinstance(opened.command, OpenJob)
    assert (opened.aggregate_id, opened.command.due_at) == (f"job:I-{NUMBER}-2", INSTALL_DUE)
    assert opened.command.lines == (TOILET,)


def test_a_rest_of_which_nothing_is_owed_any_more_is_not_delivered() -> None:
    """A10, B15"""
    line = GoodsLine(line_no=1, sku=TOILET.sku, name=TOILET.name, quantity=1)
    owed = RestOwed(**STORE, lines=(line,), to_come=(), reason="送货后余件")
    assert asked(owed) == ()
    settled = owed.model_copy(update={"lines": (), "reason": "退款"})
    assert asked(settled) == (Ask(SECOND, CancelJob(at=NOW, reason="退款", settled=True)),)


def test_news_of_the_contract_reaches_the_delivery_that_is_to_come() -> None:
    """A3, A6, A8, A12, A10"""
    lost = CompletenessLost(**OF_CONTRACT, line_no=1, quantity=1, reason="破损")
    paid = PaymentNoted(
        **OF_CONTRACT, payment_id="SJ-1", amount_fen=1, method="cash", received_by="fin.zhou", owed_fen=0
    )
    refunded = ReturnRefunded(
        **OF_CONTRACT, refund_id="TK-1", line_no=1, quantity=1, refund_fen=1, owed_fen=0, reason="不要"
    )
    later = DeliveryPostponed(
        **STORE,
        promised_before=date(2026, 3, 14),
        promised_on=date(2026, 3, 20),
        promise_due=None,
        consented_by="马娜",
        consented_how="phone",
        reason="客户要求",
    )
    assert [aggregates(one) for one in (lost, paid, refunded, later)] == [[SECOND]] * 4


def test_cancellation_and_a_new_address_reach_all_parts() -> None:
    """A6, A10"""
    installations = [f"job:I-{NUMBER}", f"job:I-{NUMBER}-2"]
    cancelled = ContractCancelled(**STORE, lines=LINES, paid_fen=0, reason="退房")
    assert aggregates(cancelled) == [SECOND, *installations]
    moved = ContractAmended(**OF_CONTRACT, added=(), reason="搬家", customer=CUSTOMER)
    assert [(ask.aggregate_id, type(ask.command)) for ask in asked(moved)] == [
        (one, AmendJob) for one in (SECOND, *installations)
    ]


def test_what_was_paid_back_is_not_delivered() -> None:
    """A9, B15: the job brings no more than is owed; what has left is a matter of the door."""
    refunded = ReturnRefunded(
        **OF_CONTRACT, refund_id="TK-1", line_no=1, quantity=1, refund_fen=1, owed_fen=0, reason="不要", line_owed=1
    )
    owed, fewer = asked(refunded)
    assert (owed.aggregate_id, type(owed.command), fewer.aggregate_id) == (SECOND, AmendJob, SECOND)
    limit = fewer.command
    assert isinstance(limit, LimitLine)
    (changed,) = a_job(OPENED).asks(limit, CTX).events
    assert isinstance(changed, JobCompletenessChanged)
    assert changed.lines is not None
    assert [(line.line_no, line.quantity) for line in changed.lines] == [(1, 1), (2, LINES[1].quantity)]
    a_job(OPENED).after(limit, ctx=CTX).asks(limit, CTX).nothing_new()
    a_job(*ON_THE_WAY).asks(limit, CTX).nothing_new()
    (none,) = a_job(OPENED).asks(limit.model_copy(update={"owed": 0}), CTX).events
    assert isinstance(none, JobCompletenessChanged)
    assert none.lines == LINES[1:]


def test_what_stayed_behind_and_was_paid_back_is_not_loaded_after_a_trip_in_vain() -> None:
    """A9, B14, B15: one of two rides, the other one was refunded meanwhile; when the goods come back, one is owed."""
    one_rides = DEPARTED.model_copy(update={"lines": (GOODS[0].model_copy(update={"quantity": 1}), GOODS[1])})
    rides = a_job(*ON_THE_WAY[:-1], one_rides)
    (changed,) = rides.asks(LimitLine(line_no=1, owed=1, reason="不要"), CTX).events
    assert isinstance(changed, JobCompletenessChanged)
    assert changed.lines == (TOILET.model_copy(update={"quantity": 1}), LINES[1])
