"""The contract's row: how it stands, by what lists filter and sort, and what API, page, sheet and board show of it.

One home for each answer: `stage_of` how far it is, `todo_of` what is owed to it, `step_of` what a delay waits for,
`why_missing` why a line lacks pieces. Words are not here: pages and API take them by the code. Who said what when is
no part of it: see `heard`.
"""

from datetime import date, datetime
from typing import Literal, assert_never

from company import units
from contracts import order as facts
from contracts.fact import ContractLine, Customer, Measure
from contracts.order import DelayFault
from order.contract.aggregate import CONTRACT
from order.contract.fulfilment import accepted_days
from order.contract.state import (
    Cancelled,
    Complete,
    Contract,
    Delay,
    Fulfilled,
    Known,
    Line,
    Told,
    Unsigned,
    Waiting,
    all_delivered,
    any_delivered,
    overpaid_fen,
    owed_fen,
    to_pay_fen,
)
from runtime.view import Row, View

Stage = Literal["waiting", "complete", "loaded", "partly_delivered", "delivered", "installed", "fulfilled", "cancelled"]
STAGES: tuple[Stage, ...] = (
    "waiting",
    "complete",
    "loaded",
    "partly_delivered",
    "delivered",
    "installed",
    "fulfilled",
    "cancelled",
)
"""待货, 货齐, 已装车, 部分送达, 已送达, 已安装, 已完结, 已取消."""

State = Literal["waiting", "complete", "loaded", "partly_delivered", "delivered", "fulfilled", "cancelled"]

Todo = Literal[
    "delay_post",
    "delay_call",
    "store_accept",
    "store_follow_up",
    "promise_broken",
    "payment",
    "installation",
    "lots",
    "rest",
    "refund",
]
"""待发群, 待说明, 待门店接收, 门店跟进, 已过承诺日期, 待收款, 待安装, 待客户同意多批号, 余件待送, 待退款."""

Step = Literal["unposted", "unexplained", "store", "explained"]
STEPS: tuple[Step, ...] = ("unposted", "unexplained", "store", "explained")
"""What a delay waits for, the most pressing first: the group's post (K1), the call (A4), the store (A5), nothing."""

WhyCode = Literal["damaged", "delayed", "partly_arrived", "on_the_way", "not_shipped"]


class Why(Row):
    """Why pieces of a line are missing (A3), and when they are expected."""

    code: WhyCode
    eta: date | None


class ShipmentRow(Row):
    """What was announced last for a line (A2)."""

    waybill: str
    carrier: str
    quantity: int
    eta: date | None


class WarrantyRow(Row):
    """质保 (A7)."""

    starts_on: date
    ends_on: date


class DelayRow(Row):
    """延期 (A4, A5): what it waits for."""

    delay_id: str
    line_no: int
    name: str
    waybill: str
    fault: DelayFault
    eta: date | None
    reason: str
    post_due: datetime | None
    posted: bool
    post_overdue: bool
    explained: bool
    handed_over: bool
    accepted: bool
    settled: bool
    step: Step


class LotRow(Row):
    """Pieces of one lot that came for a line (D13); "": nobody said which."""

    lot: str
    pieces: int


class LineRow(Row):
    """A line and what became of its pieces."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    unit_price_fen: int
    to_install: bool
    measure: Measure | None
    boxes: str | None
    """Whole boxes and single pieces (D14), "6+2"; None where it is not packed in boxes."""
    complete_on: date | None
    lots: tuple[LotRow, ...] | None
    """None where the product does not come in lots."""
    asks_consent_since: date | None
    """All pieces are here since then, but of several lots (D13)."""
    lots_agreed_on: date | None
    received: int
    damaged: int
    """In the warehouse, whether they broke there or were brought back broken: as the warehouse's row has it."""
    damaged_outside: int
    """With the customer or on the road still."""
    at_door: int
    """Broken when it was delivered, and not taken (D4)."""
    released: int
    delivered: int
    refunded: int
    owed: int
    """Pieces that the customer is still to have (A9)."""
    deliverable: int
    """Of them, good ones that are here (A3)."""
    missing: int
    excess: int
    """Good pieces beyond what was sold (D9)."""
    shipment: ShipmentRow | None
    delay: DelayRow | None
    """The last one of this line."""
    warranty: WarrantyRow | None
    why: Why | None

    @property
    def pieces_of_lots(self) -> dict[str, int] | None:
        """Lot -> pieces (D13)."""
        return None if self.lots is None else {one.lot: one.pieces for one in self.lots}


