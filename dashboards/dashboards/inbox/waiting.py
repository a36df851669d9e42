"""What waits for whom (X9): each kind of thing, who may do it (as its use case says), until when, and where.

The rows say what waits; nothing is judged here.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from company.roles import Role
from contracts.civil_time import end_of_day
from dashboards.books.pages import books_of, page_about
from dashboards.corrections.pages import WAITS
from dashboards.listing import Json, Sort, both
from dashboards.nav import SEES_BOOKS
from dashboards.products.pages import in_use
from dashboards.products.questions import OPEN as UNDESCRIBED
from dashboards.products.questions import QUESTIONS, CardSays
from dashboards.seat import Seat
from dashboards.warehouse.corrections_pages import CORRECTING
from dispatch.job.aggregate import JOB
from dispatch.job.correction import ApproveDeliveryCorrection
from dispatch.job.row import JOBS, JobRow
from inventory import who
from inventory.count.file import COUNTS
from inventory.count.row import CountRow
from inventory.goods.aggregate import GOODS
from inventory.goods.coming_back import ReceiveReturn
from inventory.goods.correcting import ApproveCorrection
from inventory.goods.row import PIECES, GoodsRow
from inventory.inbound.aggregate import INBOUND
from inventory.inbound.check import CheckSlip
from inventory.inbound.correcting import ApproveCheckCorrection
from inventory.inbound.put_away import PutAway, SettleException
from inventory.inbound.row import SLIPS, SlipRow
from inventory.inbound.slip import HandOverPapers
from inventory.loan import LOAN, ApproveLoan, ReturnLoan
from inventory.loan_row import LOANS, LoanRow
from inventory.scrap import SCRAP, ApproveScrap, ExecuteScrap
from inventory.scrap_row import SCRAPS, ScrapRow
from inventory.stock.row import REPORTED_DEAD, STOCKED, StockRow
from inventory.stock_list import STOCK_LIST
from inventory.stock_list_row import STOCK_LISTS, StockListRow
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.differences import ExplainDifference, SettleDifference
from inventory.transfer.receiving import ReceiveTransfer
from inventory.transfer.row import TRANSFERS, TransferRow
from inventory.transfer.sending import SendTransfer
from inventory.wrong_issue import ApproveIssueCorrection
from notify.message.row import MESSAGE_ROWS, TROUBLE, MessageRow
from notify.who import OFFICE as SENDS
from order.contract.aggregate import CONTRACT
from order.contract.delays import AcceptError, ExplainDelay, FollowUp, NotePost
from order.contract.goods import AgreeToLots
from order.contract.money import NotePayment, RefundReturn
from order.contract.promise import PostponeDelivery
from order.contract.row import CONTRACTS, ContractRow, Todo
from order.draft.aggregate import DRAFT, DropDraft
from order.draft.row import DRAFTS, DraftFile
from order.product.aggregate import PRODUCT, DescribeProduct
from runtime.signatures import Signature, Signatures
from runtime.typed_rows import Model
from service_desk.access import those_visible
from service_desk.ticket.row import TICKETS
from service_desk.ticket.standing import OPEN, Standing

R = TypeVar("R")

FIXES = "/warehouse/corrections"
SHOWN = 8
"""Of each kind; the list behind it has all."""
REPORTED_UP = who.ACCOUNTS | {Role.PROCUREMENT}
"""To whom what is wrong with purchases and stock is reported (D2, D9, D10)."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits. `until` None: at once."""

    name: str
    about: str
    href: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """Things of one kind: how many, the first of them, where all of them are."""

    word: str
    count: int
    late: bool
    items: Sequence[Item]
    href: str


@dataclass(frozen=True)  # no slots: a generic one could not be called by its alias
class Waiting(Generic[R]):
    """One kind of thing that waits for some roles: the word `inbox.<word>`. `href`: the list, None where each has its
    own place."""

    word: str
    model: Model[R]
    query: Json
    roles: frozenset[Any]
    item: Callable[[R], Item]
    href: str
    late: bool = False
    sort: Sort = ("_id", 1)


def _contract(row: ContractRow) -> Item:
    return Item(row.contract_no, row.store_name, f"/orders/{row.contract_no}")


def _to_post(row: ContractRow) -> Item:
    due = [delay.post_due for delay in row.delays if delay.post_due is not None and not delay.posted]
    return replace(_contract(row), until=min(due, default=None))


def _promised(row: ContractRow) -> Item:
    return replace(_contract(row), until=end_of_day(row.promised_on))


def _draft(row: DraftFile) -> Item:
    return Item(row.draft_no, row.file, f"/orders/waiting#draft-{row.draft_no}")


