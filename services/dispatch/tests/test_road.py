"""ReachStop, EndStop, CloseRun, ReportDay: the run on the road, the close of its day, and the report."""

from datetime import timedelta

import pytest
from dispatch_cases import (
    CASHIER,
    CTX,
    DAY,
    DUE_FEN,
    JOB,
    NOW,
    POLICY,
    RUN_DEPARTED,
    RUN_LISTED,
    RUN_LOADED,
    RUN_PLANNED,
    a_run,
)

from company.context import Context
from contracts.civil_time import end_of_day
from contracts.dispatch_road import (
    DayReported,
    DayReportOverdue,
    RunClosed,
    StopEnded,
    StopOrderChanged,
    StopReached,
    VehicleCheck,
)
from contracts.dispatch_runs import CashCollected, CashHandedIn
from dispatch.refusals import no
from dispatch.run.cash import CollectCash, HandInCash
from dispatch.run.closing import CloseRun, MarkReportOverdue, ReportDay
from dispatch.run.route import EndStop, ReachStop
from runtime.refusal import Term

OTHER = "D-HT26030002"
OUT = (RUN_PLANNED, RUN_LOADED, RUN_LISTED, RUN_DEPARTED)
REACHED = StopReached(at=NOW, on=DAY, crew="S1", job_id=JOB, number=1)
DONE = StopEnded(at=NOW, on=DAY, crew="S1", job_id=JOB, outcome="done")
FAILED = StopEnded(at=NOW, on=DAY, crew="S1", job_id=OTHER, outcome="failed")
CASH = CashCollected(at=NOW, on=DAY, crew="S1", job_id=JOB, amount_fen=DUE_FEN, on_vehicle_fen=DUE_FEN)
PAID = CashHandedIn(
    at=NOW, on=DAY, crew="S1", amount_fen=DUE_FEN, on_vehicle_fen=0, received_by="su.kj", receipt_no="R1"
)
CLOSED = RunClosed(
    at=NOW,
    on=DAY,
    crew="S1",
    leader="li.zq",
    vehicle="粤E·7K352",
    collected_fen=DUE_FEN,
    handed_in_fen=DUE_FEN,
    difference_fen=0,
    explanation=None,
    closed_by="he.jx",
    due=end_of_day(DAY),
)
CHECK = VehicleCheck(lights=True, brakes=True, tyres=True, fluids=True, clean=True, tools=True, odometer_km=48_210)
REPORT = ReportDay(vehicle_check=CHECK, parking="三号库")
REPORTED = DayReported(
    at=NOW,
    on=DAY,
    crew="S1",
    leader="li.zq",
    vehicle="粤E·7K352",
    driver="",
    stops=2,
    done=1,
    failed=1,
    collected_fen=DUE_FEN,
    handed_in_fen=DUE_FEN,
    vehicle_check=CHECK,
    parking="三号库",
    note="",
    reported_by="he.jx",
    due=end_of_day(DAY),
)


def test_the_next_stop_of_the_sheet_is_reached_without_a_word() -> None:
    """B12"""
    second = REACHED.model_copy(update={"job_id": OTHER, "number": 2})
    assert [
        a_run(*OUT).asks(ReachStop(job_id=JOB), CTX).decided,
        a_run(*OUT, REACHED).asks(ReachStop(job_id=JOB), CTX).decided,
        a_run(*OUT, REACHED).asks(ReachStop(job_id=OTHER), CTX).decided,
        a_run(*OUT, DONE).asks(ReachStop(job_id=OTHER), CTX).decided,
    ] == [(REACHED,), (), (second,), (second.model_copy(update={"number": 1}),)]


def test_leaving_the_order_of_stops_needs_a_reason() -> None:
    """B12"""
    early = ReachStop(job_id=OTHER)
    explained = ReachStop(job_id=OTHER, reason="客户临时外出")
    changed = StopOrderChanged(
        at=NOW, on=DAY, crew="S1", leader="li.zq", job_id=OTHER, instead_of=JOB, reason="客户临时外出"
    )
    assert [a_run(*OUT).asks(one, CTX).decided for one in (early, explained)] == [
        no("out_of_order", job_id=OTHER, next=JOB),
        (changed, REACHED.model_copy(update={"job_id": OTHER})),
    ]


def test_only_a_stop_of_a_run_that_left_is_reached() -> None:
    """B12"""
    assert [
        a_run(*OUT).asks(ReachStop(job_id="D-9"), CTX).decided,
        a_run(*OUT[:-1]).asks(ReachStop(job_id=JOB), CTX).decided,
        a_run(*OUT, DONE, FAILED, CASH, PAID, CLOSED).asks(ReachStop(job_id=JOB), CTX).decided,
    ] == [no("not_on_this_run", job_id="D-9", crew="S1"), no("not_departed", rule="B12"), ()]


