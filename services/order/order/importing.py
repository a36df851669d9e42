"""File rows -> commands -> a report, row by row (A1, A2, X6).

Rows of one contract are put in the order of the file; hundreds of commands go together, and while they are decided the
next ones are on their way. Nothing is lost: every row of the file ends up in exactly one of taken, repeated, refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import time
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, Protocol, TypeVar

from company import units
from contracts.civil_time import civil
from contracts.fact import ContractLine, Customer
from contracts.order_products import ProductDescribed
from order.contract.aggregate import CONTRACT
from order.contract.fields import MAX_LINES, MAX_PIECES
from order.contract.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from order.contract.terms import AddLines, RegisterContract
from order.draft.aggregate import DRAFT, TakeDraft
from order.drafting import Drafts, Waiting, found_at_last, not_registered, sort_out
from order.files.contracts_file import ContractRow, texts_of
from order.files.logistics_file import LogisticsRow, ShipmentStatus
from order.files.products_file import ProductFileRow
from order.product.aggregate import PRODUCT, DescribeProduct, measure_of, packing_of
from order.refusals import no
from runtime.decision import Command, Rejected
from runtime.errors import NotReady, Overloaded
from runtime.file_refusals import NOTHING_IGNORED, Ignored, Refused
from runtime.outcome import Outcome

AT_ONCE = 500  # commands put in one go: a worker's batch
LANES = 3  # goes under way: while one is being decided, the next is on its way; all below the bound on waiting requests
PATIENCE = 40  # times that a busy service is asked again before rows are given up as undecided
PAUSE_S = 0.25
UNDECIDED = ("还没有定论，请再导一次", "Not decided yet; please import the file again")
BROKEN = (
    "系统处理这一行时出错，没有导入，已记录在案",
    "The system failed on this row; it was not imported, and is on record",
)
AMENDMENT = "导入合同清单时补充"
BY_FILE = "导入商品档案"
OF_KNOWN_CONTRACTS = {"contract_has_other_lines", "contract_contradicts"}
"""Refusals of a registration that say that the contract is known: nothing waits then."""


Products = Mapping[str, ProductDescribed]
"""What is known of products, by sku."""

Put = tuple[str, Command, str]
"""Aggregate id, command, and a step that tells the commands of one import apart."""


class Putting(Protocol):
    """Puts commands to their aggregates and waits for the outcomes, in their order."""

    def __call__(self, asked: Sequence[Put], /) -> Awaitable[list[Outcome]]:
        """Ask and wait; an outcome that is not known in time is `pending`."""
        ...


Fate = Literal["taken", "repeated"] | Refused
"""What became of one row."""

Progress = Callable[[int, int], None]
"""Told (rows done, rows in all) as the import goes on."""


@dataclass(slots=True)
class Report:
    """What became of a file's rows; `refused` in the order of the sheet. `ignored`: what was none of ours."""

    filename: str | None
    taken: int = 0
    repeated: int = 0
    refused: list[Refused] = field(default_factory=list)
    ignored: Ignored = NOTHING_IGNORED
    waiting: list[Waiting] = field(default_factory=list)
    """Contracts that wait for their refused rows (A13)."""
    went_on: list[str] = field(default_factory=list)
    """Contracts that waited for what a products file says, and are registered by it (A13, D15)."""
    waits_still: list[str] = field(default_factory=list)
    """Drafts that waited for it too, and wait on: something else is wrong with them."""

    @property
    def waiting_rows(self) -> int:
        """Good rows that wait with them."""
        return sum(len(contract.good) for contract in self.waiting)

    def count(self, fates: Iterable[Fate]) -> None:
        """Add what became of some rows."""
        for fate in fates:
            if isinstance(fate, Refused):
                self.refused.append(fate)
            elif fate == "taken":
                self.taken += 1
            else:
                self.repeated += 1


def refusal_json(refusal: Refused) -> dict[str, Any]:
    """One refused row, as the page and `--json` show it."""
    return {
        "row": refusal.row,
        "reason": refusal.reason,
        "reason_en": refusal.reason_en,
        "rule": refusal.rule,
        "faults": [asdict(fault) for fault in refusal.faults],
    }


@dataclass(frozen=True, slots=True)
class _Sending:
    """What the contracts of one file are sent with."""

    put: Putting
    run: str
    products: Products
    drafts: Drafts
    report: Report


