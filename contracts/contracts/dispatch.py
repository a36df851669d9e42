"""Events of the dispatch service (派工): stream `dispatch.events`, keys `job:<job>`, `day:<depot>:<date>`,
`run:<date>:<crew>` and `fleet:<depot>`. Calls, the road and the fleet have a module each; the union is here."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field

from contracts.dispatch_calls import (
    ArrivalCalled,
    ArrivalCallOverdue,
    HalfDayCallOverdue,
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    InstallCallMade,
    InstallCallOverdue,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_fleet import (
    CrewDissolved,
    CrewSet,
    DistrictSet,
    FleetOpened,
    LeaveCancelled,
    LeaveNoted,
    PersonSet,
    TripApproved,
    VehicleReturned,
    VehicleSentOut,
    VehicleSet,
)
from contracts.dispatch_road import (
    CashOverdue,
    DayReported,
    DayReportOverdue,
    DeliveryListIssued,
    FailureConsented,
    PiecesRefused,
    RunClosed,
    StopArrived,
    StopEnded,
    StopOrderChanged,
    StopReached,
    StopUndeliverable,
)
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Half, JobKind, Value, Window

# --- job: one delivery, installation or visit ---------------------------------------------------------------------


class JobOpened(Fact):
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


class JobCompletenessChanged(Fact):
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


class Checklist(Value):
    """Site checklist of the booking call (B2): 开关面板, 角阀, 吊顶, 水电, 燃气, 厨房清空."""

    switch_panels: bool
    angle_valves: bool
    ceiling: bool
    water_power: bool
    gas: bool
    kitchen_cleared: bool


class InstallationBooked(Fact):
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


class SiteRemark(Value):
    """Why an item of the checklist is a "no", as the customer said (B2)."""

    item: str
    reason: str


class SiteNotReady(Fact):
    """现场未备好 (B2): at least one "no" on the checklist; call back on the day given."""

    event: Literal["SiteNotReady"] = "SiteNotReady"
    job_id: str
    missing: tuple[str, ...]
    call_back_on: date
    checklist: Checklist
    remarks: tuple[SiteRemark, ...] = ()


class StopScheduled(Fact):
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


class StopUnscheduled(Fact):
    """退回待排: the job left its slot of day `on`, reserved at that day's version `day_version`."""

    event: Literal["StopUnscheduled"] = "StopUnscheduled"
    job_id: str
    reason: str
    depot: str = "main"
    on: date | None = None
    day_version: int = 0


class StopPublished(Fact):
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


class StopConfirmedByWarehouse(Fact):
    """备齐/缺货 (B6): morning feedback for this stop."""

    event: Literal["StopConfirmedByWarehouse"] = "StopConfirmedByWarehouse"
    job_id: str
    ready: bool
    note: str


class DeliveryDeparted(Fact):
    """出车 (B11): the goods of this stop are on the road."""

    event: Literal["DeliveryDeparted"] = "DeliveryDeparted"
    job_id: str
    crew: str
    vehicle: str
    leader: str = ""
    """Who answers for the stop from here on (B8)."""


class DeliveryCompleted(Fact):
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


class DeliveryFailed(Fact):
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


class InstallationCompleted(Fact):
    """安装完成 (B10)."""

    event: Literal["InstallationCompleted"] = "InstallationCompleted"
    job_id: str
    contract_no: str
    crew: str
    leader: str
    accepted_by: str
    note: str
    due: AwareDatetime | None


class InstallationOverdue(Fact):
    """送后 2 日已过 (K9): the installation was not done in time."""

    event: Literal["InstallationOverdue"] = "InstallationOverdue"
    job_id: str
    contract_no: str
    due: AwareDatetime


class VisitDone(Fact):
    """上门结束: the service visit's slot on the board is used up; what came of it is the ticket's story."""

    event: Literal["VisitDone"] = "VisitDone"
    job_id: str
    note: str


# --- day: depot + date, all slots of all crews --------------------------------------------------------------------


class CrewOfDay(Value):
    """班组: who and what works on this day, and how much it can take per half-day (B8)."""

    crew: str
    name: str
    kind: JobKind
    leader: str | None
    leader_name: str | None
    members: tuple[str, ...]
    vehicle: str
    stops_per_half: int
    volume_l_per_half: int | None


class DayOpened(Fact):
    """开日: the day's crews, leaders and vehicles."""

    event: Literal["DayOpened"] = "DayOpened"
    depot: str
    on: date
    crews: tuple[CrewOfDay, ...]
    plan_due: AwareDatetime
    """K4: day before, 17:00."""


