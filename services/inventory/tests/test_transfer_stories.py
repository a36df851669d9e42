"""Two depots in memory: cards, transfers and contracts' goods add up, whatever is asked in whatever order (D17)."""

from collections import Counter
from datetime import date
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stock_stories import Warehouse, line
from transfer_cases import TWO_DEPOTS

from contracts.fact import Customer
from contracts.inventory_inbound import SlipLine
from contracts.inventory_transfers import TransferCount, TransferLine, TransferPieces
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.expected import CloseGoods, ExpectGoods
from inventory.goods.redirecting import ChangeDepot
from inventory.inbound.check import CheckSlip, LineCheck
from inventory.inbound.put_away import PutAway
from inventory.inbound.slip import IssueSlip
from inventory.stock.holding import BringIn
from inventory.stock.lots import pieces
from inventory.transfer.differences import ExplainDifference, SettleDifference
from inventory.transfer.receiving import ReceiveTransfer
from inventory.transfer.sending import AskTransfer, CancelTransfer, SendTransfer, TurnTransferBack
from inventory.transfer.state import Asked, Differs, OnTheRoad

HOME, AWAY = "HT26030001", "HT26030009"
SKU = "TC-60A"


def customer(district: str) -> Customer:
    return Customer(name="马娜", phone="13800001111", address="海八东路1号", district=district)


def company() -> Warehouse:
    """A contract delivered from each depot, and free stock of one lot in the main one."""
    warehouse = Warehouse(TWO_DEPOTS)
    for number, district in ((HOME, "南海区"), (AWAY, "顺德区")):
        expected = ExpectGoods(contract_no=number, customer=customer(district), lines=(line(1, SKU, 5),))
        warehouse.ask(f"goods:{number}", expected)
    free = BringIn(
        depot="main",
        sku=SKU,
        name="砖",
        quantity=20,
        voucher_no="QC",
        cause_id="opening",
        kind="received",
        lots=({"lot": "C88", "quantity": 20},),
    )
    warehouse.ask(f"stock:main:{SKU}", free)
    return warehouse


def lying(warehouse: Warehouse, depot: str) -> int:
    return sum(pieces(card.lots) for card in warehouse.cards() if card.depot == depot)


def of_transfer(warehouse: Warehouse, number: str = "DB1") -> Any:
    return warehouse.states[f"transfer:{number}"]


def ask(warehouse: Warehouse, quantity: int, number: str = "DB1", **more: Any) -> None:
    wanted = TransferLine(line_no=1, sku=SKU, name="砖", quantity=quantity, **more)
    command = AskTransfer(transfer_no=number, from_depot="main", to_depot="shunde", lines=(wanted,), reason="缺货")
    assert warehouse.ask(f"transfer:{number}", command) is None
    warehouse.settle()


def send(warehouse: Warehouse, quantity: int, number: str = "DB1") -> None:
    counted = (TransferPieces(line_no=1, quantity=quantity),)
    assert warehouse.ask(f"transfer:{number}", SendTransfer(counted=counted, carrier="车"), by="mai.gh") is None
    warehouse.settle()


def receive(warehouse: Warehouse, number: str = "DB1", **counts: Any) -> None:
    command = ReceiveTransfer(counted=(TransferCount(line_no=1, **counts),))
    assert warehouse.ask(f"transfer:{number}", command, by="lu.qc") is None
    warehouse.settle()


def settle(warehouse: Warehouse, kind: Any, cause: Any, lot: str = "C88") -> None:
    told = ExplainDifference(line_no=1, lot=lot, kind=kind, cause=cause, answers="sender", reason="查过")
    assert warehouse.ask("transfer:DB1", told, by="lu.qc") is None
    agreed = SettleDifference(line_no=1, lot=lot, kind=kind)
    assert warehouse.ask("transfer:DB1", agreed, by="su.kj", role="accountant") is None
    warehouse.settle()


def test_free_stock_leaves_one_depot_is_on_the_road_and_lies_in_the_other_in_its_lot() -> None:
    """D17, D13"""
    warehouse = company()
    ask(warehouse, 8)
    assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == (20, 0)
    send(warehouse, 8)
    assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == (12, 0)
    receive(warehouse, good=7, damaged=1, bin="S-01-1")
    assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == (12, 8)
    there = {(lot.bin, lot.pending, lot.lot): lot.quantity for lot in warehouse.states[f"stock:shunde:{SKU}"].lots}
    assert there == {("S-01-1", False, "C88"): 7, ("S-P-01", True, "C88"): 1}


