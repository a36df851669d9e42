"""A contract's page, a customer's file, and the import of the company's files."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from fastapi.responses import Response

from company.masking import ROLES_THAT_SEE_MONEY, customer_for
from company.policy import policy_book
from company.roles import Role
from contracts.bounds import Id
from contracts.dispatch_jobs import Checklist
from contracts.job_ids import delivery_of
from dashboards.corrections.pages import SEES as CORRECTIONS_FOR
from dashboards.live_rows import rows_stream
from dashboards.nav import STAFF
from dashboards.orders.contract_view import line_state
from dashboards.orders.history import details, headline, history
from dashboards.orders.lines import order_line
from dashboards.orders.reading import customers_contracts, entries_of, goods_of, jobs_of, own_contract
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.sheets import sheet
from dashboards.workbook import Cell
from dispatch.job.row import JOBS, JobRow
from dispatch.who import OFFICE
from inventory.goods.row import PIECES
from inventory.voucher.register import numbers_of
from inventory.who import ALLOCATES, REPORTS_DAMAGE
from order.contract.aggregate import CONTRACT
from order.contract.heard import ContractFile
from order.contract.row import CONTRACTS, ContractRow, state_of
from order.draft.row import DRAFTS
from order.draft.waiting import waiting_contract, waiting_page
from order.files.contracts_file import LAYOUT
from order.who import IMPORTS, PRODUCTS
from runtime.route import takes

router = PageRouter(include_in_schema=False)

WAITING_A_PAGE = 20


@router.get("/orders/import")
@takes(*LOOKS)
@seated("orders", IMPORTS | PRODUCTS)
async def order_import(seat: Seat) -> Response:
    """导入 (A1, A2, D15, X6): what was taken, and row by row what was refused."""
    kinds = {"contracts": IMPORTS, "logistics": IMPORTS, "products": PRODUCTS}
    return seat.show("order_import.html", kinds=[kind for kind, may in kinds.items() if seat.is_one_of(*may)])


@router.get("/orders/waiting")
@takes(*LOOKS, "after")
@seated("orders", IMPORTS)
async def order_waiting(seat: Seat) -> Response:
    """待补合同 (A13): what waits for refused rows, where they are mended and sent again, or dropped."""
    stream = rows_stream(seat.caller, (DRAFTS.name,))
    found = await waiting_page(seat.caller, seat.asked("after") or "", WAITING_A_PAGE)
    shown = found[:WAITING_A_PAGE]
    return seat.show(
        "order_waiting.html",
        drafts=[waiting_contract(one) for one in shown],
        next=shown[-1].draft_no if len(found) > len(shown) else None,
        names=LAYOUT.names,
        long=[column.name for column in LAYOUT.columns if column.free_text],
        stream=stream,
        sheet="/orders/waiting.xlsx",
    )


@router.get("/orders/waiting.xlsx")
@takes(*LOOKS)
@seated("orders", IMPORTS)
async def order_waiting_sheet(seat: Seat) -> Response:
    """All rows of the contracts that wait, as a file has them: mended there, it is imported as it is (A13, X6)."""
    head = [*LAYOUT.names, seat.words("import.why"), seat.words("import.row"), seat.words("import.file")]
    return await sheet(seat.words("waiting.title"), head, _waiting_lines(seat))


async def _waiting_lines(seat: Seat) -> AsyncIterator[Sequence[Cell]]:
    after: str | None = ""
    while after is not None:
        found = await waiting_page(seat.caller, after, WAITING_A_PAGE)
        for draft in found[:WAITING_A_PAGE]:
            for row in draft.rows:
                why = row.reason if seat.words.lang == "zh" else row.reason_en
                yield *row.cells, why, row.row, draft.file
        after = found[WAITING_A_PAGE - 1].draft_no if len(found) > WAITING_A_PAGE else None


@router.get("/orders/{contract_no}")
@takes(*LOOKS)
@seated("orders", STAFF)
async def contract(seat: Seat, contract_no: Id) -> Response:
    """合同: all of it on one page."""
    stream = rows_stream(seat.caller, (CONTRACTS.name, PIECES.name, JOBS.name), contract_no)
    found = await own_contract(seat, contract_no)
    if found is None:
        return seat.not_found(contract_no)
    return seat.show("contract.html", stream=stream, **await _content(seat, found))


async def _content(seat: Seat, contract: ContractFile) -> dict[str, Any]:
    row, role = contract.row, seat.person.role
    contract_no = row.contract_no
    entries = await entries_of(seat.caller, contract_no, row.part)
    told = history(entries, await goods_of(seat.caller, contract_no))
    jobs = await jobs_of(seat.caller, contract_no)
    money = role in ROLES_THAT_SEE_MONEY
    policy = policy_book().at(seat.now)
    offered = await seat.caller.offered("contract", CONTRACTS.name, contract_no)
    forms = tuple(form for form in offered if not row.ended or (form.code == "refund" and row.overpaid_fen))
    return {
        "order": row,
        "numbers": await numbers_of(seat.caller, [CONTRACT.key(contract_no)]) if money else {},
        "file": contract,
        "one": order_line(row, role, seat.today),
        "version": contract.version,
        "customer": customer_for(role, row.customer),
        "lines": [line_state(line) for line in row.lines],
        "last_line": max(line.line_no for line in (*row.lines, *row.removed_lines)),
        "money": money,
        "overpaid": row.overpaid_fen if money else 0,
        "forms": forms,
        "may": {form.code for form in forms} | _asked_of_others(row, role, jobs),
        "next_job": delivery_of(contract_no, row.part),
        "checklist": tuple(Checklist.model_fields),
        "jobs": jobs,
        "may_correct": seat.is_one_of(*CORRECTIONS_FOR),
        "told": [(one, headline(one, seat.words), details(one, seat.words, money=money)) for one in told],
        "categories": tuple(policy.litres_per_piece),
        "districts": tuple(policy.districts),
        "ended": row.ended,
    }


def _asked_of_others(row: ContractRow, role: str, jobs: Sequence[JobRow]) -> set[str]:
    """What other services are asked from here: damage (D4), that what is here goes ahead (A3), a pick-up (A11), and
    free pieces from the shelf for what lacks or broke at the door (D8, A10) or is of several lots (D13)."""
    next_job = next((job for job in jobs if job.job_id == delivery_of(row.contract_no, row.part)), None)
    waits_for_a_day = next_job is not None and next_job.status in {"plan", "fail"} and not row.ended
    asked = {"report_damage"} if role in REPORTS_DAMAGE else set()
    waits = not row.ended and not row.complete and any(line.deliverable for line in row.lines)
    asked |= {"replace"} if not row.ended and role in ALLOCATES and any(line.missing for line in row.lines) else set()
    mixed = any(line.asks_consent_since for line in row.lines)
    asked |= {"exchange"} if not row.ended and role in ALLOCATES and mixed else set()
    asked |= {"pick_up"} if waits_for_a_day and role in OFFICE else set()
    return asked | ({"send_ahead"} if waits and role == Role.INSTALL_SUPERVISOR else set())


@router.get("/customers/{contract_no}")
@takes(*LOOKS)
@seated("orders", STAFF)
async def customer(seat: Seat, contract_no: Id) -> Response:
    """客户档案 (A1): all contracts of the customer of a contract, by their phone number."""
    found = await own_contract(seat, contract_no)
    if found is None:
        return seat.not_found(contract_no)
    row = found.row
    return seat.show(
        "customer.html",
        customer=customer_for(seat.person.role, row.customer),
        contract_no=contract_no,
        contracts=[(one, state_of(one.row)) for one in await customers_contracts(seat, row.phone)],
        money=seat.person.role in ROLES_THAT_SEE_MONEY,
    )
