"""Rows `counts` (one count sheet) and `countplans` (a depot's plan), from the own stream alone."""

from collections.abc import Callable, Mapping
from typing import Any, assert_never, cast

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory_counts import (
    AdjustmentBooked,
    CountAdjusted,
    CountCancelled,
    CountClosed,
    CountLineAdded,
    CountOpened,
    CountOverdue,
    CountPlanStarted,
    CountTarget,
    DifferenceExplained,
    PiecesCounted,
    PlannedCountBegun,
    PlannedCountDone,
    PlannedCountOverdue,
    PlannedSheetBack,
    RecountAsked,
    StockCounted,
)
from inventory.count.state import CountEvent
from inventory.count_plan import CountPlanEvent
from runtime.service import Facet, Projection, key_of

Json = dict[str, Any]

BLIND = ("to_count", "counted", "recount")
"""Situations of a line in which nobody is shown a book figure, an earlier figure or a difference (D7)."""


def fold_count(facet: Json | None, event: Fact, meta: Meta) -> Json:
    """A count after one more event.

    `status`: open, closed, cancelled. `lines[].status`: to_count, counted, recount, agrees, differs, explained,
    approved, booked.
    """
    told = cast(CountEvent, event)
    if isinstance(told, CountOpened):
        return {
            **told.model_dump(mode="json", include={"count_no", "depot", "kind", "chosen", "plan", "due"}),
            "status": "open",
            "overdue": False,
            "opened_at": told.at.isoformat(),
            "opened_by": meta.actor,
            "closed_at": None,
            "reason": None,
            "accuracy": None,
            "lines": [_line(target) for target in told.targets],
        }
    before = cast(Json, facet)
    match told:
        case CountLineAdded():
            return {**before, "lines": [*before["lines"], _line(told.target)]}
        case PiecesCounted():
            figure = {
                "round": told.round,
                "quantity": told.quantity,
                "at": told.at.isoformat(),
                "by": told.counted_by,
                "typed_by": meta.actor,
            }
            return _on(before, told.sku, told.bin, lambda line: _counted(line, figure))
        case StockCounted():
            after = before
            for compared in told.lines:
                values = compared.model_dump(mode="json", exclude={"sku", "name", "bin"})
                status = "agrees" if compared.difference == 0 else "differs"
                cleared = {"status": status, "compared": values, "reason": None, "note": ""}
                after = _on(after, compared.sku, compared.bin, lambda line, new=cleared: {**line, **new})  # type: ignore[misc]
            return after
        case RecountAsked():
            after = before
            asked = {"status": "recount", "compared": None, "reason": None, "note": "", "asked": told.reason}
            words = {"asked_note": told.note}
            for key in told.lines:
                after = _on(
                    after, key.sku, key.bin, lambda line: {**line, **asked, **words, "round": line["round"] + 1}
                )
            return after
        case DifferenceExplained():
            said = {"status": "explained", "reason": told.reason, "note": told.note, "photos": list(told.photos)}
            return _on(before, told.sku, told.bin, lambda line: {**line, **said, "explained_by": meta.actor})
        case CountAdjusted():
            approved = {"status": "approved", "approved_by": told.approved_by, "approved_note": told.note}
            return _on(before, told.sku, told.bin, lambda line: {**line, **approved})
        case AdjustmentBooked():
            booked = {"status": "booked", "move_no": told.move_no}
            return _on(before, told.sku, told.bin, lambda line: {**line, **booked})
        case CountClosed():
            figures = told.model_dump(include={"lines", "lines_right", "pieces_book", "pieces_off"})
            return {**before, "status": "closed", "closed_at": told.at.isoformat(), "accuracy": figures}
        case CountCancelled():
            return {**before, "status": "cancelled", "closed_at": told.at.isoformat(), "reason": told.reason}
        case CountOverdue():
            return {**before, "overdue": True}
    assert_never(told)