class Slot(Value):
    """One place in the day plan."""

    job_id: str
    kind: JobKind
    contract_no: str
    crew: str
    half: Half
    position: int
    window: Window
    volume_l: int
    lines: tuple[GoodsLine, ...]
    spread: bool = False
    """Too large for one half-day: the crew drives for it morning and afternoon, and for nothing else (B8)."""
    forced: str | None = None
    """Why a supervisor put it here although it does not fit; null when it fits (B8)."""


class SlotReserved(Fact):
    """占位 (B8): held for a job until `expires_at`, or for good once the job took it."""

    event: Literal["SlotReserved"] = "SlotReserved"
    depot: str
    on: date
    slot: Slot
    expires_at: AwareDatetime
    adjustment_reason: str | None
    """Why a published plan is changed (B4); null before publishing."""
    change_id: str = ""
    """The change of the plan that gave the slot."""
    vehicle: str = ""
    follow: bool = False
    """The job takes the slot by reaction, whether or not whoever planned it is still there."""


class SlotConfirmed(Fact):
    """占位已用: the job took its slot."""

    event: Literal["SlotConfirmed"] = "SlotConfirmed"
    depot: str
    on: date
    job_id: str


class SlotReleased(Fact):
    """释放占位."""

    event: Literal["SlotReleased"] = "SlotReleased"
    depot: str
    on: date
    job_id: str
    reason: str


class DayPublished(Fact):
    """送货安排表发布 (B4): final; the warehouse has it ("fax") and the group too."""

    event: Literal["DayPublished"] = "DayPublished"
    depot: str
    on: date
    version: int
    due: AwareDatetime
    stops: tuple[Slot, ...]
    crews: tuple[CrewOfDay, ...]


PlanChangeKind = Literal["place", "release", "move", "swap", "absence", "proposal", "undo", "redo", "revert"]
"""排入, 退回, 移动, 互换, 缺勤改派, 建议方案, 撤销, 重做, 自动还原 (a job did not follow)."""


class SlotMove(Value):
    """Where one job was on that day and where it is now; null = in no slot of the day."""

    job_id: str
    contract_no: str
    before: Slot | None
    after: Slot | None


class PlanChanged(Fact):
    """排程变更 (B4, B8): one decision of one person about one or more places, all of them or none.

    Its SlotReleased and SlotReserved follow. `of`: the change that is taken back or done again.
    """

    event: Literal["PlanChanged"] = "PlanChanged"
    depot: str
    on: date
    change_id: str
    kind: PlanChangeKind
    reason: str | None
    of: str | None
    moves: tuple[SlotMove, ...]
    reissue_due: AwareDatetime | None
    """When a published plan goes out again at the latest; null while it is a draft (B4)."""


class PlanAdjustment(Value):
    """What an adjustment did to one stop; null = not in the plan."""

    job_id: str
    contract_no: str
    before: Slot | None
    after: Slot | None


class DayAdjusted(Fact):
    """安排表调整 (B4): a later edition of a published plan, what is different in it, why, and who is told."""

    event: Literal["DayAdjusted"] = "DayAdjusted"
    depot: str
    on: date
    version: int
    reason: str
    changes: tuple[PlanAdjustment, ...]
    told: tuple[str, ...]
    """`warehouse`, `group`, and the person ids of the leaders who had, or now have, a part in the plan."""


class CrewAbsent(Fact):
    """班组缺勤 (B8): sick or on leave; the crew gets no more stops that day, or that half-day."""

    event: Literal["CrewAbsent"] = "CrewAbsent"
    depot: str
    on: date
    crew: str
    half: Half | None
    reason: str


class CrewReturned(Fact):
    """班组恢复出勤: an absence is over, or was a mistake."""

    event: Literal["CrewReturned"] = "CrewReturned"
    depot: str
    on: date
    crew: str


class CrewOfDayChanged(Fact):
    """当天换人换车 (B8): another leader, member or vehicle for one crew of this day."""

    event: Literal["CrewOfDayChanged"] = "CrewOfDayChanged"
    depot: str
    on: date
    crew: CrewOfDay
    reason: str
    reissue_due: AwareDatetime | None = None
    """When a published plan goes out again at the latest; null while it is a draft (B4)."""


class PlanOverdue(Fact):
    """17:00 已过，未发仓库 (K4)."""

    event: Literal["PlanOverdue"] = "PlanOverdue"
    depot: str
    on: date
    due: AwareDatetime


# --- run: one crew's day on the road -------------------------------------------------------------------------------


class RunStop(Value):
    """What the sorting sheet (分领单) says of one stop."""

    job_id: str
    contract_no: str
    half: Half
    position: int
    lines: tuple[GoodsLine, ...]


class RunPlanned(Fact):
    """出车任务 (B4): the crew's stops of the day, as published."""

    event: Literal["RunPlanned"] = "RunPlanned"
    on: date
    crew: str
    leader: str | None
    vehicle: str
    version: int
    stops: tuple[RunStop, ...]


