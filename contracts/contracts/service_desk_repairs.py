"""Events of what a repair takes: warranty or quote, advice, parts, the expert, the supplier (C5-C8, C13).

Part of stream `service_desk.events`, key `ticket:<ticket>`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.fact import Customer, Fact, Fen
from contracts.service_desk_duties import Watch

WarrantyState = Literal["in", "before", "out", "unknown", "not_asked"]
"""C5: 保内, 尚未验收 (the goods are still ours to make right), 过保, 待核实, 不适用 (found by ourselves, or told before
anybody asked)."""


FaultOf = Literal["ours", "customer", "wear", "third_party", "unknown"]
"""C5: 我方（制造、装配、材料）, 客户使用, 正常损耗, 第三方, 未明."""


PartsRoute = Literal["warehouse", "showroom_loan", "purchase", "leftover_order"]
"""C7: 仓库领料, 借展厅样品件, 外购, 下遗留单."""


class CoverageJudged(Fact, wire="songda.service_desk.CoverageJudged.v1"):
    """责任认定 (C5): in warranty and the fault is ours, or not; `free` says whether the customer pays."""

    event: Literal["CoverageJudged"] = "CoverageJudged"
    ticket_id: str
    warranty: WarrantyState
    warranty_ends_on: date | None
    fault: FaultOf
    free: bool
    reason: str


class QuoteGiven(Fact, wire="songda.service_desk.QuoteGiven.v1"):
    """报价 (C5): parts, travel and labour."""

    event: Literal["QuoteGiven"] = "QuoteGiven"
    ticket_id: str
    quote_no: str
    customer: Customer
    parts_fen: Fen
    travel_fen: Fen
    labour_fen: Fen
    total_fen: Fen
    valid_until: date | None
    note: str


class QuoteAccepted(Fact, wire="songda.service_desk.QuoteAccepted.v1"):
    """客户接受报价 (C5)."""

    event: Literal["QuoteAccepted"] = "QuoteAccepted"
    ticket_id: str
    quote_no: str
    total_fen: Fen
    accepted_by: str
    how: str


class QuoteDeclined(Fact, wire="songda.service_desk.QuoteDeclined.v1"):
    """客户不接受报价 (C5)."""

    event: Literal["QuoteDeclined"] = "QuoteDeclined"
    ticket_id: str
    quote_no: str
    reason: str


class ConsultationAnswered(Fact, wire="songda.service_desk.ConsultationAnswered.v1"):
    """电话指导 (C6): the customer was guided; somebody calls again in two hours (K16)."""

    event: Literal["ConsultationAnswered"] = "ConsultationAnswered"
    ticket_id: str
    answer_no: int
    customer: Customer
    answer: str
    watch: Watch


class FollowedUp(Fact, wire="songda.service_desk.FollowedUp.v1"):
    """跟进电话 (C6, K16): whether the advice helped."""

    event: Literal["FollowedUp"] = "FollowedUp"
    ticket_id: str
    answer_no: int
    solved: bool
    note: str
    due: AwareDatetime


class PartsRouted(Fact, wire="songda.service_desk.PartsRouted.v1"):
    """配件来源 (C7): where a part comes from; a showroom piece needs an approval."""

    event: Literal["PartsRouted"] = "PartsRouted"
    ticket_id: str
    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    in_stock: int | None
    """What the warehouse had free when it was decided; null when nobody could say."""
    reference: str
    """Number of the loan, purchase or leftover order."""
    return_by: date | None
    note: str
    asked_by: str


class PartsApproved(Fact, wire="songda.service_desk.PartsApproved.v1"):
    """借件批准 (C7, D12): the showroom piece may be taken."""

    event: Literal["PartsApproved"] = "PartsApproved"
    ticket_id: str
    part_no: str
    route: PartsRoute
    sku: str
    name: str
    quantity: int
    reference: str
    return_by: date | None


class PartsReady(Fact, wire="songda.service_desk.PartsReady.v1"):
    """配件到位 (C7)."""

    event: Literal["PartsReady"] = "PartsReady"
    ticket_id: str
    part_no: str
    note: str


class ExpertAsked(Fact, wire="songda.service_desk.ExpertAsked.v1"):
    """请专家 (C7): never seen before, or it came back; the installation manager first."""

    event: Literal["ExpertAsked"] = "ExpertAsked"
    ticket_id: str
    reason: Literal["never_seen", "came_back"]
    question: str


class ExpertAnswered(Fact, wire="songda.service_desk.ExpertAnswered.v1"):
    """专家意见 (C7)."""

    event: Literal["ExpertAnswered"] = "ExpertAnswered"
    ticket_id: str
    answer: str
    answered_by: str


class RepeatRepairFound(Fact, wire="songda.service_desk.RepeatRepairFound.v1"):
    """重复修理 (C8): the same problem on the same product again; it counts against the earlier visit."""

    event: Literal["RepeatRepairFound"] = "RepeatRepairFound"
    ticket_id: str
    contract_no: str | None
    earlier_ticket: str
    earlier_visit_no: int
    earlier_visit_technician: str
    repaired_at: AwareDatetime
    days: int


class SupplierWaitStarted(Fact, wire="songda.service_desk.SupplierWaitStarted.v1"):
    """等供应商 (C13): procurement settles it with the supplier; the reply's and the complaint's clocks stand."""

    event: Literal["SupplierWaitStarted"] = "SupplierWaitStarted"
    ticket_id: str
    wait_no: int
    supplier: str
    reason: str
    expected_on: date | None


class SupplierWaitEnded(Fact, wire="songda.service_desk.SupplierWaitEnded.v1"):
    """供应商已处理 (C13): the clocks go on; `watches` are those whose due time moved."""

    event: Literal["SupplierWaitEnded"] = "SupplierWaitEnded"
    ticket_id: str
    wait_no: int
    supplier: str
    since: AwareDatetime
    outcome: str
    watches: tuple[Watch, ...]
