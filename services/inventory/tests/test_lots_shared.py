"""Two contracts that share a lot never block each other (D13, D8), whatever happens in whatever order.

Run by hand with more histories: `SONGDA_TEST_HISTORIES=100000 pytest services/inventory/tests/test_lots_shared.py`.
"""

import os
import random
from collections import Counter
from datetime import date

from stock_stories import CONTRACTS, CUSTOMER, Warehouse, line

from contracts.inventory import AllocationAsked, GoodsIssued, GoodsReturned
from contracts.inventory_stock import LotPieces, StockMoved, StockShortReported
from inventory.goods.allocation import AskAllocation, ReleaseExcess
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import ExpectGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.lot_book import LotBook
from inventory.stock.holding import BringIn
from inventory.stock.lots import by_lot

HISTORIES = int(os.environ.get("SONGDA_TEST_HISTORIES", "300"))
SKU, NEEDED = "TC-600", 12
LOTS = ("C88", "C88", "D07")
CARD = f"stock:main:{SKU}"


def asked(rng: random.Random, step: int) -> tuple[str, object]:
    """Something that somebody asks of one of the two, or pieces that come for nobody."""
    contract_no, few = rng.choice(CONTRACTS), rng.randint(1, 6)
    goods = f"goods:{contract_no}"
    match rng.randrange(8):
        case 0:
            told = {"sku": SKU, "quantity": few, "arrived_on": date(2026, 3, 9), "told_by": "warehouse"}
            lot = rng.choice(LOTS)
            return goods, ReceiveGoods(contract_no=contract_no, line_no=1, waybill=f"YD{step:04}", lot=lot, **told)
        case 1:
            lots = (LotPieces(lot=rng.choice(LOTS), quantity=few),)
            card = {"depot": "main", "sku": SKU, "quantity": few, "voucher_no": "V", "cause_id": f"in {step}"}
            return CARD, BringIn(**card, kind="received", lots=lots)
        case 2:
            number = f"DP{step}"
            return goods, AskAllocation(contract_no=contract_no, allocation_no=number, line_no=1, quantity=few)
        case 3:
            lines = (line(1, SKU, few),)
            return goods, IssueGoods(contract_no=contract_no, list_no=f"L{step}", lines=lines, partial=True)
        case 4:
            back = {"returned_on": date(2026, 3, 20), "reason": "客户不在家", "told_by": "run", "keep": True}
            return goods, ReturnGoods(contract_no=contract_no, return_no=f"T{step}", **back)
        case 5:
            door, waybill = rng.choice(["file", "warehouse"]), f"YDX{rng.randrange(3)}"
            told = {"sku": SKU, "quantity": few, "arrived_on": date(2026, 3, rng.randint(8, 9)), "told_by": door}
            lot = rng.choice(LOTS)
            return goods, ReceiveGoods(contract_no=contract_no, line_no=1, waybill=waybill, lot=lot, **told)
        case 6:
            found = rng.choice(["loading", "delivery"])
            told = {"damage_id": f"d{step}", "line_no": 1, "quantity": 1, "found": found}
            return goods, ReportDamage(contract_no=contract_no, **told)
        case _:
            told = {"release_no": f"S{step}", "line_no": 1, "quantity": 1, "reason": "多出"}
            return goods, ReleaseExcess(contract_no=contract_no, **told)


def lived(seed: int) -> Warehouse:
    """A history of two contracts that want the same tiles."""
    rng, warehouse = random.Random(seed), Warehouse()
    for contract_no in CONTRACTS:
        expect = ExpectGoods(contract_no=contract_no, customer=CUSTOMER, lines=(line(1, SKU, NEEDED),))
        warehouse.ask(f"goods:{contract_no}", expect)
    for step in range(rng.randint(5, 25)):
        warehouse.ask(*asked(rng, step))
        for _ in range(rng.randrange(4)):
            warehouse.deliver(rng.randrange(8))
    warehouse.settle()
    return warehouse


def at_home(warehouse: Warehouse, contract_no: str) -> int:
    """Pieces that a contract has by the books of all lots, broken ones included."""
    books = (state for state in warehouse.states.values() if isinstance(state, LotBook))
    return sum(one.quantity for book in books for one in book.held.values() if one.holder == contract_no)


def came_back(warehouse: Warehouse, contract_no: str) -> Counter[str]:
    """Pieces of a return that was told before its departure: they leave by the last list, and are back (X1)."""
    found = Counter[str]()
    subject, left = f"goods:{contract_no}", False
    for event, meta in warehouse.events:
        if meta.subject == subject:
            left = left or (isinstance(event, GoodsIssued) and event.list_no == "LX")
            if left and isinstance(event, GoodsReturned):
                found[event.return_no] += event.quantity
    return found


def free_lots(warehouse: Warehouse) -> dict[str, int]:
    return by_lot(lot for card in warehouse.cards() for lot in card.lots if lot.held_for is None and not lot.pending)


def test_whoever_shares_a_lot_gets_its_own_pieces_and_what_is_free() -> None:
    """D13, D8: nobody's pieces leave with another's, the lots' books know who has how many, a request is refused only
    where no lot has enough that is free, all that lies here for a contract can leave at once, and then the other's."""
    for seed in range(HISTORIES):
        warehouse = lived(seed)
        for contract_no in CONTRACTS:
            assert warehouse.held_by_lot(contract_no, SKU) == warehouse.here_by_lot(contract_no, SKU), seed
            state = warehouse.states[f"goods:{contract_no}"]
            assert state.asked == (), seed
            wanted, free = state.stock[0].missing, free_lots(warehouse)
            if wanted:
                ask = AskAllocation(contract_no=contract_no, allocation_no="DPX", line_no=1, quantity=wanted)
                warehouse.ask(f"goods:{contract_no}", ask)
                warehouse.settle()
                left = warehouse.states[f"goods:{contract_no}"].stock[0].missing
                assert (left == 0) == any(quantity >= wanted for quantity in free.values()), seed
        for contract_no in CONTRACTS:
            assert at_home(warehouse, contract_no) == warehouse.states[f"goods:{contract_no}"].stock[0].away, seed
            here = warehouse.here(contract_no, SKU)
            if here:
                lines = (line(1, SKU, here),)
                all_of_it = IssueGoods(contract_no=contract_no, list_no="LX", lines=lines)
                assert warehouse.ask(f"goods:{contract_no}", all_of_it) is None, seed
        warehouse.settle()
        for contract_no in CONTRACTS:
            assert warehouse.held(contract_no, SKU) == sum(came_back(warehouse, contract_no).values()), seed
        assert takes_its_own(warehouse), seed


def takes_its_own(warehouse: Warehouse) -> bool:
    """Every move for a contract took pieces that were held for it, or were free; nothing was short but allocations."""
    allocations = {event.allocation_no for event, _ in warehouse.events if isinstance(event, AllocationAsked)}
    for event, meta in warehouse.events:
        if isinstance(event, StockMoved) and any(lot.held_for not in {None, event.held_for} for lot in event.taken):
            return False
        of_card = isinstance(event, StockShortReported) and meta.subject == CARD
        if of_card and event.voucher_no not in allocations:
            return False
    return True
