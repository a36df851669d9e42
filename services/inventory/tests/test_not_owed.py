"""What nobody is owed any more is free stock in the same moment: paid back, or the contract fulfilled (A9)."""

from datetime import date

from goods_cases import CLOSE, CTX, CUSTOMER, EXPECTED, FLOOR, NO, NOW, TOILET, arrived, issued, of, released
from hypothesis import given as over
from hypothesis import strategies as st

from contracts.inventory import GoodsNotOwed, GoodsReleased, GoodsReturned
from contracts.order import ContractFulfilled, ReturnRefunded
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.leaving import ReturnGoods
from inventory.goods.not_owed import FreeTheRest, NoteRefund
from inventory.goods.state import Expected
from inventory.reactions.contracts import free_goods
from runtime.decision import Ask
from runtime.testing import given

REFUND = NoteRefund(contract_no=NO, refund_no="TK-1", line_no=1, quantity=1, reason="客户不要了")
NOT_OWED = GoodsNotOwed(
    at=NOW,
    contract_no=NO,
    refund_no="TK-1",
    line_no=1,
    sku=TOILET.sku,
    name=TOILET.name,
    quantity=1,
    reason="客户不要了",
)
FREED = released(of(TOILET, 1), reason="客户不要了", closed=False)


def test_a_piece_that_is_here_and_paid_back_is_free_at_once() -> None:
    """B15, A9"""
    given(GOODS, EXPECTED, arrived(TOILET, 2)).asks(REFUND, CTX).then(NOT_OWED, FREED)


def test_a_piece_that_never_came_and_is_paid_back_is_missed_no_longer() -> None:
    """B15, A9"""
    after = given(GOODS, EXPECTED, arrived(TOILET, 1)).after(REFUND, ctx=CTX).state
    assert isinstance(after, Expected)
    assert [(stock.missing, stock.excess) for stock in after.stock if stock.line.line_no == 1] == [(0, 0)]


def test_a_piece_that_was_paid_back_and_comes_all_the_same_is_told_as_excess() -> None:
    """D9, B15"""
    story = given(GOODS, EXPECTED).after(REFUND, ctx=CTX)
    told = ReceiveGoods(
        contract_no=NO,
        line_no=1,
        sku=TOILET.sku,
        quantity=2,
        waybill="YD0001",
        arrived_on=date(2026, 3, 9),
        told_by="warehouse",
    )
    story.asks(told, CTX).then_names("GoodsArrived", "StockExcessReported")


def test_a_piece_on_its_way_back_is_free_when_it_is_here() -> None:
    """B15, D3"""
    away = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(of(TOILET, 2)))
    away.asks(REFUND, CTX).then(NOT_OWED)
    back = ReturnGoods(
        contract_no=NO,
        return_no="D-1#9",
        lines=(of(TOILET, 1),),
        returned_on=date(2026, 3, 20),
        reason="客户拒收",
        told_by="run",
        keep=True,
    )
    whole = ReturnedPieces(line_no=1, good=1, package_whole=True, condition_good=True, mark_present=True)
    received = ReceiveReturn(contract_no=NO, return_no="D-1#9", lines=(whole,))
    came, free = away.after(REFUND, back, ctx=CTX).asks(received, CTX).events
    assert isinstance(came, GoodsReturned)
    assert isinstance(free, GoodsReleased)
    assert free.lines == (of(TOILET, 1),)


def test_the_same_refund_again_frees_nothing_more() -> None:
    """X7"""
    given(GOODS, EXPECTED, arrived(TOILET, 2)).after(REFUND, ctx=CTX).asks(REFUND, CTX).nothing_new()
    given(GOODS, EXPECTED, arrived(TOILET, 2)).after(CLOSE, ctx=CTX).asks(REFUND, CTX).nothing_new()


def test_what_still_lies_here_for_a_fulfilled_contract_is_free() -> None:
    """A7, A9, D9"""
    rest = FreeTheRest(contract_no=NO, reason="合同完结")
    more = given(GOODS, EXPECTED, arrived(TOILET, 3), issued(of(TOILET, 2)))
    more.asks(rest, CTX).then(released(of(TOILET, 1), reason="合同完结", closed=False))
    more.after(rest, ctx=CTX).asks(rest, CTX).nothing_new()


def test_refunds_and_fulfilment_reach_the_warehouse() -> None:
    """B15, A7: money alone moves no piece."""
    refunded = ReturnRefunded(
        at=NOW, contract_no=NO, refund_id="TK-1", line_no=1, quantity=1, refund_fen=5, owed_fen=0, reason="客户不要了"
    )
    note = REFUND.model_copy(update={"at": NOW})
    assert free_goods(refunded) == (Ask(f"goods:{NO}", note),)
    assert free_goods(refunded.model_copy(update={"line_no": 0, "quantity": 0})) == ()
    fulfilled = ContractFulfilled(
        at=NOW, contract_no=NO, store_code="S02", customer=CUSTOMER, fulfilled_on=date(2026, 3, 20)
    )
    (ask,) = free_goods(fulfilled)
    assert isinstance(ask.command, FreeTheRest)


LINE = st.sampled_from([TOILET, FLOOR])
REFUNDS = st.builds(
    lambda line, n, pieces: NoteRefund(
        contract_no=NO, refund_no=f"TK-{n}", line_no=line.line_no, quantity=pieces, reason="不要"
    ),
    LINE,
    st.integers(1, 9),
    st.integers(1, 3),
)


@over(st.lists(st.tuples(LINE, st.integers(1, 3)), max_size=4), st.lists(REFUNDS, max_size=6))
def test_a_refund_never_leaves_more_here_than_before_that_nobody_needs(
    came: list[tuple[object, int]], refunds: list[NoteRefund]
) -> None:
    """A9: what is here beyond what is needed was here beyond it before any refund."""
    events = [arrived(line, pieces, waybill=f"YD{n}") for n, (line, pieces) in enumerate(came)]  # type: ignore[arg-type]
    goods = given(GOODS, EXPECTED, *events)
    for refund in refunds:
        before = goods.state
        goods = goods.after(refund, ctx=CTX)
        assert isinstance(before, Expected)
        assert isinstance(goods.state, Expected)
        for was, now in zip(before.stock, goods.state.stock, strict=True):
            assert now.excess <= was.excess
            assert now.here >= 0