async def import_contracts(
    rows: Sequence[ContractRow],
    refused: Sequence[Refused],
    put: Putting,
    *,
    products: Products = MappingProxyType({}),
    drafts: Drafts = MappingProxyType({}),
    ignored: Ignored = NOTHING_IGNORED,
    filename: str | None = None,
    run: str = "contracts",
    progress: Progress | None = None,
    at_once: int = AT_ONCE,
) -> Report:
    """Register the contracts of a file and add lines to known ones (A1, A6). The same file again takes nothing.

    A contract of which a row is refused waits with all its rows (A13). `products`: what is known of the products that
    the file names (D14); rows that nobody can count are refused. `drafts`: contracts of the file that wait already.
    """
    uncounted = [no_pieces for row in rows if (no_pieces := _uncounted(row, products)) is not None]
    wrong = {refusal.row for refusal in uncounted}
    sorted_out = sort_out(
        [row for row in rows if row.row not in wrong],
        [*refused, *uncounted],
        drafts,
        lambda row: pieces_of(row, products) is not None,
    )
    report = Report(filename, refused=[*refused, *uncounted], ignored=ignored)
    sending = _Sending(put, run, products, drafts, report)
    await _keep(sorted_out.waiting, sending)
    return await _import(
        sorted_out.whole,
        lambda groups: _contract_fates(groups, sending),
        report,
        progress,
        at_once,
    )


async def _keep(contracts: Sequence[Waiting], of: _Sending) -> None:
    """Keep contracts that wait; one that cannot be kept is refused with all its rows."""
    fitting = [contract for contract in contracts if contract.fits]
    name, run = of.report.filename, of.run
    asked = [(DRAFT.key(one.draft_no), one.command(name), f"{run}/{one.draft_no}/keep") for one in fitting]
    fates = dict(zip((one.draft_no for one in fitting), await _put(of.put, asked), strict=True))
    for contract in contracts:
        fate = _fate(0, fates[contract.draft_no]) if contract.fits else _not_whole(contract.draft_no)
        if isinstance(fate, Refused):
            of.report.refused += [replace(fate, row=row) for row in contract.good]
        else:
            of.report.waiting.append(contract)


def _not_whole(contract_no: str) -> Refused:
    return _because(0, no("contract_not_whole", contract_no=contract_no))


async def import_logistics(
    rows: Sequence[LogisticsRow],
    refused: Sequence[Refused],
    put: Putting,
    *,
    ignored: Ignored = NOTHING_IGNORED,
    filename: str | None = None,
    run: str = "logistics",
    progress: Progress | None = None,
    at_once: int = AT_ONCE,
) -> Report:
    """Put the rows of a logistics file to their contracts (A2). The same file again takes nothing."""
    return await _import(
        _by_contract(rows),
        lambda groups: _logistics_fates(groups, put, run),
        Report(filename, refused=list(refused), ignored=ignored),
        progress,
        at_once,
    )


async def import_products(
    rows: Sequence[ProductFileRow],
    refused: Sequence[Refused],
    put: Putting,
    *,
    ignored: Ignored = NOTHING_IGNORED,
    filename: str | None = None,
    run: str = "products",
    progress: Progress | None = None,
    at_once: int = AT_ONCE,
) -> Report:
    """Describe the products of a file (D15). The same file again takes nothing; a file that says otherwise is the
    newer description, and the reason of each change."""
    return await _import(
        [[row] for row in rows],
        lambda groups: _product_fates([row for group in groups for row in group], put, run),
        Report(filename, refused=list(refused), ignored=ignored),
        progress,
        at_once,
    )


async def _product_fates(rows: Sequence[ProductFileRow], put: Putting, run: str) -> list[Fate]:
    asked = [(PRODUCT.key(row.sku), product_command(row), f"{run}/{row.row}") for row in rows]
    return [_fate(row.row, outcome) for row, outcome in zip(rows, await _put(put, asked), strict=True)]


def product_command(row: ProductFileRow) -> DescribeProduct:
    """What a row of the products file says (D15)."""
    told = {name: getattr(row, name) for name in ProductFileRow.__slots__ if name not in {"row", "repeats"}}
    return DescribeProduct.model_validate(
        {**{name: value for name, value in told.items() if value != ""}, "reason": BY_FILE}
    )


def logistics_command(row: LogisticsRow) -> AnnounceShipment | NoticeDelay | ReportArrival:
    """What a row of the logistics file asks of its contract (A2)."""
    match row.status:
        case ShipmentStatus.ANNOUNCED:
            return AnnounceShipment(
                contract_no=row.contract_no,
                line_no=row.line_no,
                sku=row.sku,
                quantity=row.quantity,
                waybill=row.waybill,
                carrier=row.carrier,
                eta=row.eta,
            )
        case ShipmentStatus.DELAYED:
            return NoticeDelay(
                contract_no=row.contract_no,
                line_no=row.line_no,
                sku=row.sku,
                waybill=row.waybill,
                carrier=row.carrier,
                eta=row.eta,
                reason=row.note,
            )
        case ShipmentStatus.ARRIVED:
            assert row.arrived_on is not None
            return ReportArrival(
                contract_no=row.contract_no,
                line_no=row.line_no,
                sku=row.sku,
                quantity=row.quantity,
                waybill=row.waybill,
                carrier=row.carrier,
                arrived_on=row.arrived_on,
                lot=row.lot,
            )


