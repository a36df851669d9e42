"""Opening a count, counting blind, comparing, and asking for a recount."""

from datetime import timedelta
from typing import Any

import pytest
from count_cases import (
    ACCOUNTANT,
    BOTH,
    CTX,
    DUE,
    NO,
    NOW,
    OPEN,
    OPENED,
    RECOUNT,
    TILES,
    TOILETS,
    card,
    compared,
    context,
    figure,
    given,
    move,
    told,
)
from pydantic import TypeAdapter

from contracts.inventory_counts import CountCancelled, CountClosed, CountLineAdded, CountOverdue
from inventory.domain.count import (
    COMMANDS,
    AddLine,
    CancelCount,
    CompareCount,
    CountPieces,
    NoteCountOverdue,
    decide,
    due,
)
from inventory.domain.count_sheet import STATES
from runtime.decision import Rejected

COUNT_TILES = CountPieces(sku="TIL-0918", bin="A-01", quantity=58)
COMPARE = CompareCount(cards=(card(TILES, 60), card(TOILETS, 4)))
CLOSED = CountClosed(
    at=NOW,
    count_no=NO,
    depot="main",
    kind="cycle",
    plan="A",
    due=DUE,
    lines=2,
    lines_right=2,
    pieces_book=64,
    pieces_off=0,
)


def code(decision: Any) -> str:
    return decision.code if isinstance(decision, Rejected) else "accepted"


def test_a_sheet_is_put_out_with_the_end_of_the_next_day_as_its_due_time() -> None:
    """D7, K19"""
    assert decide(OPEN, given(), CTX) == (OPENED,)


def test_the_same_sheet_again_is_no_event() -> None:
    """D7"""
    assert decide(OPEN, given(OPENED), CTX) == ()


@pytest.mark.parametrize(
    ("change", "state", "refusal"),
    [
        ({"targets": ()}, (), "nothing_to_count"),
        ({"targets": (TILES, TILES)}, (), "line_twice"),
        ({"targets": (TILES,), "kind": "full"}, (OPENED,), "count_exists"),
        ({}, (OPENED, CountCancelled(at=NOW, count_no=NO, reason="x")), "count_exists"),
    ],
)
def test_a_sheet_that_cannot_be_is_refused(change: dict[str, Any], state: Any, refusal: str) -> None:
    """D7"""
    assert code(decide(OPEN.model_copy(update=change), given(*state), CTX)) == refusal


def test_what_a_count_knows_before_the_comparison_holds_no_balance() -> None:
    """D7: blind."""
    text = "".join(event.model_dump_json() for event in BOTH)
    assert [word for word in ("book", "balance", "difference") if word in text] == []


def test_a_figure_is_taken_with_who_counted_and_when() -> None:
    """D7, X1"""
    paper = COUNT_TILES.model_copy(update={"at": NOW + timedelta(minutes=5), "counted_by": "deng.w"})
    assert decide(paper, given(OPENED), context(minutes=60)) == (figure(TILES, 58, "deng.w", minutes=5),)


def test_the_same_figure_again_is_no_event_and_another_one_corrects_it() -> None:
    """D7"""
    other = COUNT_TILES.model_copy(update={"quantity": 59})
    state = given(OPENED, figure(TILES, 58))
    assert [decide(COUNT_TILES, state, CTX), decide(other, state, CTX)] == [(), (figure(TILES, 59),)]


@pytest.mark.parametrize(
    ("change", "events", "refusal"),
    [
        ({"bin": "B-09"}, (OPENED,), "not_on_sheet"),
        ({"quantity": -1}, (OPENED,), "bad_figure"),
        ({"quantity": 1_000_000}, (OPENED,), "bad_figure"),
        ({"at": NOW - timedelta(minutes=1)}, (OPENED,), "counted_before_opening"),
        ({"quantity": 57}, (*BOTH, told(compared(TILES, 58, 58))), "figure_stands"),
        ({}, (*BOTH, told(compared(TILES, 58, 60)), RECOUNT), "recount_by_another"),
        ({}, (), "unknown_count"),
    ],
)
def test_a_figure_that_cannot_stand_is_refused(change: dict[str, Any], events: Any, refusal: str) -> None:
    """D7"""
    assert code(decide(COUNT_TILES.model_copy(update=change), given(*events), CTX)) == refusal


def test_goods_found_where_the_sheet_does_not_look_get_a_line() -> None:
    """D7"""
    found = TILES.model_copy(update={"bin": "B-09"})
    added = CountLineAdded(at=NOW, count_no=NO, target=found)
    assert decide(AddLine(target=found), given(OPENED), CTX) == (added,)
    assert decide(AddLine(target=found), given(OPENED, added), CTX) == ()


def test_nothing_is_compared_before_every_line_has_its_figure() -> None:
    """D7"""
    decision = decide(COMPARE, given(OPENED, figure(TILES, 58)), CTX)
    assert isinstance(decision, Rejected)
    assert (decision.code, dict(decision.facts)) == ("lines_open", {"open": 1})


def test_a_count_that_agrees_closes_at_once() -> None:
    """D7, K19"""
    state = given(OPENED, figure(TILES, 60), figure(TOILETS, 4))
    assert decide(COMPARE, state, CTX) == (told(compared(TILES, 60, 60), compared(TOILETS, 4, 4)), CLOSED)


def test_a_difference_beyond_tolerance_is_counted_again_by_another_person() -> None:
    """D7"""
    assert decide(COMPARE, given(*BOTH), CTX) == (
        told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)),
        RECOUNT,
    )
    recounting = given(*BOTH, told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)), RECOUNT)
    assert decide(COUNT_TILES, recounting, context("guan.yf")) == (figure(TILES, 58, "guan.yf", round_=2),)


