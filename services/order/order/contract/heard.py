"""What was said of a contract, by whom and when: events that its page and its API show as they are.

The row says how a contract stands; this is kept beside it, in the same document, so that both are of one moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, WithJsonSchema

from contracts import order as facts
from contracts.described import Described
from contracts.fact import Fact, GoodsLine
from order.contract.row import CONTRACTS, ContractRow, DelayRow, LineRow
from runtime.said import Said, Saying

T = TypeVar("T", bound=BaseModel)

At = Annotated[
    datetime,
    PlainSerializer(datetime.isoformat, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
"""A moment, in JSON with the zone as it was said."""


class _Told(Described):
    """Something that was told of a contract."""

    model_config = ConfigDict(frozen=True)

    at: At


class _ToldBy(_Told):
    """The same, and by whom."""

    by: str


class PaymentTold(_ToldBy):
    """收款 (A7, B13)."""

    payment_id: str
    amount_fen: int | None
    method: facts.PaymentMethod
    received_by: str
    note: str


class RefundTold(_ToldBy):
    """退款 (B15)."""

    refund_id: str
    line_no: int
    quantity: int
    refund_fen: int | None
    reason: str


class PostponementTold(_ToldBy):
    """改期 (A8)."""

    model_config = ConfigDict(validate_by_name=True, serialize_by_alias=True)

    before: date = Field(alias="from")
    to: date
    consented_by: str
    consented_how: facts.ConsentHow
    reason: str
    late: bool


class AmendmentTold(_ToldBy):
    """变更 (A6): numbers of lines, and names of terms."""

    reason: str
    added: list[int]
    changed: list[int]
    removed: list[int]
    terms: list[str]


class DeliveryTold(_Told):
    """签收 (A7, B13)."""

    job_id: str
    delivered: tuple[GoodsLine, ...]
    refused: tuple[GoodsLine, ...]
    signed_by: str


class FailureTold(_Told):
    """未送成 (B14)."""

    job_id: str
    cause: str
    goods: Literal["returned", "deposited"]


class CancellationTold(_ToldBy):
    """取消 (A6), with what had been paid."""

    reason: str
    refund_fen: int | None


class DelayCall(_Told):
    """A call about a delay (A4)."""

    result: facts.CallResult
    note: str
    called_by: str


class DelayHandedOver(_ToldBy):
    """That a delay is the store's error (A5)."""

    reason: str


class StoreNoted(_ToldBy):
    """What the store did about its error (A5)."""

    note: str


class DelayShort(BaseModel):
    """A line's delay in short."""

    delay_id: str
    waybill: str
    eta: date | None
    reason: str
    fault: facts.DelayFault


class DelayTold(DelayShort):
    """A delay with what was done about it, step by step."""

    line_no: int
    name: str
    post_due: At | None
    post_overdue: bool
    explained: bool
    settled: bool
    noticed_at: At | Literal[""]
    noticed_by: str
    posted_at: At | None
    calls: list[DelayCall]
    handed_over: DelayHandedOver | None
    accepted: StoreNoted | None
    follow_ups: list[StoreNoted]