def test_what_was_set_apart_and_not_sent_is_free_again_and_so_is_all_of_a_void_one() -> None:
    """D17, D8"""
    warehouse = company()
    ask(warehouse, 8)
    send(warehouse, 5)
    assert {lot.held_for for lot in warehouse.states[f"stock:main:{SKU}"].lots} == {None}
    ask(warehouse, 4, "DB2")
    assert warehouse.ask("transfer:DB2", CancelTransfer(reason="不要了")) is None
    warehouse.settle()
    assert {lot.held_for for lot in warehouse.states[f"stock:main:{SKU}"].lots} == {None}
    assert lying(warehouse, "main") == 15


def test_more_than_the_depot_has_is_short_and_nothing_is_set_apart() -> None:
    """D8, D9"""
    warehouse = company()
    ask(warehouse, 21)
    assert of_transfer(warehouse).short == (1,)
    assert {lot.held_for for lot in warehouse.states[f"stock:main:{SKU}"].lots} == {None}


def test_differences_are_booked_where_the_pieces_are_found_to_be() -> None:
    """D17: never left, came late, lost; uncounted, found."""
    after = {
        ("lacking", "never_left"): (14, 6),
        ("lacking", "came_late"): (12, 8),
        ("lacking", "lost"): (12, 6),
        ("over", "uncounted"): (10, 10),
        ("over", "found"): (12, 10),
    }
    for (kind, cause), expected in after.items():
        warehouse = company()
        ask(warehouse, 8)
        send(warehouse, 8)
        receive(warehouse, good=6 if kind == "lacking" else 10, lot="C88")
        settle(warehouse, kind, cause)
        assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == expected, cause
        held = {lot.held_for for card in warehouse.cards() for lot in card.lots}
        assert held == {None}, cause


def test_pieces_that_nobody_counted_out_and_that_were_turned_back_lie_where_they_were_once() -> None:
    """D17: both moves are of one card."""
    warehouse = company()
    ask(warehouse, 8)
    send(warehouse, 8)
    assert warehouse.ask("transfer:DB1", TurnTransferBack(reason="停电"), by="guan.yf") is None
    receive(warehouse, good=10, lot="C88")
    settle(warehouse, "over", "uncounted")
    assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == (20, 0)


def test_goods_that_come_to_another_depot_are_the_contracts_once_a_transfer_brought_them() -> None:
    """D17, A3: they are to come until they are counted in the depot that delivers the contract."""
    warehouse = company()
    slip = IssueSlip(
        slip_no="RK1",
        reason="purchase",
        source="厂",
        waybill="YD1",
        lines=(SlipLine(line_no=1, sku=SKU, name="砖", quantity=5, contract_no=AWAY, contract_line_no=1, lot="C90"),),
    )
    warehouse.ask("inbound:RK1", slip, role="accountant")
    warehouse.ask("inbound:RK1", CheckSlip(lines=(LineCheck(line_no=1, counted=5),)))
    warehouse.ask("inbound:RK1", PutAway(line_no=1, quantity=5, bin="A-01-1"))
    warehouse.settle()
    (number,) = [key.removeprefix("transfer:") for key in warehouse.states if key.startswith("transfer:")]
    assert (warehouse.here(AWAY, SKU), lying(warehouse, "main")) == (0, 25)
    send(warehouse, 5, number)
    receive(warehouse, number, good=5)
    assert (warehouse.here(AWAY, SKU), warehouse.held(AWAY, SKU), lying(warehouse, "shunde")) == (5, 5, 5)
    assert warehouse.here_by_lot(AWAY, SKU) == {"C90": 5}


def test_a_file_that_books_a_waybill_which_lies_in_the_other_depot_is_corrected_whichever_is_told_first() -> None:
    """D17, A2, D16: the pieces are not here, and come once."""
    told = {"contract_no": AWAY, "line_no": 1, "sku": SKU, "quantity": 5, "arrived_on": date(2026, 3, 19)}
    file = ReceiveGoods(**told, waybill="YD1", told_by="file")
    slip = ReceiveGoods(**told, waybill="RK1/1/1", carrier_waybill="YD1", told_by="slip", depot="main")
    for story in ((file, slip), (slip, file), (slip, slip, file, slip)):
        warehouse = company()
        for command in story:
            assert warehouse.ask(f"goods:{AWAY}", command) is None
            warehouse.settle()
        assert (warehouse.here(AWAY, SKU), warehouse.held(AWAY, SKU)) == (0, 0)
        assert (lying(warehouse, "main"), lying(warehouse, "shunde")) == (25, 0)
        send(warehouse, 5, "DB-RK1-1-1")
        receive(warehouse, "DB-RK1-1-1", good=5)
        assert (warehouse.here(AWAY, SKU), lying(warehouse, "shunde")) == (5, 5)