def registration(rows: Sequence[ContractRow], products: Products) -> RegisterContract:
    """The contract that these rows (of one contract, no repeats) tell of."""
    first = rows[0]
    return RegisterContract(
        at=civil(first.signed_on, time()),  # it was signed then, whenever the file is imported (X1)
        contract_no=first.contract_no,
        store_code=first.store_code,
        store_name=first.store_name,
        signed_on=first.signed_on,
        customer=Customer(
            name=first.customer_name,
            phone=first.phone,
            address=first.address,
            district=first.district,
            second_phone=first.second_phone,
        ),
        promised_on=first.promised_on,
        amount_due_fen=first.amount_due_fen,
        lines=tuple(contract_line(row, products) for row in rows),
    )


def _uncounted(row: ContractRow, products: Products) -> Refused | None:
    """Why it is not known how many pieces the row sells (D14, D15); None where it is."""
    if pieces_of(row, products) is not None:
        return None
    if (product := products.get(row.sku)) is None:
        wrong = no("unknown_product", sku=row.sku, unit=row.unit)
    else:
        wrong = no("unit_does_not_fit", sku=row.sku, sold=f"{row.quantity} {row.unit}", base_unit=product.base_unit)
    return replace(_because(row.row, wrong), cells=texts_of(row), of=(row.contract_no,))


def pieces_of(row: ContractRow, products: Products) -> int | None:
    """How many base pieces a row sells, exactly (D14); None where that cannot be said."""
    product = products.get(row.sku)
    if product is None:
        return None if row.unit in {units.SQUARE_METRES, units.BOX} else int(row.quantity)
    count = units.pieces(Decimal(row.quantity), row.unit or product.base_unit, packing_of(product))
    return None if count is None or count > MAX_PIECES else count


def contract_line(row: ContractRow, products: Products) -> ContractLine:
    """The contract line of a row, in pieces."""
    pieces = pieces_of(row, products)
    if pieces is None:
        raise ValueError(f"row {row.row} was to be refused")
    return ContractLine(
        line_no=row.line_no,
        sku=row.sku,
        name=row.name,
        spec=row.spec,
        category=row.category,
        quantity=pieces,
        unit_price_fen=row.unit_price_fen,
        to_install=row.to_install,
        measure=measure_of(products.get(row.sku), row.quantity, row.unit),
    )


async def _contract_fates(groups: Sequence[list[ContractRow]], of: _Sending) -> list[Fate]:
    """All rows of some contracts: each registered in one go; where it is known with other lines, line by line. One that
    the rules refuse waits; rows that waited and were registered with these are not of this file and not counted."""
    fates: dict[int, Fate] = {}
    registrations: list[list[ContractRow]] = []
    for group in groups:
        lines = [row for row in group if row.repeats is None]
        if len(lines) > MAX_LINES:
            much = no("too_many_lines", contract_no=lines[0].contract_no, most=MAX_LINES)
            fates |= {row.row: _because(row.row, much) for row in lines}
        else:
            registrations.append(lines)
    outcomes = await _put(
        of.put,
        [
            (CONTRACT.key(lines[0].contract_no), registration(lines, of.products), f"{of.run}/{lines[0].row}/register")
            for lines in registrations
        ],
    )
    known: list[ContractRow] = []
    refused: list[Waiting] = []
    for lines, outcome in zip(registrations, outcomes, strict=True):
        if outcome is not None and outcome.rejected is not None and outcome.rejected.code not in OF_KNOWN_CONTRACTS:
            refused.append(not_registered(lines, _because(lines[0].row, outcome.rejected)))
        if outcome is None or outcome.rejected is None or outcome.rejected.code != "contract_has_other_lines":
            fates |= {row.row: _fate(row.row, outcome) for row in lines}
        else:
            known += lines
    added = await _put(of.put, [_line_added(row, of.run, of.products) for row in known])
    fates |= {row.row: _fate(row.row, outcome) for row, outcome in zip(known, added, strict=True)}
    await _keep(refused, of)
    complete = [lines for lines in registrations if not any(isinstance(fates[row.row], Refused) for row in lines)]
    numbers = [(lines[0].contract_no, found_at_last(lines, of.drafts)) for lines in complete] if of.drafts else []
    await _put(
        of.put,
        [
            taken(draft_no, number, of.run)
            for number, nameless in numbers
            for draft_no in (number, nameless)
            if draft_no in of.drafts and draft_no is not None
        ],
    )
    return [
        fates[row.row] if row.repeats is None else _repeat_of(fates[row.repeats], row.row)
        for group in groups
        for row in group
        if row.row > 0
    ]


