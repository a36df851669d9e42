"""The lot that the person at the check says (验货定批): pieces that came without one, or with a wrong one (D13, D2)."""

from collections import Counter
from datetime import UTC, date, datetime

from goods_cases import on_card
from hypothesis import given as given_any
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Customer, GoodsLine
from contracts.inventory import ArrivalConfirmed, ArrivalCorrected, DamageReported, GoodsExpected
from contracts.inventory_stock import Lot, LotPieces, StockMoved
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import CorrectByCheck, DamagedArrival, ReceiveGoods
from inventory.goods.leaving import IssueGoods
from inventory.goods.state import Expected
from inventory.reactions.cards import follow_goods
from inventory.reactions.lots import book_lots
from inventory.stock.aggregate import STOCK
from inventory.stock.holding import NameLot, PlaceHeld
from inventory.stock.lots import by_place, default_bin
from runtime.decision import Command
from runtime.testing import given

NOW = datetime(2026, 3, 13, 2, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
NO, WAYBILL, SKU = "HT26030001", "YD0001", "TC-600"
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
LINE = GoodsLine(line_no=1, sku=SKU, name="仿古砖", quantity=12)
EXPECTED = GoodsExpected(at=NOW, contract_no=NO, customer=CUSTOMER, lines=(LINE,))
RECEIVING, SHELF = default_bin(CTX.policy, "main", "receiving"), default_bin(CTX.policy, "main", "goods")
META = Meta("e1", "", "", f"goods:{NO}", NOW, 1, "c", "c", "mai.gh", 0)


def told(door: str, quantity: int, lot: str = "", part: int = 1, **more: object) -> ReceiveGoods:
    """A row of the file or a hand receipt of the waybill; or a put-away of its slip, in parts."""
    of_slip = {"slip_no": "RK1", "carrier_waybill": WAYBILL, "bin": SHELF} if door == "slip" else {}
    return ReceiveGoods.model_validate(
        {
            "contract_no": NO,
            "line_no": 1,
            "sku": SKU,
            "quantity": quantity,
            "waybill": f"RK1/1/{part}" if door == "slip" else WAYBILL,
            "arrived_on": date(2026, 3, 12),
            "told_by": door,
            "lot": lot,
            **of_slip,
            **more,
        }
    )


def lots_after(*commands: Command) -> dict[str, int]:
    """Pieces here, by lot."""
    state = given(GOODS, EXPECTED).after(*commands, ctx=CTX).state
    assert isinstance(state, Expected)
    assert sum(state.stock[0].lots_here.values()) == state.stock[0].here
    return {lot: pieces for lot, pieces in state.stock[0].lots_here.items() if pieces}


def test_pieces_that_came_without_a_lot_are_of_the_one_that_the_check_says() -> None:
    """D13, D2: by slip or by hand, and whatever of them is not said keeps none."""
    assert lots_after(told("file", 10), told("slip", 10, "C88")) == {"C88": 10}
    assert lots_after(told("file", 10), told("warehouse", 10, "C88")) == {"C88": 10}
    assert lots_after(told("file", 10), told("slip", 6, "C88")) == {"C88": 6, "": 4}
    assert lots_after(told("file", 10), told("slip", 6, "C88"), told("slip", 4, "D07", 2)) == {"C88": 6, "D07": 4}


def test_a_wrong_lot_is_corrected_by_what_stands_on_the_boxes() -> None:
    """D13, D16: of what the check found to be right, nothing is taken."""
    assert lots_after(told("file", 10, "C86"), told("slip", 10, "C88")) == {"C88": 10}
    in_parts = (told("file", 10, "C88"), told("slip", 6, "C88"), told("slip", 4, "D07", 2))
    assert lots_after(*in_parts) == {"C88": 6, "D07": 4}
    assert lots_after(in_parts[0], in_parts[2], in_parts[1]) == {"C88": 6, "D07": 4}


def test_a_file_that_comes_later_names_the_lot_of_what_nobody_said_and_overrules_no_person() -> None:
    """D13, A2"""
    assert lots_after(told("warehouse", 10), told("file", 10, "C88")) == {"C88": 10}
    assert lots_after(told("slip", 10, "C88"), told("file", 10, "C86")) == {"C88": 10}


def test_the_same_again_changes_nothing_and_another_waybill_keeps_its_lot() -> None:
    """D13, X7"""
    first = told("file", 4, "C86", waybill="YD0009")
    twice = (first, told("file", 6), told("slip", 6, "C88"), told("slip", 6, "C88"))
    assert lots_after(*twice) == {"C86": 4, "C88": 6}


def test_what_the_check_misses_or_finds_broken_is_of_the_lot_that_it_says() -> None:
    """D13, D2, D4, D16"""
    came = given(GOODS, EXPECTED).after(told("file", 4, "C86", waybill="YD9"), told("file", 10), ctx=CTX)
    checked = came.after(told("slip", 6, "C88"), ctx=CTX)
    broken = DamagedArrival(damage_id="RK1-1", fault="carrier", note="碎")
    confirmed, report = checked.asks(told("slip", 2, "C88", 2, damage=broken), CTX).events
    assert isinstance(confirmed, ArrivalConfirmed)
    assert confirmed.was == (LotPieces(lot="", quantity=2),)
    assert isinstance(report, DamageReported)
    assert [(one.lot, one.quantity) for one in report.lots] == [("C88", 2)]
    missed = CorrectByCheck(
        contract_no=NO, line_no=1, sku=SKU, quantity=2, waybill=WAYBILL, correction_no="RK1-2", reason="少件"
    )
    story = checked.after(told("slip", 2, "C88", 2), ctx=CTX).asks(missed, CTX)
    (corrected,) = story.events
    assert isinstance(corrected, ArrivalCorrected)
    assert (corrected.quantity, corrected.lots) == (2, ())
    state = story.accepted().state
    assert isinstance(state, Expected)
    assert state.stock[0].lots_here == {"C86": 4, "C88": 8}


def test_what_has_left_before_the_check_keeps_the_lot_by_which_it_left() -> None:
    """D13: only what is here can be looked at."""
    gone = IssueGoods(contract_no=NO, list_no="L1", lines=(LINE.model_copy(update={"quantity": 7}),))
    assert lots_after(told("file", 10), gone, told("slip", 10, "C88")) == {"C88": 3}


def test_the_bin_card_follows_where_the_pieces_lie_and_the_book_of_the_lot_knows_the_card() -> None:
    """D13, D6: its balance stays, and pieces of others keep their lot."""
    lots = (
        Lot(bin=RECEIVING, held_for=NO, pending=False, quantity=10),
        Lot(bin=RECEIVING, held_for="HT26030002", pending=False, quantity=5),
    )
    card = on_card(SKU, *lots)
    (confirmed,) = given(GOODS, EXPECTED).after(told("file", 10), ctx=CTX).asks(told("slip", 6, "C88"), CTX).events
    assert isinstance(confirmed, ArrivalConfirmed)
    asks = [ask.command for ask in follow_goods(confirmed, META)]
    assert [type(ask) for ask in asks] == [NameLot, PlaceHeld]
    story = given(STOCK, card).asks(asks[0], CTX)
    (named,) = story.events
    assert isinstance(named, StockMoved)
    assert (named.before, named.after, named.kind) == (15, 15, "moved")
    after = story.accepted().asks(asks[1], CTX).accepted().state
    assert by_place(after.lots) == {(RECEIVING, ""): 9, (SHELF, "C88"): 6}
    assert [ask.aggregate_id for ask in book_lots(named)] == ["lot:C88"]


SAID = st.one_of(
    st.builds(told, st.just("file"), st.integers(1, 6), st.sampled_from(["", "C86", "C88"])),
    st.builds(told, st.just("warehouse"), st.integers(1, 6), st.sampled_from(["", "C86", "C88"])),
    st.builds(told, st.just("slip"), st.integers(1, 6), st.sampled_from(["", "C86", "C88"]), st.integers(1, 4)),
)


@given_any(st.lists(SAID, max_size=8))
def test_in_any_order_every_piece_has_one_lot_and_what_a_slip_found_of_a_lot_is_there(
    commands: list[ReceiveGoods],
) -> None:
    """D13, A9"""
    story = given(GOODS, EXPECTED)
    found: Counter[str] = Counter()
    for command in commands:
        asked = story.asks(command, CTX)
        if isinstance(asked.decided, tuple):
            story = story.after(command, ctx=CTX)
            if asked.decided and command.told_by == "slip" and command.lot:
                found[command.lot] += command.quantity
        state = story.state
        assert isinstance(state, Expected)
        here = state.stock[0].lots_here
        assert sum(here.values()) == state.stock[0].here
        assert min(here.values(), default=0) >= 0
        assert state.stock[0].booked_lots(WAYBILL) == Counter(here)
    assert all(here.get(lot, 0) >= pieces for lot, pieces in found.items())