def test_a_stop_ends_once() -> None:
    """B17"""
    end = EndStop(job_id=JOB, outcome="done")
    assert [a_run(*h).asks(end, CTX).decided for h in (OUT, (*OUT, DONE), OUT[:-1])] == [(DONE,), (), ()]


def test_the_day_closes_when_what_was_collected_is_paid_in() -> None:
    """B16"""
    history = (*OUT, DONE, FAILED, CASH, PAID)
    assert [a_run(*history).asks(CloseRun(), CTX).decided, a_run(*history, CLOSED).asks(CloseRun(), CTX).decided] == [
        (CLOSED,),
        (),
    ]


def test_a_difference_is_paid_in_or_explained() -> None:
    """B16"""
    short = PAID.model_copy(update={"amount_fen": DUE_FEN - 5_000, "on_vehicle_fen": 5_000})
    history = (*OUT, DONE, FAILED, CASH, short)
    explained = CLOSED.model_copy(
        update={"handed_in_fen": DUE_FEN - 5_000, "difference_fen": 5_000, "explanation": "假币一张，已报会计"}
    )
    assert [
        a_run(*history).asks(CloseRun(), CTX).decided,
        a_run(*history).asks(CloseRun(explanation="假币一张，已报会计"), CTX).decided,
    ] == [
        no(
            "cash_differs",
            collected_fen=DUE_FEN,
            handed_in_fen=DUE_FEN - 5_000,
            difference_fen=5_000,
            apart=Term.of("¥50"),
        ),
        (explained,),
    ]


@pytest.mark.parametrize("request_", [CloseRun(), REPORT])
def test_a_day_neither_closes_nor_is_reported_while_stops_are_open(request_: object) -> None:
    """B16, B17"""
    a_run(*OUT, DONE).asks(request_, CTX).refuses(no("stops_open", crew="S1", count=Term.of(1), jobs=OTHER))


def test_a_closed_day_takes_no_more_money() -> None:
    """B16"""
    closed = a_run(*OUT, DONE, FAILED, CASH, PAID, CLOSED)
    more = HandInCash(amount_fen=1, receipt_no="R9")
    again = HandInCash(amount_fen=DUE_FEN, receipt_no="R1")
    late = CollectCash(job_id=OTHER, amount_fen=1, due_fen=1)
    assert [closed.asks(one, CASHIER).decided for one in (more, again, late)] == [
        no("day_closed", crew="S1", on=DAY),
        (),
        no("day_closed", crew="S1", on=DAY),
    ]


@pytest.mark.parametrize("closing", [(), (CLOSED,)])
def test_the_day_report_counts_stops_and_cash_before_or_after_the_close(closing: tuple[object, ...]) -> None:
    """B17"""
    history = (*OUT, DONE, FAILED, CASH, PAID, *closing)
    corrected = REPORT.model_copy(update={"parking": "厂区门口"})
    assert [
        a_run(*history).asks(REPORT, CTX).decided,
        a_run(*history, REPORTED).asks(REPORT, CTX).decided,
        a_run(*history, REPORTED).asks(corrected, CTX).decided,
    ] == [(REPORTED,), (), (REPORTED.model_copy(update={"parking": "厂区门口"}),)]


def test_what_is_wrong_with_the_vehicle_is_written_down() -> None:
    """B17"""
    silent = REPORT.model_copy(update={"vehicle_check": CHECK.model_copy(update={"tyres": False})})
    told = REPORT.model_copy(update={"vehicle_check": CHECK.model_copy(update={"tyres": False, "note": "右后胎漏气"})})
    history = (*OUT, DONE, FAILED, CASH, PAID)
    assert [a_run(*history).asks(one, CTX).decided for one in (silent, told)] == [
        no("check_note_missing", vehicle="粤E·7K352", count=Term.of(1), wrong="tyres"),
        (REPORTED.model_copy(update={"vehicle_check": told.vehicle_check}),),
    ]


def test_a_day_that_was_not_reported_is_overdue_once() -> None:
    """K12"""
    ends = end_of_day(DAY)
    late, early = (Context(moment, "system", "system", POLICY) for moment in (ends, ends - timedelta(seconds=1)))
    overdue = DayReportOverdue(at=ends, on=DAY, crew="S1", leader="li.zq", due=ends)
    done = (DONE, FAILED, CASH, PAID)
    assert [
        a_run(*OUT).asks(MarkReportOverdue(), late).decided,
        a_run(*OUT, *done, CLOSED).asks(MarkReportOverdue(), late).decided,
        a_run(*OUT).asks(MarkReportOverdue(), early).decided,
        a_run(*OUT, overdue).asks(MarkReportOverdue(), late).decided,
        a_run(*OUT, *done, REPORTED).asks(MarkReportOverdue(), late).decided,
        a_run(RUN_PLANNED).asks(MarkReportOverdue(), late).decided,
    ] == [(overdue,), (overdue,), (), (), (), ()]
