"""Events of a job (派工单): one delivery, installation or visit.

Part of stream `dispatch.events`, key `job:<job>`.
"""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime, Field

from contracts.bounds import ManyLines, OneLine
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Half, JobKind, Value, Window
from contracts.order import ConsentHow


class JobOpened(Fact, wire="songda.dispatch.JobOpened.v1"):
    """待排 (A3): a delivery, installation or visit is to be arranged."""

    event: Literal["JobOpened"] = "JobOpened"
    job_id: str
    kind: JobKind
    contract_no: str
    ticket_id: str | None
    customer: Customer
    lines: tuple[ContractLine, ...]
    volume_l: int
    amount_due_fen: int
    promised_on: date | None
    complete_on: date | None
    due_at: AwareDatetime | None
    """When it is owed: for an installation, delivery + 2 days (B10, K9)."""
    summary: str
    depot: str = "main"
    """The depot whose crews do it (D17)."""


class JobCompletenessChanged(Fact, wire="songda.dispatch.JobCompletenessChanged.v1"):
    """货齐有变 (A3, X1): the day of completeness was corrected, or completeness was lost (`complete_on` is null).

    `lines`, `volume_l` and `amount_due_fen` are what the contract holds now (A6); null when they stay as they were.
    """

    event: Literal["JobCompletenessChanged"] = "JobCompletenessChanged"
    job_id: str
    complete_on: date | None
    reason: str
    lines: tuple[ContractLine, ...] | None = None
    volume_l: int | None = None
    amount_due_fen: int | None = None
    depot: str | None = None
    """The depot whose crews do it from now on (D17); null when it stays."""


class Checklist(Value):
    """Site checklist of the booking call (B2): 开关面板, 角阀, 吊顶, 水电, 燃气, 厨房清空."""

    switch_panels: bool
    angle_valves: bool
    ceiling: bool
    water_power: bool
    gas: bool
    kitchen_cleared: bool


class LaterDayConsent(Value):
    """客户同意晚于承诺 (A8): who consented to a day after the promised one, how, and why it is later."""

    consented_by: OneLine
    consented_how: ConsentHow
    reason: ManyLines


class InstallationBooked(Fact, wire="songda.dispatch.InstallationBooked.v1"):
    """预约 (B1, B2): the customer was called, the site is ready, and a day was agreed on the phone."""

    event: Literal["InstallationBooked"] = "InstallationBooked"
    job_id: str
    on: date
    half: Half | None
    checklist: Checklist
    install_due: AwareDatetime | None
    override_reason: str | None
    """Why fewer days ahead than B1 asks were accepted; null when the rule holds."""
    booking_due: AwareDatetime
    """K2: the booking was owed by then (install date - 3 days)."""
    kind: JobKind | None = None
    contract_no: str = ""
    customer: Customer | None = None
    """Whom SMS 2 goes to; null in records from before it went out."""
    rebooked: bool = False
    """Another day was agreed before (改约)."""
    consent: LaterDayConsent | None = None
    """The customer's consent, where the day is later than was promised (A8); null where it is not."""


class SiteRemark(Value):
    """Why an item of the checklist is a "no", as the customer said (B2)."""

    item: OneLine
    reason: ManyLines


class SiteNotReady(Fact, wire="songda.dispatch.SiteNotReady.v1"):
    """现场未备好 (B2): at least one "no" on the checklist; call back on the day given."""

    event: Literal["SiteNotReady"] = "SiteNotReady"
    job_id: str
    missing: tuple[str, ...]
    call_back_on: date
    checklist: Checklist
    remarks: tuple[SiteRemark, ...] = ()


class StopScheduled(Fact, wire="songda.dispatch.StopScheduled.v1"):
    """已排 (B4, B8): the job has a crew, a half-day and a place in the order of stops."""

    event: Literal["StopScheduled"] = "StopScheduled"
    job_id: str
    depot: str
    on: date
    half: Half
    crew: str
    vehicle: str
    position: int
    window: Window
    day_version: int = 0
    """The day's version at the reservation: of two reservations on one day, the later one counts."""
    home_due: AwareDatetime | None = None
    """K3: a delivery's customer is asked the day before whether somebody will be home."""
    install_call_due: AwareDatetime | None = None
    """K10: an installation's customer is called once more by 17:00 of the day before."""


class StopUnscheduled(Fact, wire="songda.dispatch.StopUnscheduled.v1"):
    """退回待排: the job left its slot of day `on`, reserved at that day's version `day_version`."""

    event: Literal["StopUnscheduled"] = "StopUnscheduled"
    job_id: str
    reason: str
    depot: str = "main"
    on: date | None = None
    day_version: int = 0


