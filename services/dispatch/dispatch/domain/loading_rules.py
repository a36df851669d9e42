"""Line accounting at the vehicle (B11): the sorting sheet (分领单) against what was counted. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated

from contracts.bounds import Few, Nth, OptionalId
from contracts.dispatch_runs import RunStop
from contracts.fact import GoodsLine, Half, Value
from dispatch.domain.delivery_rules import CountedLine
from runtime.decision import Rejected


class CountedStop(Value):
    """One stop as counted at the vehicle. What the sheet knows of it may be left out; an extra stop says it all."""

    job_id: OptionalId
    lines: Annotated[tuple[CountedLine, ...], Few(1_000)]
    contract_no: OptionalId | None = None
    half: Half | None = None
    position: Nth | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """More or fewer stops or pieces than the sheet says."""

    zh: str
    en: str


def counted_twice(counted: Iterable[CountedStop]) -> Rejected | None:
    """A stop or line that was written down twice: nobody can say which figure holds."""
    stops = tuple(counted)
    jobs = [job for job, times in Counter(stop.job_id for stop in stops).items() if times > 1]
    lines = [
        f"{stop.job_id}/{number}"
        for stop in stops
        for number, times in Counter(line.line_no for line in stop.lines).items()
        if times > 1
    ]
    twice = ", ".join([*jobs, *lines])
    if not twice:
        return None
    return Rejected(
        "counted_twice",
        "B11",
        f"清点里有重复：{twice}。每站每行只写一次。",
        f"Counted twice: {twice}. Write each stop and line once.",
        {"twice": twice},
    )


def differences(counted: Iterable[CountedStop], planned: Iterable[RunStop]) -> tuple[Difference, ...]:
    """Every difference between count and sheet, stop by stop and line by line."""
    told = {stop.job_id: stop for stop in counted}
    sheet = {stop.job_id: stop for stop in planned}
    found = [Difference(f"少一站 {job}", f"stop {job} is missing") for job in sheet if job not in told]
    found += [Difference(f"多一站 {job}", f"stop {job} is not on the sheet") for job in told if job not in sheet]
    for job, stop in sheet.items():
        if job not in told:
            continue
        pieces = {line.line_no: line.quantity for line in told[job].lines}
        names = {line.line_no: line for line in stop.lines}
        for number in sorted(names.keys() | pieces.keys()):
            wanted = names[number].quantity if number in names else 0
            have = pieces.get(number, 0)
            if have != wanted:
                name = names[number].name if number in names else "单外"
                found.append(
                    Difference(
                        f"{job} 第 {number} 行 {name}：单上 {wanted}，点了 {have}",
                        f"{job} line {number}: {wanted} on the sheet, {have} counted",
                    )
                )
    return tuple(found)


def as_run_stops(counted: Iterable[CountedStop], planned: Iterable[RunStop]) -> tuple[RunStop, ...] | Rejected:
    """What was counted, with the names of the sheet; an extra stop must say contract, half-day and place itself."""
    sheet = {stop.job_id: stop for stop in planned}
    stops = []
    for stop in counted:
        known = sheet.get(stop.job_id)
        contract_no = stop.contract_no or (known.contract_no if known else None)
        half = stop.half or (known.half if known else None)
        position = stop.position or (known.position if known else None)
        if contract_no is None or half is None or position is None:
            return Rejected(
                "stop_unclear",
                "B11",
                f"{stop.job_id} 不在分领单上：请写明合同号、上午或下午、第几站。",
                f"{stop.job_id} is not on the sheet: give its contract, half-day and position.",
                {"job_id": stop.job_id},
            )
        names = {line.line_no: line for line in known.lines} if known else {}
        lines = tuple(
            GoodsLine(
                line_no=line.line_no,
                sku=names[line.line_no].sku if line.line_no in names else "",
                name=names[line.line_no].name if line.line_no in names else "",
                quantity=line.quantity,
            )
            for line in stop.lines
        )
        stops.append(RunStop(job_id=stop.job_id, contract_no=contract_no, half=half, position=position, lines=lines))
    return tuple(stops)