def _slip(row: SlipRow) -> Item:
    return Item(row.slip_no, row.source, f"/warehouse/arrivals/{row.slip_no}", row.papers_due)


def _loan(row: LoanRow) -> Item:
    return Item(row.loan_no, f"{row.sku} ×{row.quantity}", "/warehouse/loans", end_of_day(row.due_on))


def _scrap(row: ScrapRow) -> Item:
    return Item(row.application_no, f"{row.sku} ×{row.quantity}", "/warehouse/scraps")


def _slip_wrong(row: SlipRow) -> Item:
    return Item(row.slip_no, row.source, f"/warehouse/arrivals/{row.slip_no}")


def _list(row: StockListRow) -> Item:
    return Item(row.list_no, row.receiver, f"/warehouse/lists/{row.list_no}")


def _transfer(row: TransferRow) -> Item:
    first = row.lines[0]
    return Item(row.transfer_no, f"{first.sku} ×{first.quantity}", f"/warehouse/transfers/{row.transfer_no}")


def _delivery(row: JobRow) -> Item:
    return Item(row.contract_no, row.job_id, "/corrections")


def _short(row: GoodsRow) -> Item:
    return Item(row.contract_no, f"×{row.short}", f"/orders/{row.contract_no}")


def _return(row: GoodsRow) -> Item:
    return Item(
        row.contract_no, f"×{sum(line.quantity for one in row.coming_back for line in one.lines)}", "/warehouse/returns"
    )


def _correction(row: GoodsRow) -> Item:
    return Item(row.contract_no, f"×{row.corrections_open}", FIXES)


def _excess(row: GoodsRow) -> Item:
    return Item(row.contract_no, f"×{row.excess}", f"/orders/{row.contract_no}")


def _stock(row: StockRow) -> Item:
    return Item(row.sku, row.name, f"/warehouse/stock/{row.sku}")


def _sku(row: CardSays) -> Item:
    return Item(row.sku, f"{row.name} ×{row.on_hand}", "/products")


def _count(row: CountRow) -> Item:
    return Item(row.count_no, f"×{row.to_count}", f"/warehouse/counts/{row.count_no}", row.due)


def _message(row: MessageRow) -> Item:
    return Item(row.subject.partition(":")[2], row.to, "/messages?queue=trouble")


def _ticket(row: Standing) -> Item:
    return Item(row.ticket_id, row.product, f"/desk/{row.ticket_id}", row.next_due)


def _tagged(
    tag: Todo, roles: frozenset[Any], item: Callable[[ContractRow], Item] = _contract, *, late: bool = False
) -> Waiting[ContractRow]:
    return Waiting(tag, CONTRACTS, {"row.tags": tag}, roles, item, f"/orders?todo={tag}", late)


CONTRACTS_WAIT: tuple[Waiting[ContractRow], ...] = (
    _tagged("delay_post", CONTRACT.may(NotePost), _to_post),
    _tagged("delay_call", CONTRACT.may(ExplainDelay) - {Role.STORE}),
    _tagged("store_accept", CONTRACT.may(AcceptError)),
    _tagged("store_follow_up", CONTRACT.may(FollowUp)),
    _tagged("promise_broken", CONTRACT.may(PostponeDelivery), _promised, late=True),
    _tagged("lots", CONTRACT.may(AgreeToLots), _promised),
    _tagged("payment", CONTRACT.may(NotePayment)),
    _tagged("refund", CONTRACT.may(RefundReturn)),
)


def todos_of(role: str) -> tuple[str, ...]:
    """What contracts may wait for that this role does: a list of contracts can be narrowed to it (C18: to no more)."""
    return tuple(kind.word for kind in CONTRACTS_WAIT if role in kind.roles)


_SLIPS = "/warehouse/arrivals?state="
_TRANSFERS = "/warehouse/transfers?state="

