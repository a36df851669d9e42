"""The warehouse as a whole, in memory: whatever is asked, in whatever order the news travels, goods and cards agree."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from stock_stories import CODECS, CONTRACTS, POLICY, SKUS, STORY, WRONG, played

from contracts.inventory_stock import StockMoved
from inventory.goods.moves import moves_of
from inventory.goods.row import PIECES, goods_row
from inventory.goods.state import Cancelled, Expected
from inventory.stock.lots import pieces, place
from inventory.stock.moves import MoveRow, move_row
from inventory.stock.row import stock_row
from inventory.stock.state import Card
from inventory.turnover import fold_turnover
from runtime.said import Saying

LONG = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@LONG
@given(STORY)
def test_a_card_never_falls_below_zero_and_every_balance_is_the_sum_of_its_moves(story: list[Any]) -> None:
    """D6, D8: numbers without a gap; before and after meet; what was taken lay there; a piece is in one place.

    D13: and of one lot.
    """
    balances: dict[str, list[StockMoved]] = {}
    for event, meta in played(story).events:
        if isinstance(event, StockMoved):
            balances.setdefault(meta.subject, []).append(event)
    for moves in balances.values():
        places: dict[tuple[str, str | None, bool, str], int] = {}
        balance = 0
        for number, move in enumerate(moves, start=1):
            assert (move.move_no, move.before) == (number, balance)
            for lot, sign in (*((lot, -1) for lot in move.taken), *((lot, 1) for lot in move.put)):
                places[place(lot)] = places.get(place(lot), 0) + sign * lot.quantity
            balance = move.after
            assert balance == sum(places.values())
            assert all(quantity >= 0 for quantity in places.values())


@LONG
@given(STORY | WRONG)
def test_what_is_held_for_a_contract_is_what_its_goods_say_lies_here(story: list[Any]) -> None:
    """D6, D8, A3: goods and cards never part, whatever the order in which news travels."""
    warehouse = played(story)
    assert {(contract_no, sku): warehouse.held(contract_no, sku) for contract_no in CONTRACTS for sku in SKUS} == {
        (contract_no, sku): warehouse.here(contract_no, sku) for contract_no in CONTRACTS for sku in SKUS
    }


@LONG
@given(STORY | WRONG)
def test_goods_and_cards_agree_of_which_lot_every_piece_is(story: list[Any]) -> None:
    """D13, D6: and what a contract has, here or outside, is of lots that it was brought, or of none."""
    warehouse = played(story)
    for contract_no in CONTRACTS:
        for sku in SKUS:
            assert warehouse.held_by_lot(contract_no, sku) == warehouse.here_by_lot(contract_no, sku)
        state = warehouse.states[f"goods:{contract_no}"]
        for stock in (*state.stock, *state.former):
            assert (sum(stock.lots_here.values()), sum(stock.lots_outside.values())) == (stock.here, stock.outside)
            assert {*stock.lots_here, *stock.lots_outside} <= {"", *(arrival.lot for arrival in stock.arrivals)}


@LONG
@given(STORY | WRONG)
def test_no_news_between_goods_and_cards_is_refused(story: list[Any]) -> None:
    """D8, X1: a refused reaction would be a fact that one of them never heard of."""
    followers = [
        refused.code
        for aggregate_id, refused in played(story).refused
        if aggregate_id.startswith("stock:") and refused.code != "not_enough_in_bin"
    ]
    assert followers == []


@LONG
@given(STORY)
def test_a_cancelled_contract_holds_nothing_and_nothing_is_held_in_the_pending_zone_for_a_contract(
    story: list[Any],
) -> None:
    """A6, D2: amended or cancelled at any moment, nothing stays reserved that the contract does not have."""
    warehouse = played(story)
    for contract_no in CONTRACTS:
        state = warehouse.states[f"goods:{contract_no}"]
        if isinstance(state, Cancelled):
            assert [warehouse.held(contract_no, sku) for sku in SKUS] == [0, 0]
    for card in warehouse.cards():
        zones = {zone.kind: zone.bins for depot in POLICY.depots for zone in depot.zones}
        for lot in card.lots:
            assert lot.quantity > 0
            assert lot.pending == (lot.bin in zones["pending"])
            assert not (lot.pending and lot.held_for in CONTRACTS)


def added_up(lines: list[MoveRow]) -> dict[str, int]:
    """Bin -> what the card's lines come to."""
    pieces: dict[str, int] = {}
    for line in lines:
        for bin_, change in line.bins.items():
            pieces[bin_] = pieces.get(bin_, 0) + change
    return {bin_: left for bin_, left in pieces.items() if left}


@LONG
@given(STORY)
def test_the_rows_say_what_the_rules_say(story: list[Any]) -> None:
    """D6, C6 of the house style: folds of the stream equal the states."""
    warehouse = played(story)
    goods: dict[str, list[Saying[Any]]] = {}
    days: dict[str, dict[str, int]] = {}
    moves: dict[str, list[MoveRow]] = {}
    for event, meta in warehouse.events:
        kind = meta.subject.partition(":")[0]
        if kind == "stock":
            days[meta.subject] = fold_turnover(days.get(meta.subject), event, meta)
            line = move_row(event, meta)
            moves.setdefault(meta.subject, []).extend([] if line is None else [line])
        elif kind == "goods":
            goods.setdefault(meta.subject, []).append(Saying(meta.actor, event, meta.time))
    for aggregate_id, state in warehouse.states.items():
        if isinstance(state, Card):
            row, lines = stock_row(state), moves[aggregate_id]
            assert row is not None
            assert row.on_hand == row.free + row.held + row.pending == pieces(state.lots) == lines[-1].after
            assert [line.move_no for line in lines] == list(range(1, row.last_move_no + 1))
            assert {bin_: row.in_bin(bin_) for bin_ in row.bins} == added_up(lines)
            came_and_left = sum(line.quantity for line in lines if line.change)
            assert sum(days[aggregate_id].values()) == came_and_left
        elif isinstance(state, Expected | Cancelled):
            contract = goods_row(state)
            assert contract is not None
            assert [(x.line_no, x.here) for x in contract.lines] == [(x.line.line_no, x.here) for x in state.stock]
            told = moves_of(PIECES.heard.of(goods[aggregate_id]))
            named = {one for x in told for one in (x.waybill, x.damage_id, x.list_no, x.return_no, x.voucher) if one}
            assert named == set(contract.vouchers)


@LONG
@given(STORY)
def test_every_state_survives_its_checkpoint(story: list[Any]) -> None:
    """X1"""
    for aggregate_id, state in played(story).states.items():
        codec = CODECS[aggregate_id.partition(":")[0]]
        assert codec.load(codec.dump(state)) == state
