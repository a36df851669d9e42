"""What the dispatch board shows, given what happened."""

from datetime import date, time, timedelta
from itertools import chain

import pytest
from dashboards_story import (
    CREWS,
    CUSTOMER,
    EARLIER,
    NOW,
    ON,
    READY,
    TODAY,
    board_of,
    booked,
    confirmed,
    day_opened,
    delivered,
    every_interleaving,
    in_slot,
    line,
    opened,
    placed_cards,
    published_day,
    published_stop,
    reserved,
    scheduled,
    signed,
    told,
    window,
)

from contracts.civil_time import civil
from contracts.dispatch_days import SlotReleased
from contracts.dispatch_jobs import (
    Checklist,
    DeliveryDeparted,
    DeliveryFailed,
    InstallationOverdue,
    JobCompletenessChanged,
    SiteNotReady,
    StopConfirmedByWarehouse,
    StopUnscheduled,
)
from contracts.order import (
    ContractAmended,
    ContractCancelled,
    DamageNoted,
    DelayNoticed,
    DeliveryPostponed,
    GoodsCompleted,
    GoodsNoted,
)
from dashboards.board.cards import Viewer
from dashboards.board.view import Light, Risk, Say, Totals

JOB = "D-HT26030001"
DRAFT = [opened(), booked(), day_opened(), *in_slot()]
PUBLISHED = [*DRAFT, published_day(), published_stop()]


def names(cards):
    return [card.job_id for card in cards]


def risk_of(story, *, job=JOB, **when):
    return placed_cards(board_of(story, **when))[job].risk


def light(view, crew, code):
    lane = next(lane for lane in view.lanes if lane.crew == crew)
    return next(light for light in lane.lights if light.code == code)


# --- backlog -----------------------------------------------------------------------------------------------------


def test_what_is_complete_and_booked_waits_to_be_dragged():
    """A3 B1"""
    backlog = board_of([opened(), booked()]).backlog
    assert [(card.job_id, card.movable, card.lacks) for card in backlog.ready] == [(JOB, True, ())]


def test_a_job_booked_for_a_later_day_is_listed_under_later():
    """B1"""
    backlog = board_of([opened(), booked(on=ON + timedelta(days=2))]).backlog
    assert (names(backlog.ready), names(backlog.later)) == ([], [JOB])


def test_a_job_without_a_booking_cannot_be_dragged_and_says_so():
    """B1"""
    backlog = board_of([opened()]).backlog
    assert [(card.job_id, card.movable, card.lacks) for card in backlog.blocked] == [
        (JOB, False, (Say(code="lack.booking"),))
    ]


def test_a_site_that_is_not_ready_says_what_is_missing_and_when_to_call_back():
    """B2"""
    checklist = Checklist(**{**READY.model_dump(), "ceiling": False})
    waits = SiteNotReady(
        at=EARLIER, job_id=JOB, missing=("ceiling",), call_back_on=date(2026, 3, 14), checklist=checklist
    )
    backlog = board_of([opened(), told(f"job:{JOB}", waits)]).backlog
    assert [card.lacks for card in backlog.blocked] == [
        (Say(code="lack.site.ceiling"), Say(code="lack.call_back", facts={"on": "2026-03-14"}))
    ]


def test_a_job_that_lost_completeness_goes_back_under_what_cannot_be_scheduled():
    """A3"""
    lost = told(f"job:{JOB}", JobCompletenessChanged(at=NOW, job_id=JOB, complete_on=None, reason="破损"))
    backlog = board_of([opened(), booked(), lost]).backlog
    assert (names(backlog.ready), [card.lacks for card in backlog.blocked]) == ([], [(Say(code="lack.goods"),)])


def test_a_supervisors_override_lets_an_incomplete_job_be_scheduled():
    """A3"""
    backlog = board_of([opened(complete_on=None), booked(why="客户先要一部分")]).backlog
    assert names(backlog.ready) == [JOB]


