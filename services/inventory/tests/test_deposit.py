"""寄存: pieces that were not delivered and lie with somebody who signed for them; they go out from there (B14)."""

from datetime import date

from goods_cases import CLOSE, CTX, EXPECTED, FLOOR, NO, NOW, TOILET, arrived, issued, of

from contracts.dispatch_jobs import DeliveryFailed
from contracts.envelope import Meta
from contracts.inventory import GoodsDeposited, GoodsIssued, GoodsReturnAwaited
from contracts.order import DeliveryNoted
from inventory.goods.aggregate import GOODS
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.deposit import FetchDeposit, NoteDeposit
from inventory.goods.expected import AmendGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.goods.not_owed import FreeTheRest, NoteRefund
from inventory.goods.state import Cancelled, Expected
from inventory.reactions.contracts import fetch_deposit
from inventory.reactions.runs import return_goods
from runtime.decision import Ask
from runtime.testing import Given, given

META = Meta("e", "", "/songda/dispatch", f"job:D-{NO}", NOW, 9, "c", "c", "system", 0)
AWAY = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 2)))
DEPOSIT = NoteDeposit(contract_no=NO, deposit_no=f"D-{NO}#9", lines=(of(TOILET, 2),))
REFUND = NoteRefund(contract_no=NO, refund_no="TK-1", line_no=1, quantity=1, reason="不要了")
AMENDED = AmendGoods(contract_no=NO, customer=None, lines=(of(TOILET, 1), FLOOR), reason="少要一件")
AGAIN = IssueGoods(contract_no=NO, list_no="SY-2", lines=(of(TOILET, 2),), partial=True)


def lying(goods: Given[object, object]) -> list[int]:
    """Pieces of each line in deposit."""
    assert isinstance(goods.state, Expected)
    return [stock.deposited for stock in goods.state.stock]


def test_what_lies_in_deposit_is_neither_here_nor_back() -> None:
    """B14, A9"""
    AWAY.asks(DEPOSIT, CTX).then(GoodsDeposited(at=NOW, contract_no=NO, deposit_no=f"D-{NO}#9", lines=(of(TOILET, 2),)))
    AWAY.after(DEPOSIT, ctx=CTX).asks(DEPOSIT, CTX).nothing_new()


def test_the_next_vehicle_takes_it_up_there_and_the_warehouse_lacks_nothing() -> None:
    """B14, D8, D9: not issued once more, and no shortage is told."""
    deposited = AWAY.after(DEPOSIT, ctx=CTX)
    deposited.asks(AGAIN, CTX).then(
        GoodsIssued(at=NOW, contract_no=NO, list_no="SY-2", lines=(), out_of_deposit=(of(TOILET, 2),))
    )
    again = deposited.after(AGAIN, ctx=CTX)
    assert lying(again) == [0, 0]  # type: ignore[arg-type]
    again.asks(AGAIN, CTX).nothing_new()


def test_part_of_it_in_deposit_and_part_of_it_here_leave_together() -> None:
    """B14, A10"""
    some = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 1)))
    half = DEPOSIT.model_copy(update={"lines": (of(TOILET, 1),)})
    (left,) = some.after(half, ctx=CTX).asks(AGAIN, CTX).events
    assert isinstance(left, GoodsIssued)
    assert (left.lines, left.out_of_deposit, left.short) == ((of(TOILET, 1),), (of(TOILET, 1),), ())


def test_what_the_customer_fetched_there_is_taken_up_no_more() -> None:
    """B14, B9: by a receipt that the office typed in."""
    fetch = FetchDeposit(contract_no=NO, receipt_no="QS-1", lines=(of(TOILET, 2),))
    fetched = AWAY.after(DEPOSIT, fetch, ctx=CTX)
    assert lying(fetched) == [0, 0]  # type: ignore[arg-type]
    fetched.asks(fetch, CTX).nothing_new()
    AWAY.asks(fetch, CTX).nothing_new()


def test_failed_deliveries_and_receipts_tell_of_deposits() -> None:
    """B14"""
    failed = DeliveryFailed(
        at=NOW,
        job_id=f"D-{NO}",
        contract_no=NO,
        crew="S1",
        leader="li.zq",
        cause="客户不在",
        goods="deposited",
        consent_by="he.jx",
        window_ends=NOW,
        lines=(of(TOILET, 2),),
        signature_ref="s",
    )
    assert return_goods(failed, META) == (Ask(f"goods:{NO}", DEPOSIT.model_copy(update={"at": NOW})),)
    receipt = DeliveryNoted(
        at=NOW,
        contract_no=NO,
        job_id="QS-1",
        delivered=(of(TOILET, 2),),
        signed_by="马娜",
        delivered_on=date(2026, 3, 13),
    )
    (ask,) = fetch_deposit(receipt)
    assert isinstance(ask.command, FetchDeposit)
    assert fetch_deposit(receipt.model_copy(update={"job_id": f"D-{NO}-2"})) == ()


