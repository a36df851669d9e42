"""The row of a contract's goods counts as the rules count; where the row of before differed, the rule is named."""

from goods_cases import CTX, EXPECTED, FLOOR, NO, NOW, TOILET, arrived, issued, of, released, returned

from contracts.fact import GoodsLine
from contracts.inventory import DamageReported, GoodsEvent, GoodsExpectationChanged, GoodsUnclaimed
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import ReleaseExcess
from inventory.goods.moves import moves_of
from inventory.goods.row import PIECES, StockLine
from runtime.decision import Rejected
from runtime.said import Saying


def line(number: int, *events: GoodsEvent) -> StockLine:
    row = PIECES.after(events)
    assert row is not None
    return next(line for line in row.lines if line.line_no == number)


def changed(*lines: GoodsLine) -> GoodsExpectationChanged:
    return GoodsExpectationChanged(at=NOW, contract_no=NO, customer=EXPECTED.customer, lines=lines, reason="加购")


BROKEN_AT_THE_DOOR = DamageReported(
    at=NOW,
    contract_no=NO,
    damage_id="P-1",
    customer=EXPECTED.customer,
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=1,
    found="delivery",
    fault="crew",
    photos=(),
    note="",
)


def test_what_broke_outside_is_missing() -> None:
    """D4, D9: the customer still waits for it, as the allocation's rule says."""
    found = line(1, EXPECTED, arrived(TOILET, 2), issued(TOILET), BROKEN_AT_THE_DOOR)
    assert (found.here, found.damaged_outside, found.missing) == (0, 1, 1)


def test_what_is_just_waited_for_is_missing_and_not_short() -> None:
    """D9: one of two has come; it breaks, and the second one comes."""
    here = (EXPECTED, arrived(TOILET, 1))
    broken = (*here, BROKEN_AT_THE_DOOR.model_copy(update={"found": "inbound"}))
    again = (*broken, arrived(TOILET, 1).model_copy(update={"waybill": "YD0002"}))
    gaps = [(line(1, *story).missing, line(1, *story).short) for story in ((EXPECTED,), here, broken, again)]
    assert gaps == [(2, 0), (1, 0), (2, 1), (1, 1)]


def test_too_much_is_only_what_lies_here_and_could_be_released() -> None:
    """D9: two pieces are at the customer's already when the contract is cut down to one."""
    story = (EXPECTED, arrived(TOILET, 2), issued(TOILET), changed(of(TOILET, 1), FLOOR))
    release = ReleaseExcess(contract_no=NO, release_no="R1", line_no=1, quantity=1, reason="多")
    assert line(1, *story).excess == 0
    assert isinstance(GOODS.decide(release, GOODS.fold(*story), CTX), Rejected)


def test_a_line_that_comes_again_has_its_pieces_again() -> None:
    """A6: and what was released of a product does not count for another one on the same line."""
    other = GoodsLine(line_no=1, sku="WC-200", name="智能坐便器", quantity=2)
    story = (EXPECTED, arrived(TOILET, 2), changed(other, FLOOR), released(of(TOILET, 2), closed=False))
    assert [(x.sku, x.arrived, x.released) for x in (line(1, *story), line(1, *story, changed(TOILET, FLOOR)))] == [
        ("WC-200", 0, 0),
        ("WC-100", 2, 2),
    ]


def test_pieces_for_a_contract_that_nobody_told_of_are_found_by_their_number() -> None:
    """D9, D11"""
    unclaimed = GoodsUnclaimed(
        at=NOW,
        contract_no=NO,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        bin="B-01-1",
        pending=False,
        voucher_no="RK1/1/1",
        why="unknown_contract",
    )
    row = PIECES.after([unclaimed])
    assert row is not None
    assert (row.contract_no, row.customer, row.lines, row.vouchers) == (NO, None, (), ("RK1/1/1",))
    assert PIECES.after([]) is None


def test_the_history_tells_each_move_with_who_and_both_times() -> None:
    """D6, X1"""
    story = (EXPECTED, arrived(TOILET, 2), issued(TOILET), returned(of(TOILET, 1)))
    shown = [one.shown() for one in moves_of(PIECES.heard.of(Saying("mai.gh", event, NOW) for event in story))]
    when = {"at": NOW.isoformat(), "recorded_at": NOW.isoformat(), "by": "mai.gh"}
    assert shown == [
        {
            "kind": "arrived",
            "line_no": 1,
            "quantity": 2,
            "waybill": "YD0001",
            "arrived_on": "2026-03-09",
            "bin": "",
            **when,
        },
        {"kind": "issued", "line_no": 1, "quantity": 2, "list_no": "2026-03-13:S1", **when},
        {
            "kind": "returned",
            "line_no": 1,
            "quantity": 1,
            "return_no": "D-HT26030001#9",
            "returned_on": "2026-03-13",
            "note": "客户不在家",
            **when,
        },
    ]
