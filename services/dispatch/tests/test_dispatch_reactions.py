"""What dispatch does about the facts of others, and about its own."""

from datetime import date

from dispatch_cases import (
    BOOKED,
    CUSTOMER,
    DAY,
    DAY_OUT,
    DELIVERED,
    DUE_FEN,
    INSTALL_DUE,
    JOB,
    LINES,
    NOW,
    RUN_DEPARTED,
    SCHEDULED,
    SLOT,
    TOILET,
    WINDOW,
    meta,
)

from company.reasons import EXPIRED, SAME_DAY
from contracts.dispatch_days import SlotReleased
from contracts.dispatch_jobs import StopUnscheduled
from contracts.dispatch_runs import RunStop
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.inventory import MorningFeedbackGiven, StopFeedback
from contracts.order import CompletenessLost, GoodsCompleted
from contracts.service_desk_visits import VisitBooked, VisitCompleted
from dispatch.day.crews import NoteDeparture
from dispatch.day.slot import ConfirmSlot, ReleaseSlot
from dispatch.job.handover import FinishVisit
from dispatch.job.stop import ConfirmByWarehouse, DepartStop, LeaveSlot, PublishStop
from dispatch.job.terms import ChangeCompleteness, OpenJob
from dispatch.reactions import REACTIONS
from dispatch.run.loading import PlanRun
from runtime.decision import Ask


def asked(source: str, event: Fact, envelope: Meta | None = None) -> dict[str, tuple[Ask, ...]]:
    """What all reactions to a stream ask for, by name; those that ask nothing are left out."""
    found = {r.name: tuple(r.react(event, envelope or meta())) for r in REACTIONS if r.source == source}
    return {name: asks for name, asks in found.items() if asks}


def test_complete_goods_open_the_delivery() -> None:
    """A3"""
    event = GoodsCompleted(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        customer=CUSTOMER,
        promised_on=date(2026, 3, 14),
        amount_due_fen=DUE_FEN,
        lines=LINES,
        complete_on=date(2026, 3, 9),
    )
    opened = OpenJob(
        at=NOW,
        job_id=JOB,
        kind="delivery",
        contract_no="HT26030001",
        customer=CUSTOMER,
        lines=LINES,
        amount_due_fen=DUE_FEN,
        promised_on=date(2026, 3, 14),
        complete_on=date(2026, 3, 9),
        depot="main",
    )
    assert asked("order", event) == {"dispatch.open_delivery": (Ask(f"job:{JOB}", opened),)}


def test_lost_completeness_reaches_the_delivery() -> None:
    """A3, D4"""
    event = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="装车破损")
    lost = ChangeCompleteness(at=NOW, complete_on=None, reason="装车破损")
    assert asked("order", event) == {"dispatch.lose_completeness": (Ask(f"job:{JOB}", lost),)}


def test_a_published_day_publishes_its_stops_and_plans_every_delivery_crew() -> None:
    """B4"""
    stop = RunStop(job_id=JOB, contract_no="HT26030001", half="am", position=1, lines=SLOT.lines)
    first = PlanRun(at=NOW, on=DAY, crew="S1", leader="li.zq", vehicle="粤E·7K352", version=1, stops=(stop,))
    empty = PlanRun(at=NOW, on=DAY, crew="S2", leader="chen.gd", vehicle="粤E·3F618", version=1, stops=())
    published = PublishStop(at=NOW, on=DAY, half="am", crew="S1", position=1, leader="li.zq", version=1)
    assert asked("dispatch", DAY_OUT) == {
        "dispatch.publish_stops": (Ask(f"job:{JOB}", published),),
        "dispatch.plan_runs": (Ask("run:2026-03-13:S1", first), Ask("run:2026-03-13:S2", empty)),
    }


def test_a_departed_run_takes_its_stops_along() -> None:
    """B11: with what was counted; and their day gives no more places with its crew."""
    gone, other = (
        DepartStop(at=NOW, on=DAY, crew="S1", vehicle="粤E·7K352", leader="li.zq", lines=stop.lines)
        for stop in RUN_DEPARTED.stops
    )
    assert asked("dispatch", RUN_DEPARTED) == {
        "dispatch.depart_stops": (Ask(f"job:{JOB}", gone), Ask("job:D-HT26030002", other)),
        "dispatch.note_departure": (Ask("day:main:2026-03-13", NoteDeparture(at=NOW, crew="S1")),),
    }


def test_a_delivery_opens_the_installation_of_what_is_to_be_installed() -> None:
    """B10"""
    opened = OpenJob(
        at=NOW,
        job_id="I-HT26030001",
        kind="installation",
        contract_no="HT26030001",
        customer=CUSTOMER,
        lines=(TOILET,),
        due_at=INSTALL_DUE,
        depot="main",
    )
    assert asked("dispatch", DELIVERED)["dispatch.open_installation"] == (Ask("job:I-HT26030001", opened),)


def test_a_delivery_with_nothing_to_install_opens_nothing() -> None:
    """B10"""
    nothing = DELIVERED.model_copy(update={"install_due": None})
    assert "dispatch.open_installation" not in asked("dispatch", nothing)


