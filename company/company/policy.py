"""Policy: the numbers of the rule book as data, effective-dated, changeable without a release.

`policies/*.json` holds one revision per file, named by the day from which it is in force. A rule gets the `Policy` in
force at the moment of its command; events record what was decided, so a later revision changes no past judgement (K22).
"""

import json
from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.bounds import Door
from contracts.civil_time import SHANGHAI, civil_day
from contracts.dispatch_fleet import FleetPerson, FleetVehicle
from contracts.fact import Half, JobKind

_SATURDAY = 5


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CrewPolicy(_Data):
    """A crew with its usual people and vehicle (B8)."""

    crew: str
    name: str
    kind: JobKind
    leader: str | None
    leader_name: str | None
    members: tuple[str, ...]
    vehicle: str
    stops_per_half: int
    volume_l_per_half: int | None
    depot: str = "main"
    """Where it starts from (D17)."""


class FleetPolicy(_Data):
    """People and means to begin with (B8, B18); changes are events of the fleet. Crews are in `Policy.crews`."""

    people: tuple[FleetPerson, ...]
    vehicles: tuple[FleetVehicle, ...]


class HalfHours(_Data):
    """Start and end of a half-day, civil time."""

    starts: time
    ends: time


class Shift(_Data):
    """One span of service hours, civil time."""

    opens: time
    closes: time


class CalendarException(_Data):
    """A day whose hours are none of the ordinary ones (C1); no shifts: closed. `why` names the source."""

    on: date
    shifts: tuple[Shift, ...]
    why: str


class CalendarYear(_Data):
    """One year's public holidays and make-up days (调休上班), as the State Council published them in `source` (C1)."""

    year: int
    source: Annotated[str, Field(min_length=10)]
    holidays: Annotated[tuple[date, ...], Field(min_length=11, max_length=45)]
    makeup_days: tuple[date, ...]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        days = [*self.holidays, *self.makeup_days]
        if wrong := [day for day in days if day.year != self.year]:
            raise ValueError(f"{wrong[0]} is no day of {self.year}")
        if wrong := [day for day in set(days) if days.count(day) > 1]:
            raise ValueError(f"{wrong[0]} is named twice")
        if wrong := [day for day in self.makeup_days if day.weekday() < _SATURDAY]:
            raise ValueError(f"{wrong[0]} is no Saturday or Sunday: nothing is made up for on it")
        if any(list(part) != sorted(part) for part in (self.holidays, self.makeup_days)):
            raise ValueError(f"the days of {self.year} are not in order")
        return self

    def __hash__(self) -> int:
        """Cheap, as calendars are looked up for every deadline; equality still compares everything."""
        return hash((self.year, self.source))


class DistrictPlace(_Data):
    """Where a district (or the depot) lies: degrees, WGS 84."""

    latitude: float
    longitude: float


ZoneKind = Literal["receiving", "goods", "pending", "showroom"]
"""收货区, 存放区, 待处理仓, 展厅 (D2, D6, D12)."""


class ZonePolicy(_Data):
    """A zone of a warehouse (库区) with its bins (货位). The first bin of a kind takes what nobody gave a bin."""

    zone: str
    name: str
    kind: ZoneKind
    bins: tuple[str, ...]


class DepotPolicy(_Data):
    """A warehouse (仓库). It has at least one receiving and one pending bin; no bin is named twice."""

    depot: str
    name: str
    zones: tuple[ZonePolicy, ...]
    districts: tuple[str, ...] = ()
    """It delivers to these (D17); the first depot to all that no other one names."""
    place: DistrictPlace | None = None
    """Where its vehicles start; without one, at `Policy.depot_place`."""


class PlannedCountPolicy(_Data):
    """A count that falls due again and again (D7, K19): all bins, or those of one ABC class of goods."""

    plan: str
    name: str
    abc: Literal["A", "B", "C"] | None  # None: a full count
    every_days: int


