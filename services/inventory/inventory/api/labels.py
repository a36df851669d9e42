"""HTTP of package labels (B20): print them, and check one, which anybody may."""

import io
from datetime import datetime
from typing import Annotated, Any

import segno
from fastapi import Path, Request, Response
from pydantic import BaseModel

from contracts.inventory_packing import PackageLabel
from inventory.api.common import ContractNoInPath
from inventory.api.where import OWN_DEPOT
from inventory.label_code import LabelKeys, code_of, verify
from inventory.labels import LABELS
from inventory.packing_rows import PRINTED
from inventory.refusals import no
from inventory.who import READS_GOODS
from runtime.http import Refusal, SignedIn
from runtime.kept_secret import keys_of
from runtime.route import Router
from runtime.routes import Address, routes
from runtime.settings import Settings
from runtime.typed_rows import Views

router = Router()

router.include_router(routes(Address(LABELS, "/goods", "contract_no", ContractNoInPath, told=True, guard=OWN_DEPOT)))

UNKNOWN: dict[str, Any] = {
    "name": "",
    "spec": "",
    "quantity": 0,
    "package": 0,
    "packages": 0,
    "cautions": "",
    "lot": "",
    "boxes": "",
    "square_metres": "",
}
"""What a voided label says of its package."""
CodeInPath = Annotated[str, Path(max_length=60, examples=["1-DRD36-ZNF2J-QCW44-TXJ8A-8SDEB-D1XNQ-J9"])]


class LabelView(BaseModel):
    """A label as it is printed: `code` under the QR, which holds `url`."""

    code: str
    url: str
    qr: str
    line_no: int
    package: int
    packages: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    cautions: str
    lot: str
    boxes: str
    square_metres: str


class LabelsView(BaseModel):
    """The good labels of a contract, line by line, package by package."""

    contract_no: str
    labels: tuple[LabelView, ...]


class LabelChecked(BaseModel):
    """What a genuine label says. The contract is masked: anybody may ask."""

    genuine: bool
    voided: bool
    zh: str
    en: str
    name: str
    spec: str
    quantity: int
    package: int
    packages: int
    cautions: str
    lot: str
    boxes: str
    square_metres: str
    contract: str
    printed_on: str | None


@router.get("/goods/{contract_no}/labels", summary="一份合同的标签 Labels of a contract (B20)")
async def labels(contract_no: ContractNoInPath, caller: SignedIn, request: Request) -> LabelsView:
    """All labels that are good, to be printed."""
    caller.allow(*READS_GOODS)
    row = await caller.view(PRINTED).get(contract_no)
    keys = label_keys(request)
    lines = () if row is None else row.lines
    shown = tuple(_label_view(label, keys, request) for line in lines for label in line.labels)
    return LabelsView(contract_no=contract_no, labels=shown)


@router.get("/labels/{code}", summary="查防伪码 Check a label, without login (B20)")
async def check_label(code: CodeInPath, request: Request) -> LabelChecked:
    """Product, spec, quantity and masked contract of a genuine label. 404 not_genuine for a code that we never made."""
    serial = verify(code, label_keys(request))
    found = await _find(request, serial) if serial else None
    if found is None:
        raise not_genuine()
    contract_no, printed_at, label = found
    voided = label is None
    return LabelChecked(
        genuine=not voided,
        voided=voided,
        zh="这张标签已作废，包装可能被换过，请致电客服" if voided else "正品标签",
        en="This label was voided; the package may have been changed. Please call us" if voided else "A genuine label",
        contract=mask_contract(contract_no),
        printed_on=None if printed_at is None else printed_at.date().isoformat(),
        **({**UNKNOWN} if label is None else label.model_dump(include=set(UNKNOWN))),
    )


@router.get(
    "/labels/{code}/qr.svg",
    summary="标签二维码 QR of a label, without login (B20)",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
async def label_qr(code: CodeInPath, request: Request) -> Response:
    """A QR that leads to the page where the code is checked. Only for genuine codes."""
    keys = label_keys(request)
    serial = verify(code, keys)
    if serial is None:
        raise not_genuine()
    made = io.BytesIO()
    segno.make(check_url(code_of(serial, keys), request), error="m").save(
        made, kind="svg", scale=3, border=2, xmldecl=False, nl=False
    )
    headers = {
        "Cache-Control": "private, max-age=3600",
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(made.getvalue(), 200, headers, "image/svg+xml")


def label_keys(request: Request) -> LabelKeys:
    """The keys of this process: SONGDA_LABEL_KEY, else one that is made once and kept in `home/label_key`."""
    state = request.app.state
    known: LabelKeys | None = getattr(state, "label_keys", None)
    if known is None:
        settings: Settings = state.settings
        known = state.label_keys = LabelKeys(keys_of(settings.label_key, settings.home / "label_key"))
    return known


def check_url(code: str, request: Request) -> str:
    """The page on which anybody checks a code."""
    settings: Settings = request.app.state.settings
    base = settings.public_url or str(request.base_url)
    return f"{base.rstrip('/')}/check/{code}"


def mask_contract(contract_no: str) -> str:
    """HT26****01."""
    return f"{contract_no[:4]}****{contract_no[-2:]}"


def not_genuine() -> Refusal:
    """Nobody with our key made this code."""
    return Refusal(404, no("not_genuine"))


async def _find(request: Request, serial: str) -> tuple[str, datetime | None, PackageLabel | None] | None:
    """Contract, when it was printed, and the label, by serial; a voided one has neither."""
    rows = Views(PRINTED, request.app.state.rows[PRINTED.name])
    for row in await rows.find({"row.serials": serial}, limit=1):
        labels = ((line.printed_at, label) for line in row.lines for label in line.labels)
        return next((row.contract_no, at, label) for at, label in labels if label.serial == serial)
    for row in await rows.find({"row.voided": serial}, limit=1):
        return row.contract_no, None, None
    return None


def _label_view(label: PackageLabel, keys: LabelKeys, request: Request) -> LabelView:
    code = code_of(label.serial, keys)
    shown = label.model_dump(exclude={"serial"})
    return LabelView(code=code, url=check_url(code, request), qr=f"/api/labels/{code}/qr.svg", **shown)