def test_an_incomplete_contract_tells_how_many_lines_are_here_and_when_the_rest_comes():
    """A3"""
    number = "HT26030009"
    arrived = GoodsNoted(at=EARLIER, contract_no=number, line_no=1, quantity=2, arrived_on=TODAY, waybill="W1")
    late = DelayNoticed(
        at=EARLIER,
        contract_no=number,
        line_no=2,
        sku="WC-2",
        waybill="W2",
        carrier="C",
        eta=date(2026, 3, 17),
        reason="停产",
    )
    story = [signed(number), told(f"contract:{number}", arrived), told(f"contract:{number}", late)]
    backlog = board_of(story).backlog
    assert [(card.contract_no, card.lacks, card.movable) for card in backlog.blocked] == [
        (
            number,
            (
                Say(code="lack.lines_delayed", facts={"here": 1, "of": 2}),
                Say(code="lack.eta", facts={"on": "2026-03-17"}),
            ),
            False,
        )
    ]


def test_pieces_damaged_in_the_warehouse_do_not_count_as_here():
    """A3 D4"""
    number = "HT26030009"
    arrived = GoodsNoted(at=EARLIER, contract_no=number, line_no=1, quantity=2, arrived_on=TODAY, waybill="W1")
    broken = DamageNoted(at=NOW, contract_no=number, line_no=1, damage_id="d1", quantity=1, in_warehouse=True)
    story = [signed(number, lines=(line(1, 2),)), *(told(f"contract:{number}", e) for e in (arrived, broken))]
    assert board_of(story).backlog.blocked[0].lacks == (Say(code="lack.lines", facts={"here": 0, "of": 1}),)


def test_a_complete_contract_is_no_longer_listed_as_waiting_for_goods():
    """A3"""
    number = "HT26030009"
    done = GoodsCompleted(
        at=NOW,
        contract_no=number,
        store_code="S01",
        customer=CUSTOMER,
        promised_on=date(2026, 3, 16),
        amount_due_fen=0,
        lines=(line(),),
        complete_on=TODAY,
    )
    assert board_of([signed(number), told(f"contract:{number}", done)]).backlog.blocked == ()


def test_a_contract_that_waits_shows_the_day_promised_last_and_its_lines_as_they_were_amended():
    """A6, A8, A3"""
    number = "HT26030009"
    moved = DeliveryPostponed(
        at=NOW,
        contract_no=number,
        store_code="S01",
        customer=CUSTOMER,
        promised_before=date(2026, 3, 16),
        promised_on=date(2026, 3, 30),
        promise_due=None,
        consented_by="林艳",
        consented_how="phone",
        reason="装修延期",
    )
    dropped = ContractAmended(at=NOW, contract_no=number, added=(), removed=(2,), reason="客户减项")
    [card] = board_of([signed(number), *(told(f"contract:{number}", e) for e in (moved, dropped))]).backlog.blocked
    assert (card.promised_on, card.lacks) == (
        date(2026, 3, 30),
        (Say(code="lack.lines", facts={"here": 0, "of": 1}),),
    )


def test_a_cancelled_contract_waits_for_nothing():
    """A6"""
    number = "HT26030009"
    gone = ContractCancelled(
        at=NOW, contract_no=number, store_code="S01", customer=CUSTOMER, lines=(line(),), paid_fen=0, reason="退订"
    )
    assert board_of([signed(number), told(f"contract:{number}", gone)]).backlog.blocked == ()


def test_contracts_beyond_those_shown_are_counted():
    """A3"""
    story = [signed(f"HT2603{number:04}") for number in range(50)]
    backlog = board_of(story, more=7).backlog
    assert (len(backlog.blocked), backlog.blocked_more) == (40, 17)


@pytest.mark.parametrize(
    ("promised", "risk"),
    [
        (date(2026, 3, 16), None),
        (date(2026, 3, 15), Risk(level="warn", say=Say(code="risk.promise_near", facts={"days": 2}))),
        (date(2026, 3, 13), Risk(level="warn", say=Say(code="risk.promise_day"))),
        (date(2026, 3, 11), Risk(level="late", say=Say(code="risk.promise_over", facts={"days": 2}))),
    ],
)
def test_a_promise_that_comes_near_is_marked_and_one_that_has_passed_is_red(promised, risk):
    """A1"""
    assert board_of([opened(promised_on=promised), booked()]).backlog.ready[0].risk == risk


