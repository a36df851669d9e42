"""编号 Series of vouchers (D11): one aggregate a kind of paper, `series:RK`, gives each the next number of its year.

A paper is numbered after it came into being, by what its own aggregate told: what is refused takes no number, and what
is told again has its number already. So a year's numbers have no gap and no double, whatever is lost, late or killed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never
from zlib import crc32

from company.context import Context
from contracts.bounds import ManyLines, OneLine
from contracts.civil_time import civil_day
from contracts.inventory_vouchers import VoucherEvent, VoucherNumbered, VoucherVoided
from runtime.aggregate import Aggregate, Decision
from runtime.decision import Command
from runtime.use_case import UseCase


class NumberVoucher(Command):
    """编号 (D11): a paper came into being."""

    command: Literal["NumberVoucher"] = "NumberVoucher"
    letters: OneLine
    paper: OneLine
    own_no: OneLine = ""


class VoidVoucher(Command):
    """作废 (D11): a paper was cancelled."""

    command: Literal["VoidVoucher"] = "VoidVoucher"
    letters: OneLine
    paper: OneLine
    own_no: OneLine = ""
    reason: ManyLines = ""


@dataclass(frozen=True, slots=True)
class Series:
    """The last number of each year, the number of each paper, and those that are void. Papers lie in 256 small heaps,
    so that one more costs about the same after a hundred thousand."""

    last: Mapping[str, int] = field(default_factory=dict)
    papers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    void: tuple[str, ...] = ()

    def of(self, paper: str, own_no: str) -> str | None:
        """The number of a paper, if it has one."""
        name = f"{paper} {own_no}"
        return self.papers.get(_heap(name), {}).get(name)


def number_voucher(command: NumberVoucher, series: Series, ctx: Context) -> Decision[VoucherEvent]:
    """The next number of the year that stands on the paper.

    Rules: D11. Once a paper, however often and by whatever fact it is told of.
    """
    if series.of(command.paper, command.own_no) is not None:
        return ()
    at = command.at or ctx.now
    on = civil_day(at)
    ordinal = series.last.get(str(on.year), 0) + 1
    return (
        VoucherNumbered(
            at=at,
            letters=command.letters,
            year=on.year,
            ordinal=ordinal,
            number=number_of(command.letters, on.year, ordinal),
            paper=command.paper,
            own_no=command.own_no,
            on=on,
        ),
    )


def void_voucher(command: VoidVoucher, series: Series, ctx: Context) -> Decision[VoucherEvent]:
    """The number of a cancelled paper is seen as void; a paper from before there were numbers has none.

    Rules: D11. Once.
    """
    number = series.of(command.paper, command.own_no)
    if number is None or number in series.void:
        return ()
    return (
        VoucherVoided(
            at=command.at or ctx.now,
            letters=command.letters,
            number=number,
            paper=command.paper,
            own_no=command.own_no,
            reason=command.reason,
        ),
    )


def number_of(letters: str, year: int, ordinal: int) -> str:
    """RK-2026-000017."""
    return f"{letters}-{year}-{ordinal:06}"


def evolve(series: Series, event: VoucherEvent) -> Series:
    """The series with one more paper, or with a void one."""
    match event:
        case VoucherNumbered():
            name = f"{event.paper} {event.own_no}"
            heap = {**series.papers.get(_heap(name), {}), name: event.number}
            last = {**series.last, str(event.year): event.ordinal}
            return replace(series, last=last, papers={**series.papers, _heap(name): heap})
        case VoucherVoided():
            return replace(series, void=(*series.void, event.number))
    assert_never(event)


def _heap(name: str) -> str:
    return f"{crc32(name.encode()) & 0xFF:02x}"


USE_CASES: tuple[UseCase[Any, Any, VoucherEvent], ...] = (
    UseCase(NumberVoucher, number_voucher, cites="D11"),
    UseCase(VoidVoucher, void_voucher, cites="D11"),
)

SERIES = Aggregate[Series, VoucherEvent]("series", Series(), (Series,), evolve, USE_CASES)
