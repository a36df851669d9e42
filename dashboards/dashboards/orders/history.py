"""History of a contract: what was told of it, of its goods and of its jobs, with who and when (X1). Pure.

Times that differ are both shown: happened and recorded. What an event is called stands in the word `event.<name>`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dashboards.journal import Entry
from dashboards.words import Words, tables
from inventory.goods.moves import Move

Json = Mapping[str, Any]

LATE_TOLD = timedelta(minutes=5)
"""Recorded that much after it happened: both times are shown."""

SHOWN = (
    "name",
    "quantity",
    "lot",
    "waybill",
    "arrived_on",
    "eta",
    "complete_on",
    "promised_on",
    "on",
    "half",
    "crew",
    "amount_fen",
    "refund_fen",
    "owed_fen",
    "list_no",
    "slip_no",
    "delivered_on",
    "installed_on",
    "returned_on",
    "ends_on",
    "result",
    "fault",
    "cause",
    "reason",
    "note",
)
"""Fields of events that a history shows, in this order; never the customer's data."""
MONEY = frozenset({"amount_fen", "refund_fen", "owed_fen"})


@dataclass(frozen=True, slots=True)
class Told:
    """One event. `recorded` is None where it was told as it happened."""

    event: str
    at: datetime
    recorded: datetime | None
    by: str
    facts: Json


def told(entry: Entry) -> Told:
    """An entry of the journal."""
    return _told(entry.event, (entry.happened, entry.recorded), entry.by, entry.data)


def moved(move: Move) -> Told:
    """A move of the contract's goods."""
    return _told(f"goods.{move.kind}", (move.at, move.recorded_at), move.by, move.shown())


def _told(event: str, times: tuple[datetime, datetime], by: str, facts: Json) -> Told:
    happened, known = times
    late = abs(known - happened) > LATE_TOLD
    shown = {name: facts[name] for name in SHOWN if facts.get(name) not in (None, "", ())}
    return Told(event=event, at=happened, recorded=known if late else None, by=by, facts=shown)


def history(entries: Iterable[Entry], moves: Iterable[Move] = ()) -> list[Told]:
    """Everything, the latest happening first."""
    return sorted((*map(told, entries), *map(moved, moves)), key=lambda one: one.at, reverse=True)


def headline(one: Told, words: Words) -> str:
    """What happened; the event's own name where the table has none yet."""
    key = f"event.{one.event}"
    return words(key) if key in tables()["words"] else one.event


def details(one: Told, words: Words, *, money: bool) -> str:
    """Its figures, as the page's language writes them."""
    parts = [_fact(name, value, words) for name, value in one.facts.items() if money or name not in MONEY]
    return " · ".join(part for part in parts if part)


def _fact(name: str, value: Any, words: Words) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    if name in MONEY:
        return words(f"fact.{name}", amount=words.money(int(value)))
    if name.endswith("_on") or name in {"on", "eta"}:
        return words(f"fact.{name}", on=words.short_date(date.fromisoformat(str(value)[:10])))
    if name == "quantity":
        return f"×{value}" if value else ""
    coded = f"{name}.{value}"
    return words(coded) if coded in tables()["words"] else words.own(str(value))
