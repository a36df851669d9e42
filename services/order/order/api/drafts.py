"""HTTP of contracts that wait for refused rows: the list, and mending them (A13)."""

from types import MappingProxyType
from typing import Annotated

from fastapi import Path, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from contracts.bounds import Nth, OneLine
from contracts.order_drafts import MAX_CELLS, MAX_ROWS, Cell, DraftRow
from contracts.spelling import sku as spelt_sku
from order.api.import_report import ImportReport, report_json
from order.contract.fields import Note
from order.draft.aggregate import DRAFT, KeepDraft
from order.draft.row import DRAFTS, DraftFile, waiting_drafts
from order.draft.waiting import WaitingContract, waiting_contract, waiting_page
from order.drafting import SKU_AT, read_again, wrong_row
from order.files.contracts_file import LAYOUT, ContractRow
from order.importing import Products, Report, import_contracts, taken
from order.product.row import known_products
from order.refusals import no
from order.who import IMPORTS
from runtime.file_refusals import Refused
from runtime.http import Caller, SignedIn
from runtime.route import Router

router = Router()

DRAFTS_AT_ONCE = 200
"""Drafts read at once when a products file has come."""
OF_PRODUCTS = frozenset({"D14", "D15"})
"""Rules by which a row waits for its product."""
NO_PRODUCTS: Products = MappingProxyType({})

DraftInPath = Annotated[str, Path(pattern=r"^[A-Z0-9]{4,20}$", examples=["HT26030001"])]


class WaitingList(BaseModel):
    """One page; `next`: the number to go on after, null at the end."""

    rows: list[WaitingContract]
    next: str | None


class MendedRow(BaseModel):
    """What a row is to say: cells by the names of their columns, those left out stay as they are. `leave_out`: it is no
    row of this contract."""

    place: Nth
    cells: Annotated[dict[OneLine, Cell], Field(max_length=MAX_CELLS)] = {}
    leave_out: bool = False


class Mended(BaseModel):
    """改好再送 Mend the rows of a contract that waits, and send it again (A13)."""

    rows: Annotated[tuple[MendedRow, ...], Field(max_length=MAX_ROWS)] = ()
    note: Note = ""


