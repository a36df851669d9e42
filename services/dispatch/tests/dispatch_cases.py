"""One contract's delivery, its day and its run, as events: what the tests of dispatch begin from."""

from datetime import UTC, date, datetime, timedelta

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import civil, end_of_day
from contracts.dispatch import DayEvent, JobEvent, RunEvent
from contracts.dispatch_days import (
    CrewOfDay,
    DayOpened,
    DayPublished,
    PlanChanged,
    PlanChangeKind,
    Slot,
    SlotConfirmed,
    SlotMove,
    SlotReserved,
)
from contracts.dispatch_jobs import (
    Checklist,
    DeliveryCompleted,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationBooked,
    JobOpened,
    SlotDeclined,
    StopPublished,
    StopScheduled,
)
from contracts.dispatch_road import DeliveryListIssued, FailureConsented
from contracts.dispatch_runs import RunDeparted, RunLoaded, RunPlanned, RunStop
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Window
from dispatch.day.aggregate import DAY as DAY_PLAN
from dispatch.day.state import Day
from dispatch.job import aggregate
from dispatch.job.state import Job
from dispatch.reactions import REACTIONS
from dispatch.run.aggregate import RUN
from dispatch.run.state import Run
from runtime.decision import Ask, Rejected, Signer
from runtime.testing import Given, given

NOW = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
"""2026-03-10, 10:00 in Shanghai."""
DAY = date(2026, 3, 13)
POLICY = policy_book().at(NOW)
CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=POLICY)
SUPERVISOR = Context(now=NOW, by="tan.zw", role="install_supervisor", policy=POLICY)
KEEPER = Context(NOW, "mai.gh", "warehouse", POLICY, second=Signer("li.zq", "crew_leader"))
"""Whose entry the leader has signed beside."""
CASHIER = Context(NOW, "su.kj", "accountant", POLICY)
CLOCK = Context(now=NOW, by="system", role="system", policy=POLICY)


def later(**time: int) -> Context:
    """The same assistant, some time later."""
    return Context(now=NOW + timedelta(**time), by="he.jx", role="install_assistant", policy=POLICY)


CUSTOMER = Customer(name="马娜", phone="13800001111", address="佛山市南海区海八东路1号", district="南海区")
TOILET = ContractLine(
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    spec="700x390x650",
    category="卫浴",
    quantity=2,
    unit_price_fen=135_000,
    to_install=True,
)
FLOOR = ContractLine(
    line_no=2,
    sku="FL-101",
    name="实木复合",
    spec="910x125x15",
    category="地板",
    quantity=10,
    unit_price_fen=17_800,
    to_install=False,
)
LINES = (TOILET, FLOOR)
VOLUME = 2 * 450 + 10 * 45
GOODS = (
    GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2),
    GoodsLine(line_no=2, sku="FL-101", name="实木复合", quantity=10),
)
DUE_FEN = 210_200
JOB = "D-HT26030001"
OPENED = JobOpened(
    at=NOW,
    job_id=JOB,
    kind="delivery",
    contract_no="HT26030001",
    ticket_id=None,
    customer=CUSTOMER,
    lines=LINES,
    volume_l=VOLUME,
    amount_due_fen=DUE_FEN,
    promised_on=date(2026, 3, 14),
    complete_on=date(2026, 3, 9),
    due_at=None,
    summary="连体坐便器×2、实木复合×10",
)
READY = Checklist(switch_panels=True, angle_valves=True, ceiling=True, water_power=True, gas=True, kitchen_cleared=True)
NO_GAS = READY.model_copy(update={"gas": False})
BOOKED = InstallationBooked(
    at=NOW,
    job_id=JOB,
    on=DAY,
    half="am",
    checklist=READY,
    install_due=end_of_day(date(2026, 3, 15)),
    override_reason=None,
    booking_due=end_of_day(date(2026, 3, 10)),
    kind="delivery",
    contract_no="HT26030001",
    customer=CUSTOMER,
)
OPENS = civil(DAY, POLICY.halves["am"].starts)
WINDOW = Window(starts=OPENS, ends=OPENS + timedelta(minutes=52))
"""8:30-9:22: the first of four stops of the morning."""
SCHEDULED = StopScheduled(
    at=NOW,
    job_id=JOB,
    depot="main",
    on=DAY,
    half="am",
    crew="S1",
    vehicle="粤E·7K352",
    position=1,
    window=WINDOW,
    day_version=2,
    home_due=civil(date(2026, 3, 12), POLICY.home_call_due),
)
PUBLISHED = StopPublished(
    at=NOW,
    job_id=JOB,
    on=DAY,
    crew="S1",
    leader="li.zq",
    version=1,
    kind="delivery",
    contract_no="HT26030001",
    customer=CUSTOMER,
    half="am",
    window=WINDOW,
    half_day_due=civil(date(2026, 3, 12), POLICY.half_day_call_due),
    arrival_call_due=OPENS - timedelta(hours=POLICY.arrival_call_hours),
)
DEPARTED = DeliveryDeparted(at=NOW, job_id=JOB, crew="S1", vehicle="粤E·7K352", leader="li.zq", lines=GOODS)
DELIVERED = DeliveryCompleted(
    at=NOW,
    job_id=JOB,
    contract_no="HT26030001",
    customer=CUSTOMER,
    crew="S1",
    leader="li.zq",
    delivered=GOODS,
    lines=LINES,
    signed_by="马娜",
    signature_ref="sig-1",
    taught_use=True,
    cash_fen=DUE_FEN,
    window_ends=WINDOW.ends,
    install_due=end_of_day(date(2026, 3, 12)),
)
AGREED = FailureConsented(at=NOW, job_id=JOB, contract_no="HT26030001", goods="returned", consent_by="tan.zw", note="")
FAILED = DeliveryFailed(
    at=NOW,
    job_id=JOB,
    contract_no="HT26030001",
    crew="S1",
    leader="li.zq",
    cause="客户不在",
    goods="returned",
    consent_by="tan.zw",
    window_ends=WINDOW.ends,
    lines=GOODS,
)
ON_THE_WAY = (OPENED, BOOKED, SCHEDULED, PUBLISHED, DEPARTED)