def test_pieces_of_a_contract_that_is_cancelled_on_the_road_are_free_where_they_arrive() -> None:
    """A6, D17"""
    warehouse = company()
    ask(warehouse, 3, contract_no=AWAY, contract_line_no=1)
    send(warehouse, 3)
    warehouse.ask(f"goods:{AWAY}", CloseGoods(contract_no=AWAY, reason="退单"))
    receive(warehouse, good=3)
    assert {(lot.held_for, lot.quantity) for lot in warehouse.states[f"stock:shunde:{SKU}"].lots} == {(None, 3)}


def test_damaged_on_the_way_is_the_contracts_damage_and_the_contract_lacks_it() -> None:
    """D4, D17"""
    warehouse = company()
    ask(warehouse, 5, contract_no=AWAY, contract_line_no=1)
    send(warehouse, 5)
    receive(warehouse, good=4, damaged=1)
    assert (warehouse.here(AWAY, SKU), warehouse.states[f"goods:{AWAY}"].stock[0].missing) == (4, 1)
    assert lying(warehouse, "shunde") == 5


def test_a_contract_that_another_depot_delivers_from_now_on_waits_for_the_transfer_of_what_is_here() -> None:
    """D17, A9: the pieces are neither free nor lost in between."""
    warehouse = company()
    told = {"contract_no": HOME, "line_no": 1, "sku": SKU, "arrived_on": date(2026, 3, 19), "told_by": "warehouse"}
    warehouse.ask(f"goods:{HOME}", ReceiveGoods(**told, quantity=3, waybill="YD1", lot="C88"))
    warehouse.ask(f"goods:{HOME}", ReceiveGoods(**told, quantity=2, waybill="YD2", lot="C89"))
    warehouse.settle()
    change = ChangeDepot(contract_no=HOME, transfer_no="DB9", depot="shunde", reason="客户搬家")
    assert warehouse.ask(f"goods:{HOME}", change) is None
    warehouse.settle()
    assert (warehouse.here(HOME, SKU), warehouse.held(HOME, SKU)) == (0, 0)
    held = Counter({lot.lot: lot.quantity for lot in warehouse.states[f"stock:main:{SKU}"].lots if lot.held_for})
    assert held == {"C88": 3, "C89": 2}
    all_of_it = tuple(TransferPieces(line_no=number, quantity=quantity) for number, quantity in ((1, 2), (2, 3)))
    assert warehouse.ask("transfer:DB9", SendTransfer(counted=all_of_it, carrier="车"), by="mai.gh") is None
    came = tuple(TransferCount(line_no=one.line_no, good=one.quantity) for one in all_of_it)
    assert warehouse.ask("transfer:DB9", ReceiveTransfer(counted=came), by="lu.qc") is None
    warehouse.settle()
    assert (warehouse.here(HOME, SKU), warehouse.held(HOME, SKU), lying(warehouse, "shunde")) == (5, 5, 5)
    assert warehouse.here_by_lot(HOME, SKU) == {"C88": 3, "C89": 2}


# --- random histories -----------------------------------------------------------------------------------------------

NUMBERS = ("DB1", "DB2")


