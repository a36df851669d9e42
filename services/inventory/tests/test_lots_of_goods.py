"""批号 Lots: a line is served from one lot, and every piece is of the lot that it came in (D13)."""

from datetime import UTC, date, datetime

from company.context import Context
from company.policy import policy_book
from contracts import inventory as facts
from contracts.fact import Customer, GoodsLine, LineLot
from contracts.inventory_stock import Lot, LotPieces
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation, ExchangeLots, NoteAllocation, ReleaseExcess
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.damage import ReportDamage
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.stock.aggregate import STOCK
from inventory.stock.holding import BringIn, HoldStock
from inventory.stock.moving import MoveStock
from runtime.testing import given

NO = "HT26030001"
NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
EXPECTED = facts.GoodsExpected(
    at=NOW,
    contract_no=NO,
    customer=CUSTOMER,
    lines=(GoodsLine(line_no=1, sku="TC-600", name="仿古砖", quantity=12),),
)


def arrived(lot: str, quantity: int, waybill: str = "YD1") -> facts.GoodsArrived:
    return facts.GoodsArrived(
        at=NOW,
        contract_no=NO,
        line_no=1,
        sku="TC-600",
        name="仿古砖",
        quantity=quantity,
        waybill=waybill,
        arrived_on=date(2026, 3, 9),
        lot=lot,
    )


def issue(quantity: int) -> IssueGoods:
    line = GoodsLine(line_no=1, sku="TC-600", name="仿古砖", quantity=quantity)
    return IssueGoods(contract_no=NO, list_no="L1", lines=(line,))


def of(lot: str, quantity: int) -> LineLot:
    return LineLot(line_no=1, lot=lot, quantity=quantity)


def test_pieces_leave_of_the_largest_lot_first_and_the_list_says_of_which() -> None:
    """D13, B9: what is delivered in parts is of one shade as long as one lot has it."""
    after = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 8)).asks(issue(10), CTX).accepted()
    assert after.state.stock[0].lots_here == {"D07": 2}
    assert after.state.stock[0].lots_outside == {"C88": 8, "D07": 2}


def test_what_comes_back_is_of_the_lot_that_left() -> None:
    """D13, B14, D3: once it is received."""
    out = given(GOODS, EXPECTED, arrived("C88", 8)).asks(issue(8), CTX).accepted()
    back = ReturnGoods(
        contract_no=NO, return_no="T1", returned_on=date(2026, 3, 20), reason="客户不在家", told_by="run", keep=True
    )
    looked = ReturnedPieces(line_no=1, good=8, package_whole=True, condition_good=True, mark_present=True)
    after = out.after(back, ReceiveReturn(contract_no=NO, return_no="T1", lines=(looked,)), ctx=CTX)
    assert after.state.stock[0].lots_here == {"C88": 8}
    assert after.state.stock[0].lots_outside == {}


def test_damage_names_its_lot_and_no_more_than_there_is_of_it() -> None:
    """D13, D4"""
    here = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 8))
    broken = ReportDamage(contract_no=NO, damage_id="d1", line_no=1, quantity=5, found="loading", lot="D07")
    here.asks(broken, CTX).refuses("not_enough_of_lot")
    after = here.asks(broken.model_copy(update={"quantity": 3}), CTX).accepted()
    assert after.state.stock[0].lots_here == {"D07": 1, "C88": 8}


def test_more_pieces_are_asked_for_in_the_lots_that_the_line_has_already() -> None:
    """D13, A10: a leftover and a replacement ask for the same lot first, whether its pieces are here or delivered."""
    delivered = given(GOODS, EXPECTED, arrived("D07", 2), arrived("C88", 8)).asks(issue(10), CTX).accepted()
    asked = delivered.asks(AskAllocation(contract_no=NO, allocation_no="DP1", line_no=1, quantity=2), CTX)
    (event,) = asked.decided
    assert isinstance(event, facts.AllocationAsked)
    assert (event.one_lot, event.lots_first) == (True, ("C88", "D07"))


def test_granted_pieces_arrive_lot_by_lot() -> None:
    """D13, D8"""
    asked = given(GOODS, EXPECTED).asks(
        AskAllocation(contract_no=NO, allocation_no="DP1", line_no=1, quantity=5, several_lots=True), CTX
    )
    lots = (LotPieces(lot="C88", quantity=3), LotPieces(lot="D07", quantity=2))
    granted = NoteAllocation(contract_no=NO, allocation_no="DP1", granted=True, available=5, lots=lots)
    after = asked.accepted().asks(granted, CTX).accepted()
    assert after.state.stock[0].lots_here == {"C88": 3, "D07": 2}
    assert after.asks(granted, CTX).accepted().state == after.state


def test_excess_is_released_of_the_smallest_lot_or_of_the_one_that_is_named() -> None:
    """D13, D9: so that a line that got a whole lot gives back what does not match it."""
    here = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 12))
    excess = ReleaseExcess(contract_no=NO, release_no="S1", line_no=1, quantity=4, reason="换整批")
    assert here.asks(excess, CTX).accepted().state.stock[0].lots_here == {"C88": 12}
    named = excess.model_copy(update={"lot": "C88"})
    assert here.asks(named, CTX).accepted().state.stock[0].lots_here == {"D07": 4, "C88": 8}


