"""送达更正入仓 What a crew was said to bring back, and what was said to be broken, after a correction (D3, D4, D16)."""

from collections import Counter
from dataclasses import replace
from typing import Annotated, Any, Literal

from company.context import Context
from contracts import inventory as facts
from contracts import inventory_corrections as corrections
from contracts.bounds import Few, ManyLines, OneLine, OptionalId
from contracts.civil_time import civil_day
from contracts.fact import GoodsLine
from contracts.inventory import GoodsEvent
from inventory.goods.lots import added, less, of_line, spread, told
from inventory.goods.state import IN_WAREHOUSE, Awaited, Decision, Known, Stock
from runtime.decision import Command
from runtime.use_case import UseCase

Lines = Annotated[tuple[GoodsLine, ...], Few(1_000)]


class CorrectHandover(Command):
    """送达更正入仓 (D16): pieces that a crew brings back after all, and that it does not; whole ones and broken ones.

    `return_no`: the number of what comes back besides. `reverses`: a correction that the warehouse has declined.
    """

    command: Literal["CorrectHandover"] = "CorrectHandover"
    contract_no: OptionalId
    job_id: OptionalId
    correction_no: OptionalId
    return_no: OptionalId
    back: Lines = ()
    broken_back: Lines = ()
    not_back: Lines = ()
    not_broken: Lines = ()
    crew: OneLine = ""
    reason: ManyLines
    reverses: OptionalId = ""


def correct_handover(command: CorrectHandover, goods: Known, ctx: Context) -> Decision:
    """The warehouse awaits what really comes back, and takes back damage that was none.

    Rules: D16, D3, D4, A9. Once per correction. What it has received meanwhile, or does not know to be outside, it
    declines: the pieces lie here, whatever was typed. Of what was declined, nothing is to be reversed but damage.
    """
    if command.correction_no in goods.settled:
        return ()
    at = command.at or ctx.now
    if f"{command.reverses}/declined" in goods.settled:
        return _not_damaged(command, goods, at)
    declined = _declined(command, goods, at)
    if declined is not None:
        return (declined,)
    corrected = corrections.HandoverCorrected(
        at=at,
        contract_no=command.contract_no,
        job_id=command.job_id,
        correction_no=command.correction_no,
        not_back=(*_awaited_less(command, goods, broken=False), *_awaited_less(command, goods, broken=True)),
        reason=command.reason,
    )
    more = (
        facts.GoodsReturnAwaited(
            at=at,
            contract_no=command.contract_no,
            return_no=f"{command.return_no}{'-P' if broken else ''}",
            lines=lines,
            returned_on=civil_day(at),
            reason=command.reason,
            broken=broken,
            crew=command.crew,
        )
        for lines, broken in ((command.back, False), (command.broken_back, True))
        if lines
    )
    return (corrected, *_not_damaged(command, goods, at), *more)


def _declined(command: CorrectHandover, goods: Known, at: Any) -> corrections.HandoverCorrectionDeclined | None:
    def says_no(line: GoodsLine, why: Literal["received", "not_outside"]) -> corrections.HandoverCorrectionDeclined:
        return corrections.HandoverCorrectionDeclined(
            at=at,
            contract_no=command.contract_no,
            job_id=command.job_id,
            correction_no=command.correction_no,
            line_no=line.line_no,
            name=line.name,
            why=why,
        )

    for lines, broken in ((command.not_back, False), (command.not_broken, True)):
        awaited = _count(line for one in _of_job(command, goods, broken) for line in one.lines)
        for line in lines:
            if line.quantity > awaited[line.line_no]:
                return says_no(line, "received")
    whole = _count(line for one in goods.awaited if not one.broken for line in one.lines)
    freed = _count(command.not_back) + _count(command.not_broken)
    for line in (*command.back, *command.broken_back):
        outside = sum(x.outside for x in (*goods.stock, *goods.former) if x.line.line_no == line.line_no)
        wanted = _count((*command.back, *command.broken_back))[line.line_no]
        if wanted > outside - whole[line.line_no] + freed[line.line_no]:
            return says_no(line, "not_outside")
    return None


def _of_job(command: CorrectHandover, goods: Known, broken: bool) -> list[Awaited]:
    """What the job's crew is to bring, the newest first."""
    mine = (one for one in goods.awaited if one.broken == broken and one.return_no.startswith(f"{command.job_id}#"))
    return list(mine)[::-1]