class Policy(_Data):
    """All numbers of the rules, with the rule id beside each."""

    revision: str
    effective_from: date
    # X1: what is told late
    told_ahead_seconds: int  # clocks may differ by so much
    told_late_days: int  # what happened longer ago is a slip
    # A: order
    arrival_rows_receive: bool  # A2: a row 已到仓 stands for the warehouse's receipt
    delay_post_minutes: int  # A4, K1: the group is told of a delay within
    warranty_months: dict[str, int]  # A7: by category, from acceptance
    warranty_months_default: int  # A7
    # B: dispatch
    booking_days_ahead: int  # B1
    booking_days_counting: Literal["calendar", "working"]  # B1
    call_back_within_days: int  # B2
    plan_due: time  # B4, K4: the day before
    feedback_due: time  # B6, K7: on the day
    install_within_days: int  # B10, K9: after delivery
    vehicle_cash_limit_fen: int  # B16
    two_person_deposit_fen: int  # B16: from here on, two people pay it in
    arrival_call_first_hours: int  # B5, K6: before the arrival, at the earliest
    trouble_minutes_ahead: int  # B7: before the window opens
    departure_needs_list: bool  # B9: no departure without the supervisor's list
    departure_needs_quality: bool  # B21: QC has passed every contract on the vehicle
    careful_categories: tuple[str, ...]  # B9, B21: list and QC without exception
    vehicle_hours: HalfHours  # B18: outside these, only with approval
    fleet: FleetPolicy  # B8, B18: people and means to begin with
    slot_hold_minutes: int  # B8: an unconfirmed reservation lasts this long
    halves: dict[Half, HalfHours]
    crews: tuple[CrewPolicy, ...]  # B8
    litres_per_piece: dict[str, int]  # by category: volume of one piece
    litres_per_piece_default: int
    plan_reissue_minutes: int  # B4: an adjustment of a published plan goes out again after that long at the latest
    depot_place: DistrictPlace  # where the vehicles start
    districts: dict[str, DistrictPlace]  # centres; distances are straight lines between them
    within_district_m: int  # from one address to another of the same district, on average
    proposal_seconds: int  # a proposed plan is searched for that long at most
    # C: service desk
    reply_within_hours: int  # C2, K13
    reply_clock: Literal["civil", "service"]  # C2
    reply_start: Literal["opening", "receipt"]  # C2
    service_hours_working: tuple[Shift, ...]  # C1
    service_hours_other: tuple[Shift, ...]  # C1
    calendar_years: tuple[CalendarYear, ...]  # C1: those that are known; deadlines in others are provisional
    calendar_warning_days: int  # C1: the manager hears that the last known year ends so long before
    calendar_exceptions: tuple[CalendarException, ...]  # C1: dated, stronger than holidays and make-up days
    follow_up_hours: int  # C6, K16: after a consultation was answered
    repeat_repair_days: int  # C8
    complaint_answer_hours: int  # C12, K20: civil
    complaint_levels: tuple[str, ...]  # C12: roles that answer, level by level
    major_quality_tickets: int  # C14: so many tickets of one sku ...
    major_quality_days: int  # C14: ... within so many days
    major_quality_told: tuple[str, ...]  # C14: roles of the departments concerned
    regular_call_back_days: int  # C17: after a contract is fulfilled
    # X4: whom an overdue duty is told, and when
    warn_share_left: float  # a clock warns when this share (0..1) of its time is left
    visit_warn_minutes: int  # K14: before the agreed window ends
    escalate_after_minutes: tuple[int, ...]  # after due: to the superior, then to `escalation_top`
    superiors: dict[str, str]  # role -> role of the superior
    escalation_top: str
    # D: warehouse
    depots: tuple[DepotPolicy, ...]  # D6
    inbound_papers_within_days: int  # D5, K18
    inbound_exception_told: str  # D2: role that an exception is reported to
    loan_days: int  # D12: a loan without a date of its own is due after that long
    dead_stock_days: int  # D10: no move for that long
    dead_stock_report_at: time  # D10: on the first day of a month
    # B19, B20: packing and loading
    unloading_order: tuple[tuple[str, ...], ...]  # B19: categories, unloaded first to last; all others after them
    label_cautions: dict[str, str]  # B20: by category, zh
    label_cautions_default: str  # B20
    # D7, K19: counts
    count_tolerance_pieces: int  # a difference up to this many pieces
    count_tolerance_permille: int  # or up to this share of the book needs no recount
    count_days: int  # an opened count is to be done by the end of the day so many days later
    count_plan: tuple[PlannedCountPolicy, ...]
    abc_days: int  # goods are A, B, C by the pieces that moved in so many days
    abc_percent: tuple[int, int]  # A: the first so many per cent of the moved pieces; B: up to the second
    # E: notify
    templates: dict[int, str]  # E1: SMS templates by number, zh
    urgent_templates: tuple[int, ...]  # E4: sent in quiet hours too
    optional_templates: tuple[int, ...]  # E4: the contract does not need them; an opt-out stops them
    quiet_from: time  # E4: no SMS from then ...
    quiet_until: time  # E4: ... until then
    sms_per_customer_hour: int  # E4: more wait
    sms_per_customer_day: int  # E4
    sends_per_minute: dict[Literal["sms", "group", "fax"], int]  # E4: what a provider takes from one process
    send_attempts: int  # E4
    retry_minutes: int  # E4: before the second attempt; twice as long before each further one
    retry_jitter_percent: int  # E4: at most that much longer
    settle_seconds: int  # E4: "the provider has no such message" is believed that long after an attempt
    ask_attempts: int  # E4: so often a provider is asked about an unknown result or a receipt; then a person must say
    ask_minutes: int  # E4: between two questions, at first
    fax_confirm_minutes: int  # E5: the warehouse confirms a schedule within
    # E3: call tasks
    delay_call_minutes: int  # A4: after the notice
    booking_call_days: int  # B1: after the goods are complete
    damage_call_minutes: int  # C9, D4: after it was found
    home_call_due: time  # B3, K3: the day before, at the latest
    half_day_call_due: time  # B5, K5: the day before
    arrival_call_hours: int  # B5, K6: before the window opens, at the latest
    install_call_due: time  # B10, K10: the day before
    call_back_days: int  # C9: after a repair was signed off
    call_again_minutes: int  # E3: after nobody answered

    @field_validator("calendar_years")
    @classmethod
    def _without_gaps(cls, years: tuple[CalendarYear, ...]) -> tuple[CalendarYear, ...]:
        known = [one.year for one in years]
        if not known or known != list(range(known[0], known[0] + len(known))):
            raise ValueError(f"the years of the calendar follow one another, without a gap: {known}")
        return years

    @property
    def holidays(self) -> tuple[date, ...]:
        """Public holidays of all known years (C1)."""
        return tuple(day for year in self.calendar_years for day in year.holidays)

    @property
    def makeup_days(self) -> tuple[date, ...]:
        """Make-up days of all known years (C1)."""
        return tuple(day for year in self.calendar_years for day in year.makeup_days)

    @property
    def calendar_known_through(self) -> date:
        """The last day of the last known year (C1)."""
        return date(self.calendar_years[-1].year, 12, 31)

    def unknown_year_ahead(self, today: date) -> int | None:
        """The year that nobody knows the holidays of though it begins soon, or has begun (C1)."""
        ends = self.calendar_known_through
        return ends.year + 1 if (ends - today).days < self.calendar_warning_days else None


