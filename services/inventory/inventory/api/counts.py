"""HTTP of stock counts: open, count blind, compare, explain, approve; the plan (D7, K19)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel

from company.policy import policy_book
from contracts.bounds import Id, Moment, OptionalId
from contracts.civil_time import civil_day
from contracts.inventory_counts import CountKind
from inventory.api.common import CountInPath, DepotInBody
from inventory.api.where import OWN_DEPOT
from inventory.count.aggregate import COUNT
from inventory.count.choice import Selection, choose, in_words, zones_of
from inventory.count.counting import MAX_LINES, OpenCount
from inventory.count.file import COUNT_FILES
from inventory.count.row import SHEETS
from inventory.count.rows import stocked_bins
from inventory.count_plan import COUNT_PLAN
from inventory.count_plan_row import PLANS, plan_shown
from inventory.refusals import no
from inventory.who import READS_COUNTS
from runtime.clock import utc_now
from runtime.decision import Command
from runtime.http import Answer, Caller, SignedIn
from runtime.route import Router
from runtime.routes import Address, routes

router = Router()

router.include_router(
    routes(Address(COUNT, "/counts", "count_no", CountInPath, told=True, values={"at": Moment | None}, guard=OWN_DEPOT))
)
router.include_router(routes(Address(COUNT_PLAN, "/countplans", "depot", Id, guard=OWN_DEPOT)))

Json = dict[str, Any]


class CountLineView(BaseModel):
    """One line, of one lot or (null) of whatever lies there; `lot_found`: found at the count (D13).

    `compared` and earlier figures are null while it is being counted."""

    sku: str
    name: str
    zone: str
    bin: str
    status: str
    round: int
    figures: tuple[Json, ...]
    compared: Json | None
    asked: str | None
    asked_note: str
    reason: str | None
    note: str
    photos: tuple[str, ...]
    explained_by: str | None
    approved_by: str | None
    approved_note: str
    move_no: int | None
    lot: str | None
    lot_found: bool


class CountView(BaseModel):
    """A count sheet. `to_count`: lines that wait for a figure; `accuracy` once it is closed."""

    count_no: str
    depot: str
    kind: str
    chosen: str
    plan: str | None
    due: str
    status: str
    overdue: bool
    opened_at: str
    opened_by: str
    closed_at: str | None
    reason: str | None
    accuracy: Json | None
    to_count: int
    lines: tuple[CountLineView, ...]
    version: int


class CountWanted(Command):
    """What to count. A full count chooses nothing and gets a sheet per zone; a planned one is chosen by its plan."""

    command: Literal["OpenCount"] = "OpenCount"
    depot: DepotInBody = "main"
    kind: CountKind = "cycle"
    chosen: Selection = Selection()
    plan: OptionalId | None = None
    due: Moment | None = None


class CountList(BaseModel):
    """Counts, newest first; without their lines."""

    counts: tuple[Json, ...]


@router.post("/counts", status_code=201, summary="开盘 Open a count (D7)")
async def open_count(body: CountWanted, caller: SignedIn) -> Answer:
    """Chooses the lines from the cards and puts out one sheet (a full count: one for each zone). The sheet carries no
    balance. Answers the numbers in `body.counts`. Refuses: nothing_to_count, unknown_plan, choose_or_full."""
    caller.allow(*COUNT.may(OpenCount))
    now = body.at or utc_now()
    selection, kind = _selection(caller, body)
    stocked = await stocked_bins(caller, body.depot, now)
    targets = choose(stocked, selection, zones_of(policy_book().at(now), body.depot), now)
    zones = (sorted({target.zone for target in targets}) if kind == "full" else []) or [""]
    longest = max((sum(target.zone == zone or not zone for target in targets) for zone in zones), default=0)
    if longest > MAX_LINES:
        caller.refuse(no("too_many_lines", most=MAX_LINES, lines=longest), 422)
    number = f"PD-{civil_day(now):%y%m%d}-{caller.fresh_id('count', body.depot)[:6]}"
    sheets = [
        OpenCount(
            at=body.at,
            count_no=number + (f"-{zone}" if zone else ""),
            depot=body.depot,
            kind=kind,
            chosen=in_words(selection) + (f"，库区 {zone}" if zone else ""),
            plan=body.plan,
            due=body.due,
            targets=tuple(target for target in targets if not zone or target.zone == zone),
        )
        for zone in zones
    ]
    await OWN_DEPOT(caller, caller.person, COUNT.key(number), sheets[0])
    outcomes = await caller.ask_all(
        [(COUNT.key(one.count_no), one, zone) for one, zone in zip(sheets, zones, strict=True)]
    )
    late = next((one for one in outcomes if one.status != "accepted"), outcomes[-1])
    return caller.answer(late, {"counts": [one.count_no for one in sheets]})


@router.get("/counts", summary="盘点单 Counts (D7)")
async def counts(
    caller: SignedIn,
    status: Literal["open", "closed", "cancelled"] | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> CountList:
    """One page of counts, the latest first."""
    caller.allow(*READS_COUNTS)
    query = SHEETS.where(status=status)
    files = await caller.view(COUNT_FILES).find(query, sort=[("row.opened_at", -1)], limit=limit, skip=skip)
    return CountList(counts=tuple({**file.shown(), "lines": len(file.row.lines)} for file in files))


@router.get("/counts/{count_no}", summary="盘点表 A count sheet, blind (D7)")
async def count(count_no: CountInPath, caller: SignedIn) -> CountView:
    """The lines, without any book figure as long as they are being counted."""
    caller.allow(*READS_COUNTS)
    found = await caller.view(COUNT_FILES).get(count_no)
    if found is None:
        caller.refuse(no("no_count", count_no=count_no), 404)
    return CountView.model_validate(found.shown())


@router.get("/countplans/{depot}", summary="盘点计划 The plan of counts (K19)")
async def plan(depot: Id, caller: SignedIn) -> Json:
    """What falls due when, what is late, and which sheets are out."""
    caller.allow(*READS_COUNTS)
    found = await caller.view(PLANS.files).get(depot)
    if found is None:
        caller.refuse(no("no_plan"), 404)
    return plan_shown(found)


def _selection(caller: Caller, body: CountWanted) -> tuple[Selection, CountKind]:
    """What the request chooses: its plan's class, its own conditions, or all."""
    if body.plan is not None:
        planned = next((x for x in policy_book().at(utc_now()).count_plan if x.plan == body.plan), None)
        if planned is None:
            caller.refuse(no("unknown_plan", plan=body.plan), 404)
        return Selection(abc=planned.abc), "full" if planned.abc is None else "cycle"
    if (body.kind == "full") != (body.chosen == Selection()):
        caller.refuse(no("choose_or_full"), 422)
    return body.chosen, body.kind