IN_WAREHOUSE: tuple[Waiting[Any], ...] = (
    Waiting("check", SLIPS, {"row.state": "issued"}, INBOUND.may(CheckSlip), _slip, f"{_SLIPS}issued"),
    Waiting("put_away", SLIPS, {"row.state": "checked"}, INBOUND.may(PutAway), _slip, f"{_SLIPS}checked"),
    Waiting(
        "exceptions",
        SLIPS,
        {"row.open_exceptions": {"$gt": 0}},
        INBOUND.may(SettleException) | REPORTED_UP,
        _slip,
        f"{_SLIPS}exceptions",
    ),
    Waiting("papers", SLIPS, {"row.papers": "owed"}, INBOUND.may(HandOverPapers), _slip, f"{_SLIPS}papers"),
    Waiting(
        "papers_late",
        SLIPS,
        {"row.papers": "overdue"},
        INBOUND.may(HandOverPapers) | who.ACCOUNTS,
        _slip,
        f"{_SLIPS}papers_late",
        late=True,
    ),
    Waiting("loan_asked", LOANS, {"row.state": "held"}, LOAN.may(ApproveLoan), _loan, "/warehouse/loans?state=held"),
    Waiting(
        "loan_overdue",
        LOANS,
        {"row.state": "overdue"},
        LOAN.may(ReturnLoan) | who.ACCOUNTS,
        _loan,
        "/warehouse/loans?state=overdue",
        late=True,
    ),
    Waiting(
        "scrap_applied", SCRAPS, {"row.state": "held"}, SCRAP.may(ApproveScrap), _scrap, "/warehouse/scraps?state=held"
    ),
    Waiting(
        "scrap_approved",
        SCRAPS,
        {"row.state": "approved"},
        SCRAP.may(ExecuteScrap),
        _scrap,
        "/warehouse/scraps?state=approved",
    ),
    Waiting("deliveries_wrong", JOBS, WAITS, JOB.may(ApproveDeliveryCorrection), _delivery, "/corrections"),
    Waiting(
        "short",
        PIECES,
        {"row.short": {"$gt": 0}},
        who.INSTALL_SUPERVISOR | REPORTED_UP,
        _short,
        "/warehouse/shortages?kind=short",
    ),
    Waiting(
        "transfer_send",
        TRANSFERS,
        {"row.state": {"$in": ["ready", "short"]}},
        TRANSFER.may(SendTransfer),
        _transfer,
        f"{_TRANSFERS}ready",
        sort=("row.since", 1),
    ),
    Waiting(
        "transfer_receive",
        TRANSFERS,
        {"row.state": "on_the_road"},
        TRANSFER.may(ReceiveTransfer),
        _transfer,
        f"{_TRANSFERS}on_the_road",
        sort=("row.since", 1),
    ),
    Waiting(
        "transfer_differs",
        TRANSFERS,
        {"row.state": "differs"},
        TRANSFER.may(ExplainDifference),
        _transfer,
        f"{_TRANSFERS}differs",
        late=True,
        sort=("row.since", 1),
    ),
    Waiting(
        "transfer_explained",
        TRANSFERS,
        {"row.state": "explained"},
        TRANSFER.may(SettleDifference),
        _transfer,
        f"{_TRANSFERS}explained",
        sort=("row.since", 1),
    ),
    Waiting("excess", PIECES, {"row.excess": {"$gt": 0}}, REPORTED_UP, _excess, "/warehouse/shortages?kind=excess"),
    Waiting("dead", STOCKED, REPORTED_DEAD, REPORTED_UP, _stock, "/warehouse/stock?held=dead"),
    Waiting("pending", STOCKED, {"row.pending": {"$gt": 0}}, REPORTED_UP, _stock, "/warehouse/stock?held=pending"),
    Waiting("counts", COUNTS, {"row.status": "open"}, who.KEEPER, _count, "/warehouse/counts", sort=("row.due", 1)),
    Waiting(
        "returns",
        PIECES,
        {"row.back_since": {"$ne": None}},
        GOODS.may(ReceiveReturn),
        _return,
        "/warehouse/returns",
        sort=("row.back_since", 1),
    ),
    Waiting(
        "corrections",
        PIECES,
        {"row.corrections_open": {"$gt": 0}},
        GOODS.may(ApproveCorrection),
        _correction,
        FIXES,
    ),
    Waiting(
        "checks_wrong", SLIPS, CORRECTING, INBOUND.may(ApproveCheckCorrection), _slip_wrong, "/warehouse/corrections"
    ),
    Waiting("loans_wrong", LOANS, CORRECTING, LOAN.may(ApproveIssueCorrection), _loan, FIXES),
    Waiting("scraps_wrong", SCRAPS, CORRECTING, SCRAP.may(ApproveIssueCorrection), _scrap, FIXES),
    Waiting("lists_wrong", STOCK_LISTS, CORRECTING, STOCK_LIST.may(ApproveIssueCorrection), _list, FIXES),
)
"""Of the warehouse: what its own first page shows to all who work there."""

REST_WAIT: tuple[Waiting[Any], ...] = (
    Waiting("drafts", DRAFTS, {"row.status": "waiting"}, DRAFT.may(DropDraft), _draft, "/orders/waiting"),
    *IN_WAREHOUSE,
    Waiting(
        "messages",
        MESSAGE_ROWS,
        {"row.status": {"$in": list(TROUBLE)}},
        SENDS,
        _message,
        "/messages?queue=trouble",
        late=True,
    ),
)


