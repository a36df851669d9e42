"""HTTP of the order service: register a contract, import the company's files, see what is complete."""

import asyncio
import re
from collections.abc import Callable
from datetime import date, datetime
from pathlib import PurePath
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, File, Path, Query, UploadFile
from pydantic import BaseModel

from contracts.decision import Rejected
from contracts.fact import Customer
from order.domain.contract import RegisterContract, contract_id
from order.files.contracts_file import read_contracts
from order.files.logistics_file import read_logistics
from order.files.records import Limits
from order.files.refusals import Refused, UnreadableFile
from order.importing import Report, import_contracts, import_logistics, refusal_json
from order.projections import contract_detail, contract_summary
from runtime.http import Answer, Asking, Desk, Refusal

router = APIRouter(prefix="/api", tags=["order 合同"])

MAX_BYTES = Limits().content_bytes
REGISTERS = ("cs_specialist", "store")
IMPORTS = ("cs_specialist", "install_assistant", "install_supervisor")
READS = (
    "store",
    "cs_specialist",
    "cs_supervisor",
    "install_assistant",
    "install_supervisor",
    "warehouse",
    "qc",
    "accountant",
    "procurement",
    "manager",
)
"""Crews and technicians see their own stops and tickets, not the contracts (RULES §1)."""

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
Uploads = Annotated[list[UploadFile], File(description="CSV (UTF-8 或 GB18030) 或 XLSX，可以多个；按顺序导入")]
STATUS_OF = {"too_large": 413, "not_a_table": 415, "unknown_encoding": 415, "damaged": 415}
"""HTTP status by what is wrong with a file; anything else is 422."""


class RefusedRow(BaseModel):
    """A row that was not taken; `row` as a person sees it in the sheet (header = 1)."""

    row: int
    reason: str
    reason_en: str
    rule: str
    file: str | None = None


class FileReport(BaseModel):
    """What became of one file's rows: taken + repeated + refused = data rows."""

    file: str | None
    taken: int
    repeated: int
    refused: list[RefusedRow]


class ImportReport(BaseModel):
    """What became of all rows, and file by file."""

    taken: int
    repeated: int
    refused: list[RefusedRow]
    files: list[FileReport]


class Missing(BaseModel):
    """Pieces of a line that are not there yet."""

    line_no: int
    sku: str
    name: str
    missing: int


class Excess(BaseModel):
    """Pieces of a line that came beyond what was sold (D9)."""

    line_no: int
    sku: str
    name: str
    excess: int


class ContractSummary(BaseModel):
    """A contract in the list; the customer as the asking role may see it (C18)."""

    contract_no: str
    complete: bool
    complete_on: date | None
    missing: list[Missing]
    excess: list[Excess]
    store_code: str
    store_name: str
    signed_on: date
    promised_on: date
    delayed: bool
    customer: Customer


class ContractDetail(ContractSummary):
    """A contract with its lines, shipments and delays; `version` is what `If-Match` may name."""

    amount_due_fen: int
    lines: list[dict[str, Any]]
    delays: list[dict[str, Any]]
    registered_at: datetime
    registered_by: str
    version: int