# --- slots ---------------------------------------------------------------------------------------------------------


def test_a_stop_lies_in_its_crews_half_day_in_the_order_of_stops():
    """B4 B8"""
    jobs = [("D-HT26030001", 2), ("D-HT26030002", 1)]
    story = [day_opened(), *chain(*([opened(job), *in_slot(job, position=place)] for job, place in jobs))]
    cell = board_of(story).lanes[0].cells[0]
    assert [(card.seq, card.job_id, card.status) for card in cell.cards] == [
        (1, "D-HT26030002", "plan"),
        (2, "D-HT26030001", "plan"),
    ]


def test_the_capacity_of_a_half_day_shows_stops_and_volume_against_the_limits():
    """B8"""
    cell = board_of(DRAFT).lanes[0].cells[0]
    assert (cell.stops, cell.stops_max, cell.volume_l, cell.volume_max_l) == (1, 4, 5_900, 12_000)


def test_before_a_day_is_opened_its_usual_crews_are_shown_empty():
    """B8"""
    view = board_of([])
    assert [(lane.crew, [len(cell.cards) for cell in lane.cells]) for lane in view.lanes] == [
        (crew.crew, [0, 0]) for crew in CREWS
    ]


def test_a_reservation_that_its_job_never_took_lapses():
    """B8"""
    story = [opened(), booked(), day_opened(), reserved(at=NOW - timedelta(minutes=3))]
    assert placed_cards(board_of(story)) == {}


def test_a_reservation_under_way_is_shown_as_being_placed():
    """B8"""
    story = [opened(), booked(), day_opened(), reserved(at=NOW)]
    assert [(card.status, card.held) for card in placed_cards(board_of(story)).values()] == [("plan", True)]


def test_a_job_taken_out_of_its_slot_is_back_on_the_list():
    """B4"""
    out = StopUnscheduled(at=NOW, job_id=JOB, reason="车坏", depot="main", on=ON, day_version=2)
    free = SlotReleased(at=NOW, depot="main", on=ON, job_id=JOB, reason="车坏")
    view = board_of([*DRAFT, told(f"job:{JOB}", out), told(f"day:main:{ON}", free)])
    assert (placed_cards(view), names(view.backlog.ready)) == ({}, [JOB])


def test_a_card_follows_its_job_from_draft_to_done():
    """B4 B11 B13"""
    left = told(f"job:{JOB}", DeliveryDeparted(at=window().starts, job_id=JOB, crew="S1", vehicle="粤E·7K352"))
    done = delivered(at=window().starts + timedelta(minutes=30))
    stories = [DRAFT, PUBLISHED, [*PUBLISHED, left], [*PUBLISHED, left, done]]
    assert [placed_cards(board_of(story))[JOB].status for story in stories] == ["plan", "pub", "way", "done"]


def test_only_drafted_and_published_stops_can_be_moved_and_only_by_those_who_plan():
    """B4"""
    left = told(f"job:{JOB}", DeliveryDeparted(at=NOW, job_id=JOB, crew="S1", vehicle="粤E·7K352"))
    warehouse = Viewer(role="warehouse")
    assert [
        placed_cards(board_of(PUBLISHED))[JOB].movable,
        placed_cards(board_of([*PUBLISHED, left]))[JOB].movable,
        placed_cards(board_of(PUBLISHED, viewer=warehouse))[JOB].movable,
    ] == [True, False, False]


def test_a_failed_stop_stays_on_its_day_with_the_cause_though_the_job_is_booked_anew():
    """B14"""
    failed = DeliveryFailed(
        at=window().ends,
        job_id=JOB,
        contract_no="HT26030001",
        crew="S1",
        leader="li.zq",
        cause="台面磕角",
        goods="returned",
        consent_by="he.jx",
        window_ends=window().ends,
    )
    again = booked(on=date(2026, 3, 17), at=window().ends)
    view = board_of([*PUBLISHED, told(f"job:{JOB}", failed), again])
    card = placed_cards(view)[JOB]
    risk = Risk(level="late", say=Say(code="risk.failed", facts={"cause": "台面磕角"}))
    assert (card.status, card.risk, names(view.backlog.later)) == ("fail", risk, [JOB])