NOT_DESCRIBED = Waiting("products", QUESTIONS, UNDESCRIBED, PRODUCT.may(DescribeProduct), _sku, "/products")
"""Skus that are a question (D15), where products are kept at all."""


async def groups_for(seat: Seat) -> list[Group]:
    """What waits for this person, the late first; kinds of which nothing waits are left out."""
    found = [await _group(seat, kind, query) for kind, query in await _kinds(seat)]
    found += [await _of_books(seat), *await _of_signatures(seat)]
    return sorted((one for one in found if one.count), key=lambda one: not one.late)


async def count_for(seat: Seat) -> tuple[int, int]:
    """How many things wait, and how many of them are late."""
    counted = [(kind.late, await seat.caller.view(kind.model).count(query)) for kind, query in await _kinds(seat)]
    books = await _of_books(seat)
    counted += [(one.late, one.count) for one in (books, *await _of_signatures(seat))]
    return sum(count for _, count in counted), sum(count for late, count in counted if late)


async def _group(seat: Seat, kind: Waiting[Any], query: Json) -> Group:
    rows = seat.caller.view(kind.model)
    count = await rows.count(query)
    first = await rows.find(query, sort=[kind.sort], limit=SHOWN) if count else []
    return Group(kind.word, count, kind.late, [kind.item(row) for row in first], kind.href)


async def _of_books(seat: Seat) -> Group:
    """What the last verification found that does not add up (A9, A12), for whoever sees the books."""
    view = await books_of(seat.request) if seat.person.role in SEES_BOOKS else None
    found = () if view is None or view.report is None else view.report.findings
    items = [Item(one.where, one.zh if seat.words.lang == "zh" else one.en, page_about(one)) for one in found[:SHOWN]]
    return Group("books", len(found), late=True, items=items, href="/books")


async def _of_signatures(seat: Seat) -> tuple[Group, ...]:
    """What this person is asked to sign as second, and what they asked for of late that was not signed (B23)."""
    kept: Signatures | None = getattr(seat.request.app.state, "signatures", None)
    found = [] if kept is None else await kept.of(seat.person.id)
    of_late = seat.now - timedelta(days=1)
    to_sign = [one for one in found if one.second == seat.person.id and one.state == "waiting"]
    unsigned = [
        one
        for one in found
        if one.first == seat.person.id and one.state in {"refused", "expired"} and one.asked_at > of_late
    ]
    return (_signatures("to_sign", to_sign), _signatures("unsigned", unsigned))


def _signatures(word: str, found: Sequence[Signature]) -> Group:
    items = [
        Item(one.aggregate_id.partition(":")[2], one.first, f"/signatures#{one.signature_no}", one.expires)
        for one in found[:SHOWN]
    ]
    return Group(word, len(found), late=False, items=items, href="/signatures")


async def _kinds(seat: Seat) -> list[tuple[Waiting[Any], Json]]:
    """The kinds that concern this person, with what is asked of the rows: a store of its own contracts alone."""
    role = seat.person.role
    own = {"row.store_code": seat.person.store or "-"} if role == Role.STORE else {}
    of_contracts = [(kind, both(own, kind.query)) for kind in CONTRACTS_WAIT if role in kind.roles]
    rest = [(kind, kind.query) for kind in REST_WAIT if role in kind.roles]
    if role in NOT_DESCRIBED.roles and await in_use(seat):
        rest.append((NOT_DESCRIBED, NOT_DESCRIBED.query))
    return [*of_contracts, *await _tickets(seat), *rest]


async def _tickets(seat: Seat) -> list[tuple[Waiting[Any], Json]]:
    """Tickets whose next step is this role's, and those of which it was told because they are late (X4)."""
    role = seat.person.role
    steps = sorted({step for form in seat.caller.offering("ticket").forms if role in form.may for step in form.steps})
    opened, own = {"row.status": {"$in": list(OPEN)}}, await those_visible(seat.caller)
    roles, sort = frozenset({role}), ("row.due_key", 1)
    found = []
    if steps:
        step = Waiting[Standing]("ticket_step", TICKETS, {}, roles, _ticket, "/desk", sort=sort)
        found.append((step, both(own, opened, {"row.next_step": {"$in": steps}})))
    told = Waiting[Standing]("ticket_told", TICKETS, {}, roles, _ticket, "/desk?queue=told", late=True, sort=sort)
    return [*found, (told, both(own, opened, {"row.told": role}))]