def steps() -> st.SearchStrategy[Any]:
    """(aggregate, command, person), or the number of a channel that delivers."""
    number, few = st.sampled_from(NUMBERS), st.integers(1, 6)
    lots = st.sampled_from(["", "C88", "C89"])
    contract = st.sampled_from([("", 0), (HOME, 1), (AWAY, 1)])
    asked = st.builds(
        lambda no, q, of, back: (
            f"transfer:{no}",
            AskTransfer(
                transfer_no=no,
                from_depot="shunde" if back else "main",
                to_depot="main" if back else "shunde",
                lines=(
                    TransferLine(line_no=1, sku=SKU, name="砖", quantity=q, contract_no=of[0], contract_line_no=of[1]),
                ),
                reason="缺货",
            ),
            "mai.gh",
        ),
        number,
        few,
        contract,
        st.booleans(),
    )
    sent = st.builds(
        lambda no, q: (
            f"transfer:{no}",
            SendTransfer(counted=(TransferPieces(line_no=1, quantity=q),), carrier="车"),
            "mai.gh",
        ),
        number,
        few,
    )
    came = st.builds(
        lambda no, good, damaged, lot, last, part: (
            f"transfer:{no}",
            ReceiveTransfer(
                part=part,
                counted=(TransferCount(line_no=1, good=good, damaged=damaged, lot=lot),),
                last=last,
            ),
            "lu.qc",
        ),
        number,
        st.integers(0, 6),
        st.integers(0, 2),
        lots,
        st.booleans(),
        st.sampled_from([None, 1, 2]),
    )
    explained = st.builds(
        lambda no, lot, kind, cause: (
            f"transfer:{no}",
            ExplainDifference(line_no=1, lot=lot, kind=kind, cause=cause, answers="unknown", reason="查过"),
            "lu.qc",
        ),
        number,
        lots,
        st.sampled_from(["lacking", "over"]),
        st.sampled_from(["never_left", "came_late", "lost", "uncounted", "found"]),
    )
    settled = st.builds(
        lambda no, lot, kind: (f"transfer:{no}", SettleDifference(line_no=1, lot=lot, kind=kind), "su.kj"),
        number,
        lots,
        st.sampled_from(["lacking", "over"]),
    )
    others = st.builds(
        lambda no, command: (f"transfer:{no}", command, "guan.yf"),
        number,
        st.sampled_from([CancelTransfer(reason="不要了"), TurnTransferBack(reason="停电")]),
    )
    arrivals = st.builds(
        lambda c, q, w, depot, lot: (
            f"goods:{c}",
            ReceiveGoods(
                contract_no=c,
                line_no=1,
                sku=SKU,
                quantity=q,
                waybill=f"{c}{w}/1/1",
                carrier_waybill=f"YD{w}",
                arrived_on=date(2026, 3, 19),
                told_by="slip",
                depot=depot,
                lot=lot,
            ),
            "system",
        ),
        st.sampled_from([HOME, AWAY]),
        few,
        st.sampled_from("12"),
        st.sampled_from(["main", "shunde"]),
        lots,
    )
    files = st.builds(
        lambda c, q, w: (
            f"goods:{c}",
            ReceiveGoods(
                contract_no=c,
                line_no=1,
                sku=SKU,
                quantity=q,
                waybill=f"YD{w}",
                arrived_on=date(2026, 3, 19),
                told_by="file",
            ),
            "system",
        ),
        st.sampled_from([HOME, AWAY]),
        few,
        st.sampled_from("12"),
    )
    moved = st.builds(
        lambda c, depot, no: (
            f"goods:{c}",
            ChangeDepot(contract_no=c, transfer_no=f"DB-{c}-{no}", depot=depot, reason="客户搬家"),
            "guan.yf",
        ),
        st.sampled_from([HOME, AWAY]),
        st.sampled_from(["main", "shunde"]),
        st.sampled_from("123"),
    )
    ended = st.builds(
        lambda c: (f"goods:{c}", CloseGoods(contract_no=c, reason="退单"), "system"), st.sampled_from([HOME, AWAY])
    )
    deliveries = st.integers(0, 30)
    return st.one_of(
        asked, sent, sent, came, came, explained, settled, others, arrivals, files, moved, ended, deliveries, deliveries
    )


def played(story: list[Any]) -> Warehouse:
    """All of it, and then all news."""
    warehouse = company()
    warehouse.settle()
    for step in story:
        if isinstance(step, int):
            warehouse.deliver(step)
        else:
            aggregate_id, command, person = step
            warehouse.ask(aggregate_id, command, by=person)
    warehouse.settle()
    return warehouse


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(steps(), max_size=40))
def test_no_piece_is_in_two_depots_or_in_none(story: list[Any]) -> None:
    """D17, A9: what came and was not lost lies in a depot or is on the road; goods and cards agree in their depot."""
    warehouse = played(story)
    for contract_no in (HOME, AWAY):
        goods = warehouse.states[f"goods:{contract_no}"]
        at_home = sum(
            lot.quantity
            for card in warehouse.cards()
            for lot in card.lots
            if (card.depot, lot.held_for, lot.pending) == (goods.depot, contract_no, False)
        )
        held = warehouse.held(contract_no, SKU)
        assert (warehouse.here(contract_no, SKU), held, at_home) == (held, held, held)
        assert warehouse.held_by_lot(contract_no, SKU) == warehouse.here_by_lot(contract_no, SKU)
    transfers = {key: state for key, state in warehouse.states.items() if key.startswith("transfer:")}
    for key, state in transfers.items():
        holder = f"{key}/1"
        set_apart = sum(lot.quantity for card in warehouse.cards() for lot in card.lots if lot.held_for == holder)
        match state:
            case Asked():
                assert set_apart == sum(one.quantity for one in state.held if one.line_no == 1)
            case OnTheRoad():
                assert set_apart == sum(one.over for part in state.parts for one in part.counted)
            case Differs():
                assert set_apart == sum(x.difference.quantity for x in state.open if x.difference.kind == "over")
            case _:
                assert set_apart == 0