class ContractList(BaseModel):
    """One page of contracts by number; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[ContractSummary]


@router.post("/contracts", status_code=201, summary="登记合同 Register a contract (A1)")
async def register(body: RegisterContract, desk: Desk) -> Answer:
    """Enters the contract into the customer file; SMS 1 follows. The same again changes nothing."""
    desk.allow(*REGISTERS)
    _own_store(desk, body.store_code)
    return desk.answer(await desk.ask(contract_id(body.contract_no), body))


@router.post("/imports/contracts", summary="导入合同清单 Import contracts files (A1)")
async def upload_contracts(desk: Desk, file: Uploads) -> ImportReport:
    """One row per contract line. A bad row never stops the others; the same file again takes nothing."""
    desk.allow(*IMPORTS)
    reports = []
    for number, (name, (rows, refused)) in enumerate(await _read(file, read_contracts)):
        run = f"contracts/{number}"
        reports.append(await import_contracts(rows, refused, desk.ask, filename=name, run=run))
    return _import_report(reports)


@router.post("/imports/logistics", summary="导入物流信息 Import logistics files (A2)")
async def upload_logistics(desk: Desk, file: Uploads) -> ImportReport:
    """已发货 announces, 延期 is a delay notice, 已到仓 stands for the receipt. The same file again takes nothing."""
    desk.allow(*IMPORTS)
    reports = []
    for number, (name, (rows, refused)) in enumerate(await _read(file, read_logistics)):
        run = f"logistics/{number}"
        reports.append(await import_logistics(rows, refused, desk.ask, filename=name, run=run))
    return _import_report(reports)


@router.get("/contracts", summary="合同与货齐 Contracts, and what is complete (A3)")
async def contracts(
    desk: Desk,
    *,
    complete: Annotated[bool | None, Query(description="只看货齐 / 未齐")] = None,
    delayed: Annotated[bool | None, Query(description="只看延期")] = None,
    q: Annotated[str | None, Query(max_length=20, description="合同号的一部分")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 50,
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> ContractList:
    """By contract number. A store gets its own contracts only; customer data is masked by role (C18)."""
    desk.allow(*READS)
    query: dict[str, Any] = {}
    if complete is not None:
        query["order.complete"] = complete
    if delayed is not None:
        query["order.delayed"] = delayed
    if desk.person.role == "store":
        query["order.store_code"] = desk.person.store
    if q and q.strip():
        query["order.contract_no"] = {"$regex": re.escape(q.strip().upper())}
    rows = desk.rows("contracts")
    found = await rows.find(query, sort=[("_id", 1)], limit=limit, skip=offset)
    return ContractList(
        total=await rows.count(query),
        limit=limit,
        offset=offset,
        rows=[ContractSummary.model_validate(contract_summary(row, desk.person.role)) for row in found],
    )


@router.get("/contracts/{contract_no}", summary="一份合同 One contract")
async def contract(contract_no: ContractNoInPath, desk: Desk) -> ContractDetail:
    """With its lines, shipments and delays, and what is missing."""
    desk.allow(*READS)
    row = await desk.rows("contracts").get(contract_no)
    if row is None or (desk.person.role == "store" and row["order"]["store_code"] != desk.person.store):
        raise Refusal(
            404,
            Rejected(
                "unknown_contract",
                "",
                f"没有合同 {contract_no}，或者不是您门店的合同。请核对合同号",
                f"There is no contract {contract_no}, or it is not your store's. Check the number",
                {"contract_no": contract_no},
            ),
        )
    return ContractDetail.model_validate(contract_detail(row, desk.person.role))


def _own_store(desk: Asking, store_code: str) -> None:
    if desk.person.role == "store" and desk.person.store != store_code:
        raise Refusal(
            403,
            Rejected(
                "not_your_store",
                "C18",
                f"您只能登记本店（{desk.person.store}）的合同",
                f"You may register contracts of your own store ({desk.person.store}) only",
                {"store": desk.person.store},
            ),
        )


Parsed = TypeVar("Parsed")


async def _read(
    uploads: list[UploadFile], read: Callable[[bytes, str | None], Parsed | UnreadableFile]
) -> list[tuple[str | None, Parsed]]:
    """All files, parsed, before anything is put to a contract: an unreadable one refuses the request whole."""
    parsed: list[tuple[str | None, Parsed]] = []
    for upload in uploads:
        name = PurePath(upload.filename).name if upload.filename else None
        content = await upload.read(MAX_BYTES + 1)
        file = await asyncio.to_thread(read, content, name)
        if isinstance(file, UnreadableFile):
            raise Refusal(
                STATUS_OF.get(file.code, 422),
                Rejected(
                    f"file_{file.code}",
                    file.rule,
                    f"{name}：{file.reason}" if name else file.reason,
                    f"{name}: {file.reason_en}" if name else file.reason_en,
                    {"file": name},
                ),
            )
        parsed.append((name, file))
    return parsed


def _import_report(reports: list[Report]) -> ImportReport:
    def rows(refused: list[Refused], file: str | None) -> list[RefusedRow]:
        return [RefusedRow(**refusal_json(refusal), file=file) for refusal in refused]

    files = [
        FileReport(file=r.filename, taken=r.taken, repeated=r.repeated, refused=rows(r.refused, r.filename))
        for r in reports
    ]
    return ImportReport(
        taken=sum(file.taken for file in files),
        repeated=sum(file.repeated for file in files),
        refused=[row for file in files for row in file.refused],
        files=files,
    )
