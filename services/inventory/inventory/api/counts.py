"""HTTP of stock counts: open, count blind, compare, explain, approve; the plan (D7, K19)."""

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

from company.policy import policy_book
from contracts.bounds import Happened, HowMany, Id, Moment, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.inventory_counts import CountKind, CountTarget
from contracts.spelling import Sku
from inventory.api.count_rows import (
    COUNTS,
    READS_COUNTS,
    BinInBody,
    CountInPath,
    CountView,
    cards_of,
    count_row,
    stocked_bins,
)
from inventory.domain.count import (
    MAX_LINES,
    AddLine,
    CancelCount,
    CompareCount,
    CountPieces,
    OpenCount,
    PersonId,
    count_id,
)
from inventory.domain.count_choice import Selection, choose, in_words, zones_of
from inventory.domain.count_plan import StartCountPlan, count_plan_id
from inventory.domain.count_settling import ApproveAdjustment, ExplainDifference, RefuseAdjustment
from inventory.fields import Note
from inventory.projections.counts import count_view, plan_view
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.http import Answer, Desk, Refusal
from runtime.route import Router

router = Router()

APPROVES = ("accountant", "manager")
PLANS = ("accountant", "manager")

Depot = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")]
Json = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    at: Happened | None = None
    """When it happened, if told later (X1)."""


class CountWanted(_Body):
    """What to count. A full count chooses nothing and gets a sheet per zone; a planned one is chosen by its plan."""

    command: Literal["OpenCount"] = "OpenCount"
    depot: Depot = "main"
    kind: CountKind = "cycle"
    chosen: Selection = Selection()
    plan: OptionalId | None = None
    due: Moment | None = None


class LineFound(_Body):
    """Goods that the sheet does not look for; `name` is wanted where the sku has no card yet."""

    command: Literal["AddLine"] = "AddLine"
    sku: Sku
    bin: BinInBody
    name: Annotated[str, Field(max_length=200)] = ""


class LineNamed(_Body):
    """One line of the sheet."""

    sku: Sku
    bin: OneLine
    note: Note = ""


class Figure(_Body):
    """What somebody counted in a bin."""

    command: Literal["CountPieces"] = "CountPieces"
    sku: Sku
    bin: OneLine
    quantity: HowMany
    counted_by: PersonId | None = None


class CountList(BaseModel):
    """Counts, newest first; without their lines."""

    counts: tuple[Json, ...]


@router.post("/counts", status_code=201, summary="开盘 Open a count (D7)")
async def open_count(body: CountWanted, desk: Desk) -> Answer:
    """Chooses the lines from the cards and puts out one sheet (a full count: one for each zone). The sheet carries no
    balance. Answers the numbers in `body.counts`. Refuses: nothing_to_count, unknown_plan, choose_or_full."""
    desk.allow(*COUNTS)
    now = body.at or utc_now()
    selection, kind = _selection(body)
    stocked = await stocked_bins(desk, body.depot, now)
    targets = choose(stocked, selection, zones_of(policy_book().at(now), body.depot), now)
    zones = sorted({target.zone for target in targets}) if kind == "full" else [""]
    longest = max((sum(target.zone == zone or not zone for target in targets) for zone in zones), default=0)
    if longest > MAX_LINES:
        desk.refuse(
            Rejected(
                "too_many_lines",
                "D7",
                f"一张盘点表最多 {MAX_LINES} 行，这里有 {longest} 行。请按货位或货品分几张开",
                f"A sheet takes {MAX_LINES} lines, this one has {longest}. Open several, by bins or skus",
                {"lines": longest},
            ),
            422,
        )
    number = f"PD-{civil_day(now):%y%m%d}-{desk.fresh_id('count', body.depot)[:6]}"
    answer, opened = None, []
    for zone in zones or [""]:
        count_no = number + (f"-{zone}" if zone else "")
        command = OpenCount(
            at=body.at,
            count_no=count_no,
            depot=body.depot,
            kind=kind,
            chosen=in_words(selection) + (f"，库区 {zone}" if zone else ""),
            plan=body.plan,
            due=body.due,
            targets=tuple(target for target in targets if not zone or target.zone == zone),
        )
        outcome = await desk.ask(count_id(count_no), command, step=zone)
        opened.append(count_no)
        answer = desk.answer(outcome, {"counts": opened})
    assert answer is not None
    return answer


@router.get("/counts", summary="盘点单 Counts (D7)")
async def counts(
    desk: Desk,
    status: Literal["open", "closed", "cancelled"] | None = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0,
) -> CountList:
    """One page of counts, the latest first."""
    desk.allow(*READS_COUNTS)
    query = {} if status is None else {"count.status": status}
    found = await desk.rows("counts").find(query, sort=[("count.opened_at", -1)], limit=limit, skip=skip)
    views = [count_view(row) for row in found]
    return CountList(counts=tuple({**view, "lines": len(view["lines"])} for view in views))


@router.get("/counts/{count_no}", summary="盘点表 A count sheet, blind (D7)")
async def count(count_no: CountInPath, desk: Desk) -> CountView:
    """The lines, without any book figure as long as they are being counted."""
    desk.allow(*READS_COUNTS)
    return CountView.model_validate(count_view(await count_row(desk, count_no)))