INSTALL_DUE = end_of_day(date(2026, 3, 12))
INSTALLATION = OPENED.model_copy(
    update={
        "job_id": "I-HT26030001",
        "kind": "installation",
        "lines": (TOILET,),
        "volume_l": 0,
        "amount_due_fen": 0,
        "promised_on": None,
        "complete_on": None,
        "due_at": INSTALL_DUE,
        "summary": "连体坐便器×2",
    }
)
INSTALLATION_SLOT = SCHEDULED.model_copy(
    update={
        "job_id": "I-HT26030001",
        "crew": "A1",
        "vehicle": "粤E·9B207",
        "on": date(2026, 3, 12),
        "home_due": None,
        "install_call_due": civil(date(2026, 3, 11), POLICY.install_call_due),
    }
)
VISIT = OPENED.model_copy(
    update={"job_id": "V-T-1-1", "kind": "visit", "ticket_id": "T-1", "lines": (), "volume_l": 0, "complete_on": None}
)

CREWS = tuple(CrewOfDay.model_validate(crew.model_dump()) for crew in POLICY.crews)
DAY_OPENED = DayOpened(at=NOW, depot="main", on=DAY, crews=CREWS, plan_due=datetime(2026, 3, 12, 9, 0, tzinfo=UTC))
HOLD = timedelta(minutes=POLICY.slot_hold_minutes)
SLOT = Slot(
    job_id=JOB,
    kind="delivery",
    contract_no="HT26030001",
    crew="S1",
    half="am",
    position=1,
    window=WINDOW,
    volume_l=VOLUME,
    lines=GOODS,
)


VEHICLES = {crew.crew: crew.vehicle for crew in CREWS}


def reserved(
    slot: Slot = SLOT, reason: str | None = None, *, change_id: str = "v2", published: bool = True
) -> SlotReserved:
    """占位, at NOW; with a reason in a published plan."""
    return SlotReserved(
        at=NOW,
        depot="main",
        on=DAY,
        slot=slot,
        expires_at=NOW + HOLD,
        adjustment_reason=reason if published else None,
        change_id=change_id,
        vehicle=VEHICLES.get(slot.crew, ""),
        follow=True,
        reason=reason,
    )


