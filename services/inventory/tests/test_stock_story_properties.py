"""The warehouse as a whole, in memory: whatever is asked, in whatever order the news travels, goods and cards agree."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from stock_stories import CODECS, CONTRACTS, POLICY, SKUS, STORY, played

from contracts.inventory_stock import StockMoved
from inventory.goods.state import Cancelled, Expected
from inventory.projections.cards import fold_card, fold_move
from inventory.projections.goods import fold_goods
from inventory.projections.stock import fold_stock
from inventory.stock.lots import pieces
from inventory.stock.state import Card

LONG = settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@LONG
@given(STORY)
def test_a_card_never_falls_below_zero_and_every_balance_is_the_sum_of_its_moves(story: list[Any]) -> None:
    """D6, D8: numbers without a gap; before and after meet; what was taken lay there; a piece is in one place."""
    balances: dict[str, list[StockMoved]] = {}
    for event, meta in played(story).events:
        if isinstance(event, StockMoved):
            balances.setdefault(meta.subject, []).append(event)
    for moves in balances.values():
        places: dict[tuple[str, str | None, bool], int] = {}
        balance = 0
        for number, move in enumerate(moves, start=1):
            assert (move.move_no, move.before) == (number, balance)
            for lot, sign in (*((lot, -1) for lot in move.taken), *((lot, 1) for lot in move.put)):
                place = (lot.bin, lot.held_for, lot.pending)
                places[place] = places.get(place, 0) + sign * lot.quantity
            balance = move.after
            assert balance == sum(places.values())
            assert all(quantity >= 0 for quantity in places.values())


@LONG
@given(STORY)
def test_what_is_held_for_a_contract_is_what_its_goods_say_lies_here(story: list[Any]) -> None:
    """D6, D8, A3: goods and cards never part, whatever the order in which news travels."""
    warehouse = played(story)
    assert {(contract_no, sku): warehouse.held(contract_no, sku) for contract_no in CONTRACTS for sku in SKUS} == {
        (contract_no, sku): warehouse.here(contract_no, sku) for contract_no in CONTRACTS for sku in SKUS
    }


@LONG
@given(STORY)
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


@LONG
@given(STORY)
def test_the_rows_say_what_the_rules_say(story: list[Any]) -> None:
    """D6, C6 of the house style: folds of the stream equal the states."""
    warehouse = played(story)
    rows: dict[str, Any] = {}
    cards: dict[str, Any] = {}
    moves: dict[str, list[Any]] = {}
    for event, meta in warehouse.events:
        kind = meta.subject.partition(":")[0]
        if kind == "stock":
            rows[meta.subject] = fold_stock(rows.get(meta.subject), event, meta)
            cards[meta.subject] = fold_card(cards.get(meta.subject), event, meta)
            line = fold_move(None, event, meta)
            moves.setdefault(meta.subject, []).extend([] if line is None else [line])
        elif kind == "goods":
            rows[meta.subject] = fold_goods(rows.get(meta.subject), event, meta)
    for aggregate_id, state in warehouse.states.items():
        if isinstance(state, Card):
            row = rows[aggregate_id]
            assert row["on_hand"] == row["free"] + row["held"] + row["pending"] == pieces(state.lots)
            card, lines = cards[aggregate_id], moves[aggregate_id]
            assert card["name"] == row["name"]
            assert (card["balance"], card["last_move_no"]) == (pieces(state.lots), state.last_move)
            assert [line["move_no"] for line in lines] == list(range(1, state.last_move + 1))
            assert sum(place["quantity"] for place in card["places"]) == card["balance"]
            balances: dict[str, int] = {}
            for lot in state.lots:
                balances[lot.bin] = balances.get(lot.bin, 0) + lot.quantity
            assert {place["bin"]: place["quantity"] for place in card["places"]} == balances
            came_and_left = sum(line["quantity"] for line in lines if line["before"] != line["after"])
            assert sum(day["quantity"] for day in card["moved"]) == came_and_left
        elif isinstance(state, Expected | Cancelled):
            assert [(x["line_no"], x["here"]) for x in rows[aggregate_id]["lines"]] == [
                (x.line.line_no, x.here) for x in state.stock
            ]


@LONG
@given(STORY)
def test_every_state_survives_its_checkpoint(story: list[Any]) -> None:
    """X1"""
    for aggregate_id, state in played(story).states.items():
        codec = CODECS[aggregate_id.partition(":")[0]]
        assert codec.load(codec.dump(state)) == state
