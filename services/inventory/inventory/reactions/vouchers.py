"""A paper came into being, wherever that is -> it gets the next number of its kind and year (D11).

A row of a table is: the fact that makes a paper, the letters of its kind, whose paper it is, what it is called there.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from contracts.dispatch_corrections import DeliveryCorrectionAsked
from contracts.dispatch_jobs import DeliveryDeparted, InstallationCompleted
from contracts.dispatch_pick_up import PickUpListIssued
from contracts.dispatch_road import DayReported, DeliveryListIssued
from contracts.dispatch_runs import CashHandedIn, RunPlanned
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import (
    AllocationAsked,
    CorrectionAsked,
    DamageReported,
    GoodsArrived,
    GoodsReturned,
    IssueCorrected,
)
from contracts.inventory_counts import CountCancelled, CountOpened
from contracts.inventory_inbound import CheckCorrected, CheckCorrectionAsked, SlipCancelled, SlipIssued
from contracts.inventory_stock import (
    LoanAsked,
    PaperCorrected,
    PaperCorrectionAsked,
    ScrapApplied,
    StockListCancelled,
    StockListMade,
)
from contracts.inventory_transfers import TransferAsked, TransferCancelled
from contracts.order import PaymentNoted, ReturnRefunded
from contracts.service_desk_repairs import QuoteGiven
from contracts.service_desk_tickets import LeftoverOrderPlaced
from contracts.service_desk_visits import PapersPrepared, RepairAccepted, VisitCompleted
from inventory.voucher.kinds import KINDS
from inventory.voucher.series import SERIES, NumberVoucher, VoidVoucher
from runtime.decision import Ask
from runtime.reaction import On, Reaction

F = TypeVar("F", bound=Fact)


def numbered(letters: str, event: type[F], own_no: Callable[[F], str] = lambda _: "") -> On[F]:
    """On this fact its aggregate has one more paper of a kind, with this number of its own."""
    kind = KINDS[letters]

    def number(told: F, meta: Meta) -> Sequence[Ask]:
        command = NumberVoucher(at=told.at, letters=kind.letters, paper=meta.subject, own_no=own_no(told))
        return (Ask(SERIES.key(kind.letters), command),)

    return On(event, number)


def void(letters: str, event: type[F], own_no: Callable[[F], str], reason: Callable[[F], str]) -> On[F]:
    """On this fact a paper of a kind is cancelled."""
    kind = KINDS[letters]

    def cancel(told: F, meta: Meta) -> Sequence[Ask]:
        command = VoidVoucher(
            at=told.at, letters=kind.letters, paper=meta.subject, own_no=own_no(told), reason=reason(told)
        )
        return (Ask(SERIES.key(kind.letters), command),)

    return On(event, cancel)


def number_hand_in(event: CashHandedIn, meta: Meta) -> Sequence[Ask]:
    """Money that was handed in has a receipt, also where nobody said its number (B16)."""
    own_no = event.receipt_no or f"#{meta.sequence}"
    return (Ask(SERIES.key("JK"), NumberVoucher(at=event.at, letters="JK", paper=meta.subject, own_no=own_no)),)


def number_receipt(event: DeliveryDeparted, meta: Meta) -> Sequence[Ask]:
    """Each trip to a customer has a receipt to be signed (B13)."""
    own_no = f"#{meta.sequence}"
    return (Ask(SERIES.key("QS"), NumberVoucher(at=event.at, letters="QS", paper=meta.subject, own_no=own_no)),)


def number_report(event: VisitCompleted, meta: Meta) -> Sequence[Ask]:
    """A visit's report (C11), where one was filed."""
    if event.report_ref is None:
        return ()
    own_no = str(event.visit_no)
    return (Ask(SERIES.key("FW"), NumberVoucher(at=event.at, letters="FW", paper=meta.subject, own_no=own_no)),)


def number_arrival(event: GoodsArrived, meta: Meta) -> Sequence[Ask]:
    """What came without an inbound slip, by the company's file or entered by hand, has a number for each waybill of a
    contract (A2)."""
    if event.told_by not in ("file", "warehouse"):
        return ()
    command = NumberVoucher(at=event.at, letters="DH", paper=meta.subject, own_no=event.waybill)
    return (Ask(SERIES.key("DH"), command),)


IN_THE_WAREHOUSE: tuple[On[Any], ...] = (
    numbered("RK", SlipIssued, lambda slip: slip.slip_no),
    void("RK", SlipCancelled, lambda slip: slip.slip_no, lambda slip: slip.reason),
    numbered("LL", StockListMade, lambda made: made.list_no),
    void("LL", StockListCancelled, lambda made: made.list_no, lambda made: made.reason),
    numbered("DB", TransferAsked, lambda asked: asked.transfer_no),
    void("DB", TransferCancelled, lambda asked: asked.transfer_no, lambda asked: asked.reason),
    numbered("JY", LoanAsked, lambda loan: loan.loan_no),
    numbered("BF", ScrapApplied, lambda scrap: scrap.application_no),
    numbered("PD", CountOpened, lambda count: count.count_no),
    void("PD", CountCancelled, lambda count: count.count_no, lambda count: count.reason),
    numbered("DP", AllocationAsked, lambda asked: asked.allocation_no),
    numbered("GZ", CorrectionAsked, lambda asked: asked.correction_no),
    numbered("GZ", IssueCorrected, lambda corrected: corrected.correction_no),
    numbered("GZ", CheckCorrectionAsked, lambda asked: asked.correction_no),
    numbered("GZ", CheckCorrected, lambda corrected: corrected.correction_no),
    numbered("GZ", PaperCorrectionAsked, lambda asked: asked.correction_no),
    numbered("GZ", PaperCorrected, lambda corrected: corrected.correction_no),
    numbered("PS", DamageReported, lambda damage: damage.damage_id),
    On(GoodsArrived, number_arrival),
    numbered("TH", GoodsReturned, lambda back: back.return_no),
)
OF_CONTRACTS: tuple[On[Any], ...] = (
    numbered("SK", PaymentNoted, lambda paid: paid.payment_id),
    numbered("TK", ReturnRefunded, lambda refund: refund.refund_id),
)
ON_THE_ROAD: tuple[On[Any], ...] = (
    numbered("FL", RunPlanned),
    numbered("SY", DeliveryListIssued, lambda issued: issued.list_no),
    numbered("ZT", PickUpListIssued, lambda issued: issued.list_no),
    numbered("RB", DayReported),
    numbered("YS", InstallationCompleted),
    numbered("GZ", DeliveryCorrectionAsked, lambda asked: asked.correction_no),
    On(DeliveryDeparted, number_receipt),
    On(CashHandedIn, number_hand_in),
)
OF_SERVICE: tuple[On[Any], ...] = (
    numbered("YL", LeftoverOrderPlaced, lambda order: order.order_no),
    numbered("BJ", QuoteGiven, lambda quote: quote.quote_no),
    numbered("YS", PapersPrepared),
    numbered("YS", RepairAccepted),
    On(VisitCompleted, number_report),
)

REACTIONS = (
    Reaction("inventory.number_papers", IN_THE_WAREHOUSE),
    Reaction("inventory.number_payments", OF_CONTRACTS),
    Reaction("inventory.number_runs", ON_THE_ROAD),
    Reaction("inventory.number_service", OF_SERVICE),
)
