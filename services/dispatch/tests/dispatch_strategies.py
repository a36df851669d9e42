"""Commands that anybody may ask of days, jobs and runs: the strategies of the property tests."""

from datetime import date, timedelta
from typing import Any

from dispatch_cases import (
    CREWS,
    CUSTOMER,
    DAY,
    INSTALL_DUE,
    LINES,
    NO_GAS,
    NOW,
    OTHER_STOP,
    READY,
    STOP,
    VOLUME,
    WINDOW,
)
from hypothesis import strategies as st

from company.policy import policy_book
from contracts.dispatch_door import CountedLine, RefusedLine
from contracts.dispatch_road import VehicleCheck
from contracts.fact import GoodsLine, Window
from dispatch.day.change import ChangePlan, PlannedMove, Spot
from dispatch.day.crews import EndCrewAbsence, FollowCrews, MarkCrewAbsent, NoteDeparture, SetCrewOfDay, TakePersonOff
from dispatch.day.issue import MarkPlanOverdue, PublishDay, ReissueDay
from dispatch.day.slot import ConfirmSlot, ExpireSlot, ReleaseSlot, ReserveSlot
from dispatch.day.turn import RedoChange, RevertChange, UndoChange
from dispatch.job.booking import BookInstallation
from dispatch.job.calls import (
    CallBeforeArrival,
    CallBeforeInstallation,
    ConfirmHome,
    MarkCallOverdue,
    ReportTrouble,
    TellHalfDay,
)
from dispatch.job.handover import ArriveAtStop, CompleteDelivery, CompleteInstallation, FinishVisit
from dispatch.job.stop import ConfirmByWarehouse, DepartStop, LeaveSlot, PublishStop, TakeSlot
from dispatch.job.terms import AmendJob, CancelJob, ChangeCompleteness, MarkInstallationOverdue, MovePromise, OpenJob
from dispatch.job.undeliverable import ConsentToFailure, FailDelivery, ReportUndeliverable
from dispatch.main import SERVICE
from dispatch.run.cash import CollectCash, HandInCash, MarkCashOverdue
from dispatch.run.closing import CloseRun, MarkReportOverdue, ReportDay
from dispatch.run.departure import DepartRun
from dispatch.run.loading import CountedStop, IssueList, LoadRun, PlanRun
from dispatch.run.route import EndStop, ReachStop
from runtime.decision import Signer
from runtime.states import StateCodec

