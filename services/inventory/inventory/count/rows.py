"""The rows that requests of counts begin from: sheets, cards, and what lies where."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from company.policy import policy_book
from contracts.civil_time import civil_day
from inventory.count.card import BinChange, Card, CardMove
from inventory.count.choice import Stocked, abc_classes
from inventory.refusals import no
from runtime.use_case import Asker

Json = dict[str, Any]

REMEMBERED_COUNTS = 500
"""Closed counts that are looked through for when a bin was counted last."""


async def count_document(asker: Asker, count_no: str) -> Json:
    """A count's document, or 404."""
    row = await asker.row("counts", count_no)
    if row is None:
        asker.refuse(no("no_count", count_no=count_no), 404)
    return row


async def count_row(asker: Asker, count_no: str) -> Json:
    """A count, or 404."""
    count: Json = (await count_document(asker, count_no))["count"]
    return count


async def moves_of(asker: Asker, cards: Mapping[str, int]) -> dict[str, list[Json]]:
    """The lines of some cards (`depot:sku`) after the move numbers given, each card's in their order."""
    found: dict[str, list[Json]] = {card: [] for card in cards}
    wanted = [{"move.card": card, "move.move_no": {"$gt": after}} for card, after in cards.items()]
    for row in await asker.rows("moves").find({"$or": wanted}, sort=[("move.move_no", 1)]) if wanted else ():
        found[row["move"]["card"]].append(row["move"])
    return found


async def cards_of(asker: Asker, depot: str, bases: Mapping[str, int]) -> tuple[Card, ...]:
    """The cards of some skus as they are now, with the moves since the numbers given. A sku without a card has an
    empty one. A card whose lines are not all there yet has a gap, which a count does not compare with."""
    rows = {row["card"]["sku"]: row for row in await asker.rows("cards").get_many([f"{depot}:{sku}" for sku in bases])}
    moves = await moves_of(asker, {row["_id"]: bases[sku] for sku, row in rows.items()})
    found = {sku: card_after(row["card"], moves[row["_id"]]) for sku, row in rows.items()}
    return tuple(found.get(sku) or Card(sku=sku, move_no=0, balances=(), since=()) for sku in bases)


def card_after(card: Json, moves: Iterable[Json]) -> Card:
    """A bin card's row as the count needs it: balances, and the lines given as far as the balances have them."""
    since = []
    for move in moves:
        if move["move_no"] <= card["last_move_no"]:
            told = tuple(BinChange(bin=bin_, quantity=pieces) for bin_, pieces in changes_of(move).items())
            adjusted_by = move["voucher_no"] if move["kind"] == "adjusted" else None
            at = datetime.fromisoformat(move["at"])
            since.append(CardMove(move_no=move["move_no"], at=at, changes=told, adjusted_by=adjusted_by))
    return Card(
        sku=card["sku"],
        move_no=card["last_move_no"],
        balances=tuple(BinChange(bin=place["bin"], quantity=place["quantity"]) for place in card["places"]),
        since=tuple(since),
    )


def changes_of(move: Json) -> dict[str, int]:
    """Bin -> pieces that came (positive) or left by a line of a card."""
    changes: dict[str, int] = {}
    for sign, lots in ((-1, move["taken"]), (1, move["put"])):
        for lot in lots:
            changes[lot["bin"]] = changes.get(lot["bin"], 0) + sign * lot["quantity"]
    return {bin_: pieces for bin_, pieces in changes.items() if pieces}


async def stocked_bins(asker: Asker, depot: str, now: datetime) -> list[Stocked]:
    """Every sku in every bin where the cards have pieces of it, with its class and when it was counted last."""
    policy = policy_book().at(now)
    since = civil_day(now - timedelta(days=policy.abc_days)).isoformat()
    cards = [row["card"] for row in await asker.rows("cards").find({"card.depot": depot})]
    moved = {card["sku"]: sum(day["quantity"] for day in card["moved"] if day["on"] >= since) for card in cards}
    classes = abc_classes(moved, policy.abc_percent)
    counted = await _counted_at(asker, depot)
    return [
        Stocked(
            sku=card["sku"],
            name=card["name"],
            bin=place["bin"],
            move_no=card["last_move_no"],
            abc=classes[card["sku"]],
            counted_at=counted.get((card["sku"], place["bin"])),
        )
        for card in cards
        for place in card["places"]
    ]


async def _counted_at(asker: Asker, depot: str) -> dict[tuple[str, str], datetime]:
    """When each sku was counted last in each bin."""
    closed = await asker.rows("counts").find(
        {"count.depot": depot, "count.status": "closed"}, sort=[("count.closed_at", -1)], limit=REMEMBERED_COUNTS
    )
    latest: dict[tuple[str, str], datetime] = {}
    for row in closed:
        for line in row["count"]["lines"]:
            key = (line["sku"], line["bin"])
            moment = datetime.fromisoformat(line["compared"]["counted_at"])
            latest[key] = max(moment, latest.get(key, moment))
    return latest