class RunLoaded(Fact):
    """装车清点 (B11): counted line by line with the sorter, both signed; differences settled with the warehouse."""

    event: Literal["RunLoaded"] = "RunLoaded"
    on: date
    crew: str
    counted: tuple[RunStop, ...]
    leader_signed: str
    warehouse_signed: str
    settlement: str | None


class RunDeparted(Fact):
    """出车 (B11)."""

    event: Literal["RunDeparted"] = "RunDeparted"
    on: date
    crew: str
    leader: str
    vehicle: str
    job_ids: tuple[str, ...]
    list_no: str
    stops: tuple[RunStop, ...]
    driver: str = ""
    """Who drives, with a valid licence (B18)."""
    left_behind: tuple[str, ...] = ()
    """Jobs of the sheet that were settled not to go (B11): they are to be planned anew."""


class CashCollected(Fact):
    """收款 (B13, B16)."""

    event: Literal["CashCollected"] = "CashCollected"
    on: date
    crew: str
    job_id: str
    amount_fen: int
    on_vehicle_fen: int
    """Cash on the vehicle after this collection."""


class CashHandedIn(Fact):
    """交款 (B16): money left the vehicle."""

    event: Literal["CashHandedIn"] = "CashHandedIn"
    on: date
    crew: str
    amount_fen: int
    on_vehicle_fen: int
    received_by: str
    receipt_no: str = ""
    """Number of the receipt: the same receipt counts once."""
    witness: str | None = None
    """The second person of a large deposit (B16)."""


DispatchEvent = Annotated[
    JobOpened
    | JobCompletenessChanged
    | InstallationBooked
    | SiteNotReady
    | StopScheduled
    | StopUnscheduled
    | StopPublished
    | StopConfirmedByWarehouse
    | DeliveryDeparted
    | DeliveryCompleted
    | DeliveryFailed
    | InstallationCompleted
    | InstallationOverdue
    | VisitDone
    | DayOpened
    | SlotReserved
    | SlotConfirmed
    | SlotReleased
    | DayPublished
    | PlanOverdue
    | PlanChanged
    | DayAdjusted
    | CrewAbsent
    | CrewReturned
    | CrewOfDayChanged
    | RunPlanned
    | RunLoaded
    | RunDeparted
    | CashCollected
    | CashHandedIn
    | ArrivalCalled
    | ArrivalCallOverdue
    | HalfDayCallOverdue
    | HalfDayTold
    | HomeConfirmationOverdue
    | HomeConfirmed
    | InstallCallMade
    | InstallCallOverdue
    | JobAmended
    | JobCancelled
    | JobPromiseMoved
    | TroubleReported
    | CrewDissolved
    | CrewSet
    | DistrictSet
    | FleetOpened
    | LeaveCancelled
    | LeaveNoted
    | PersonSet
    | TripApproved
    | VehicleReturned
    | VehicleSentOut
    | VehicleSet
    | CashOverdue
    | DayReported
    | DayReportOverdue
    | DeliveryListIssued
    | FailureConsented
    | PiecesRefused
    | RunClosed
    | StopArrived
    | StopEnded
    | StopOrderChanged
    | StopReached
    | StopUndeliverable,
    Field(discriminator="event"),
]

