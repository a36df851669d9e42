"""Whatever happens in the warehouse, by contracts, lists, loans and scrappings: ledger and card agree."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from inventory_world import World

from contracts.fact import Customer, GoodsLine
from contracts.inventory_stock import StockListLine
from inventory.agreement import agreement
from inventory.api.agreement import card_lines
from inventory.goods.aggregate import GOODS
from inventory.goods.allocation import AskAllocation
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import ExpectGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.ledger import LEDGER, entries_by_card
from inventory.loan import LOAN, ApproveLoan, AskLoan, HandOutLoan, ReturnLoan
from inventory.scrap import SCRAP, ApplyScrap, ApproveScrap, ExecuteScrap
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.holding import BringIn
from inventory.stock.lots import pieces
from inventory.stock.moves import MOVES
from inventory.stock.moving import MoveStock, SettlePending
from inventory.stock.row import STOCKED
from inventory.stock_list import STOCK_LIST, IssueStockList, MakeStockList

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
CONTRACTS, SKUS = ("HT26030001", "HT26030002"), ("TIL-0918", "WC-100")
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
STEP = st.tuples(
    st.sampled_from(
        ["receive", "damage", "issue", "return", "allocate", "move", "send_back", "loan", "lend_back", "scrap", "list"]
    ),
    st.sampled_from(CONTRACTS),
    st.integers(0, 1),
    st.integers(1, 5),
)


def line(number: int, quantity: int) -> GoodsLine:
    return GoodsLine(line_no=number + 1, sku=SKUS[number], name=f"货{number}", quantity=quantity)


def do(world: World, number: int, step: tuple[str, str, int, int]) -> None:
    """One thing that people do; the rules may refuse it."""
    what, contract_no, which, pieces = step
    goods, stock = GOODS.key(contract_no), STOCK.key(card_no("main", SKUS[which]))
    common: dict[str, Any] = {"depot": "main", "sku": SKUS[which], "name": f"货{which}", "quantity": pieces}
    match what:
        case "receive":
            received = ReceiveGoods(
                contract_no=contract_no,
                line_no=which + 1,
                sku=SKUS[which],
                quantity=pieces,
                waybill=f"YD{number}",
                arrived_on=date(2026, 3, 1),
                told_by="warehouse",
            )
            world.put(goods, received)
        case "damage":
            found: Any = "inbound" if number % 2 else "delivery"
            damage = ReportDamage(
                contract_no=contract_no, damage_id=f"P-{number}", line_no=which + 1, quantity=pieces, found=found
            )
            world.put(goods, damage)
        case "issue":
            world.put(goods, IssueGoods(contract_no=contract_no, list_no=f"L{number}", lines=(line(which, pieces),)))
        case "return":
            back = ReturnGoods(
                contract_no=contract_no,
                return_no=f"TH{number}",
                lines=(line(which, pieces),),
                returned_on=date(2026, 3, 2),
                reason="拒收",
                told_by="run",
                keep=bool(number % 2),
            )
            world.put(goods, back)
            looked = ReturnedPieces(
                line_no=which + 1, good=pieces, package_whole=True, condition_good=True, mark_present=True
            )
            world.put(goods, ReceiveReturn(contract_no=contract_no, return_no=f"TH{number}", lines=(looked,)))
        case "allocate":
            asked = AskAllocation(
                contract_no=contract_no, allocation_no=f"DP{number}", line_no=which + 1, quantity=pieces
            )
            world.put(goods, asked)
        case "move":
            lots = world.rows["stock"].documents.get(f"main:{SKUS[which]}", {}).get("row", {}).get("lots", [])
            if lots:
                values = {"from_bin": lots[0]["bin"], "to_bin": "A-01-1", "voucher_no": f"YW{number}"}
                world.put(stock, MoveStock(**common, **values, cause_id=f"m{number}", held_for=lots[0]["held_for"]))
        case "send_back":
            settled = SettlePending(**common, voucher_no=f"CL{number}", cause_id=f"s{number}", outcome="sent_back")
            world.put(stock, settled)
        case "loan":
            loan = AskLoan(loan_no=f"JY{number}", **common, borrower="周建民", purpose="维修", due_on=date(2026, 3, 9))
            world.put(LOAN.key(loan.loan_no), loan)
            world.put(LOAN.key(loan.loan_no), ApproveLoan(), "tan.zw", "install_supervisor")
            world.put(LOAN.key(loan.loan_no), HandOutLoan())
        case "lend_back":
            for loan in [name for name in world.states if name.startswith("loan:")]:
                world.put(loan, ReturnLoan(good=number % 2, damaged=1 - number % 2, note=str(number)))
        case "scrap":
            applied = ApplyScrap(
                application_no=f"BF{number}", **common, pending=bool(number % 2), reason="呆滞", photos=("sha256:ab",)
            )
            paper = SCRAP.key(applied.application_no)
            world.put(paper, applied, "mai.gh", "warehouse")
            world.put(paper, ApproveScrap(), "guan.yf", "manager")
            world.put(paper, ExecuteScrap(witness="苏可佳", photos=("sha256:ab",)))
        case "list":
            wanted = (StockListLine(line_no=1, sku=SKUS[which], name=f"货{which}", quantity=pieces),)
            made = MakeStockList(list_no=f"CK{number}", purpose="repair", lines=wanted, receiver="周建民")
            world.put(STOCK_LIST.key(made.list_no), made)
            world.put(STOCK_LIST.key(made.list_no), IssueStockList(received_by="周建民"))


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=20))
def test_ledger_and_card_agree_whatever_happens(steps: list[tuple[str, str, int, int]]) -> None:
    """D6, D7, D8, D11"""
    world = World(START)
    for contract_no in CONTRACTS:
        expected = ExpectGoods(contract_no=contract_no, customer=CUSTOMER, lines=(line(0, 6), line(1, 6)))
        world.put(GOODS.key(contract_no), expected)
    for number, step in enumerate(steps):
        world.now += timedelta(minutes=10)
        do(world, number, step)
    moves = [MOVES.read(one) for one in world.rows[MOVES.name].documents.values()]
    stocked = {row_id: STOCKED.read(row) for row_id, row in world.rows[STOCKED.name].documents.items()}
    entries = entries_by_card(LEDGER.read(one) for one in world.rows[LEDGER.name].documents.values())
    for row_id, row in stocked.items():
        found = agreement(
            row.sku, row.name, entries.get(row_id, []), card_lines(one for one in moves if one.card == row_id), []
        )
        lots = pieces(row.lots)
        assert (found.partings, found.ledger, found.card) == ((), lots, lots)
        assert all(lot.quantity > 0 for lot in row.lots)
    assert entries.keys() <= stocked.keys()


def test_the_history_of_the_property_does_reach_every_paper() -> None:
    """D7: a chosen history in which every kind of entry is told, so that the property above is about something."""
    world = World(START)
    lines = (line(0, 6), line(1, 6))
    world.put(GOODS.key(CONTRACTS[0]), ExpectGoods(contract_no=CONTRACTS[0], customer=CUSTOMER, lines=lines))
    world.put(
        STOCK.key(card_no("main", SKUS[0])),
        BringIn(
            depot="main", sku=SKUS[0], name="货0", quantity=20, voucher_no="RK1", cause_id="b", kind="received", bin=""
        ),
    )
    names = ["receive", "damage", "issue", "return", "loan", "lend_back", "scrap", "list"]
    for number, what in enumerate(names):
        do(world, number, (what, CONTRACTS[0], 0, 5 if what == "receive" else 1))
    rows = [LEDGER.read(one) for one in world.rows[LEDGER.name].documents.values()]
    told = {booking.what for row in rows for booking in row.bookings}
    assert told == {"arrived", "issued", "returned", "lent", "lent_back", "scrapped", "list"}, world.refused
