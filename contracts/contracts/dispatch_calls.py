"""Events of a job (派工单) between booking and arrival: promises moved, calls to the customer made or missed, trouble
told. Part of stream `dispatch.events`, keys `job:<job>`."""

from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from contracts.fact import Customer, Fact, Half, JobKind, Window

CallResult = Literal["reached", "not_reached", "later"]
"""接通, 未接通, 稍后再打 (E3)."""

TroubleCause = Literal["cannot_go", "goods", "late"]
"""去不了, 货有问题, 要晚到 (B7)."""


class JobCancelled(Fact, wire="songda.dispatch.JobCancelled.v1"):
    """取消 (A6): the contract, or the visit, is no more. What is on the road comes back (B14)."""

    event: Literal["JobCancelled"] = "JobCancelled"
    job_id: str
    kind: JobKind
    contract_no: str
    reason: str
    on_the_road: bool = False
    """The goods are on a vehicle: they are brought back, nothing is handed over any more."""
    settled: bool = False
    """Nothing was owed any more (A10): owed again, as by a correction (D16), it is opened again."""


class JobPromiseMoved(Fact, wire="songda.dispatch.JobPromiseMoved.v1"):
    """承诺改期 (A8): the customer consented to another day."""

    event: Literal["JobPromiseMoved"] = "JobPromiseMoved"
    job_id: str
    promised_before: date | None
    promised_on: date
    reason: str
    due_at: AwareDatetime | None = None
    """For a visit that was moved: the end of its new window."""


class JobAmended(Fact, wire="songda.dispatch.JobAmended.v1"):
    """派工单随合同变更 (A6): another address or phone, or another amount that is still due. Null: as it was."""

    event: Literal["JobAmended"] = "JobAmended"
    job_id: str
    customer: Customer | None
    amount_due_fen: int | None
    reason: str


class HomeConfirmed(Fact, wire="songda.dispatch.HomeConfirmed.v1"):
    """在家确认 (B3, K3): the call of the day before; the customer heard that installation follows."""

    event: Literal["HomeConfirmed"] = "HomeConfirmed"
    job_id: str
    on: date
    at_home: bool
    result: CallResult
    note: str
    called_by: str
    install_by: date | None
    """The day by which the customer was told that installation follows (B10)."""
    due: AwareDatetime | None


class HomeConfirmationOverdue(Fact, wire="songda.dispatch.HomeConfirmationOverdue.v1"):
    """前一天没确认在家 (K3)."""

    event: Literal["HomeConfirmationOverdue"] = "HomeConfirmationOverdue"
    job_id: str
    on: date
    due: AwareDatetime


class HalfDayTold(Fact, wire="songda.dispatch.HalfDayTold.v1"):
    """告知上午/下午 (B5, K5): the leader's call of the evening before. Only `reached` keeps the duty."""

    event: Literal["HalfDayTold"] = "HalfDayTold"
    job_id: str
    on: date
    half: Half
    crew: str
    leader: str
    result: CallResult
    note: str
    called_by: str
    due: AwareDatetime | None


class HalfDayCallOverdue(Fact, wire="songda.dispatch.HalfDayCallOverdue.v1"):
    """19:00 已过，未告知上午/下午 (K5)."""

    event: Literal["HalfDayCallOverdue"] = "HalfDayCallOverdue"
    job_id: str
    on: date
    crew: str
    leader: str
    due: AwareDatetime


class ArrivalCalled(Fact, wire="songda.dispatch.ArrivalCalled.v1"):
    """到达前电话 (B5, K6): owed between `due_from` (arrival - 2 h) and `due` (arrival - 1 h)."""

    event: Literal["ArrivalCalled"] = "ArrivalCalled"
    job_id: str
    on: date
    crew: str
    leader: str
    expected_at: AwareDatetime
    result: CallResult
    note: str
    called_by: str
    due_from: AwareDatetime
    due: AwareDatetime


class ArrivalCallOverdue(Fact, wire="songda.dispatch.ArrivalCallOverdue.v1"):
    """到达前 1 小时已过，未打电话 (K6)."""

    event: Literal["ArrivalCallOverdue"] = "ArrivalCallOverdue"
    job_id: str
    on: date
    crew: str
    leader: str
    due: AwareDatetime


class InstallCallMade(Fact, wire="songda.dispatch.InstallCallMade.v1"):
    """安装前电话 (B10, K10): the specialist's call of the day before the installation."""

    event: Literal["InstallCallMade"] = "InstallCallMade"
    job_id: str
    on: date
    result: CallResult
    note: str
    called_by: str
    due: AwareDatetime | None


class InstallCallOverdue(Fact, wire="songda.dispatch.InstallCallOverdue.v1"):
    """前一天 17:00 已过，未打安装前电话 (K10)."""

    event: Literal["InstallCallOverdue"] = "InstallCallOverdue"
    job_id: str
    on: date
    due: AwareDatetime


class TroubleReported(Fact, wire="songda.dispatch.TroubleReported.v1"):
    """当天有变 (B7): a stop that cannot go, goods with a problem, or a late change; office and customer were told."""

    event: Literal["TroubleReported"] = "TroubleReported"
    job_id: str
    on: date
    crew: str
    leader: str
    cause: TroubleCause
    note: str
    told_customer: bool
    window: Window
    due: AwareDatetime
    """At least an hour (policy) before the window opens."""
    in_time: bool
