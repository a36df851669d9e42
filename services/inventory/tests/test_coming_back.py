"""What a crew brings back is on the road until the warehouse receives and inspects it (D3, B14, B15)."""

from datetime import date
from typing import Any

import pytest
from goods_cases import (
    CTX,
    CUSTOMER,
    EXPECTED,
    FLOOR,
    NO,
    NOW,
    RETURN,
    TOILET,
    arrived,
    issued,
    of,
    released,
)

from contracts.inventory import (
    DamageReported,
    GoodsExpectationChanged,
    GoodsReleased,
    GoodsReturnAwaited,
    GoodsReturned,
    Inspection,
)
from inventory.goods.aggregate import GOODS
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.leaving import ReturnGoods
from inventory.goods.row import goods_row
from inventory.goods.state import Cancelled, Expected
from runtime.testing import Given, given

OUT = given(GOODS, EXPECTED, arrived(TOILET, 2), arrived(FLOOR, 5), issued(TOILET, of(FLOOR, 3)))
RETURN_NO = RETURN.return_no
GOOD = {"package_whole": True, "condition_good": True, "mark_present": True}
BIN = "B-01-1"


def looked_at(line_no: int = 1, **what: Any) -> ReceiveReturn:
    line = ReturnedPieces.model_validate({"line_no": line_no, **GOOD, **what})
    photos = ("sha256:1",) if line.broken else ()
    return ReceiveReturn(contract_no=NO, return_no=RETURN_NO, lines=(line,), bin=BIN, photos=photos)


def on_the_way(*lines: Any, broken: bool = False) -> Given[Any, Any]:
    return OUT.after(RETURN.model_copy(update={"lines": lines, "broken": broken}), ctx=CTX)


def books(story: Given[Any, Any], line_no: int = 1) -> tuple[int, int, int, int]:
    """Here, outside, damaged here, damaged outside."""
    assert isinstance(story.state, Expected | Cancelled)
    (stock,) = [x for x in (*story.state.stock, *story.state.former) if x.line.line_no == line_no]
    return stock.here, stock.outside, stock.damaged_here, stock.damaged_outside


def test_what_a_crew_brings_back_is_on_the_road_and_not_in_a_bin() -> None:
    """B14, D3: all that the last list took out, where nobody said what."""
    OUT.asks(RETURN, CTX).then(
        GoodsReturnAwaited(
            at=NOW,
            contract_no=NO,
            return_no=RETURN_NO,
            lines=(TOILET, of(FLOOR, 3)),
            returned_on=date(2026, 3, 13),
            reason="客户不在家",
        )
    )
    assert books(OUT.after(RETURN, ctx=CTX)) == books(OUT)
    OUT.after(RETURN, ctx=CTX).asks(RETURN, CTX).nothing_new()


def test_received_and_inspected_it_is_here_again_with_who_looked_at_it() -> None:
    """D3, B14"""
    looks = Inspection(by=CTX.by, **GOOD, packed_and_labelled=False)
    on_the_way(TOILET).asks(looked_at(good=2), CTX).then(
        GoodsReturned(
            at=NOW,
            contract_no=NO,
            return_no=RETURN_NO,
            line_no=1,
            sku=TOILET.sku,
            name=TOILET.name,
            quantity=2,
            returned_on=date(2026, 3, 13),
            reason="客户不在家",
            bin=BIN,
            inspection=looks,
        )
    )
    assert books(on_the_way(TOILET).after(looked_at(good=2), ctx=CTX)) == (2, 0, 0, 0)


def test_what_is_not_received_stays_on_the_road() -> None:
    """A9, D3"""
    half = on_the_way(TOILET).after(looked_at(good=1), ctx=CTX)
    row = goods_row(half.state)
    assert row is not None
    assert [(one.return_no, one.lines) for one in row.coming_back] == [(RETURN_NO, (of(TOILET, 1),))]
    half.asks(looked_at(good=2), CTX).refuses("more_than_comes_back")
    all_in = half.after(looked_at(good=1), ctx=CTX)
    all_in.asks(looked_at(good=1), CTX).refuses("return_received")
    row = goods_row(all_in.state)
    assert row is not None
    assert (row.coming_back, row.back_since) == ((), None)


def test_of_more_than_left_by_the_books_nothing_stays_to_come() -> None:
    """A9, D9: the crew had three by its count, two were issued: the third was told as short then."""
    story = on_the_way(of(TOILET, 3)).after(looked_at(good=2), ctx=CTX)
    row = goods_row(story.state)
    assert row is not None
    assert row.coming_back == ()