POLICY = policy_book().at(NOW)
DECIDERS = {decider.prefix: decider for decider in SERVICE.deciders}
CODECS = {prefix: StateCodec(decider.states) for prefix, decider in DECIDERS.items()}
JOBS = st.sampled_from([f"D-{n}" for n in range(1, 15)])
REASON = st.sampled_from([None, "客户改期", "加急"])
POSITIONS = st.none() | st.integers(0, 6)
WINDOWS = st.none() | st.builds(
    lambda start, length: Window(
        starts=WINDOW.starts + timedelta(minutes=start), ends=WINDOW.starts + timedelta(minutes=start + length)
    ),
    st.integers(-30, 600),
    st.integers(-10, 120),
)
RESERVE = st.builds(
    ReserveSlot,
    on=st.just(DAY),
    job_id=JOBS,
    kind=st.sampled_from(["delivery", "delivery", "delivery", "installation", "visit"]),
    contract_no=st.just("1"),
    crew=st.sampled_from(["S1", "S1", "S2", "A1", "F1", "S9"]),
    half=st.sampled_from(["am", "pm"]),
    position=POSITIONS,
    window=WINDOWS,
    volume_l=st.integers(0, 7_000),
    lines=st.just((GoodsLine(line_no=1, sku="", name="", quantity=1),)),
    adjustment_reason=REASON,
    agreed_half=st.sampled_from([None, None, "am"]),
    spread=st.sampled_from([False, False, False, True]),
    force_reason=st.sampled_from([None, None, "客户要求"]),
)
SPOTS = st.builds(
    Spot,
    crew=st.sampled_from(["S1", "S1", "S2", "A1"]),
    half=st.sampled_from(["am", "pm"]),
    position=st.none() | st.integers(1, 5),
    spread=st.sampled_from([False, False, False, True]),
)
MOVES = st.builds(
    PlannedMove,
    job_id=JOBS,
    kind=st.sampled_from(["delivery", "delivery", "delivery", "installation"]),
    contract_no=st.just("1"),
    volume_l=st.integers(0, 7_000),
    lines=st.just(()),
    to=st.none() | SPOTS | SPOTS | SPOTS,
)
CHANGE_IDS = st.sampled_from([f"c-{n}" for n in range(8)])
"""Few, so that changes are asked for twice, taken back, done again and put back."""
CHANGE = st.builds(
    ChangePlan,
    on=st.just(DAY),
    change_id=CHANGE_IDS,
    kind=st.sampled_from(["move", "swap", "absence", "proposal"]),
    moves=st.lists(MOVES, min_size=1, max_size=5, unique_by=lambda move: move.job_id).map(tuple),
    reason=REASON,
    force_reason=st.sampled_from([None, None, "客户要求"]),
)
DAY_CALLS = st.one_of(
    RESERVE,
    RESERVE,
    RESERVE,
    CHANGE,
    CHANGE,
    st.builds(UndoChange, change_id=CHANGE_IDS, undo_id=st.integers(0, 99).map(lambda n: f"u-{n}"), reason=REASON),
    st.builds(RedoChange, change_id=CHANGE_IDS, redo_id=st.integers(0, 99).map(lambda n: f"r-{n}"), reason=REASON),
    st.builds(RevertChange, change_id=CHANGE_IDS, departed=st.lists(JOBS, max_size=1).map(tuple)),
    st.builds(MarkCrewAbsent, on=st.just(DAY), crew=st.sampled_from(["S1", "S2"]), reason=st.just("病假")),
    st.builds(EndCrewAbsence, crew=st.sampled_from(["S1", "S2"])),
    st.builds(NoteDeparture, crew=st.sampled_from(["S1", "S9", "S9", "S9"])),
    st.builds(
        FollowCrews,
        crews=st.sampled_from(
            [
                (CREWS[0].model_copy(update={"vehicle": CREWS[1].vehicle}), CREWS[1]),
                (
                    CREWS[0].model_copy(update={"members": CREWS[1].members}),
                    CREWS[1].model_copy(update={"members": CREWS[0].members}),
                ),
                tuple(CREWS[:2]),
            ]
        ),
        reason=st.just("对调"),
    ),
    st.builds(
        SetCrewOfDay,
        on=st.just(DAY),
        crew=st.sampled_from(
            [
                CREWS[0],
                CREWS[0].model_copy(update={"vehicle": CREWS[1].vehicle}),
                CREWS[1].model_copy(update={"members": CREWS[0].members}),
                CREWS[1],
            ]
        ),
        reason=st.just("换车"),
    ),
    st.just(ReissueDay()),
    st.builds(
        TakePersonOff,
        person_id=st.sampled_from(["li.zq", "zhou.jm"]),
        name=st.sampled_from(["李志强", CREWS[1].members[0]]),
        reason=st.just("病假"),
    ),
    st.builds(ConfirmSlot, job_id=JOBS, reservation=st.integers(1, 40)),
    st.builds(ReleaseSlot, job_id=JOBS, reason=REASON, reservation=st.none() | st.integers(1, 40)),
    st.builds(ExpireSlot, job_id=JOBS, reservation=st.integers(1, 40)),
    st.just(PublishDay()),
    st.just(MarkPlanOverdue()),
)
DAYS = st.dates(date(2026, 3, 8), date(2026, 3, 20))
OPEN = st.builds(
    OpenJob,
    job_id=st.just("D-1"),
    kind=st.sampled_from(["delivery", "delivery", "delivery", "installation", "visit"]),
    contract_no=st.just("1"),
    customer=st.just(CUSTOMER),
    lines=st.sampled_from([LINES, LINES, LINES[:1]]),
    complete_on=st.none() | DAYS,
    due_at=st.just(INSTALL_DUE),
)
JOB_CALLS = st.one_of(
    OPEN,
    st.builds(ChangeCompleteness, complete_on=st.none() | DAYS, reason=st.just("破损")),
    st.builds(
        BookInstallation,
        checklist=st.sampled_from([READY, READY, READY, NO_GAS]),
        on=st.sampled_from([DAY, DAY, DAY, date(2026, 3, 14), date(2026, 3, 9), None]),
        half=st.sampled_from([None, "am"]),
        call_back_on=st.none() | DAYS,
        override_reason=REASON,
    ),
    st.builds(
        TakeSlot,
        depot=st.just("main"),
        on=st.sampled_from([DAY, DAY, date(2026, 3, 14)]),
        half=st.just("am"),
        crew=st.sampled_from(["S1", "S2"]),
        vehicle=st.just("v"),
        position=st.integers(1, 2),
        window=st.just(WINDOW),
        volume_l=st.sampled_from([VOLUME, VOLUME, 0, 1]),
        day_version=st.integers(1, 9),
        renewed=st.booleans(),
        reason=REASON,
    ),
    st.builds(
        LeaveSlot, reason=st.just("客户改期"), on=st.none() | st.just(DAY), day_version=st.none() | st.integers(1, 9)
    ),
    st.builds(
        PublishStop,
        on=st.just(DAY),
        half=st.just("am"),
        crew=st.just("S1"),
        position=st.just(1),
        leader=st.just("li.zq"),
        version=st.integers(1, 4),
    ),
    st.builds(ConfirmByWarehouse, on=st.just(DAY), ready=st.booleans()),
    st.builds(DepartStop, on=st.just(DAY), crew=st.just("S1"), vehicle=st.just("v"), leader=st.just("li.zq")),
    st.builds(
        CompleteDelivery,
        delivered=st.sampled_from(
            [
                (),
                (CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=9)),
                (CountedLine(line_no=1, quantity=1),),
            ]
        ),
        signed_by=st.just("马娜"),
        signature_ref=st.sampled_from(["s1", "s2"]),
        taught_use=st.booleans(),
        refused=st.sampled_from([(), (RefusedLine(line_no=2, quantity=1, reason="色差", photos=("p",)),)]),
    ),
    st.builds(
        FailDelivery,
        cause=st.just("不在"),
        goods=st.sampled_from(["returned", "deposited"]),
        consent_by=st.sampled_from([None, None, "he.jx", "tan.zw"]),
        signature_ref=st.sampled_from([None, "s3"]),
    ),
    st.builds(ConsentToFailure, goods=st.sampled_from(["returned", "deposited"])),
    st.builds(CancelJob, reason=st.just("退订")),
    st.builds(MovePromise, promised_on=DAYS, reason=st.just("客户同意")),
    st.builds(AmendJob, reason=st.just("改地址"), amount_due_fen=st.none() | st.integers(0, 100)),
    st.builds(
        ConfirmHome, result=st.sampled_from(["reached", "later"]), at_home=st.booleans(), on=st.none() | st.just(DAY)
    ),
    st.sampled_from([TellHalfDay(), CallBeforeArrival(), CallBeforeInstallation(), ArriveAtStop()]),
    st.builds(
        MarkCallOverdue,
        call=st.sampled_from(["home", "half_day", "arrival", "install"]),
        on=st.sampled_from([DAY, date(2026, 3, 14)]),
    ),
    st.builds(ReportTrouble, cause=st.just("late"), note=st.just(""), told_customer=st.booleans()),
    st.builds(ReportUndeliverable, cause=st.just("不在"), customer_reached=st.booleans()),
    st.builds(ConsentToFailure, goods=st.sampled_from(["returned", "deposited"])),
    st.just(CompleteInstallation(accepted_by="马娜")),
    st.just(FinishVisit()),
    st.just(MarkInstallationOverdue()),
)
CHECK = VehicleCheck(lights=True, brakes=True, tyres=True, fluids=True, clean=True, tools=True)
RUN_CALLS = st.one_of(
    st.builds(
        PlanRun,
        on=st.just(DAY),
        crew=st.just("S1"),
        leader=st.sampled_from(["li.zq", "li.zq", None]),
        vehicle=st.just("v"),
        version=st.integers(1, 4),
        stops=st.sampled_from([(), (STOP,), (STOP, OTHER_STOP)]),
    ),
    st.builds(
        LoadRun,
        counted=st.lists(
            st.builds(
                CountedStop,
                job_id=st.sampled_from([STOP.job_id, OTHER_STOP.job_id, "D-9"]),
                lines=st.sampled_from(
                    [
                        (CountedLine(line_no=1, quantity=2), CountedLine(line_no=2, quantity=10)),
                        (CountedLine(line_no=1, quantity=1),),
                    ]
                ),
            ),
            max_size=3,
        ).map(tuple),
        leader_signed=st.sampled_from([None, None, "li.zq", "鬼"]),
        warehouse_signed=st.sampled_from([None, None, "mai.gh", "li.zq"]),
        settlement=st.sampled_from([None, "已结清", "已结清"]),
    ),
    st.just(IssueList()),
    st.builds(
        DepartRun, unchecked=st.sampled_from([(), (), (STOP.job_id,)]), on=st.none() | st.just(DAY), crew=st.just("S1")
    ),
    st.builds(ReachStop, job_id=st.sampled_from([STOP.job_id, OTHER_STOP.job_id, "D-9"]), reason=REASON),
    st.builds(
        EndStop,
        job_id=st.sampled_from([STOP.job_id, OTHER_STOP.job_id, "D-9"]),
        outcome=st.sampled_from(["done", "failed"]),
    ),
    st.builds(CloseRun, explanation=REASON),
    st.builds(ReportDay, vehicle_check=st.just(CHECK), parking=st.just("停车场"), note=st.sampled_from(["", "擦伤"])),
    st.sampled_from([MarkCashOverdue(), MarkReportOverdue()]),
    st.builds(
        CollectCash,
        job_id=st.sampled_from([STOP.job_id, OTHER_STOP.job_id, "D-9"]),
        amount_fen=st.integers(1, 4_000_000),
        due_fen=st.just(4_000_000),
    ),
    st.builds(
        HandInCash,
        amount_fen=st.integers(1, 5_000_000),
        received_by=st.sampled_from([None, None, "su.kj", "li.zq"]),
        receipt_no=st.sampled_from(["R1", "R2", "R3"]),
        witness=st.sampled_from([None, None, "guan.yf"]),
    ),
)
Asker = tuple[str, str, Signer | None]
ASSISTANT: Asker = ("he.jx", "install_assistant", None)
CLOCK: Asker = ("system", "system", None)
KEEPER: Asker = ("mai.gh", "warehouse", Signer("li.zq", "crew_leader"))
CASHIER: Asker = ("su.kj", "accountant", Signer("guan.yf", "manager"))
OTHERS: tuple[Asker, ...] = (
    ("tan.zw", "install_supervisor", None),
    ("tan.zw", "install_supervisor", Signer("mai.gh", "warehouse")),
    ("li.zq", "crew_leader", Signer("su.kj", "accountant")),
    ("li.zq", "crew_leader", Signer("li.zq", "warehouse")),
    ("su.kj", "accountant", None),
    ("mai.gh", "warehouse", None),
)
ASKERS = st.sampled_from([ASSISTANT, CLOCK, KEEPER, CASHIER, *OTHERS])
STEPS = st.tuples(st.timedeltas(timedelta(0), timedelta(hours=12)), ASKERS)


