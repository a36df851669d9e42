"""The day's pick list and the morning feedback."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from pydantic import TypeAdapter

from company.context import Context
from company.policy import policy_book
from contracts.fact import GoodsLine
from contracts.inventory import (
    FeedbackOverdue,
    MorningFeedbackGiven,
    PickListEvent,
    PickListIssued,
    PickStop,
    StopFeedback,
)
from inventory.picklist import PICK_LIST, GiveFeedback, IssuePickList, NoteFeedbackOverdue
from inventory.picklist_row import PICK_LISTS
from runtime.decision import Rejected
from runtime.testing import Given, given

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
DAY = date(2026, 3, 13)
FEEDBACK_DUE = datetime(2026, 3, 13, 0, 30, tzinfo=UTC)  # 8:30 in Shanghai


def stop(contract_no: str, position: int) -> PickStop:
    return PickStop(
        job_id=f"D-{contract_no}",
        contract_no=contract_no,
        crew="S1",
        half="am",
        position=position,
        lines=(GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2),),
    )


FIRST, SECOND = stop("HT26030001", 1), stop("HT26030002", 2)
ISSUE = IssuePickList(depot="main", on=DAY, version=1, stops=(FIRST, SECOND))
ISSUED = PickListIssued(at=NOW, depot="main", on=DAY, version=1, feedback_due=FEEDBACK_DUE, stops=(FIRST, SECOND))
READY = StopFeedback(job_id="D-HT26030001", ready=True)
SHORT = StopFeedback(job_id="D-HT26030002", ready=False, note="缺一件花洒")
FEEDBACK = GiveFeedback(stops=(READY, SHORT))
GIVEN = MorningFeedbackGiven(at=NOW, depot="main", on=DAY, due=FEEDBACK_DUE, stops=(READY, SHORT))


def test_the_published_plan_becomes_the_pick_list_with_feedback_due_in_the_morning() -> None:
    """B4, B6, B9, E5"""
    given(PICK_LIST).asks(ISSUE, CTX).then(ISSUED)


LATE = FeedbackOverdue(at=FEEDBACK_DUE, depot="main", on=DAY, due=FEEDBACK_DUE)
NOTE_LATE = NoteFeedbackOverdue(due=FEEDBACK_DUE)


def test_feedback_that_is_not_there_by_half_past_eight_is_overdue_once() -> None:
    """B6, K7"""
    assert [timer.at for timer in PICK_LIST.due(PICK_LIST.fold(ISSUED))] == [FEEDBACK_DUE]
    given(PICK_LIST, ISSUED).asks(NOTE_LATE, CTX).then(LATE)
    given(PICK_LIST, ISSUED, LATE).asks(NOTE_LATE, CTX).nothing_new()
    assert PICK_LIST.due(PICK_LIST.fold(ISSUED, LATE)) == ()


AFTER = ISSUED.model_copy(update={"version": 2, "at": FEEDBACK_DUE})


@pytest.mark.parametrize(
    "story",
    [
        (),
        (ISSUED, GIVEN),
        (ISSUED, GIVEN, ISSUED.model_copy(update={"version": 2})),
        (ISSUED, LATE, ISSUED.model_copy(update={"version": 2})),
        (AFTER,),
        (ISSUED.model_copy(update={"stops": ()}),),
    ],
)
def test_nobody_is_late_who_answered_who_got_the_list_too_late_or_has_nothing_to_fetch(
    story: tuple[PickListEvent, ...],
) -> None:
    """B6, K7"""
    assert PICK_LIST.due(PICK_LIST.fold(*story)) == ()
    given(PICK_LIST, *story).asks(NOTE_LATE, CTX).nothing_new()


def test_the_same_version_again_is_no_event() -> None:
    """B4"""
    given(PICK_LIST, ISSUED).asks(ISSUE, CTX).nothing_new()


def test_a_newer_version_replaces_the_list() -> None:
    """B4"""
    newer = ISSUE.model_copy(update={"version": 2, "stops": (FIRST,)})
    given(PICK_LIST, ISSUED).asks(newer, CTX).then(ISSUED.model_copy(update={"version": 2, "stops": (FIRST,)}))


def test_an_older_version_that_comes_late_is_no_event() -> None:
    """B4"""
    newer = ISSUED.model_copy(update={"version": 3})
    given(PICK_LIST, newer).asks(ISSUE, CTX).nothing_new()


def test_a_first_plan_without_deliveries_is_no_list() -> None:
    """B9"""
    given(PICK_LIST).asks(ISSUE.model_copy(update={"stops": ()}), CTX).nothing_new()


def test_a_newer_version_without_deliveries_empties_the_list() -> None:
    """B4"""
    empty = ISSUE.model_copy(update={"version": 2, "stops": ()})
    given(PICK_LIST, ISSUED).asks(empty, CTX).then(ISSUED.model_copy(update={"version": 2, "stops": ()}))


def test_feedback_answers_every_stop() -> None:
    """B6"""
    given(PICK_LIST, ISSUED).asks(FEEDBACK, CTX).then(GIVEN)


def test_feedback_is_kept_in_the_order_of_the_list() -> None:
    """B6"""
    given(PICK_LIST, ISSUED).asks(GiveFeedback(stops=(SHORT, READY)), CTX).then(GIVEN)


def test_the_same_feedback_again_is_no_event() -> None:
    """B6"""
    given(PICK_LIST, ISSUED, GIVEN).asks(FEEDBACK, CTX).nothing_new()


def test_other_answers_later_correct_the_feedback() -> None:
    """B6, X1"""
    found = SHORT.model_copy(update={"ready": True, "note": "找到了"})
    corrected = GIVEN.model_copy(update={"stops": (READY, found)})
    given(PICK_LIST, ISSUED, GIVEN).asks(GiveFeedback(stops=(READY, found)), CTX).then(corrected)


def test_a_new_version_asks_for_feedback_anew() -> None:
    """B4, B6"""
    newer = ISSUED.model_copy(update={"version": 2})
    given(PICK_LIST, ISSUED, GIVEN, newer).asks(FEEDBACK, CTX).then(GIVEN)


@pytest.mark.parametrize(
    ("stops", "code"),
    [
        ((READY,), "stops_open"),
        ((), "stops_open"),
        ((READY, SHORT, READY), "stop_twice"),
        ((READY, SHORT, StopFeedback(job_id="D-HT26039999", ready=True)), "unknown_stop"),
    ],
)
def test_feedback_that_does_not_match_the_list_is_refused(stops: tuple[StopFeedback, ...], code: str) -> None:
    """B6"""
    assert given(PICK_LIST, ISSUED).asks(GiveFeedback(stops=stops), CTX).refuses(code).rule == "B6"


def test_open_stops_are_named_by_their_contracts() -> None:
    """B6"""
    given(PICK_LIST, ISSUED).asks(GiveFeedback(stops=(READY,)), CTX).refuses(
        Rejected(
            code="stops_open",
            rule="B6",
            zh="还有 1 站没有填：HT26030002。每一站都要填备齐或缺货",
            en="1 stops are open: HT26030002. Say ready or short for each",
        )
    )


def test_feedback_before_the_plan_reached_the_warehouse_is_refused() -> None:
    """B6"""
    given(PICK_LIST).asks(FEEDBACK, CTX).refuses("no_list")


JOBS = st.sampled_from(["D-HT26030001", "D-HT26030002", "D-HT26030003"])
CALLS: st.SearchStrategy[IssuePickList | GiveFeedback] = st.one_of(
    st.builds(
        IssuePickList,
        depot=st.just("main"),
        on=st.just(DAY),
        version=st.integers(1, 4),
        stops=st.sampled_from([(), (FIRST,), (FIRST, SECOND)]),
    ),
    st.builds(
        GiveFeedback,
        stops=st.lists(st.builds(StopFeedback, job_id=JOBS, ready=st.booleans()), max_size=3).map(tuple),
    ),
)


@for_all(st.lists(CALLS, max_size=15))
def test_feedback_always_answers_exactly_the_list_that_holds(commands: list[IssuePickList | GiveFeedback]) -> None:
    """B6"""
    state = PICK_LIST.initial
    listed: list[str] = []
    version = 0
    for command in commands:
        for event in Given(PICK_LIST, state).asks(command, CTX).made:
            state = PICK_LIST.evolve(state, event)
            if isinstance(event, PickListIssued):
                assert event.version > version
                listed, version = [stop.job_id for stop in event.stops], event.version
            else:
                assert [answer.job_id for answer in event.stops] == listed
    adapter: TypeAdapter[Any] = TypeAdapter(type(state))
    assert adapter.validate_json(adapter.dump_json(state)) == state
    for timer in PICK_LIST.due(state):
        assert Given(PICK_LIST, state).asks(timer.command, CTX).then(LATE).due() == ()


def test_the_row_shows_the_answers_beside_the_stops() -> None:
    """B6"""
    row = PICK_LISTS.after([ISSUED, GIVEN])
    assert row is not None
    assert [(stop.contract_no, stop.ready, stop.note) for stop in row.stops] == [
        ("HT26030001", True, ""),
        ("HT26030002", False, "缺一件花洒"),
    ]
    assert (row.feedback_at, row.feedback_due.isoformat()) == (GIVEN.at, "2026-03-13T00:30:00+00:00")


def test_a_new_edition_waits_for_its_own_answer() -> None:
    """B6"""
    row = PICK_LISTS.after([ISSUED, GIVEN, ISSUED.model_copy(update={"version": 9})])
    assert row is not None
    assert (row.edition, row.feedback_at, {stop.ready for stop in row.stops}) == (9, None, {None})