def fold_plan(facet: Json | None, event: Fact, meta: Meta) -> Json:  # noqa: ARG001 - all folds have one signature
    """A plan after one more event: what falls due when, which sheets are out, and what was done."""
    told = cast(CountPlanEvent, event)
    before = facet or {"depot": told.depot, "items": []}
    if isinstance(told, CountPlanStarted):
        fresh = [
            {**item.model_dump(mode="json"), "overdue": False, "out": [], "done_on": None, "last_count": None}
            for item in told.counts
        ]
        return {**before, "items": [*before["items"], *fresh]}
    match told:
        case PlannedCountBegun():
            count_no = told.count_no
            return _on_item(before, told.plan, lambda item: {**item, "out": [*item["out"], count_no]})
        case PlannedSheetBack():
            gone = told.count_no
            return _on_item(before, told.plan, lambda item: {**item, "out": [x for x in item["out"] if x != gone]})
        case PlannedCountDone():
            done = {
                "due": told.model_dump(mode="json")["following"],
                "overdue": False,
                "done_on": told.done_on.isoformat(),
                "last_count": told.count_no,
            }
            return _on_item(before, told.plan, lambda item: {**item, **done})
        case PlannedCountOverdue():
            return _on_item(before, told.plan, lambda item: {**item, "overdue": True})
    assert_never(told)


def _line(target: CountTarget) -> Json:
    return {
        **target.model_dump(),
        "status": "to_count",
        "round": 1,
        "figures": [],
        "compared": None,
        "asked": None,
        "asked_note": "",
        "reason": None,
        "note": "",
        "photos": [],
        "explained_by": None,
        "approved_by": None,
        "approved_note": "",
        "move_no": None,
        "base": target.move_no,
    }


def _counted(line: Json, figure: Json) -> Json:
    earlier = [known for known in line["figures"] if known["round"] != figure["round"]]
    return {**line, "status": "counted", "figures": [*earlier, figure]}


def _on(count: Json, sku: str, bin_: str, change: Callable[[Json], Json]) -> Json:
    lines = [change(line) if (line["sku"], line["bin"]) == (sku, bin_) else line for line in count["lines"]]
    return {**count, "lines": lines}


def _on_item(plan: Json, name: str, change: Callable[[Json], Json]) -> Json:
    return {**plan, "items": [change(item) if item["plan"] == name else item for item in plan["items"]]}


def count_view(document: Mapping[str, Any]) -> Json:
    """A count as everybody sees it: blind as long as a line is being counted (D7); `version` for `If-Match`."""
    count = document["count"]
    lines = [_blind(line) for line in count["lines"]]
    waiting = sum(line["status"] in {"to_count", "recount"} for line in lines)
    return {**count, "lines": lines, "to_count": waiting, "version": document["_pos"]["count"]["seq"]}


def _blind(line: Json) -> Json:
    seen = {name: value for name, value in line.items() if name != "base"}
    if line["status"] not in BLIND:
        return seen
    own = [figure for figure in line["figures"] if figure["round"] == line["round"]]
    return {**seen, "figures": own, "compared": None}


def plan_view(document: Mapping[str, Any]) -> Json:
    """A plan, most urgent first."""
    plan = document["countplan"]
    items = sorted(plan["items"], key=lambda item: (item["due"], item["plan"]))
    return {**plan, "items": items, "version": document["_pos"]["countplan"]["seq"]}


PROJECTIONS = (
    Projection(
        name="counts",
        row=key_of,
        facets=(Facet(name="count", service="inventory", prefixes=("count",), fold=fold_count),),
        indexes=(
            ("count.status", "count.opened_at"),
            ("count.opened_at",),
            ("count.depot", "count.closed_at"),
            ("count.lines.sku",),
        ),
    ),
    Projection(
        name="countplans",
        row=key_of,
        facets=(Facet(name="countplan", service="inventory", prefixes=("countplan",), fold=fold_plan),),
    ),
)
