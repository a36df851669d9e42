"""What a cycle count counts (D7): chosen by zone, bin, sku, ABC class, or by how long ago it was counted."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import Field

from company.policy import Policy
from contracts.bounds import OneLine
from contracts.fact import Value
from contracts.inventory_counts import CountTarget
from contracts.spelling import Sku

AbcClass = Literal["A", "B", "C"]
"""By pieces moved lately: the few skus that make most moves are A, those that hardly move C."""


class Selection(Value):
    """Conditions that all hold together; an empty one is no condition."""

    zones: Annotated[tuple[OneLine, ...], Field(max_length=100)] = ()
    bins: Annotated[tuple[OneLine, ...], Field(max_length=2000)] = ()
    skus: Annotated[tuple[Sku, ...], Field(max_length=2000)] = ()
    abc: AbcClass | None = None
    not_counted_days: Annotated[int | None, Field(ge=1, le=3650)] = None


@dataclass(frozen=True, slots=True)
class Stocked:
    """A sku in a bin as the card has it, without how many. `counted_at`: when it was counted last. `lot`: of this lot;
    null where no lots lie in the bin (D13)."""

    sku: str
    name: str
    bin: str
    move_no: int
    abc: AbcClass
    counted_at: datetime | None
    lot: str | None = None


def zones_of(policy: Policy, depot: str) -> dict[str, str]:
    """Bin -> zone, for all bins of a depot (D6)."""
    return {
        bin_: zone.zone for known in policy.depots if known.depot == depot for zone in known.zones for bin_ in zone.bins
    }


def choose(
    stocked: Iterable[Stocked], selection: Selection, zones: Mapping[str, str], now: datetime
) -> tuple[CountTarget, ...]:
    """The lines of a sheet, in the order in which one walks: zone, bin, sku, lot."""
    chosen = (
        CountTarget(sku=x.sku, name=x.name, zone=zones.get(x.bin, ""), bin=x.bin, move_no=x.move_no, lot=x.lot)
        for x in stocked
        if _fits(x, selection, zones, now)
    )
    return tuple(sorted(chosen, key=lambda target: (target.zone, target.bin, target.sku, target.lot or "")))


def _fits(stocked: Stocked, selection: Selection, zones: Mapping[str, str], now: datetime) -> bool:
    days = selection.not_counted_days
    return (
        (not selection.zones or zones.get(stocked.bin, "") in selection.zones)
        and (not selection.bins or stocked.bin in selection.bins)
        and (not selection.skus or stocked.sku in selection.skus)
        and (selection.abc is None or stocked.abc == selection.abc)
        and (days is None or stocked.counted_at is None or stocked.counted_at <= now - timedelta(days=days))
    )


def in_words(selection: Selection) -> str:
    """The selection for people, e.g. 库区 A、B；A 类；90 天未盘. Nothing chosen is 全盘."""
    parts = [
        "库区 " + "、".join(selection.zones) if selection.zones else "",
        "货位 " + _some(selection.bins) if selection.bins else "",
        "货品 " + _some(selection.skus) if selection.skus else "",
        f"{selection.abc} 类" if selection.abc else "",
        f"{selection.not_counted_days} 天未盘" if selection.not_counted_days else "",
    ]
    return "；".join(part for part in parts if part) or "全盘"


def abc_classes(moved: Mapping[str, int], percent: Sequence[int]) -> dict[str, AbcClass]:
    """Classes by pieces moved: the biggest movers are A until `percent[0]` of all pieces is reached, then B, then C.

    What did not move is C. Skus that moved alike are ordered by their code.
    """
    total = sum(moved.values())
    classes: dict[str, AbcClass] = {}
    before = 0
    for sku, pieces in sorted(moved.items(), key=lambda item: (-item[1], item[0])):
        if pieces == 0 or before * 100 >= total * percent[1]:
            classes[sku] = "C"
        else:
            classes[sku] = "A" if before * 100 < total * percent[0] else "B"
        before += pieces
    return classes


def _some(names: Sequence[str]) -> str:
    return "、".join(names[:5]) + (f" 等 {len(names)} 个" if len(names) > 5 else "")
