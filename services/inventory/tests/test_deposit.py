"""寄存: pieces that were not delivered and lie with somebody who signed for them; they go out from there (B14)."""

from datetime import date

from goods_cases import CLOSE, CTX, EXPECTED, NO, NOW, TOILET, arrived, issued, of

from contracts.dispatch_jobs import DeliveryFailed
from contracts.envelope import Meta
from contracts.inventory import GoodsDeposited, GoodsIssued
from contracts.order import DeliveryNoted
from inventory.goods.aggregate import GOODS
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.leaving import FetchDeposit, IssueGoods, NoteDeposit
from inventory.goods.state import Cancelled, Expected
from inventory.reactions.contracts import fetch_deposit
from inventory.reactions.runs import return_goods
from runtime.decision import Ask
from runtime.testing import Given, given

META = Meta("e", "", "/songda/dispatch", f"job:D-{NO}", NOW, 9, "c", "c", "system", 0)
AWAY = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 2)))
DEPOSIT = NoteDeposit(contract_no=NO, deposit_no=f"D-{NO}#9", lines=(of(TOILET, 2),))
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
