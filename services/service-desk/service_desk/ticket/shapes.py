"""What API and page show of a ticket: its shapes."""

from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import partial
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    TypeAdapter,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from contracts.civil_time import in_utc
from contracts.service_desk_repairs import WarrantyState
from service_desk.duties import DutyRow
from service_desk.ticket.standing import CaseRow, Pays, Status, fields_of
from service_desk.ticket.timeline import TimelineEntry

UtcText = Annotated[datetime, PlainSerializer(lambda moment: in_utc(moment).isoformat(), when_used="json")]
"""A moment within an open object."""


class _Open:
    """To other systems an object whose fields may become more; to us, of one kind."""

    def __get_pydantic_core_schema__(self, kind: Any, _: GetCoreSchemaHandler) -> CoreSchema:
        known: TypeAdapter[Any] = TypeAdapter(kind)
        said = partial(known.dump_python, mode="json", by_alias=True)
        return core_schema.no_info_plain_validator_function(
            known.validate_python, serialization=core_schema.plain_serializer_function_ser_schema(said)
        )

    def __get_pydantic_json_schema__(self, _: CoreSchema, __: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {"additionalProperties": True, "type": "object"}


Open = _Open()


@dataclass(frozen=True)
class Part:
    """An object within."""

    @classmethod
    def of(cls, *sources: object, **more: Any) -> Self:
        """With what these say, and more."""
        return cls(**fields_of([one.name for one in fields(cls)], *sources) | more)


class Shape(BaseModel):
    """What other systems know by its name."""

    model_config = ConfigDict(frozen=True)

    @classmethod
    def of(cls, *sources: object, **more: Any) -> Self:
        """With what these say, and more."""
        return cls.model_validate(fields_of(cls.model_fields, *sources) | more)


@dataclass(frozen=True)
class Damage(Part):
    """遗留货运输损坏."""

    at: UtcText
    fault: str
    note: str
    photos: tuple[str, ...]


class LeftoverOrderRow(Shape):
    """遗留单."""

    order_no: str
    items: str
    expected_on: date | None
    placed_at: datetime
    placed_by: str
    approved_at: datetime | None
    approved_by: str | None
    sms_at: datetime | None
    arrived_at: datetime | None
    damaged: Annotated[Damage, Open] | None


@dataclass(frozen=True)
class Move(Part):
    """改约."""

    at: UtcText
    before: Annotated[UtcText, Field(serialization_alias="from")]
    to: UtcText
    asked_by: str
    reason: str


class VisitRow(Shape):
    """上门; `outcome` is null until it ended."""

    visit_no: int
    on: date
    starts: datetime
    ends: datetime
    technician: str
    asked_for: str
    accompanied_by: str | None
    assigned_by: str | None
    papers: tuple[str, ...]
    confirmed_at: datetime | None
    goods_taken: bool
    arrived_at: datetime | None
    identity_shown: bool | None
    outcome: str | None
    report_ref: str | None
    note: str
    ended_at: datetime | None
    form_at: datetime | None
    form_ref: str
    rating: int | None
    comment: str
    moves: tuple[Annotated[Move, Open], ...]


@dataclass(frozen=True)
class Coverage(Part):
    """责任认定."""

    fault: str
    free: bool
    reason: str
    at: UtcText


@dataclass(frozen=True)
class QuoteRow(Part):
    """报价."""

    quote_no: str
    parts_fen: int
    travel_fen: int
    labour_fen: int
    total_fen: int
    valid_until: date | None
    note: str
    given_at: UtcText
    stage: str
    accepted_by: str | None
    reason: str


@dataclass(frozen=True)
class InformationRow(Part):
    """售服信息反馈表."""

    findings: str
    order_needed: bool
    items: str
    photos: tuple[str, ...]
    by: str
    at: UtcText


@dataclass(frozen=True)
class AdviceRow(Part):
    """电话指导."""

    answer_no: int
    answer: str
    at: UtcText
    solved: bool | None
    followed_up_at: UtcText | None
    note: str


@dataclass(frozen=True)
class PartRow(Part):
    """配件."""

    part_no: str
    route: str
    sku: str
    name: str
    quantity: int
    in_stock: int | None
    reference: str
    return_by: date | None
    stage: str
    asked_by: str
    note: str


@dataclass(frozen=True)
class ExpertRow(Part):
    """专家意见; `by`: who answered."""

    reason: str
    question: str
    answer: str | None
    by: str | None


@dataclass(frozen=True)
class RepeatRow(Part):
    """重复修理: the earlier visit."""

    ticket_id: str
    visit_no: int
    technician: str
    repaired_at: UtcText


@dataclass(frozen=True)
class WaitRow(Part):
    """等供应商."""

    wait_no: int
    supplier: str
    reason: str
    expected_on: date | None
    since: UtcText
    until: UtcText | None
    outcome: str


@dataclass(frozen=True)
class ComplaintStep(Part):
    """What was done about a complaint at a level."""

    at: UtcText
    level: int
    what: str
    text: str


@dataclass(frozen=True)
class ComplaintRow(Part):
    """投诉."""

    level: int
    owner_role: str
    department: str
    conduct: bool
    finding: str | None
    solution: str | None
    settled_at: UtcText | None
    history: tuple[ComplaintStep, ...]


@dataclass(frozen=True)
class AcceptanceRow(Part):
    """客户验收."""

    accepted_by: str
    rating: int | None
    at: UtcText


@dataclass(frozen=True)
class CallBackRow(Part):
    """回访."""

    satisfied: bool
    note: str
    at: UtcText
    by: str


@dataclass(frozen=True)
class Cancellation(Part):
    """取消."""

    cause: str
    reason: str
    at: UtcText


class TicketRow(CaseRow, Shape):
    """A ticket; the customer as the asking role may see it (C18). `version` is what `If-Match` may name."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    origin: str
    status: Status
    received_at: datetime
    reply_due: datetime
    replied_at: datetime | None
    reply_late: bool
    warranty: WarrantyState
    warranty_ends_on: date | None
    coverage: Annotated[Coverage, Open] | None
    pays: Pays
    quotes: tuple[Annotated[QuoteRow, Open], ...]
    information: Annotated[InformationRow, Open] | None
    advice: Annotated[AdviceRow, Open] | None
    parts: tuple[Annotated[PartRow, Open], ...]
    expert: Annotated[ExpertRow, Open] | None
    repeat_of: tuple[Annotated[RepeatRow, Open], ...]
    waits: tuple[Annotated[WaitRow, Open], ...]
    waiting: str | None
    complaint: Annotated[ComplaintRow, Open] | None
    orders: tuple[LeftoverOrderRow, ...]
    visits: tuple[VisitRow, ...]
    acceptance: Annotated[AcceptanceRow, Open] | None
    signed_at: datetime | None
    signed_by: str | None
    call_back: Annotated[CallBackRow, Open] | None
    duties: tuple[DutyRow, ...]
    overdue: bool
    told: tuple[str, ...]
    duplicates: tuple[str, ...]
    merged_into: str | None
    cancelled: Annotated[Cancellation, Open] | None
    reopened_at: datetime | None
    closed_at: datetime | None
    next_step: str | None
    next_due: datetime | None
    next_zh: str
    next_en: str
    version: int


class TicketDetail(TicketRow):
    """A ticket with all that happened to it."""

    timeline: tuple[TimelineEntry, ...]


class TicketList(BaseModel):
    """One page of tickets, what is due first on top; `total` counts all that match."""

    total: int
    limit: int
    offset: int
    rows: list[TicketRow]
