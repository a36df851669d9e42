"""Pieces of a line and waybill come once, whichever door tells of them and in which order (A2, D2, D16)."""

from collections import Counter
from datetime import UTC, date, datetime

from goods_cases import on_card
from hypothesis import given as given_any
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, GoodsLine
from contracts.inventory import ArrivalConfirmed, ArrivalCorrected, GoodsArrived, GoodsExpected
from contracts.inventory_stock import Lot, StockMoved
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import CorrectByCheck, ReceiveGoods
from inventory.goods.state import Expected
from inventory.stock.aggregate import STOCK
from inventory.stock.holding import PlaceHeld
from inventory.stock.lots import default_bin
from runtime.decision import Command
from runtime.testing import given

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
NO, WAYBILL, SKU = "HT26030001", "YD0001", "TC-100"
LINE = GoodsLine(line_no=1, sku=SKU, name="瓷砖", quantity=10)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
RECEIVING, SHELF = default_bin(CTX.policy, "main", "receiving"), default_bin(CTX.policy, "main", "goods")
EXPECTED = GoodsExpected(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(LINE,))


def told(door: str, quantity: int, day: int = 12, part: int = 1) -> ReceiveGoods:
    slip = {"slip_no": "RK1", "carrier_waybill": WAYBILL, "bin": SHELF} if door == "slip" else {}
    return ReceiveGoods.model_validate(
        {
            "contract_no": NO,
            "line_no": 1,
            "sku": SKU,
            "quantity": quantity,
            "waybill": f"RK1/1/{part}" if door == "slip" else WAYBILL,
            "arrived_on": date(2026, 3, day),
            "told_by": door,
            **slip,
        }
    )


def missed(quantity: int, number: str = "RK1-1") -> CorrectByCheck:
    return CorrectByCheck(
        contract_no=NO, line_no=1, sku=SKU, quantity=quantity, waybill=WAYBILL, correction_no=number, reason="少件"
    )


def here(*commands: Command) -> int:
    state = given(GOODS, EXPECTED).after(*commands, ctx=CTX).state
    assert isinstance(state, Expected)
    return state.stock[0].here


def test_slip_first_then_file_brings_the_pieces_in_once_and_so_does_file_first_then_slip() -> None:
    """A2, D2"""
    assert here(told("slip", 10), told("file", 10)) == here(told("file", 10), told("slip", 10)) == 10


def test_what_a_file_brought_in_is_put_away_by_the_slip() -> None:
    """D2, D6"""
    (known,) = given(GOODS, EXPECTED).after(told("file", 10), ctx=CTX).asks(told("slip", 6), CTX).events
    assert isinstance(known, ArrivalConfirmed)
    assert (known.quantity, known.told, known.bin) == (6, 6, SHELF)


def test_a_hand_receipt_and_a_file_row_of_more_add_what_was_not_told_yet() -> None:
    """A2: of 3 by the file, 2 were received by hand."""
    confirmed, came = given(GOODS, EXPECTED).after(told("warehouse", 2), ctx=CTX).asks(told("file", 3), CTX).events
    assert isinstance(confirmed, ArrivalConfirmed)
    assert isinstance(came, GoodsArrived)
    assert (confirmed.quantity, came.quantity, came.told) == (2, 1, 3)


def test_parts_of_a_waybill_add_up_day_by_day() -> None:
    """A2"""
    assert here(told("file", 6), told("file", 4, day=13), told("file", 6)) == 10


def test_another_quantity_of_the_same_day_contradicts() -> None:
    """A2, X7"""
    given(GOODS, EXPECTED).after(told("file", 6), ctx=CTX).asks(told("file", 5), CTX).refuses("arrival_contradicts")


def test_a_shortage_found_at_the_check_changes_what_is_here_whether_the_file_came_before_or_after() -> None:
    """D2, D16, A3: it is a correction, no damage."""
    assert here(told("file", 10), missed(1), told("slip", 9)) == 9
    assert here(told("slip", 9), missed(1), told("file", 10)) == 9
    (corrected,) = given(GOODS, EXPECTED).after(told("file", 10), ctx=CTX).asks(missed(1), CTX).events
    assert isinstance(corrected, ArrivalCorrected)
    assert (corrected.quantity, corrected.told, corrected.by) == (1, 1, "check")


def test_a_check_that_finds_more_than_the_file_said_brings_in_the_rest() -> None:
    """D2, D9"""
    assert here(told("file", 8), told("slip", 10)) == 10


STATEMENTS = st.one_of(
    st.builds(told, st.just("file"), st.integers(1, 6), st.integers(10, 12)),
    st.builds(told, st.just("warehouse"), st.integers(1, 6), st.integers(10, 12)),
    st.builds(told, st.just("slip"), st.integers(1, 6), st.just(12), st.integers(1, 3)),
)


def _as_a_second_book_has_it(commands: list[ReceiveGoods]) -> int:
    """What a clerk would write: each door's parts once, and of the doors the one that tells of most."""
    parts: dict[tuple[str, str, date], int] = {}
    for one in commands:
        parts.setdefault((one.told_by, one.waybill, one.arrived_on), one.quantity)
    doors: Counter[str] = Counter()
    for (door, _, _), quantity in parts.items():
        doors[door] += quantity
    return max(doors.values(), default=0)


@given_any(st.lists(STATEMENTS, max_size=8), st.randoms(use_true_random=False))
def test_in_any_order_and_with_repeats_as_many_are_here_as_the_door_says_that_tells_of_most(
    commands: list[ReceiveGoods], random: object
) -> None:
    """A2, D2, A9: and never one too many on the way there."""
    story = given(GOODS, EXPECTED)
    taken: list[ReceiveGoods] = []
    for command in (*commands, *commands):
        if isinstance(story.asks(command, CTX).decided, tuple):
            story = story.after(command, ctx=CTX)
            taken.append(command)
        state = story.state
        assert isinstance(state, Expected)
        assert state.stock[0].here == _as_a_second_book_has_it(taken)


def test_pieces_in_the_receiving_zone_go_to_their_bin_and_others_stay() -> None:
    """D6"""
    lots = (
        Lot(bin=RECEIVING, held_for=NO, pending=False, quantity=4),
        Lot(bin=RECEIVING, held_for="HT2", pending=False, quantity=3),
    )
    came = on_card(SKU, *lots)
    place = PlaceHeld(depot="main", sku=SKU, quantity=6, voucher_no="RK1/1/1", cause_id="c2", held_for=NO, bin=SHELF)
    (moved,) = given(STOCK, came).asks(place, CTX).events
    assert isinstance(moved, StockMoved)
    assert (moved.kind, moved.quantity, moved.put[0].bin) == ("moved", 4, SHELF)