def declined(
    refused: Rejected, *, job_id: str = JOB, on: date = DAY, day_version: int = 2, change_id: str = "v2"
) -> SlotDeclined:
    """不能跟上, at NOW: the job cannot take the slot that it was given by a change."""
    words = {"code": refused.code, "rule": refused.rule, "zh": refused.zh, "en": refused.en}
    where = {"job_id": job_id, "depot": "main", "on": on, "day_version": day_version, "change_id": change_id}
    return SlotDeclined(at=NOW, **where, **words, facts=dict(refused.facts))


def changed(
    *moves: tuple[Slot | None, Slot | None],
    change_id: str = "v2",
    kind: PlanChangeKind = "place",
    reason: str | None = None,
    of: str | None = None,
    published: bool = False,
) -> PlanChanged:
    """排程变更, at NOW: from where to where, job by job."""
    named = [(after or before, before, after) for before, after in moves]
    return PlanChanged(
        at=NOW,
        depot="main",
        on=DAY,
        change_id=change_id,
        kind=kind,
        reason=reason,
        of=of,
        moves=tuple(
            SlotMove(job_id=known.job_id, contract_no=known.contract_no, before=before, after=after)
            for known, before, after in named
            if known is not None
        ),
        reissue_due=NOW + timedelta(minutes=POLICY.plan_reissue_minutes) if published else None,
    )


def confirmed(job: str = JOB) -> SlotConfirmed:
    """The job took it."""
    return SlotConfirmed(at=NOW, depot="main", on=DAY, job_id=job)


TAKEN = (DAY_OPENED, reserved(), confirmed())
DAY_OUT = DayPublished(at=NOW, depot="main", on=DAY, version=1, due=DAY_OPENED.plan_due, stops=(SLOT,), crews=CREWS)

STOP = RunStop(job_id=JOB, contract_no="HT26030001", half="am", position=1, lines=GOODS)
OTHER_STOP = RunStop(
    job_id="D-HT26030002",
    contract_no="HT26030002",
    half="am",
    position=2,
    lines=(GoodsLine(line_no=1, sku="SR-100", name="淋浴房", quantity=1),),
)
RUN_PLANNED = RunPlanned(
    at=NOW, on=DAY, crew="S1", leader="li.zq", vehicle="粤E·7K352", version=1, stops=(STOP, OTHER_STOP)
)
RUN_LOADED = RunLoaded(
    at=NOW,
    on=DAY,
    crew="S1",
    counted=(STOP, OTHER_STOP),
    leader_signed="li.zq",
    warehouse_signed="mai.gh",
    settlement=None,
)
RUN_LISTED = DeliveryListIssued(at=NOW, on=DAY, crew="S1", list_no="SY20260313-S1-1", edition=1, issued_by="tan.zw")
RUN_DEPARTED = RunDeparted(
    at=NOW,
    on=DAY,
    crew="S1",
    leader="li.zq",
    vehicle="粤E·7K352",
    job_ids=(JOB, "D-HT26030002"),
    list_no="SY20260313-S1-1",
    stops=(STOP, OTHER_STOP),
)


def a_job(*events: JobEvent) -> Given[Job, JobEvent]:
    """The job after these events."""
    return given(aggregate.JOB, *events)


def a_day(*events: DayEvent) -> Given[Day, DayEvent]:
    """The day after these events."""
    return given(DAY_PLAN, *events)


def a_run(*events: RunEvent) -> Given[Run, RunEvent]:
    """The run after these events."""
    return given(RUN, *events)


def meta(sequence: int = 1, subject: str = f"job:{JOB}") -> Meta:
    """An envelope."""
    return Meta(
        id=f"e-{sequence}",
        type="",
        source="/songda/dispatch",
        subject=subject,
        time=NOW,
        sequence=sequence,
        causation_id="c",
        correlation_id="c",
        actor="he.jx",
        command_offset=0,
    )


def reacts(name: str, event: Fact, envelope: Meta | None = None) -> tuple[Ask, ...]:
    """What one of dispatch's reactions asks for."""
    return next(tuple(one.react(event, envelope or meta())) for one in REACTIONS if one.name == f"dispatch.{name}")