# --- risk ----------------------------------------------------------------------------------------------------------


def test_a_stop_that_the_warehouse_cannot_fill_is_marked_with_what_is_short():
    """B6"""
    short = told(f"job:{JOB}", StopConfirmedByWarehouse(at=window().starts, job_id=JOB, ready=False, note="缺衣柜"))
    risk = Risk(level="warn", say=Say(code="risk.short", facts={"note": "缺衣柜"}))
    assert risk_of([*PUBLISHED, short]) == risk


def test_a_stop_on_the_road_is_marked_before_its_window_ends_and_red_after():
    """K8"""
    left = told(f"job:{JOB}", DeliveryDeparted(at=window().starts, job_id=JOB, crew="S1", vehicle="粤E·7K352"))
    story = [*PUBLISHED, left]
    ends = window().ends
    assert [
        risk_of(story, now=ends - timedelta(minutes=31)),
        risk_of(story, now=ends - timedelta(minutes=6)),
        risk_of(story, now=ends + timedelta(minutes=5)),
    ] == [
        None,
        Risk(level="warn", say=Say(code="risk.window_ends", facts={"minutes": 6})),
        Risk(level="late", say=Say(code="risk.window_over", facts={"minutes": 5})),
    ]


def test_an_installation_is_red_once_its_two_days_are_over():
    """B10 K9"""
    job = "I-HT26030001"
    due = civil(TODAY, time(12))
    told_late = told(f"job:{job}", InstallationOverdue(at=due, job_id=job, contract_no="HT26030001", due=due))
    where = {"crew": "A1", "kind": "installation", "volume_l": 0}
    story = [opened(job, kind="installation", due_at=due), day_opened(), *in_slot(job, **where), told_late]
    assert risk_of(story, job=job) == Risk(level="late", say=Say(code="risk.install_overdue"))


def test_an_installation_planned_after_it_is_due_is_marked_beforehand():
    """B10 K9"""
    job = "I-HT26030001"
    due = window().starts
    where = {"crew": "A1", "kind": "installation", "volume_l": 0}
    story = [opened(job, kind="installation", due_at=due), day_opened(), *in_slot(job, **where)]
    assert risk_of(story, job=job) == Risk(level="warn", say=Say(code="risk.install_late"))


# --- publishing, duties, rhythm ------------------------------------------------------------------------------------


def test_a_published_day_shows_when_and_which_version():
    """B4"""
    view = board_of(PUBLISHED)
    assert (view.state, view.published_at, view.version, view.republish) == ("published", NOW, 1, False)


def test_an_adjustment_after_publishing_is_counted_and_asks_to_publish_again():
    """B4"""
    later = NOW + timedelta(minutes=5)
    moved = reserved(half="pm", at=later, reason="客户改时间", when=window(start=14, end=15))
    story = [*PUBLISHED, moved, scheduled(half="pm", when=window(start=14, end=15)), confirmed()]
    view = board_of(story, now=later)
    assert (view.adjustments, view.republish) == (1, True)


def test_a_plan_that_is_not_out_by_five_is_overdue():
    """B4 K4"""
    after = NOW + timedelta(minutes=19)
    assert [board_of(DRAFT).overdue, board_of(DRAFT, now=after).overdue, board_of([], now=after).overdue] == [
        False,
        True,
        False,
    ]


def test_the_plan_light_goes_from_due_to_late_to_done():
    """B4 K4"""
    after = NOW + timedelta(minutes=19)
    lights = [light(board_of(DRAFT), "S1", "light.plan"), light(board_of(DRAFT, now=after), "S1", "light.plan")]
    lights.append(light(board_of(PUBLISHED), "S1", "light.plan"))
    assert [each.state for each in lights] == ["due", "late", "met"]


def test_the_feedback_light_counts_stops_and_is_late_after_half_past_eight():
    """B6"""
    before, after = civil(ON, time(8)), civil(ON, time(9))
    ready = told(f"job:{JOB}", StopConfirmedByWarehouse(at=before, job_id=JOB, ready=True, note=""))
    assert [
        light(board_of(PUBLISHED, now=before), "S1", "light.feedback"),
        light(board_of(PUBLISHED, now=after), "S1", "light.feedback"),
        light(board_of([*PUBLISHED, ready], now=after), "S1", "light.feedback"),
    ] == [
        Light(code="light.feedback", state="due", done=0, of=1),
        Light(code="light.feedback", state="late", done=0, of=1),
        Light(code="light.feedback", state="met", done=1, of=1),
    ]