class ContractRow(Row):
    """A contract."""

    contract_no: str
    store_code: str
    store_name: str
    signed_on: date
    customer: Customer
    phone: str
    """Digits alone: by it a customer's contracts join."""
    search: tuple[str, ...]
    """Number, name, phone and its last four digits: by these it is found."""
    promised_on: date
    promise_broken: bool
    amount_due_fen: int
    paid_fen: int
    refunded_fen: int
    owed_fen: int
    overpaid_fen: int
    """To be paid back (A12, A6)."""
    lines: tuple[LineRow, ...]
    removed_lines: tuple[LineRow, ...]
    skus: tuple[str, ...]
    complete: bool
    complete_on: date | None
    loaded: bool
    part: int
    """Which delivery comes next, or is under way (A10)."""
    delivered_on: date | None
    installed_on: date | None
    fulfilled_on: date | None
    delayed: bool
    delays: tuple[DelayRow, ...]
    delay: Step | None
    """What the most pressing of its delays waits for; None where there is none, and when the contract is over."""
    stage: Stage
    ended: bool
    todo: tuple[Todo, ...]
    tags: tuple[str, ...]
    """All that a list can be narrowed to by one index: stage, `full` or `short`, `delayed`, and what is to be done."""


def contract_row(contract: Contract) -> ContractRow | None:
    """The view."""
    if isinstance(contract, Unsigned):
        return None
    terms, course = contract.terms, contract.course
    phone = "".join(filter(str.isdigit, terms.customer.phone))
    found_by = {terms.contract_no, terms.contract_no[2:], terms.customer.name.upper(), phone, phone[-4:]} - {""}
    stage, full_since = stage_of(contract), complete_since(contract)
    delays = tuple(_delay_row(delay, contract) for delay in course.delays)
    todo, ended = todo_of(contract, stage), stage in {"fulfilled", "cancelled"}
    delivered = [line.delivered_on for line in contract.lines if line.delivered_on is not None]
    far = (stage, "delivered") if stage == "installed" else (stage,)
    return ContractRow(
        contract_no=terms.contract_no,
        store_code=terms.store_code,
        store_name=terms.store_name,
        signed_on=terms.signed_on,
        customer=terms.customer,
        phone=phone,
        search=tuple(sorted(found_by)),
        promised_on=terms.promised_on,
        promise_broken=course.promise_broken,
        amount_due_fen=terms.amount_due_fen,
        paid_fen=course.paid_fen,
        refunded_fen=course.refunded_fen,
        owed_fen=to_pay_fen(contract),
        overpaid_fen=overpaid_fen(contract),
        lines=tuple(_line_row(line, delays) for line in contract.lines),
        removed_lines=tuple(_line_row(line, delays) for line in contract.dropped),
        skus=tuple(sorted({line.sold.sku for line in contract.lines})),
        complete=full_since is not None,
        complete_on=full_since,
        loaded=course.loaded,
        part=course.part,
        delivered_on=max(delivered, default=None),
        installed_on=course.installed_on,
        fulfilled_on=contract.on if isinstance(contract, Fulfilled) else None,
        delayed=bool(delays),
        delays=delays,
        delay=None if ended else min((delay.step for delay in delays), key=STEPS.index, default=None),
        stage=stage,
        ended=ended,
        todo=todo,
        tags=(*far, "short" if full_since is None else "full", *(("delayed",) if delays else ()), *todo),
    )