@router.post("/counts/{count_no}/lines", status_code=201, summary="加行 Add a line (D7)")
async def add_line(count_no: CountInPath, body: LineFound, desk: Desk) -> Answer:
    """For goods found in a bin where the sheet does not look for them. Refuses: unknown_bin, name_wanted."""
    desk.allow(*COUNTS)
    row = await count_row(desk, count_no)
    depot = row["count"]["depot"]
    zone = zones_of(policy_book().at(utc_now()), depot).get(body.bin)
    if zone is None:
        desk.refuse(
            Rejected("unknown_bin", "D6", f"没有货位 {body.bin}", f"There is no bin {body.bin}", {"bin": body.bin}), 422
        )
    known = await desk.rows("stock").get(f"{depot}:{body.sku}")
    name = known["stock"]["name"] if known else body.name.strip()
    if not name:
        desk.refuse(
            Rejected(
                "name_wanted",
                "D7",
                f"{body.sku} 还没有存卡，请写明品名",
                f"{body.sku} has no bin card yet; say what it is",
            ),
            422,
        )
    number = known["stock"]["last_move_no"] if known else 0
    target = CountTarget(sku=body.sku, name=name, zone=zone, bin=body.bin, move_no=number)
    return desk.answer(await desk.ask(count_id(count_no), AddLine(at=body.at, target=target)))


@router.post("/counts/{count_no}/figures", status_code=201, summary="点数 Count a bin (D7)")
async def count_pieces(count_no: CountInPath, body: Figure, desk: Desk) -> Answer:
    """One figure, by scanner or hand. `at` and `counted_by` for a paper sheet that is typed in later."""
    desk.allow(*COUNTS)
    return desk.answer(await desk.ask(count_id(count_no), CountPieces(**body.model_dump())))


@router.post("/counts/{count_no}/comparison", status_code=201, summary="对账 Compare with the cards (D7)")
async def compare(count_no: CountInPath, desk: Desk, at: Moment | None = None) -> Answer:
    """Each figure with the balance of the moment at which it was counted. May be repeated when moves were told late."""
    desk.allow(*COUNTS)
    row = (await count_row(desk, count_no))["count"]
    bases: dict[str, int] = {}
    for line in row["lines"]:
        bases[line["sku"]] = min(line["base"], bases.get(line["sku"], line["base"]))
    cards = await cards_of(desk, row["depot"], bases)
    return desk.answer(await desk.ask(count_id(count_no), CompareCount(at=at, cards=cards)))


@router.post("/counts/{count_no}/explanations", status_code=201, summary="差异原因 Explain a difference (D7)")
async def explain(count_no: CountInPath, body: ExplainDifference, desk: Desk) -> Answer:
    """Why card and goods differ, with photos if there are any."""
    desk.allow(*COUNTS)
    return desk.answer(await desk.ask(count_id(count_no), body))


@router.post("/counts/{count_no}/approvals", status_code=201, summary="批准调整 Approve an adjustment (D7)")
async def approve(count_no: CountInPath, body: LineNamed, desk: Desk) -> Answer:
    """By an accountant or manager who did not count the line. The stock makes the move."""
    desk.allow(*APPROVES)
    row = (await count_row(desk, count_no))["count"]
    base = next((x["base"] for x in row["lines"] if (x["sku"], x["bin"]) == (body.sku, body.bin)), 0)
    (card,) = await cards_of(desk, row["depot"], {body.sku: base})
    command = ApproveAdjustment(at=body.at, sku=body.sku, bin=body.bin, card=card, note=body.note)
    return desk.answer(await desk.ask(count_id(count_no), command))


@router.post("/counts/{count_no}/refusals", status_code=201, summary="退回复盘 Send back to be recounted (D7)")
async def refuse(count_no: CountInPath, body: LineNamed, desk: Desk) -> Answer:
    """Another person counts the line once more."""
    desk.allow(*APPROVES)
    command = RefuseAdjustment(at=body.at, sku=body.sku, bin=body.bin, note=body.note)
    return desk.answer(await desk.ask(count_id(count_no), command))


@router.post("/counts/{count_no}/cancellation", status_code=201, summary="作废 Cancel a count (D7)")
async def cancel(count_no: CountInPath, body: CancelCount, desk: Desk) -> Answer:
    """With a reason, and only before anything was adjusted."""
    desk.allow(*APPROVES)
    return desk.answer(await desk.ask(count_id(count_no), body))


@router.post("/countplans/{depot}", status_code=201, summary="盘点计划生效 Start the plan of counts (K19)")
async def start_plan(depot: Id, desk: Desk) -> Answer:
    """From today on the policy's counts fall due; again, to add what the policy got since."""
    desk.allow(*PLANS)
    return desk.answer(await desk.ask(count_plan_id(depot), StartCountPlan(depot=depot)))


@router.get("/countplans/{depot}", summary="盘点计划 The plan of counts (K19)")
async def plan(depot: Id, desk: Desk) -> Json:
    """What falls due when, what is late, and which sheets are out."""
    desk.allow(*READS_COUNTS)
    row = await desk.rows("countplans").get(depot)
    if row is None:
        raise Refusal(
            404,
            Rejected("no_plan", "K19", "盘点计划还没有生效", "The plan of counts was not started yet"),
        )
    return plan_view(row)


def _selection(body: CountWanted) -> tuple[Selection, CountKind]:
    """What the request chooses: its plan's class, its own conditions, or all."""
    if body.plan is not None:
        planned = next((x for x in policy_book().at(utc_now()).count_plan if x.plan == body.plan), None)
        if planned is None:
            raise Refusal(
                404,
                Rejected(
                    "unknown_plan",
                    "K19",
                    f"盘点计划里没有 {body.plan}",
                    f"The plan has no count {body.plan}",
                    {"plan": body.plan},
                ),
            )
        return Selection(abc=planned.abc), "full" if planned.abc is None else "cycle"
    if (body.kind == "full") != (body.chosen == Selection()):
        raise Refusal(
            422,
            Rejected(
                "choose_or_full",
                "D7",
                "循环盘点要选库区、货位、货品、ABC 类或未盘天数；全盘不选条件",
                "A cycle count chooses zones, bins, skus, a class or days not counted; a full count chooses nothing",
            ),
        )
    return body.chosen, body.kind