class PolicyBook:
    """All revisions, in order of the day from which they are in force."""

    def __init__(self, revisions: Iterable[Policy]) -> None:
        self._revisions = sorted(revisions, key=lambda policy: policy.effective_from)
        if not self._revisions:
            raise ValueError("no policy revision: put one into company/policies/")
        self._days = [policy.effective_from for policy in self._revisions]

    @property
    def revisions(self) -> tuple[Policy, ...]:
        """All revisions, for checks at the start."""
        return tuple(self._revisions)

    @property
    def first_day(self) -> date:
        """The company's first day in this system."""
        return self._days[0]

    def door(self, moment: datetime) -> Door:
        """The bounds of what is asked at `moment`."""
        return Door(today=civil_day(moment), first=self.first_day, zone=SHANGHAI)

    def at(self, moment: datetime) -> Policy:
        """The policy in force at `moment` (aware). Before the first revision, the first one holds."""
        day = civil_day(moment)
        return self._revisions[max(0, bisect_right(self._days, day) - 1)]


class PolicySettings(BaseSettings):
    """Where the company keeps revisions of its own."""

    model_config = SettingsConfigDict(env_prefix="SONGDA_", env_ignore_empty=True, extra="ignore", frozen=True)

    policies: Path | None = None
    """Folder of policy revisions (JSON, as company/policies); without it those that are shipped with the company."""


@cache
def policy_book() -> PolicyBook:
    """The company's revisions: those in the folder that SONGDA_POLICIES names, else those that are shipped. Years of
    the calendar are data of their own: one is added when the State Council publishes it (in November), and holds for
    all revisions."""
    years = sorted(_shipped("calendar_years"), key=lambda year: int(year["year"]))
    own = PolicySettings().policies
    revisions = _read((files("company") / "policies") if own is None else own)
    return PolicyBook(Policy.model_validate({**one, "calendar_years": years}) for one in revisions)


def _shipped(folder: str) -> list[dict[str, Any]]:
    return _read(files("company") / folder)


def _read(folder: Traversable | Path) -> list[dict[str, Any]]:
    entries = folder.iterdir()
    return [json.loads(one.read_text(encoding="utf-8")) for one in entries if one.name.endswith(".json")]