def stage_of(contract: Known) -> Stage:
    """How far a contract is. What the customer holds counts before what lies on a vehicle or in the warehouse."""
    match contract:
        case Cancelled():
            return "cancelled"
        case Fulfilled():
            return "fulfilled"
        case _ if any_delivered(contract):
            if not all_delivered(contract.lines):
                return "partly_delivered"
            is_installed = contract.course.installed_on is not None and not awaits_installation(contract)
            return "installed" if is_installed else "delivered"
        case _ if contract.course.loaded:
            return "loaded"
        case _:
            return "complete" if isinstance(contract, Complete) else "waiting"


def state_of(row: ContractRow) -> State:
    """How far a contract is, in the API's words: installed or not, it is delivered."""
    return "delivered" if row.stage == "installed" else row.stage


def complete_since(contract: Known) -> date | None:
    """货齐 since when (A3), as an event said. One that is cancelled is complete no longer."""
    match contract:
        case Complete():
            return contract.on
        case Fulfilled():
            return contract.complete_on
        case Waiting() | Cancelled():
            return None
    assert_never(contract)


def todo_of(contract: Known, stage: Stage) -> tuple[Todo, ...]:
    """What is owed to a contract. Nothing more when it is over, but for money that goes back (A6, A12)."""
    course = contract.course
    refund: tuple[Todo, ...] = ("refund",) if overpaid_fen(contract) else ()
    if stage in {"fulfilled", "cancelled"}:
        return refund
    has_all = all_delivered(contract.lines)
    owed: dict[Todo, bool] = {
        "delay_post": any(delay.owes_post() for delay in course.delays),
        "delay_call": any(not delay.is_explained() for delay in course.delays),
        "store_accept": any(_at_store(delay) and not delay.accepted for delay in course.delays),
        "store_follow_up": any(_at_store(delay) and delay.accepted for delay in course.delays),
        "promise_broken": course.promise_broken and not has_all,
        "payment": has_all and owed_fen(contract.terms, course) > 0,
        "installation": awaits_installation(contract),
        "lots": any(line.asks_consent_since() for line in contract.lines),
        "rest": course.part > 1 and not has_all,
    }
    return (*(one for one, is_owed in owed.items() if is_owed), *refund)


def awaits_installation(contract: Known) -> bool:
    """Whether a delivery brought something that is to be installed, and was not yet (B10, A10)."""
    return any(day is None for _, day in accepted_days(contract.lines, contract.course))


def step_of(delay: Delay) -> Step:
    """What a delay waits for: what is owed first comes first, whatever was done out of turn."""
    if delay.owes_post():
        return "unposted"
    if not delay.is_explained():
        return "unexplained"
    return "store" if _at_store(delay) else "explained"


def why_missing(line: Line, delay: DelayRow | None) -> Why | None:
    """Why a line lacks pieces, or None: damage of what came, a delay, part of it came, it is on its way, nothing."""
    missing, told = line.lacking(), _announced(line)
    if not missing:
        return None
    days = (None if told is None else told.on, None if delay is None else delay.eta)
    return Why(code=_why(line, missing, delay, told), eta=max((day for day in days if day is not None), default=None))


def _why(line: Line, missing: int, delay: DelayRow | None, told: Told | None) -> WhyCode:
    if line.at_door + sum(damage.quantity for damage in line.damages if damage.in_warehouse) >= missing:
        return "damaged"
    if delay is not None:
        return "delayed"
    if line.receipts:
        return "partly_arrived"
    return "not_shipped" if told is None else "on_the_way"


def _announced(line: Line) -> Told | None:
    return next((told for told in reversed(line.told) if told.status == "announced"), None)


def _at_store(delay: Delay) -> bool:
    return delay.handed_over and not delay.settled