def test_what_lies_in_deposit_of_a_cancelled_contract_is_to_be_fetched_back() -> None:
    """A6, B14, D3: nobody is owed it, and somebody has it on the list of what comes back; then it is free stock."""
    closed = AWAY.after(DEPOSIT, CLOSE, ctx=CTX)
    late = AWAY.after(CLOSE, DEPOSIT, ctx=CTX)
    for story in (closed, late):
        assert isinstance(story.state, Cancelled)
        (awaited,) = story.state.awaited
        assert awaited.lines == (of(TOILET, 2),)
        seen = ReturnedPieces(line_no=1, good=2, package_whole=True, condition_good=True, mark_present=True)
        back = ReceiveReturn(contract_no=NO, return_no=awaited.return_no, lines=(seen,))
        story.asks(back, CTX).then_names("GoodsReturned", "GoodsReleased")
    closed.asks(CLOSE, CTX).nothing_new()
    late.asks(DEPOSIT, CTX).nothing_new()


def test_what_is_paid_back_while_it_lies_in_deposit_is_to_be_fetched_back_and_is_free_once_it_is_here() -> None:
    """B14, B15, A9, D3"""
    deposited = AWAY.after(DEPOSIT, ctx=CTX)
    _, awaited = deposited.asks(REFUND, CTX).events
    assert isinstance(awaited, GoodsReturnAwaited)
    assert (awaited.return_no, awaited.lines, awaited.out_of_deposit) == ("JC-TK-1", (of(TOILET, 1),), True)
    refunded = deposited.after(REFUND, ctx=CTX)
    assert lying(refunded) == [1, 0]  # type: ignore[arg-type]
    refunded.asks(REFUND, CTX).nothing_new()
    seen = ReturnedPieces(line_no=1, good=1, package_whole=True, condition_good=True, mark_present=True)
    back = ReceiveReturn(contract_no=NO, return_no="JC-TK-1", lines=(seen,))
    refunded.asks(back, CTX).then_names("GoodsReturned", "GoodsReleased")


def test_no_vehicle_takes_up_what_is_to_be_fetched_back() -> None:
    """B14, D8: of two in deposit one was paid back; the other one goes out from there."""
    (left,) = (
        AWAY.after(DEPOSIT, REFUND, ctx=CTX).asks(AGAIN.model_copy(update={"lines": (of(TOILET, 1),)}), CTX).events
    )
    assert isinstance(left, GoodsIssued)
    assert left.out_of_deposit == (of(TOILET, 1),)


def test_a_piece_here_is_freed_before_one_in_deposit_is_fetched() -> None:
    """B15, B14: and one that is on its way back already counts as well."""
    some = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 1)))
    half = DEPOSIT.model_copy(update={"lines": (of(TOILET, 1),)})
    some.after(half, ctx=CTX).asks(REFUND, CTX).then_names("GoodsNotOwed", "GoodsReleased")
    refused = ReturnGoods(
        contract_no=NO,
        return_no="D-1#9",
        lines=(of(TOILET, 1),),
        returned_on=date(2026, 3, 20),
        reason="客户拒收",
        told_by="run",
        keep=True,
    )
    AWAY.after(half, refused, ctx=CTX).asks(REFUND, CTX).then_names("GoodsNotOwed")


def test_what_an_amendment_takes_away_is_to_be_fetched_out_of_deposit_too() -> None:
    """A6, B14: whichever of both is told first."""
    deposited = AWAY.after(DEPOSIT, ctx=CTX)
    deposited.asks(AMENDED, CTX).then_names("GoodsExpectationChanged", "GoodsReturnAwaited")
    AWAY.after(AMENDED, ctx=CTX).asks(DEPOSIT, CTX).then_names("GoodsDeposited", "GoodsReturnAwaited")
    gone = AMENDED.model_copy(update={"lines": (FLOOR,)})
    after = deposited.after(gone, ctx=CTX).state
    assert isinstance(after, Expected)
    assert [one.lines for one in after.awaited] == [(of(TOILET, 2),)]
    assert [one.deposited for one in after.former] == [0]


def test_what_was_amended_away_in_deposit_is_free_once_it_is_back_unless_it_is_needed_again() -> None:
    """A6, B14, D9: no excess that somebody has to release by hand."""
    fewer = AWAY.after(DEPOSIT, AMENDED, ctx=CTX)
    assert isinstance(fewer.state, Expected)
    (awaited,) = fewer.state.awaited
    seen = ReturnedPieces(line_no=1, good=1, package_whole=True, condition_good=True, mark_present=True)
    back = ReceiveReturn(contract_no=NO, return_no=awaited.return_no, lines=(seen,))
    after = fewer.asks(back, CTX).then_names("GoodsReturned", "GoodsReleased")
    assert isinstance(after.state, Expected)
    assert [stock.excess for stock in after.state.stock] == [0, 0]
    again = fewer.after(AMENDED.model_copy(update={"lines": (of(TOILET, 2), FLOOR), "reason": "又要了"}), ctx=CTX)
    again.asks(back, CTX).then_names("GoodsReturned")


def test_a_fulfilled_contract_leaves_nothing_in_deposit_that_nobody_is_owed() -> None:
    """A7, B14: what the customer fetched there is his, though the warehouse hears of it later."""
    rest = FreeTheRest(contract_no=NO, reason="合同完结")
    fulfilled = given(GOODS, EXPECTED, arrived(TOILET, 3), issued(of(TOILET, 3)))
    three = DEPOSIT.model_copy(update={"lines": (of(TOILET, 3),)})
    noted = fulfilled.after(three, ctx=CTX)
    assert lying(noted) == [2, 0]  # type: ignore[arg-type]
    noted.asks(rest, CTX).nothing_new()