@router.get("/drafts", summary="待补合同 Contracts that wait for refused rows (A13)")
async def drafts(
    caller: SignedIn,
    after: Annotated[str, Query(max_length=40)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> WaitingList:
    """Contracts of files of which some rows cannot be taken: nothing of them is registered, and nobody is told."""
    caller.allow(*IMPORTS)
    found = await waiting_page(caller, after, limit)
    return WaitingList(
        rows=[waiting_contract(one) for one in found[:limit]],
        next=found[limit - 1].draft_no if len(found) > limit else None,
    )


@router.post(
    "/drafts/{draft_no}/mend",
    summary="改好再送 Mend the rows of a contract that waits, and send it again (A13)",
    response_model=ImportReport,
)
async def mend(draft_no: DraftInPath, caller: SignedIn, body: Mended) -> StreamingResponse:
    """What is mended is kept. Once all rows are good the contract is registered; else the answer says what is wrong
    still, and it goes on waiting."""
    caller.allow(*IMPORTS)
    draft = await caller.view(DRAFTS).get(draft_no)
    if draft is None:
        return caller.refuse(no("unknown_draft", draft_no=draft_no), 404)
    if draft.status != "waiting":
        return caller.refuse(no("draft_over", draft_no=draft_no))
    left, cells = _mended(caller, draft, body)
    rows, refused = read_again(left, cells)
    numbers = {row.contract_no for row in rows}
    if not refused and len(numbers) > 1:
        caller.refuse(no("draft_of_several", numbers="、".join(sorted(numbers))))
    bad = {row.row: row for row in refused}
    kept = tuple(
        wrong_row(bad[row.row]) if row.row in bad else DraftRow(row=row.row, cells=tuple(texts))
        for row, texts in zip(left.rows, cells, strict=True)
    )
    keeping = KeepDraft(draft_no=draft_no, file=draft.file, rows=kept, note=body.note)
    caller.answer(await caller.ask(DRAFT.key(draft_no), keeping, step="keep"))
    report = Report(draft.file, refused=refused) if refused else await _send(caller, draft, rows, numbers.pop())
    return StreamingResponse(report_json([report]), media_type="application/json")


def _mended(caller: Caller, draft: DraftFile, body: Mended) -> tuple[DraftFile, list[list[str]]]:
    """The rows that are left of a draft, numbered as in their file, and what they say now."""
    said = {row.place: row for row in body.rows}
    for row in body.rows:
        if row.place > len(draft.rows):
            caller.refuse(no("draft_row", draft_no=draft.draft_no, place=row.place))
        for column in row.cells:
            if column not in LAYOUT.names:
                caller.refuse(no("draft_column", column=column), 422)
    left: list[DraftRow] = []
    cells: list[list[str]] = []
    for place, kept in enumerate(draft.rows, start=1):
        mended = said.get(place, MendedRow(place=place))
        if not mended.leave_out:
            before = dict(zip(LAYOUT.names, kept.cells, strict=False))
            left.append(kept)
            cells.append([mended.cells.get(name, before.get(name, "")).strip() for name in LAYOUT.names])
    if not left:
        caller.refuse(no("draft_empty", draft_no=draft.draft_no))
    if len({row.row for row in left}) < len(left):  # of several files: counted anew, so that each can be named
        left = [row.model_copy(update={"row": number}) for number, row in enumerate(left, start=1)]
    return draft.model_copy(update={"rows": tuple(left)}), cells


async def go_on(caller: Caller, described: Products, report: Report) -> None:
    """What waits for one of these products goes on by itself, as its own form sent again would make it (A13, D15); the
    report says what became of it. `described`: the products of a file that was taken just now."""
    after, part = "", list[DraftFile]()
    while True:
        part = await waiting_page(caller, after, DRAFTS_AT_ONCE)
        for draft in part[:DRAFTS_AT_ONCE]:
            if any(row.rule in OF_PRODUCTS and _sku(row) in described for row in draft.rows):
                await _goes_on(caller, draft, described, report)
        if len(part) <= DRAFTS_AT_ONCE:
            return
        after = part[DRAFTS_AT_ONCE - 1].draft_no


async def _goes_on(caller: Caller, draft: DraftFile, described: Products, report: Report) -> None:
    left, cells = _mended(caller, draft, Mended())
    rows, refused = read_again(left, cells)
    numbers = {row.contract_no for row in rows}
    if refused or len(numbers) > 1:
        report.waits_still.append(draft.draft_no)
        return
    number = numbers.pop()
    sent = await _send(caller, draft, rows, number, described)
    if sent.refused or sent.waiting:
        report.waits_still.append(draft.draft_no)
    else:
        report.went_on.append(number)


def _sku(row: DraftRow) -> str:
    """The product that a row names, as it is spelt here; "" where it names none."""
    return spelt_sku(row.cells[SKU_AT])[0] if len(row.cells) > SKU_AT else ""


async def _send(
    caller: Caller, draft: DraftFile, rows: list[ContractRow], contract_no: str, described: Products = NO_PRODUCTS
) -> Report:
    """Register what is whole now, with what waits under its own number; what the rules refuse waits there.
    `described`: products that no list may have yet."""
    run, own = f"drafts/{draft.draft_no}", draft.draft_no
    others = await waiting_drafts(caller, {contract_no} - {own})
    report = await import_contracts(
        rows,
        [],
        caller.ask_all,
        products={**await known_products(caller, {row.sku for row in rows if row.unit}), **described},
        drafts=others,
        filename=draft.file,
        run=run,
    )
    waits_under_it = any(isinstance(no, Refused) for no in report.refused) or bool(report.waiting)
    if own != contract_no or not waits_under_it:
        await caller.ask_all([taken(own, contract_no, run)])
    return report