def _delay_row(delay: Delay, contract: Known) -> DelayRow:
    line = next((one for one in (*contract.lines, *contract.dropped) if one.sold.line_no == delay.line_no), None)
    return DelayRow(
        delay_id=delay.delay_id,
        line_no=delay.line_no,
        name="" if line is None else line.sold.name,
        waybill=delay.waybill,
        fault=delay.fault,
        eta=delay.eta,
        reason=delay.reason,
        post_due=delay.post_due,
        posted=delay.posted,
        post_overdue=delay.overdue,
        explained=delay.is_explained(),
        handed_over=delay.handed_over,
        accepted=delay.accepted,
        settled=delay.settled,
        step=step_of(delay),
    )


def _line_row(line: Line, delays: tuple[DelayRow, ...]) -> LineRow:
    received = sum(receipt.quantity for receipt in line.receipts)
    released = sum(receipt.released for receipt in line.receipts)
    inside, outside = line.damaged_at()
    told, warranty = _announced(line), line.warranty
    delay = next((one for one in reversed(delays) if one.line_no == line.sold.line_no), None)
    return LineRow(
        **{name: getattr(line.sold, name) for name in ContractLine.model_fields},
        boxes=None if line.sold.measure is None else units.boxes(line.sold.quantity, line.sold.measure.per_box),
        complete_on=line.reached_on(),
        lots=_lots(line),
        asks_consent_since=line.asks_consent_since(),
        lots_agreed_on=line.lots_agreed_on,
        received=received,
        damaged=inside,
        damaged_outside=outside,
        at_door=line.at_door,
        released=released,
        delivered=line.delivered,
        refunded=line.refunded,
        owed=line.owed(),
        deliverable=line.deliverable(),
        missing=line.lacking(),
        excess=max(0, received - released - inside - outside - line.sold.quantity),
        shipment=told and ShipmentRow(waybill=told.waybill, carrier=told.carrier, quantity=told.quantity, eta=told.on),
        delay=delay,
        warranty=warranty and WarrantyRow(starts_on=warranty.starts_on, ends_on=warranty.ends_on),
        why=why_missing(line, delay),
    )


def _lots(line: Line) -> tuple[LotRow, ...] | None:
    if not line.by_lot():
        return None
    kept = ((lot, sum(receipt.kept for receipt in receipts)) for lot, receipts in line.lots().items())
    return tuple(LotRow(lot=lot, pieces=pieces) for lot, pieces in kept if pieces)


CONTRACTS = View(
    "contracts",
    "order",
    CONTRACT,
    ContractRow,
    contract_row,
    indexes=(
        ("row.tags", "_id"),
        ("row.stage", "_id"),
        ("row.stage", "row.promised_on", "_id"),
        ("row.ended", "_id"),
        ("row.ended", "row.promised_on", "_id"),
        ("row.store_code", "_id"),
        ("row.store_code", "row.ended", "_id"),
        ("row.store_code", "row.stage", "_id"),
        ("row.store_code", "row.promised_on", "_id"),
        ("row.promised_on", "_id"),
        ("row.delay", "_id"),
        ("row.search", "_id"),
        ("row.phone", "_id"),
        ("row.skus", "_id"),
    ),
    texts=("lines", "removed_lines", "delays"),
    said=(
        facts.ContractSigned,
        facts.ContractAmended,
        facts.ContractCancelled,
        facts.DelayNoticed,
        facts.DelayPosted,
        facts.DelayExplained,
        facts.StoreErrorHandedOver,
        facts.StoreErrorAccepted,
        facts.StoreErrorFollowedUp,
        facts.DeliveryPostponed,
        facts.DeliveryFailureNoted,
        facts.DeliveryNoted,
        facts.InstallationNoted,
        facts.GoodsReturnNoted,
        facts.LotsAgreed,
        facts.PaymentNoted,
        facts.ReturnRefunded,
    ),
)