def taken(draft_no: str, contract_no: str, run: str) -> Put:
    """That a draft is registered as this contract."""
    return DRAFT.key(draft_no), TakeDraft(draft_no=draft_no, contract_no=contract_no), f"{run}/{draft_no}/take"


def _line_added(row: ContractRow, run: str, products: Products) -> Put:
    command = AddLines(contract_no=row.contract_no, lines=(contract_line(row, products),), reason=AMENDMENT)
    return CONTRACT.key(row.contract_no), command, f"{run}/{row.row}/add"


async def _logistics_fates(groups: Sequence[list[LogisticsRow]], put: Putting, run: str) -> list[Fate]:
    rows = [row for group in groups for row in group]
    fates: list[Fate] = []
    for start in range(0, len(rows), AT_ONCE):  # one contract may have all rows of a file: made as they are put
        piece = rows[start : start + AT_ONCE]
        asked = [(CONTRACT.key(row.contract_no), logistics_command(row), f"{run}/{row.row}") for row in piece]
        fates += [_fate(row.row, outcome) for row, outcome in zip(piece, await _put(put, asked), strict=True)]
    return fates


def _fate(row: int, outcome: Outcome | None) -> Fate:
    if outcome is None or outcome.status == "pending":
        return Refused(row, *UNDECIDED, "")
    if outcome.rejected is not None:
        return _because(row, outcome.rejected)
    if outcome.status != "accepted":
        return Refused(row, *BROKEN, "")
    return "taken" if outcome.events else "repeated"


def _because(row: int, wrong: Rejected) -> Refused:
    return Refused(row, wrong.zh, wrong.en, wrong.rule)


def _repeat_of(first: Fate, row: int) -> Fate:
    """A row that says what an earlier one says shares its refusal, or changes nothing."""
    return Refused(row, first.reason, first.reason_en, first.rule) if isinstance(first, Refused) else "repeated"


async def _put(put: Putting, asked: Sequence[Put]) -> list[Outcome | None]:
    """Ask in pieces that a service takes at once; None where there is no answer to be had."""
    answers: list[Outcome | None] = []
    for start in range(0, len(asked), AT_ONCE):
        answers += await _put_piece(put, asked[start : start + AT_ONCE])
    return answers


async def _put_piece(put: Putting, asked: Sequence[Put]) -> Sequence[Outcome | None]:
    """When the service has too much to do, wait and ask again: nothing of the piece was sent."""
    for attempt in range(PATIENCE):
        try:
            return await put(asked)
        except Overloaded:
            await asyncio.sleep(PAUSE_S * min(attempt + 1, 8))
        except (NotReady, TimeoutError):
            break
    return [None] * len(asked)


Row = TypeVar("Row", ContractRow, LogisticsRow, ProductFileRow)


def _by_contract(rows: Sequence[LogisticsRow]) -> list[list[LogisticsRow]]:
    groups: dict[str, list[LogisticsRow]] = {}
    for row in rows:
        groups.setdefault(row.contract_no, []).append(row)
    return list(groups.values())


async def _import(
    groups: Sequence[list[Row]],
    fates_of: Callable[[Sequence[list[Row]]], Awaitable[list[Fate]]],
    report: Report,
    progress: Progress | None,
    at_once: int,
) -> Report:
    """Work through the groups, about `at_once` rows in a go and `LANES` goes at a time; count what became of each."""
    done = len(report.refused) + report.waiting_rows
    total = done + sum(map(len, groups))
    waiting: Iterator[list[list[Row]]] = _goes(groups, at_once)

    async def work() -> None:
        nonlocal done
        for go in waiting:  # shared by all lanes: each takes the next one
            report.count(await fates_of(go))
            done += sum(map(len, go))
            if progress is not None:
                progress(done, total)
            await asyncio.sleep(0)  # an import is not the only thing that this process does

    async with asyncio.TaskGroup() as lanes:
        for _ in range(LANES):
            lanes.create_task(work())
    report.refused.sort(key=lambda refusal: refusal.row)
    return report


def _goes(groups: Sequence[list[Row]], at_once: int) -> Iterator[list[list[Row]]]:
    """Groups, as many together as make up `at_once` rows."""
    go: list[list[Row]] = []
    rows = 0
    for group in groups:
        if go and rows + len(group) > at_once:
            yield go
            go, rows = [], 0
        go.append(group)
        rows += len(group)
    if go:
        yield go