class SlotDeclined(Fact, wire="songda.dispatch.SlotDeclined.v1"):
    """不能跟上 (A3, B1, B2, B8): the job does not take the slot that day `on` gave it at version `day_version`, or does
    not leave it (`leaving`), so that the day puts its change back. Code and words are those of a refusal."""

    event: Literal["SlotDeclined"] = "SlotDeclined"
    job_id: str
    depot: str
    on: date
    day_version: int
    change_id: str
    leaving: bool = False
    code: str
    rule: str
    zh: str
    en: str
    facts: dict[str, str | int | bool | None] = Field(default_factory=dict)
    """Figures of the refusal: text, numbers, ISO dates."""


class StopPublished(Fact, wire="songda.dispatch.StopPublished.v1"):
    """已发布 (B4): the day plan with this stop is final and known to warehouse and group."""

    event: Literal["StopPublished"] = "StopPublished"
    job_id: str
    on: date
    crew: str
    leader: str
    version: int
    kind: JobKind | None = None
    contract_no: str = ""
    customer: Customer | None = None
    """Whom SMS 3 or 4 goes to; null in records from before they went out."""
    half: Half | None = None
    window: Window | None = None
    half_day_due: AwareDatetime | None = None
    """K5: the leader's call of the evening before is owed by then (deliveries)."""
    arrival_call_due: AwareDatetime | None = None
    """K6: the call an hour ahead is owed by then (deliveries)."""


class StopConfirmedByWarehouse(Fact, wire="songda.dispatch.StopConfirmedByWarehouse.v1"):
    """备齐/缺货 (B6): morning feedback for this stop."""

    event: Literal["StopConfirmedByWarehouse"] = "StopConfirmedByWarehouse"
    job_id: str
    ready: bool
    note: str


class DeliveryDeparted(Fact, wire="songda.dispatch.DeliveryDeparted.v1"):
    """出车 (B11): the goods of this stop are on the road."""

    event: Literal["DeliveryDeparted"] = "DeliveryDeparted"
    job_id: str
    crew: str
    vehicle: str
    leader: str = ""
    """Who answers for the stop from here on (B8)."""
    lines: tuple[GoodsLine, ...] = ()
    """What is on the vehicle for it, as counted (B11); not said by older events."""


class DeliveryCompleted(Fact, wire="songda.dispatch.DeliveryCompleted.v1"):
    """签收 (B13): goods checked in front of the customer, money collected, signed."""

    event: Literal["DeliveryCompleted"] = "DeliveryCompleted"
    job_id: str
    contract_no: str
    customer: Customer
    crew: str
    leader: str
    delivered: tuple[GoodsLine, ...]
    lines: tuple[ContractLine, ...]
    signed_by: str
    signature_ref: str
    taught_use: bool
    cash_fen: int
    window_ends: AwareDatetime
    """K8: promised window end."""
    install_due: AwareDatetime | None
    """B10/K9: when the installation is owed; null when nothing is to be installed."""
    refused: tuple[GoodsLine, ...] = ()
    """Undamaged pieces that the customer sent back (B15): they come back to the warehouse."""
    damaged: tuple[GoodsLine, ...] = ()
    """Damaged pieces that the customer did not take (D4)."""
    photos: tuple[str, ...] = ()
    """References of what was photographed at the door."""
    depot: str = "main"
    """The depot whose crew delivered it (D17)."""


class DeliveryFailed(Fact, wire="songda.dispatch.DeliveryFailed.v1"):
    """未送成 (B14): the office agreed that the goods go back or into deposit."""

    event: Literal["DeliveryFailed"] = "DeliveryFailed"
    job_id: str
    contract_no: str
    crew: str
    leader: str
    cause: str
    goods: Literal["returned", "deposited"]
    consent_by: str
    window_ends: AwareDatetime
    lines: tuple[GoodsLine, ...] = ()
    """What is on the vehicle for this stop and comes back, or goes into deposit."""
    customer_reached: bool | None = None
    """B14: whether the customer was reached by phone; null when nobody said."""
    signature_ref: str | None = None
    """Who keeps deposited goods has signed for them (B14)."""
    photos: tuple[str, ...] = ()


class InstallationCompleted(Fact, wire="songda.dispatch.InstallationCompleted.v1"):
    """安装完成 (B10)."""

    event: Literal["InstallationCompleted"] = "InstallationCompleted"
    job_id: str
    contract_no: str
    crew: str
    leader: str
    accepted_by: str
    note: str
    due: AwareDatetime | None


class InstallationOverdue(Fact, wire="songda.dispatch.InstallationOverdue.v1"):
    """送后 2 日已过 (K9): the installation was not done in time."""

    event: Literal["InstallationOverdue"] = "InstallationOverdue"
    job_id: str
    contract_no: str
    due: AwareDatetime


class VisitDone(Fact, wire="songda.dispatch.VisitDone.v1"):
    """上门结束: the service visit's slot on the board is used up; what came of it is the ticket's story."""

    event: Literal["VisitDone"] = "VisitDone"
    job_id: str
    note: str