@dataclass(frozen=True, slots=True)
class ContractFile:
    """A contract with what was said of it; `version` is what `If-Match` may name."""

    row: ContractRow
    said: Said
    version: int

    @property
    def registered(self) -> Saying[facts.ContractSigned] | None:
        """That it was registered (A1)."""
        return self.said.last(facts.ContractSigned)

    @property
    def accepted_by(self) -> str | None:
        """Who accepted the installation (A7)."""
        installed = self.said.told(facts.InstallationNoted)
        return None if installed is None else installed.accepted_by

    @property
    def cancelled(self) -> CancellationTold | None:
        """That it is cancelled (A6)."""
        one = self.said.last(facts.ContractCancelled)
        return None if one is None else _of(CancellationTold, one, refund_fen=one.event.paid_fen)

    @property
    def payments(self) -> list[PaymentTold]:
        """Money that came in."""
        return [_of(PaymentTold, one) for one in self.said.all(facts.PaymentNoted)]

    @property
    def refunds(self) -> list[RefundTold]:
        """Money that went back."""
        return [_of(RefundTold, one) for one in self.said.all(facts.ReturnRefunded)]

    @property
    def postponements(self) -> list[PostponementTold]:
        """What the customer consented to."""
        told = self.said.all(facts.DeliveryPostponed)
        return [_of(PostponementTold, one, before=one.event.promised_before, to=one.event.promised_on) for one in told]

    @property
    def amendments(self) -> list[AmendmentTold]:
        """What was changed."""
        return [_amendment(one) for one in self.said.all(facts.ContractAmended)]

    @property
    def deliveries(self) -> list[DeliveryTold]:
        """What the customer was brought."""
        return [_of(DeliveryTold, one) for one in self.said.all(facts.DeliveryNoted)]

    @property
    def failures(self) -> list[FailureTold]:
        """What was brought in vain."""
        return [_of(FailureTold, one) for one in self.said.all(facts.DeliveryFailureNoted)]

    @property
    def delays(self) -> list[DelayTold]:
        """Delays, with what was done about each."""
        return [_delay(delay, self.said) for delay in self.row.delays]

    def returned(self, line: LineRow) -> int:
        """Pieces of a line that came back."""
        back = (one.event for one in self.said.all(facts.GoodsReturnNoted))
        return sum(event.quantity for event in back if event.line_no == line.line_no)


class ContractFiles:
    """Reads contracts with what was said of them (`Caller.view`)."""

    name = CONTRACTS.name

    def read(self, document: Mapping[str, Any]) -> ContractFile:
        """A document's."""
        return ContractFile(*CONTRACTS.whole(document), CONTRACTS.version(document))


CONTRACT_FILES = ContractFiles()


def _of(shape: type[T], one: Saying[Any], **more: Any) -> T:
    """An event in a shape: the fields that both have, when, and by whom."""
    event: Fact = one.event
    same = {name: getattr(event, name) for name in shape.model_fields if name in type(event).model_fields}
    return shape.model_validate({"by": one.by, **same, **more})


def _amendment(one: Saying[facts.ContractAmended]) -> AmendmentTold:
    event = one.event
    return AmendmentTold(
        at=event.at,
        by=one.by,
        reason=event.reason,
        added=[line.line_no for line in event.added],
        changed=sorted(line.line_no for line in event.changed),
        removed=list(event.removed),
        terms=[name for name in ("customer", "promised_on", "amount_due_fen") if getattr(event, name) is not None],
    )


def _delay(delay: DelayRow, said: Said) -> DelayTold:
    about = said.about(delay_id=delay.delay_id)
    posted, accepted = about.told(facts.DelayPosted), about.last(facts.StoreErrorAccepted)
    handed_over, noticed = about.last(facts.StoreErrorHandedOver), _noticed(delay, said)
    return DelayTold(
        **delay.model_dump(include=set(DelayTold.model_fields) - {"name", "handed_over", "accepted"}),
        name=delay.name if noticed is None else noticed.event.name,
        noticed_at="" if noticed is None else noticed.event.at,
        noticed_by="" if noticed is None else noticed.by,
        posted_at=posted and posted.at,
        calls=[_of(DelayCall, one) for one in about.all(facts.DelayExplained)],
        handed_over=handed_over and _of(DelayHandedOver, handed_over),
        accepted=accepted and _of(StoreNoted, accepted),
        follow_ups=[_of(StoreNoted, one) for one in about.all(facts.StoreErrorFollowedUp)],
    )


def _noticed(delay: DelayRow, said: Said) -> Saying[facts.DelayNoticed] | None:
    """Older ones are named by line and waybill."""
    told = (one for one in reversed(said.all(facts.DelayNoticed)))
    return next((one for one in told if _id(one.event) == delay.delay_id), None)


def _id(event: facts.DelayNoticed) -> str:
    return event.delay_id or f"{event.line_no}-{event.waybill}"