WIRE: dict[str, type[Fact]] = {
    "songda.dispatch.JobOpened.v1": JobOpened,
    "songda.dispatch.JobCompletenessChanged.v1": JobCompletenessChanged,
    "songda.dispatch.InstallationBooked.v1": InstallationBooked,
    "songda.dispatch.SiteNotReady.v1": SiteNotReady,
    "songda.dispatch.StopScheduled.v1": StopScheduled,
    "songda.dispatch.StopUnscheduled.v1": StopUnscheduled,
    "songda.dispatch.StopPublished.v1": StopPublished,
    "songda.dispatch.StopConfirmedByWarehouse.v1": StopConfirmedByWarehouse,
    "songda.dispatch.DeliveryDeparted.v1": DeliveryDeparted,
    "songda.dispatch.DeliveryCompleted.v1": DeliveryCompleted,
    "songda.dispatch.DeliveryFailed.v1": DeliveryFailed,
    "songda.dispatch.InstallationCompleted.v1": InstallationCompleted,
    "songda.dispatch.InstallationOverdue.v1": InstallationOverdue,
    "songda.dispatch.VisitDone.v1": VisitDone,
    "songda.dispatch.DayOpened.v1": DayOpened,
    "songda.dispatch.SlotReserved.v1": SlotReserved,
    "songda.dispatch.SlotConfirmed.v1": SlotConfirmed,
    "songda.dispatch.SlotReleased.v1": SlotReleased,
    "songda.dispatch.DayPublished.v1": DayPublished,
    "songda.dispatch.PlanOverdue.v1": PlanOverdue,
    "songda.dispatch.PlanChanged.v1": PlanChanged,
    "songda.dispatch.DayAdjusted.v1": DayAdjusted,
    "songda.dispatch.CrewAbsent.v1": CrewAbsent,
    "songda.dispatch.CrewReturned.v1": CrewReturned,
    "songda.dispatch.CrewOfDayChanged.v1": CrewOfDayChanged,
    "songda.dispatch.RunPlanned.v1": RunPlanned,
    "songda.dispatch.RunLoaded.v1": RunLoaded,
    "songda.dispatch.RunDeparted.v1": RunDeparted,
    "songda.dispatch.CashCollected.v1": CashCollected,
    "songda.dispatch.CashHandedIn.v1": CashHandedIn,
    "songda.dispatch.ArrivalCalled.v1": ArrivalCalled,
    "songda.dispatch.ArrivalCallOverdue.v1": ArrivalCallOverdue,
    "songda.dispatch.HalfDayCallOverdue.v1": HalfDayCallOverdue,
    "songda.dispatch.HalfDayTold.v1": HalfDayTold,
    "songda.dispatch.HomeConfirmationOverdue.v1": HomeConfirmationOverdue,
    "songda.dispatch.HomeConfirmed.v1": HomeConfirmed,
    "songda.dispatch.InstallCallMade.v1": InstallCallMade,
    "songda.dispatch.InstallCallOverdue.v1": InstallCallOverdue,
    "songda.dispatch.JobAmended.v1": JobAmended,
    "songda.dispatch.JobCancelled.v1": JobCancelled,
    "songda.dispatch.JobPromiseMoved.v1": JobPromiseMoved,
    "songda.dispatch.TroubleReported.v1": TroubleReported,
    "songda.dispatch.CrewDissolved.v1": CrewDissolved,
    "songda.dispatch.CrewSet.v1": CrewSet,
    "songda.dispatch.DistrictSet.v1": DistrictSet,
    "songda.dispatch.FleetOpened.v1": FleetOpened,
    "songda.dispatch.LeaveCancelled.v1": LeaveCancelled,
    "songda.dispatch.LeaveNoted.v1": LeaveNoted,
    "songda.dispatch.PersonSet.v1": PersonSet,
    "songda.dispatch.TripApproved.v1": TripApproved,
    "songda.dispatch.VehicleReturned.v1": VehicleReturned,
    "songda.dispatch.VehicleSentOut.v1": VehicleSentOut,
    "songda.dispatch.VehicleSet.v1": VehicleSet,
    "songda.dispatch.CashOverdue.v1": CashOverdue,
    "songda.dispatch.DayReported.v1": DayReported,
    "songda.dispatch.DayReportOverdue.v1": DayReportOverdue,
    "songda.dispatch.DeliveryListIssued.v1": DeliveryListIssued,
    "songda.dispatch.FailureConsented.v1": FailureConsented,
    "songda.dispatch.PiecesRefused.v1": PiecesRefused,
    "songda.dispatch.RunClosed.v1": RunClosed,
    "songda.dispatch.StopArrived.v1": StopArrived,
    "songda.dispatch.StopEnded.v1": StopEnded,
    "songda.dispatch.StopOrderChanged.v1": StopOrderChanged,
    "songda.dispatch.StopReached.v1": StopReached,
    "songda.dispatch.StopUndeliverable.v1": StopUndeliverable,
}
"""Wire name -> model."""

__all__ = [
    "WIRE",
    "CashCollected",
    "CashHandedIn",
    "Checklist",
    "CrewAbsent",
    "CrewOfDay",
    "CrewOfDayChanged",
    "CrewReturned",
    "DayAdjusted",
    "DayOpened",
    "DayPublished",
    "DeliveryCompleted",
    "DeliveryDeparted",
    "DeliveryFailed",
    "DispatchEvent",
    "InstallationBooked",
    "InstallationCompleted",
    "InstallationOverdue",
    "JobCompletenessChanged",
    "JobOpened",
    "PlanAdjustment",
    "PlanChangeKind",
    "PlanChanged",
    "PlanOverdue",
    "RunDeparted",
    "RunLoaded",
    "RunPlanned",
    "RunStop",
    "SiteNotReady",
    "SiteRemark",
    "Slot",
    "SlotConfirmed",
    "SlotMove",
    "SlotReleased",
    "SlotReserved",
    "StopConfirmedByWarehouse",
    "StopPublished",
    "StopScheduled",
    "StopUnscheduled",
    "VisitDone",
]
