"""Rows of jobs and runs: calls, the door, cancelled contracts; reached stops, receipts, close and report."""

from dispatch_cases import (
    BOOKED,
    CUSTOMER,
    DAY,
    DELIVERED,
    GOODS,
    JOB,
    NOW,
    ON_THE_WAY,
    OPENED,
    PUBLISHED,
    RUN_DEPARTED,
    RUN_LISTED,
    RUN_LOADED,
    RUN_PLANNED,
    SCHEDULED,
    WINDOW,
)
from dispatch_documents import document_of

from contracts.dispatch_calls import (
    HalfDayTold,
    HomeConfirmationOverdue,
    HomeConfirmed,
    JobAmended,
    JobCancelled,
    JobPromiseMoved,
    TroubleReported,
)
from contracts.dispatch_road import (
    CashOverdue,
    FailureConsented,
    PiecesRefused,
    RunClosed,
    StopArrived,
    StopEnded,
    StopOrderChanged,
    StopReached,
    StopUndeliverable,
)
from contracts.dispatch_runs import CashHandedIn
from dispatch.job.row import JOB_FILES, JOBS
from dispatch.job_views import job_view
from dispatch.run.row import RUN_FILES, RUNS
from dispatch.run_views import run_view

AT = NOW.isoformat()
CANCELLED = JobCancelled(at=NOW, job_id=JOB, kind="delivery", contract_no="HT26030001", reason="退订")


def test_a_job_shows_its_calls_and_those_that_were_missed() -> None:
    """B3, B5, B7, K3"""
    home = HomeConfirmed(
        at=NOW,
        job_id=JOB,
        on=DAY,
        at_home=True,
        result="reached",
        note="下午也在",
        called_by="he.jx",
        install_by=None,
        due=None,
    )
    half = HalfDayTold(
        at=NOW,
        job_id=JOB,
        on=DAY,
        half="am",
        crew="S1",
        leader="li.zq",
        result="later",
        note="",
        called_by="li.zq",
        due=None,
    )
    trouble = TroubleReported(
        at=NOW,
        job_id=JOB,
        on=DAY,
        crew="S1",
        leader="li.zq",
        cause="late",
        note="堵车",
        told_customer=True,
        window=WINDOW,
        due=NOW,
        in_time=True,
    )
    missed = HomeConfirmationOverdue(at=NOW, job_id=JOB, on=DAY, due=NOW)
    document = document_of(JOBS, OPENED, BOOKED, SCHEDULED, PUBLISHED, missed, home, half, trouble)
    view = job_view(JOB_FILES.read(document), "install_assistant")
    assert (
        view.home and (view.home["result"], view.home["note"], view.home["on"]),
        view.half_call and view.half_call["result"],
        [(one["what"], one["on"]) for one in view.missed_calls],
        [(one["cause"], one["in_time"]) for one in view.trouble],
        view.home_due,
        view.half_day_due,
    ) == (
        ("reached", "下午也在", "2026-03-13"),
        "later",
        [("HomeConfirmationOverdue", "2026-03-13")],
        [("late", True)],
        SCHEDULED.home_due,
        PUBLISHED.half_day_due,
    )


def test_a_job_shows_what_happened_at_the_door() -> None:
    """B13, B14, B15"""
    door = (
        StopArrived(at=NOW, job_id=JOB, on=DAY, crew="S1", leader="li.zq", window=WINDOW),
        StopUndeliverable(
            at=NOW,
            job_id=JOB,
            contract_no="HT26030001",
            crew="S1",
            leader="li.zq",
            cause="门太窄",
            customer_reached=True,
        ),
        FailureConsented(at=NOW, job_id=JOB, contract_no="HT26030001", goods="returned", consent_by="tan.zw", note=""),
        PiecesRefused(
            at=NOW,
            job_id=JOB,
            contract_no="HT26030001",
            customer=CUSTOMER,
            crew="S1",
            leader="li.zq",
            lines=GOODS[:1],
            damaged=False,
            reason="色差",
            photos=("p",),
        ),
    )
    view = job_view(JOB_FILES.read(document_of(JOBS, *ON_THE_WAY, *door)), "manager")
    assert (
        view.arrived_at,
        view.undeliverable and view.undeliverable["cause"],
        view.consent and (view.consent["goods"], view.consent["consent_by"]),
        [(one["reason"], one["lines"][0]["quantity"], one["photos"]) for one in view.refused],
    ) == (NOW, "门太窄", ("returned", "tan.zw"), [("色差", 2, ["p"])])


