"""What later facts rest on a delivery that was signed for: found where they lie, before it is corrected (D16)."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import BaseModel

from contracts.bounds import Few, HowMany, Nth, OneLine
from contracts.fact import GoodsLine, Value
from contracts.job_ids import delivery_of, installation_of, part_of
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class Standing(Value):
    """What rests by now on what was signed for of a line."""

    line_no: Nth
    owed: HowMany
    """Pieces that the customer is still to have."""
    refunded: HowMany = 0
    here: HowMany = 0
    """Good pieces in the warehouse."""
    coming_back: HowMany = 0
    """Of the pieces that were refused whole, those that the warehouse has not received ..."""
    broken_back: HowMany = 0
    """... and of the broken ones."""
    later: OneLine = ""
    """The delivery that brought pieces of it since, or carries them now."""
    installed: OneLine = ""
    """The installation that was done of it."""


Standings = Annotated[tuple[Standing, ...], Few(1_000)]


class _JobSeen(BaseModel):
    """The job's row, which is made of these use cases, as far as a correction needs it."""

    contract_no: str
    status: str
    on_vehicle: tuple[GoodsLine, ...] | None = None
    delivered: tuple[GoodsLine, ...] = ()


class _LineSold(BaseModel):
    line_no: int
    owed: int
    refunded: int


class _Sold(BaseModel):
    """The contract's row, as far as a correction needs it."""

    lines: tuple[_LineSold, ...]
    part: int


class _LineKept(BaseModel):
    line_no: int
    here: int


class _Back(BaseModel):
    return_no: str
    broken: bool = False
    lines: tuple[GoodsLine, ...] = ()


class _Kept(BaseModel):
    """The warehouse's row of the contract's goods, as far as a correction needs it."""

    lines: tuple[_LineKept, ...] = ()
    coming_back: tuple[_Back, ...] = ()


JOBS, SOLD, KEPT = ByName("jobs", _JobSeen), ByName("contracts", _Sold), ByName("goods", _Kept)


async def standing_of(asker: Asker, job_id: str) -> tuple[Standing, ...]:
    """Line by line; nothing where the contract is not known yet."""
    job = await asker.view(JOBS).get(job_id)
    sold = None if job is None else await asker.view(SOLD).get(job.contract_no)
    if job is None or sold is None:
        return ()
    kept = await asker.view(KEPT).get(job.contract_no) or _Kept()
    here = {line.line_no: line.here for line in kept.lines}
    back, broken = (
        _pieces(line for one in kept.coming_back if _is_of(one, job_id, is_broken) for line in one.lines)
        for is_broken in (False, True)
    )
    later: dict[int, str] = {}
    for part in range(part_of(job_id) + 1, sold.part + 1):
        number = delivery_of(job.contract_no, part)
        other = await asker.view(JOBS).get(number)
        for line in () if other is None else (*(other.on_vehicle or ()), *other.delivered):
            if line.quantity:
                later.setdefault(line.line_no, number)
    number = installation_of(job.contract_no, part_of(job_id))
    installation = await asker.view(JOBS).get(number)
    installed = number if installation is not None and installation.status == "done" else ""
    return tuple(
        Standing(
            line_no=line.line_no,
            owed=line.owed,
            refunded=line.refunded,
            here=here.get(line.line_no, 0),
            coming_back=back[line.line_no],
            broken_back=broken[line.line_no],
            later=later.get(line.line_no, ""),
            installed=installed,
        )
        for line in sold.lines
    )


def _is_of(back: _Back, job_id: str, broken: bool) -> bool:
    """Whether a return is one that the job's crew was said to bring, whole or broken."""
    return back.broken == broken and back.return_no.startswith(f"{job_id}#")


def _pieces(lines: Iterable[GoodsLine]) -> Counter[int]:
    found: Counter[int] = Counter()
    for line in lines:
        found[line.line_no] += line.quantity
    return found
