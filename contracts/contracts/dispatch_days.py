"""Events of a day of a depot (排期): all slots of all crews.

Part of stream `dispatch.events`, key `day:<depot>:<date>`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AwareDatetime

from contracts.bounds import Few, HowMany, OneLine, OptionalId
from contracts.fact import Fact, GoodsLine, Half, JobKind, Value, Window


class CrewOfDay(Value):
    """班组: who and what works on this day, and how much it can take per half-day (B8)."""

    crew: OptionalId
    name: OneLine
    kind: JobKind
    leader: OneLine | None
    leader_name: OneLine | None
    members: Annotated[tuple[OneLine, ...], Few(1_000)]
    vehicle: OneLine
    stops_per_half: HowMany
    volume_l_per_half: HowMany | None
    depot: OptionalId = "main"
    """Where it starts from (D17)."""


class DayOpened(Fact, wire="songda.dispatch.DayOpened.v1"):
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


class SlotReserved(Fact, wire="songda.dispatch.SlotReserved.v1"):
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
    reason: str | None = None
    """What whoever planned it said, published or not."""
    seen: int | None = None
    """The job's version on the page that it was planned on, where that page must not be out of date."""


class SlotConfirmed(Fact, wire="songda.dispatch.SlotConfirmed.v1"):
    """占位已用: the job took its slot."""

    event: Literal["SlotConfirmed"] = "SlotConfirmed"
    depot: str
    on: date
    job_id: str


class SlotReleased(Fact, wire="songda.dispatch.SlotReleased.v1"):
    """释放占位."""

    event: Literal["SlotReleased"] = "SlotReleased"
    depot: str
    on: date
    job_id: str
    reason: str
    change_id: str = ""
    """The change of the plan that freed the slot; none where a reservation ran out."""
    left: bool = False
    """The job had left it before, by itself: it need not hear of it."""


class DayPublished(Fact, wire="songda.dispatch.DayPublished.v1"):
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


class PlanChanged(Fact, wire="songda.dispatch.PlanChanged.v1"):
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


class DayAdjusted(Fact, wire="songda.dispatch.DayAdjusted.v1"):
    """安排表调整 (B4): a later edition of a published plan, what is different in it, why, and who is told."""

    event: Literal["DayAdjusted"] = "DayAdjusted"
    depot: str
    on: date
    version: int
    reason: str
    changes: tuple[PlanAdjustment, ...]
    told: tuple[str, ...]
    """`warehouse`, `group`, and the person ids of the leaders who had, or now have, a part in the plan."""


class CrewAbsent(Fact, wire="songda.dispatch.CrewAbsent.v1"):
    """班组缺勤 (B8): sick or on leave; the crew gets no more stops that day, or that half-day."""

    event: Literal["CrewAbsent"] = "CrewAbsent"
    depot: str
    on: date
    crew: str
    half: Half | None
    reason: str


class CrewReturned(Fact, wire="songda.dispatch.CrewReturned.v1"):
    """班组恢复出勤: an absence is over, or was a mistake."""

    event: Literal["CrewReturned"] = "CrewReturned"
    depot: str
    on: date
    crew: str


class CrewDeparted(Fact, wire="songda.dispatch.CrewDeparted.v1"):
    """班组已出车 (B11): the crew has left with its run; nobody is given a place with it any more."""

    event: Literal["CrewDeparted"] = "CrewDeparted"
    depot: str
    on: date
    crew: str


class CrewOfDayChanged(Fact, wire="songda.dispatch.CrewOfDayChanged.v1"):
    """当天换人换车 (B8): another leader, member or vehicle for one crew of this day."""

    event: Literal["CrewOfDayChanged"] = "CrewOfDayChanged"
    depot: str
    on: date
    crew: CrewOfDay
    reason: str
    reissue_due: AwareDatetime | None = None
    """When a published plan goes out again at the latest; null while it is a draft (B4)."""


class PlanOverdue(Fact, wire="songda.dispatch.PlanOverdue.v1"):
    """17:00 已过，未发仓库 (K4)."""

    event: Literal["PlanOverdue"] = "PlanOverdue"
    depot: str
    on: date
    due: AwareDatetime