def _count(lines: Any) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in lines:
        found[line.line_no] += line.quantity
    return found


def _awaited_less(command: CorrectHandover, goods: Known, *, broken: bool) -> list[corrections.AwaitedLess]:
    """Which of the returns bring less, line by line."""
    left = _count(command.not_broken if broken else command.not_back)
    found: list[corrections.AwaitedLess] = []
    for one in _of_job(command, goods, broken):
        lines: list[GoodsLine] = []
        for line in one.lines:
            if (pieces := min(line.quantity, left[line.line_no])) > 0:
                left[line.line_no] -= pieces
                lines.append(line.model_copy(update={"quantity": pieces}))
        if lines:
            found.append(corrections.AwaitedLess(return_no=one.return_no, lines=tuple(lines)))
    return found


def _not_damaged(command: CorrectHandover, goods: Known, at: Any) -> tuple[corrections.DamageTakenBack, ...]:
    """Of the job's damage reports, the newest first, those that were none."""
    left = _count(command.not_broken)
    found: list[corrections.DamageTakenBack] = []
    for damage in reversed(goods.damages):
        mine = damage.found == "delivery" and damage.damage_id.startswith(f"{command.job_id}-")
        pieces = min(damage.quantity, left[damage.line_no]) if mine else 0
        line = next((x.line for x in (*goods.stock, *goods.former) if x.line.line_no == damage.line_no), None)
        if pieces <= 0 or line is None:
            continue
        left[damage.line_no] -= pieces
        found.append(
            corrections.DamageTakenBack(
                at=at,
                contract_no=command.contract_no,
                damage_id=damage.damage_id,
                line_no=damage.line_no,
                sku=line.sku,
                name=line.name,
                quantity=pieces,
                left=damage.quantity - pieces,
                found=damage.found,
                correction_no=command.correction_no,
                reason=command.reason,
                lots=of_line(damage.line_no, spread(damage.lots, pieces)),
            )
        )
    return tuple(found)


Event = corrections.HandoverCorrected | corrections.HandoverCorrectionDeclined | corrections.DamageTakenBack


def evolve(goods: Known, event: Event) -> Known:
    """The goods after a correction of what was handed over."""
    match event:
        case corrections.HandoverCorrected():
            fewer = {one.return_no: _count(one.lines) for one in event.not_back}
            awaited = (_less(one, fewer.get(one.return_no, Counter())) for one in goods.awaited)
            kept = tuple(
                after for one, after in zip(goods.awaited, awaited, strict=True) if after.lines or not one.lines
            )
            return replace(goods, awaited=kept, settled=(*goods.settled, event.correction_no))
        case corrections.HandoverCorrectionDeclined():
            declined = f"{event.correction_no}/declined"
            return replace(goods, settled=(*goods.settled, event.correction_no, declined))
        case corrections.DamageTakenBack():
            damages = tuple(
                replace(one, quantity=event.left) if one.damage_id == event.damage_id else one for one in goods.damages
            )

            def whole(lines: tuple[Stock, ...]) -> tuple[Stock, ...]:
                mine = (event.line_no, event.sku)
                return tuple(_whole(x, event) if (x.line.line_no, x.line.sku) == mine else x for x in lines)

            return replace(goods, damages=damages, stock=whole(goods.stock), former=whole(goods.former))


def _less(one: Awaited, fewer: Counter[int]) -> Awaited:
    lines = (line.model_copy(update={"quantity": line.quantity - fewer[line.line_no]}) for line in one.lines)
    return replace(one, lines=tuple(line for line in lines if line.quantity > 0)) if fewer else one


def _whole(stock: Stock, event: corrections.DamageTakenBack) -> Stock:
    of = dict(told(event.lots, event.line_no))
    unsaid = event.quantity - sum(of.values())
    more = added(of, {"": unsaid} if unsaid else {})
    if event.found in IN_WAREHOUSE:
        here = less(added(stock.lots_here, more), {})
        return replace(stock, damaged_here=stock.damaged_here - event.quantity, lots_here=here)
    outside = added(stock.lots_outside, more)
    return replace(stock, damaged_outside=stock.damaged_outside - event.quantity, lots_outside=less(outside, {}))


USE_CASES: tuple[UseCase[Any, Any, GoodsEvent], ...] = (UseCase(CorrectHandover, correct_handover),)