def test_a_crew_without_a_leader_is_an_open_point_before_publishing():
    """B8"""
    crews = tuple(crew.model_copy(update={"leader": None, "leader_name": None}) for crew in CREWS)
    view = board_of([opened(), booked(), day_opened(crews=crews), *in_slot()])
    assert view.open_points == (Say(code="open.no_leader", facts={"crew": "送货一组"}),)


def test_jobs_left_over_are_an_open_point_before_publishing():
    """B4"""
    view = board_of([*DRAFT, opened("D-HT26030002"), booked("D-HT26030002")])
    assert view.open_points == (Say(code="open.ready_left", facts={"n": 1}),)


def test_the_rhythm_shows_todays_cut_offs_with_their_states():
    """B4 B6 K4"""
    assert [(mark.code, mark.minute, mark.state, mark.say.code) for mark in board_of(DRAFT).rhythm] == [
        ("mark.feedback", 510, "", "mark.none_today"),
        ("mark.planning", 900, "", "mark.planned"),
        ("mark.publish", 1020, "due", "mark.left"),
        ("mark.calls", 1140, "", "mark.customers"),
        ("mark.end", 1260, "", "mark.crews"),
    ]


def test_a_day_of_the_past_shows_its_own_cut_offs():
    """B4"""
    view = board_of(PUBLISHED, now=NOW + timedelta(days=30))
    assert (view.rhythm_on, view.rhythm[0].state) == (ON, "late")


def test_the_day_in_one_line_counts_stops_and_money():
    """B13"""
    assert board_of(DRAFT).totals == Totals(deliveries=1, visits=0, amount_fen=460_100, done=0, busy=1, failed=0)


# --- who sees what ---------------------------------------------------------------------------------------------------


def test_phone_numbers_are_masked_and_the_warehouse_sees_neither_name_nor_address():
    """C18"""
    card = placed_cards(board_of(DRAFT))[JOB]
    other = placed_cards(board_of(DRAFT, viewer=Viewer(role="warehouse")))[JOB]
    assert [(each.name, each.phone, each.address, each.amount_due_fen) for each in (card, other)] == [
        ("林艳", "177****7747", "季华五路83号 16栋204", 460_100),
        ("林*", "177****7747", "****", None),
    ]


def test_a_store_sees_its_own_contracts_only_and_how_full_the_cells_are():
    """C18"""
    story = [*DRAFT, opened("D-HT26030002"), booked("D-HT26030002")]
    store = Viewer(role="store", contracts=frozenset({"HT26030002"}))
    view = board_of(story, viewer=store)
    cell = view.lanes[0].cells[0]
    assert (names(cell.cards), cell.stops, names(view.backlog.ready), view.totals.amount_fen) == (
        [],
        1,
        ["D-HT26030002"],
        None,
    )


def test_a_crew_sees_its_own_lane_and_no_backlog():
    """C18, B8: the lane of the crew in which somebody works on the board's day, whatever it is on other days."""
    view = board_of([*DRAFT, opened("D-HT26030002")], viewer=Viewer(role="crew_leader", crews={ON: "S1", TODAY: "S2"}))
    assert ([lane.crew for lane in view.lanes], view.backlog.blocked, view.may_write) == (["S1"], (), False)


# --- principle 6 -----------------------------------------------------------------------------------------------------


def test_no_interleaving_of_streams_changes_the_board():
    """A3 B4 B8: a row folds its own stream only; rows meet when somebody looks."""
    job = [opened(), booked(), scheduled(), published_stop()]
    day = [day_opened(), reserved(), confirmed(), published_day()]
    contract = [signed()]
    boards = {board_of(mix).model_dump_json() for mix in every_interleaving(job, day, contract)}
    assert boards == {board_of([*job, *day, *contract]).model_dump_json()}
