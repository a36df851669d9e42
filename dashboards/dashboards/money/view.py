"""A day's money, as contracts and vehicles heard of it: who took it and how, and what crews handed in (A12, B16).

Of the day on which it happened, however late it was told (X1). A contract's side counts: what a crew collected at the
door is a payment of its contract too.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Literal

from pydantic import ConfigDict

from contracts.civil_time import civil_day
from contracts.described import Described
from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.order import OF_CREWS, PaymentMethod, PaymentNoted, ReturnRefunded
from dashboards.journal import Entry

OF_CONTRACTS = (PaymentNoted.__name__, ReturnRefunded.__name__)
OF_RUNS = (CashCollected.__name__, CashHandedIn.__name__)
"""What the streams tell of money."""

Channel = Literal["crew", "office"]
"""上门收款, 办公室收款."""


class _Shown(Described):
    model_config = ConfigDict(frozen=True)


class PaymentLine(_Shown):
    """Money that came in for a contract."""

    at: datetime
    recorded: datetime
    contract_no: str
    payment_id: str
    voucher_no: str
    """Its number in the register (D11); "" for money of before."""
    amount_fen: int
    channel: Channel
    method: PaymentMethod
    received_by: str
    note: str
    late: bool
    """Recorded on a later day than it happened."""


class RefundLine(_Shown):
    """What a contract owes no longer, or got back (B15, A12)."""

    at: datetime
    recorded: datetime
    contract_no: str
    refund_id: str
    voucher_no: str
    refund_fen: int
    paid_back_fen: int
    """Of it, money that went back; the rest is owed no longer."""
    reason: str
    by: str
    late: bool

    @property
    def reduced_fen(self) -> int:
        """What is owed no longer."""
        return self.refund_fen - self.paid_back_fen


class HandInLine(_Shown):
    """Cash that left a vehicle (B16)."""

    at: datetime
    crew: str
    receipt_no: str
    voucher_no: str
    amount_fen: int
    received_by: str
    witness: str | None


class CrewCash(_Shown):
    """A crew's cash of the day: all of it is handed in the same day (日清日结)."""

    crew: str
    collected_fen: int
    handed_in_fen: int

    @property
    def left_fen(self) -> int:
        """Still on the vehicle; below 0, more was handed in than collected."""
        return self.collected_fen - self.handed_in_fen


class Sum(_Shown):
    """Payments of one channel and method."""

    channel: Channel
    method: PaymentMethod
    amount_fen: int
    count: int


class MoneyDay(_Shown):
    """收支 of a day, in fen."""

    on: date
    paid_fen: int
    refunded_fen: int
    """All refunds: what went back, and what is owed no longer."""
    paid_back_fen: int
    """What went back."""
    sums: tuple[Sum, ...]
    crews: tuple[CrewCash, ...]
    payments: tuple[PaymentLine, ...]
    refunds: tuple[RefundLine, ...]
    handed_in: tuple[HandInLine, ...]


Numbers = Mapping[tuple[str, str], str]
"""(paper, what it is called there) -> its number in the register (D11)."""


def money_of(on: date, entries: Iterable[Entry], numbers: Numbers) -> MoneyDay:
    """The day's money of the journal's entries, in the order in which it happened; those of other days are left out."""
    told = sorted(
        (one for one in entries if _day_of(one) == on), key=lambda one: (one.happened, one.aggregate, one.seq)
    )
    payments = tuple(_payment(one, fact, numbers) for one in told if isinstance(fact := one.fact, PaymentNoted))
    refunds = tuple(_refund(one, fact, numbers) for one in told if isinstance(fact := one.fact, ReturnRefunded))
    hand_ins = tuple(_hand_in(one, fact, numbers) for one in told if isinstance(fact := one.fact, CashHandedIn))
    collected = Counter[str]()
    for one in told:
        if isinstance(fact := one.fact, CashCollected):
            collected[fact.crew] += fact.amount_fen
    handed = Counter[str]()
    for line in hand_ins:
        handed[line.crew] += line.amount_fen
    return MoneyDay(
        on=on,
        paid_fen=sum(line.amount_fen for line in payments),
        refunded_fen=sum(line.refund_fen for line in refunds),
        paid_back_fen=sum(line.paid_back_fen for line in refunds),
        sums=_sums(payments),
        crews=tuple(
            CrewCash(crew=crew, collected_fen=collected[crew], handed_in_fen=handed[crew])
            for crew in sorted({*collected, *handed})
        ),
        payments=payments,
        refunds=refunds,
        handed_in=hand_ins,
    )


def _day_of(entry: Entry) -> date:
    """A vehicle's money is of its run's day, whenever it is handed in."""
    fact = entry.fact
    return fact.on if isinstance(fact, CashCollected | CashHandedIn) else civil_day(entry.happened)


def _sums(payments: Iterable[PaymentLine]) -> tuple[Sum, ...]:
    found: dict[tuple[Channel, PaymentMethod], list[int]] = {}
    for line in payments:
        found.setdefault((line.channel, line.method), []).append(line.amount_fen)
    return tuple(
        Sum(channel=channel, method=method, amount_fen=sum(amounts), count=len(amounts))
        for (channel, method), amounts in sorted(found.items())
    )


def _late(entry: Entry) -> bool:
    return civil_day(entry.recorded) > civil_day(entry.happened)


def _payment(entry: Entry, fact: PaymentNoted, numbers: Numbers) -> PaymentLine:
    return PaymentLine(
        at=entry.happened,
        recorded=entry.recorded,
        contract_no=fact.contract_no,
        payment_id=fact.payment_id,
        voucher_no=numbers.get((entry.aggregate, fact.payment_id), ""),
        amount_fen=fact.amount_fen,
        channel="crew" if fact.payment_id.startswith(OF_CREWS) else "office",
        method=fact.method,
        received_by=fact.received_by,
        note=fact.note,
        late=_late(entry),
    )


def _refund(entry: Entry, fact: ReturnRefunded, numbers: Numbers) -> RefundLine:
    return RefundLine(
        at=entry.happened,
        recorded=entry.recorded,
        contract_no=fact.contract_no,
        refund_id=fact.refund_id,
        voucher_no=numbers.get((entry.aggregate, fact.refund_id), ""),
        refund_fen=fact.refund_fen,
        paid_back_fen=_paid_back_fen(fact),
        reason=fact.reason,
        by=entry.by,
        late=_late(entry),
    )


def _paid_back_fen(fact: ReturnRefunded) -> int:
    """As the event says. One of old does not: while something was still owed after it, nothing went back."""
    if fact.paid_back_fen is not None:
        return fact.paid_back_fen
    return 0 if fact.quantity and fact.owed_fen else fact.refund_fen


def _hand_in(entry: Entry, fact: CashHandedIn, numbers: Numbers) -> HandInLine:
    return HandInLine(
        at=fact.at,
        crew=fact.crew,
        receipt_no=fact.receipt_no,
        voucher_no=numbers.get((entry.aggregate, fact.receipt_no or f"#{entry.seq}"), ""),
        amount_fen=fact.amount_fen,
        received_by=fact.received_by,
        witness=fact.witness,
    )