def test_a_job_that_took_its_slot_confirms_it_and_one_that_left_releases_it() -> None:
    """B8"""
    left = StopUnscheduled(at=NOW, job_id=JOB, reason="客户改期", on=DAY, day_version=2)
    confirm = ConfirmSlot(at=NOW, job_id=JOB, reservation=2)
    release = ReleaseSlot(at=NOW, job_id=JOB, reason="客户改期", reservation=2, left=True)
    assert asked("dispatch", SCHEDULED) | asked("dispatch", left) == {
        "dispatch.confirm_slot": (Ask("day:main:2026-03-13", confirm),),
        "dispatch.release_slot": (Ask("day:main:2026-03-13", release),),
    }


def test_a_released_slot_puts_its_job_back_unless_it_was_moved() -> None:
    """B8"""
    expired, moved = (
        SlotReleased(at=NOW, depot="main", on=DAY, job_id=JOB, reason=reason) for reason in (EXPIRED, SAME_DAY)
    )
    leave = LeaveSlot(at=NOW, reason=EXPIRED, on=DAY, day_version=7)
    assert [asked("dispatch", event, meta(7)) for event in (expired, moved)] == [
        {"dispatch.leave_released_slot": (Ask(f"job:{JOB}", leave),)},
        {},
    ]


def test_morning_feedback_reaches_each_stop() -> None:
    """B6"""
    stops = (StopFeedback(job_id=JOB, ready=True), StopFeedback(job_id="D-2", ready=False, note="缺1"))
    event = MorningFeedbackGiven(at=NOW, depot="main", on=DAY, due=NOW, stops=stops)
    assert asked("inventory", event) == {
        "dispatch.confirm_stops": (
            Ask(f"job:{JOB}", ConfirmByWarehouse(at=NOW, on=DAY, ready=True)),
            Ask("job:D-2", ConfirmByWarehouse(at=NOW, on=DAY, ready=False, note="缺1")),
        )
    }


def test_a_booked_visit_is_a_job_and_its_report_ends_it() -> None:
    """C3, C9"""
    booked = VisitBooked(
        at=NOW,
        ticket_id="T-1",
        visit_no=2,
        contract_no=None,
        customer=CUSTOMER,
        on=DAY,
        window=WINDOW,
        technician="zhou.jm",
        problem="坐便器漏水",
    )
    done = VisitCompleted(
        at=NOW,
        ticket_id="T-1",
        visit_no=2,
        technician="zhou.jm",
        outcome="repaired",
        report_ref="r-1",
        note="换密封圈",
        window_ends=WINDOW.ends,
    )
    opened = OpenJob(
        at=NOW,
        job_id="V-T-1-2",
        kind="visit",
        contract_no="",
        ticket_id="T-1",
        customer=CUSTOMER,
        lines=(),
        promised_on=DAY,
        due_at=WINDOW.ends,
        summary="坐便器漏水",
    )
    assert asked("service_desk", booked) | asked("service_desk", done) == {
        "dispatch.open_visit": (Ask("job:V-T-1-2", opened),),
        "dispatch.finish_visit": (Ask("job:V-T-1-2", FinishVisit(at=NOW, note="repaired")),),
    }


def test_facts_that_concern_nobody_here_ask_nothing() -> None:
    """DESIGN 8"""
    assert [asked(source, BOOKED) for source in ("order", "dispatch", "inventory", "service_desk")] == [{}, {}, {}, {}]


def test_the_names_are_stored_and_so_never_change() -> None:
    """DESIGN 10"""
    assert [(reaction.source, reaction.name) for reaction in REACTIONS] == [
        ("order", "dispatch.open_delivery"),
        ("order", "dispatch.lose_completeness"),
        ("order", "dispatch.settle_rest"),
        ("dispatch", "dispatch.publish_stops"),
        ("dispatch", "dispatch.plan_runs"),
        ("dispatch", "dispatch.open_installation"),
        ("dispatch", "dispatch.correct_installation"),
        ("inventory", "dispatch.reverse_correction"),
        ("dispatch", "dispatch.depart_run"),
        ("dispatch", "dispatch.depart_stops"),
        ("dispatch", "dispatch.leave_behind"),
        ("dispatch", "dispatch.note_departure"),
        ("dispatch", "dispatch.bring_back"),
        ("dispatch", "dispatch.confirm_slot"),
        ("dispatch", "dispatch.release_slot"),
        ("dispatch", "dispatch.leave_released_slot"),
        ("dispatch", "dispatch.follow_plan"),
        ("dispatch", "dispatch.put_back"),
        ("inventory", "dispatch.confirm_stops"),
        ("service_desk", "dispatch.open_visit"),
        ("service_desk", "dispatch.finish_visit"),
        ("order", "dispatch.cancel_jobs"),
        ("order", "dispatch.move_promise"),
        ("order", "dispatch.amend_jobs"),
        ("order", "dispatch.note_payment"),
        ("dispatch", "dispatch.arrive_at_stop"),
        ("dispatch", "dispatch.sign_for_delivery"),
        ("dispatch", "dispatch.end_stop"),
        ("dispatch", "dispatch.tell_days"),
        ("dispatch", "dispatch.return_vehicle"),
        ("notify", "dispatch.count_call"),
        ("service_desk", "dispatch.cancel_visit"),
        ("service_desk", "dispatch.move_visit"),
        ("dispatch", "dispatch.take_off"),
    ]