def test_an_old_event_without_lots_takes_pieces_of_no_lot_first() -> None:
    """D13: events of before mean no lot."""
    old = facts.GoodsIssued(
        at=NOW,
        contract_no=NO,
        list_no="L1",
        lines=(GoodsLine(line_no=1, sku="TC-600", name="仿古砖", quantity=5),),
    )
    after = given(GOODS, EXPECTED, arrived("C88", 8), arrived("", 4, "YD2"), old)
    assert after.state.stock[0].lots_here == {"C88": 7}


EXCHANGE = ExchangeLots(contract_no=NO, allocation_no="HP1", line_no=1, lot="E11")


def test_a_line_in_several_lots_is_exchanged_whole_for_one_once_the_stock_has_it() -> None:
    """D13: an alternative to the customer's consent; all of it comes before anything goes back."""
    mixed = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 8))
    asked = mixed.asks(EXCHANGE, CTX)
    (event,) = asked.events
    assert isinstance(event, facts.AllocationAsked)
    assert (event.quantity, event.exchange_lot, event.one_lot) == (12, "E11", True)
    told = NoteAllocation(contract_no=NO, allocation_no="HP1", granted=True, available=12)
    granted = asked.accepted().asks(told.model_copy(update={"lots": (LotPieces(lot="E11", quantity=12),)}), CTX)
    after = granted.then_names("GoodsArrived", "GoodsReleased")
    assert after.state.stock[0].lots_here == {"E11": 12}
    after.asks(EXCHANGE, CTX).nothing_new()
    refused = asked.accepted().asks(told.model_copy(update={"granted": False, "available": 7}), CTX).accepted()
    assert refused.state.stock[0].lots_here == {"D07": 4, "C88": 8}


def test_what_is_here_of_the_lot_counts_and_what_is_here_of_it_alone_is_not_exchanged() -> None:
    """D13"""
    mixed = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 8))
    (asked,) = mixed.asks(EXCHANGE.model_copy(update={"lot": "C88"}), CTX).events
    assert isinstance(asked, facts.AllocationAsked)
    assert asked.quantity == 4
    whole = given(GOODS, EXPECTED, arrived("D07", 4), arrived("C88", 12))
    after = whole.asks(EXCHANGE.model_copy(update={"lot": "C88"}), CTX).then_names("GoodsReleased")
    assert after.state.stock[0].lots_here == {"C88": 12}
    after.asks(EXCHANGE.model_copy(update={"allocation_no": "HP2", "lot": "C88"}), CTX).refuses("nothing_to_exchange")


CARD = {"depot": "main", "sku": "TC-600", "name": "仿古砖", "voucher_no": "V"}


def brought(*lots: tuple[str, int]) -> tuple[BringIn, ...]:
    return tuple(
        BringIn(
            **CARD,
            kind="received",
            quantity=quantity,
            cause_id=f"in {lot}",
            lots=(LotPieces(lot=lot, quantity=quantity),),
        )
        for lot, quantity in lots
    )


def held_for(hold: HoldStock, *lots: tuple[str, int]) -> dict[str, int]:
    """Of which lots a card sets pieces apart."""
    card = given(STOCK)
    for one in brought(*lots):
        card = card.asks(one, CTX).accepted()
    after = card.asks(hold, CTX).accepted()
    return {lot.lot: lot.quantity for lot in after.state.lots if lot.held_for == hold.held_for}


HOLD = HoldStock(**CARD, quantity=5, cause_id="hold", held_for=NO, one_lot=True)


def test_a_contract_is_held_all_of_one_lot_the_smallest_that_has_it() -> None:
    """D13, D8: larger lots stay whole for those that need them."""
    assert held_for(HOLD, ("A1", 3), ("B2", 20), ("C3", 6)) == {"C3": 5}


def test_the_lot_that_the_customer_has_comes_before_others() -> None:
    """D13: also where it is the larger one."""
    first = HOLD.model_copy(update={"lots_first": ("B2", "C3")})
    assert held_for(first, ("A1", 5), ("B2", 20), ("C3", 6)) == {"B2": 5}


def test_pieces_of_several_lots_are_held_only_for_who_takes_several() -> None:
    """D13, D9: else nothing is held, and what one lot has is told as there."""
    lots = (("A1", 3), ("C3", 4))
    assert held_for(HOLD, *lots) == {}
    assert held_for(HOLD.model_copy(update={"one_lot": False}), *lots) == {"C3": 4, "A1": 1}


def test_a_move_says_its_lot_where_several_lie_in_a_bin() -> None:
    """D13, D6"""
    card = given(STOCK)
    for one in brought(("A1", 3), ("C3", 4)):
        card = card.asks(one, CTX).accepted()
    move = MoveStock(**CARD, quantity=2, cause_id="move", from_bin="R-01", to_bin="A-01-1")
    card.asks(move, CTX).refuses("which_lot")
    named = move.model_copy(update={"lots": (LotPieces(lot="C3", quantity=2),)})
    after = card.asks(named, CTX).accepted()
    assert Lot(bin="A-01-1", held_for=None, pending=False, quantity=2, lot="C3") in after.state.lots
    card.asks(named.model_copy(update={"quantity": 5}), CTX).refuses("not_enough_in_bin")