def story(calls: st.SearchStrategy[Any], size: int = 30) -> st.SearchStrategy[list[Any]]:
    """Commands with the time that passes before each, and who asks."""
    return st.lists(st.tuples(calls, STEPS), max_size=size)


def at_once(command: Any) -> tuple[timedelta, Asker]:
    """A minute later, by whom it is for, with whoever signs beside."""
    who = {LoadRun: KEEPER, HandInCash: CASHIER}
    return timedelta(minutes=1), who.get(type(command), ASSISTANT)


COUNTED = tuple(
    CountedStop(
        job_id=stop.job_id,
        lines=tuple(CountedLine(line_no=line.line_no, quantity=line.quantity) for line in stop.lines),
    )
    for stop in (STOP, OTHER_STOP)
)
DELIVERY = OpenJob(
    job_id="D-1",
    kind="delivery",
    contract_no="1",
    customer=CUSTOMER,
    lines=LINES,
    complete_on=date(2026, 3, 9),
    due_at=None,
)
INSTALLATION = DELIVERY.model_copy(update={"kind": "installation", "complete_on": None, "due_at": INSTALL_DUE})
TAKE = TakeSlot(
    depot="main",
    on=DAY,
    half="am",
    crew="S1",
    vehicle="v",
    position=1,
    window=WINDOW,
    volume_l=VOLUME,
    day_version=9,
    reason="顺路",
)
PUBLISH = PublishStop(on=DAY, half="am", crew="S1", position=1, leader="li.zq", version=3)
HAPPY: dict[str, tuple[list[Any], ...]] = {
    "day": (
        [
            *(
                ReserveSlot(
                    on=DAY,
                    job_id=f"D-{n}",
                    kind="delivery",
                    contract_no="1",
                    crew=crew,
                    half="am",
                    volume_l=1,
                    lines=(),
                )
                for n, crew in enumerate(["S1", "S1", "S2"])
            ),
            *(ConfirmSlot(job_id=f"D-{n}", reservation=40) for n in range(3)),
            PublishDay(),
            ReleaseSlot(job_id="D-0", reason="客户改期"),
            PublishDay(),
        ],
    ),
    "job": (
        [
            DELIVERY,
            BookInstallation(checklist=READY, on=DAY, half="am"),
            TAKE,
            PUBLISH,
            ConfirmByWarehouse(on=DAY, ready=True),
            DepartStop(on=DAY, crew="S1", vehicle="v", leader="li.zq"),
            CompleteDelivery(
                delivered=COUNTED[0].lines, signed_by="马娜", signature_ref="s1", taught_use=True, cash_fen=1
            ),
        ],
        [
            INSTALLATION,
            TAKE.model_copy(update={"volume_l": 0}),
            PUBLISH,
            CompleteInstallation(accepted_by="马娜"),
        ],
    ),
    "run": (
        [
            PlanRun(on=DAY, crew="S1", leader="li.zq", vehicle="v", version=1, stops=(STOP, OTHER_STOP)),
            LoadRun(counted=COUNTED, settlement="已结清"),
            IssueList(),
            DepartRun(driver="deng.w"),
            ReachStop(job_id=STOP.job_id),
            CollectCash(job_id=STOP.job_id, amount_fen=4_000_000, due_fen=4_000_000),
            EndStop(job_id=STOP.job_id, outcome="done"),
            EndStop(job_id=OTHER_STOP.job_id, outcome="failed"),
            HandInCash(amount_fen=3_000_000, receipt_no="R0"),
            CloseRun(explanation="客户少付"),
            ReportDay(vehicle_check=CHECK, parking="停车场"),
        ],
    ),
}
CALLS: dict[str, st.SearchStrategy[Any]] = {"day": DAY_CALLS, "job": JOB_CALLS, "run": RUN_CALLS}