def test_pieces_with_a_quality_problem_are_damage_and_lie_in_the_pending_zone() -> None:
    """D3, D4"""
    story = on_the_way(TOILET).after(looked_at(good=1, broken=1), ctx=CTX)
    events = on_the_way(TOILET).asks(looked_at(good=1, broken=1), CTX).events
    assert [type(event) for event in events] == [GoodsReturned, GoodsReturned, DamageReported]
    assert books(story) == (1, 0, 1, 0)


def test_pieces_that_were_refused_as_damaged_are_outside_no_longer() -> None:
    """D3, D4: reported at the door already."""
    at_the_door = DamageReported(
        at=NOW,
        damage_id="d1",
        contract_no=NO,
        customer=CUSTOMER,
        line_no=1,
        sku=TOILET.sku,
        name=TOILET.name,
        quantity=1,
        found="delivery",
        fault="unknown",
        photos=(),
        note="",
    )
    out = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(TOILET), at_the_door)
    told = RETURN.model_copy(update={"lines": (of(TOILET, 1),), "broken": True})
    story = out.after(told, ctx=CTX)
    assert books(story) == (0, 1, 0, 1)
    story.asks(looked_at(good=1), CTX).refuses("condition_not_good")
    (back,) = story.asks(looked_at(broken=1), CTX).events
    assert isinstance(back, GoodsReturned)
    assert (back.broken, back.bin) == (True, "")
    assert books(story.after(looked_at(broken=1), ctx=CTX)) == (0, 1, 1, 0)


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ({"good": 1, "condition_good": False}, "condition_not_good"),
        ({"good": 1, "package_whole": False}, "not_packed_return"),
        ({"good": 1, "mark_present": False}, "not_packed_return"),
        ({"good": 3}, "more_than_comes_back"),
        ({}, "more_than_comes_back"),
        ({"line_no": 2, "good": 1}, "more_than_comes_back"),
    ],
)
def test_what_d3_does_not_let_in_is_refused(what: dict[str, Any], code: str) -> None:
    """D3"""
    on_the_way(TOILET).asks(looked_at(**what), CTX).refuses(code)


def test_packed_and_labelled_on_the_spot_it_may_enter() -> None:
    """D3"""
    packed = looked_at(good=2, package_whole=False, mark_present=False, packed_and_labelled=True)
    assert books(on_the_way(TOILET).after(packed, ctx=CTX)) == (2, 0, 0, 0)


def test_damage_needs_a_photo_and_a_return_that_nobody_told_of_is_none() -> None:
    """D3, D4"""
    on_the_way(TOILET).asks(looked_at(broken=1).model_copy(update={"photos": ()}), CTX).refuses("photos_of_damage")
    OUT.asks(looked_at(good=1), CTX).refuses("nothing_comes_back")
    on_the_way(TOILET).asks(looked_at(good=1).model_copy(update={"bin": "nowhere"}), CTX).refuses("bad_bin")


def test_a_return_that_is_told_before_the_departure_is_received_after_it() -> None:
    """X1"""
    early = given(GOODS, EXPECTED, arrived(TOILET, 2)).after(RETURN.model_copy(update={"lines": (TOILET,)}), ctx=CTX)
    early.asks(looked_at(good=2), CTX).refuses("not_left_yet")
    left = given(GOODS, EXPECTED, arrived(TOILET, 2)).after(RETURN.model_copy(update={"lines": (TOILET,)}), ctx=CTX)
    gone = Given(GOODS, GOODS.evolve(left.state, issued(TOILET)))
    assert books(gone.after(looked_at(good=2), ctx=CTX)) == (2, 0, 0, 0)


def test_what_comes_back_to_a_cancelled_contract_is_free_stock() -> None:
    """A6, B14"""
    out = given(GOODS, EXPECTED, arrived(TOILET, 2), issued(TOILET), released())
    events = out.after(RETURN, ctx=CTX).asks(looked_at(good=2), CTX).events
    assert [type(event) for event in events] == [GoodsReturned, GoodsReleased]


def test_pieces_of_a_line_that_was_removed_while_they_were_on_the_road_come_back_as_free_stock() -> None:
    """A6, B14: amended at the very moment at which they left."""
    removed = GoodsExpectationChanged(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(FLOOR,), reason="减单")
    story = Given(GOODS, GOODS.evolve(on_the_way(TOILET).state, removed)).after(looked_at(good=2), ctx=CTX)
    assert books(story) == (0, 0, 0, 0)


def test_a_slip_that_brings_the_same_pieces_is_their_reception() -> None:
    """D1, D3: they are not awaited a second time."""
    slip = ReturnGoods(
        contract_no=NO,
        return_no="RK2/1/1",
        lines=(of(TOILET, 2),),
        returned_on=date(2026, 3, 13),
        reason="客户退货",
        told_by="slip",
        keep=False,
        bin=BIN,
    )
    row = goods_row(on_the_way(TOILET).after(slip, ctx=CTX).state)
    assert row is not None
    assert row.coming_back == ()