def test_a_difference_within_tolerance_needs_no_recount_but_stays_a_difference() -> None:
    """D7: 5 per mille of 1000 are 5 pieces."""
    state = given(OPENED, figure(TILES, 995), figure(TOILETS, 4))
    near = CompareCount(cards=(card(TILES, 1000), card(TOILETS, 4)))
    assert decide(near, state, CTX) == (
        told(compared(TILES, 995, 1000, within_tolerance=True), compared(TOILETS, 4, 4)),
    )


def test_a_recount_stands_even_when_it_differs() -> None:
    """D7"""
    state = given(
        *BOTH,
        told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)),
        RECOUNT,
        figure(TILES, 57, "guan.yf", round_=2),
    )
    assert decide(COMPARE, state, CTX) == (
        told(compared(TILES, 57, 60, round=2, counted_by="guan.yf", within_tolerance=False)),
    )


def test_goods_that_moved_after_the_counting_do_not_matter() -> None:
    """D7: 60 were counted at minute 0; 10 left at minute 5, 3 came at minute 6."""
    state = given(OPENED, figure(TILES, 60), figure(TOILETS, 4))
    cards = (card(TILES, 53, move(13, -10, minutes=5), move(14, 3, minutes=6)), card(TOILETS, 4))
    assert decide(CompareCount(cards=cards), state, CTX) == (
        told(compared(TILES, 60, 60, move_no=14), compared(TOILETS, 4, 4)),
        CLOSED,
    )


def test_goods_that_moved_before_the_counting_count_even_when_they_are_recorded_later() -> None:
    """D7, X1: 10 left at minute 5, told afterwards; 50 were counted at minute 8."""
    state = given(OPENED, figure(TILES, 50, minutes=8), figure(TOILETS, 4))
    cards = (card(TILES, 50, move(13, -10, minutes=5)), card(TOILETS, 4))
    decision = decide(CompareCount(cards=cards), state, CTX)
    assert decision == (
        told(compared(TILES, 50, 50, move_no=13, counted_at=NOW + timedelta(minutes=8)), compared(TOILETS, 4, 4)),
        CLOSED.model_copy(update={"pieces_book": 54}),
    )


def test_moves_told_after_a_comparison_compare_the_line_anew() -> None:
    """D7, X1"""
    state = given(*BOTH, told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)))
    cards = (card(TILES, 58, move(13, -2, minutes=-5)), card(TOILETS, 4))
    assert decide(CompareCount(cards=cards), state, CTX) == (
        told(compared(TILES, 58, 58, move_no=13)),
        CLOSED.model_copy(update={"pieces_book": 62}),
    )
    assert decide(COMPARE, state, CTX) == ()


@pytest.mark.parametrize(
    "cards",
    [
        (card(TOILETS, 4),),
        (card(TILES, 60).model_copy(update={"move_no": 11}), card(TOILETS, 4)),
        (card(TILES, 60, move(14, 1, minutes=1)), card(TOILETS, 4)),
        (card(TILES, 60).model_copy(update={"move_no": 14}), card(TOILETS, 4)),
    ],
)
def test_a_card_with_a_gap_is_not_compared_with(cards: Any) -> None:
    """D6, D7"""
    assert code(decide(CompareCount(cards=cards), given(*BOTH), CTX)) == "card_behind"


def test_a_count_is_thrown_away_with_a_reason_only() -> None:
    """D7"""
    gone = CountCancelled(at=NOW, count_no=NO, reason="停电", depot="main", plan="A")
    assert code(decide(CancelCount(reason=" "), given(OPENED), CTX)) == "note_wanted"
    assert decide(CancelCount(reason="停电"), given(OPENED), CTX) == (gone,)
    assert decide(CancelCount(reason="停电"), given(OPENED, gone), CTX) == ()
    assert code(decide(COUNT_TILES, given(OPENED, gone), CTX)) == "count_cancelled"


def test_a_count_that_is_not_done_by_its_due_time_is_overdue_once() -> None:
    """K19"""
    late = context(minutes=3 * 24 * 60)
    overdue = CountOverdue(at=DUE, count_no=NO, depot="main", kind="cycle", due=DUE)
    (timer,) = due(given(OPENED))
    assert (timer.at, decide(timer.command, given(OPENED), late)) == (DUE, (overdue,))
    assert (due(given(OPENED, overdue)), decide(NoteCountOverdue(), given(OPENED, overdue), late)) == ((), ())
    assert decide(NoteCountOverdue(), given(OPENED), CTX) == ()
    assert (due(given(OPENED, CLOSED)), decide(NoteCountOverdue(), given(OPENED, CLOSED), late)) == ((), ())


def test_every_situation_and_command_survives_being_written_down() -> None:
    """X1"""
    states: TypeAdapter[Any] = TypeAdapter(STATES[0] | STATES[1] | STATES[2] | STATES[3])
    state = given(*BOTH, told(compared(TILES, 58, 60)), RECOUNT)
    assert states.validate_json(states.dump_json(state)) == state
    commands: TypeAdapter[Any] = TypeAdapter(COMMANDS)
    assert commands.validate_json(commands.dump_json(COMPARE)) == COMPARE


def test_a_closed_count_takes_nothing_more() -> None:
    """D7"""
    assert code(decide(COUNT_TILES, given(OPENED, CLOSED), ACCOUNTANT)) == "count_closed"