def test_a_cancelled_job_is_in_no_slot_and_one_on_the_road_is_marked() -> None:
    """A6"""
    idle = document_of(JOBS, OPENED, BOOKED, CANCELLED)
    held = document_of(JOBS, *ON_THE_WAY, CANCELLED.model_copy(update={"on_the_road": True}))
    shown = [job_view(JOB_FILES.read(document), "manager") for document in (idle, held)]
    assert [(one.status, one.crew, one.cancelled and one.cancelled["on_the_road"]) for one in shown] == [
        ("cancelled", None, False),
        ("way", "S1", True),
    ]


def test_promise_customer_and_amount_follow_the_contract() -> None:
    """A6, A8"""
    moved = JobPromiseMoved(at=NOW, job_id=JOB, promised_before=None, promised_on=DAY, reason="改期")
    elsewhere = CUSTOMER.model_copy(update={"district": "禅城区"})
    amended = JobAmended(at=NOW, job_id=JOB, customer=elsewhere, amount_due_fen=7, reason="改地址")
    row = JOBS.read(document_of(JOBS, OPENED, moved, amended))
    assert (row.promised_on, row.customer.district, row.district, row.amount_due_fen) == (
        DAY,
        "禅城区",
        "禅城区",
        7,
    )


def test_a_run_shows_its_stops_its_money_and_how_its_day_ended() -> None:
    """B12, B16, B17, K11"""
    road = (
        StopOrderChanged(
            at=NOW, on=DAY, crew="S1", leader="li.zq", job_id="D-HT26030002", instead_of=JOB, reason="临时外出"
        ),
        StopReached(at=NOW, on=DAY, crew="S1", job_id="D-HT26030002", number=1),
        StopEnded(at=NOW, on=DAY, crew="S1", job_id="D-HT26030002", outcome="done"),
        CashHandedIn(
            at=NOW, on=DAY, crew="S1", amount_fen=5, on_vehicle_fen=0, received_by="su.kj", receipt_no="R1", witness="x"
        ),
        CashOverdue(at=NOW, on=DAY, crew="S1", leader="li.zq", on_vehicle_fen=5, due=NOW),
        RunClosed(
            at=NOW,
            on=DAY,
            crew="S1",
            leader="li.zq",
            vehicle="v",
            collected_fen=6,
            handed_in_fen=5,
            difference_fen=1,
            explanation="找零",
            closed_by="li.zq",
            due=NOW,
        ),
    )
    view = run_view(
        RUN_FILES.read(document_of(RUNS, RUN_PLANNED, RUN_LISTED, RUN_LOADED, RUN_DEPARTED, *road)), "accountant"
    )
    assert (
        view.status,
        view.list_by,
        view.reached,
        view.ended,
        view.order_changes,
        view.handed_in,
        view.cash_overdue,
        view.closed and (view.closed["difference_fen"], view.closed["explanation"]),
    ) == (
        "closed",
        "tan.zw",
        [{"at": AT, "job_id": "D-HT26030002", "number": 1}],
        [{"at": AT, "job_id": "D-HT26030002", "outcome": "done"}],
        [{"at": AT, "job_id": "D-HT26030002", "instead_of": JOB, "reason": "临时外出"}],
        [{"at": AT, "received_by": "su.kj", "amount_fen": 5, "receipt_no": "R1", "witness": "x"}],
        True,
        (1, "找零"),
    )


def test_a_delivery_keeps_what_was_refused_with_its_outcome() -> None:
    """B15"""
    signed = DELIVERED.model_copy(update={"refused": GOODS[:1], "photos": ("p",)})
    outcome = job_view(JOB_FILES.read(document_of(JOBS, *ON_THE_WAY, signed)), "manager").outcome
    assert outcome is not None
    assert (outcome["refused"][0]["line_no"], outcome["damaged"], outcome["photos"]) == (1, [], ["p"])
