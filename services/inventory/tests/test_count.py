"""Opening a count, counting blind, comparing, and asking for a recount."""

from dataclasses import replace
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
    move,
    told,
)
from pydantic import TypeAdapter

from contracts.inventory_counts import CountCancelled, CountClosed, CountLineAdded, CountOverdue
from inventory.count.aggregate import COUNT
from inventory.count.counting import AddLine, CancelCount, CompareCount, CountPieces, NoteCountOverdue
from runtime.decision import Signer
from runtime.testing import given

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


def test_a_sheet_is_put_out_with_the_end_of_the_next_day_as_its_due_time() -> None:
    """D7, K19"""
    given(COUNT).asks(OPEN, CTX).then(OPENED)


def test_the_same_sheet_again_is_no_event() -> None:
    """D7"""
    given(COUNT, OPENED).asks(OPEN, CTX).nothing_new()


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
    given(COUNT, *state).asks(OPEN.model_copy(update=change), CTX).refuses(refusal)


def test_what_a_count_knows_before_the_comparison_holds_no_balance() -> None:
    """D7: blind."""
    text = "".join(event.model_dump_json() for event in BOTH)
    assert [word for word in ("book", "balance", "difference") if word in text] == []


def test_a_figure_is_taken_with_who_counted_and_when() -> None:
    """D7, X1"""
    paper = COUNT_TILES.model_copy(update={"at": NOW + timedelta(minutes=5), "counted_by": "deng.w"})
    given(COUNT, OPENED).asks(paper, context(minutes=60)).refuses("name_not_signed")
    signed = replace(context(minutes=60), second=Signer("deng.w", "warehouse"))
    given(COUNT, OPENED).asks(paper, signed).then(figure(TILES, 58, "deng.w", minutes=5))


def test_the_same_figure_again_is_no_event_and_another_one_corrects_it() -> None:
    """D7"""
    other = COUNT_TILES.model_copy(update={"quantity": 59})
    counting = given(COUNT, OPENED, figure(TILES, 58))
    counting.asks(COUNT_TILES, CTX).nothing_new()
    counting.asks(other, CTX).then(figure(TILES, 59))


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
    given(COUNT, *events).asks(COUNT_TILES.model_copy(update=change), CTX).refuses(refusal)


def test_goods_found_where_the_sheet_does_not_look_get_a_line() -> None:
    """D7"""
    found = TILES.model_copy(update={"bin": "B-09"})
    added = CountLineAdded(at=NOW, count_no=NO, target=found)
    given(COUNT, OPENED).asks(AddLine(target=found), CTX).then(added)
    given(COUNT, OPENED, added).asks(AddLine(target=found), CTX).nothing_new()


def test_nothing_is_compared_before_every_line_has_its_figure() -> None:
    """D7"""
    given(COUNT, OPENED, figure(TILES, 58)).asks(COMPARE, CTX).refuses("lines_open", open=1)


def test_a_count_that_agrees_closes_at_once() -> None:
    """D7, K19"""
    counted = given(COUNT, OPENED, figure(TILES, 60), figure(TOILETS, 4))
    counted.asks(COMPARE, CTX).then(told(compared(TILES, 60, 60), compared(TOILETS, 4, 4)), CLOSED)


def test_a_difference_beyond_tolerance_is_counted_again_by_another_person() -> None:
    """D7"""
    beyond = told(compared(TILES, 58, 60), compared(TOILETS, 4, 4))
    recounting = given(COUNT, *BOTH).asks(COMPARE, CTX).then(beyond, RECOUNT)
    recounting.asks(COUNT_TILES, context("guan.yf")).then(figure(TILES, 58, "guan.yf", round_=2))


def test_a_difference_within_tolerance_needs_no_recount_but_stays_a_difference() -> None:
    """D7: 5 per mille of 1000 are 5 pieces."""
    near = CompareCount(cards=(card(TILES, 1000), card(TOILETS, 4)))
    differs = told(compared(TILES, 995, 1000, within_tolerance=True), compared(TOILETS, 4, 4))
    given(COUNT, OPENED, figure(TILES, 995), figure(TOILETS, 4)).asks(near, CTX).then(differs)


def test_a_recount_stands_even_when_it_differs() -> None:
    """D7"""
    beyond = told(compared(TILES, 58, 60), compared(TOILETS, 4, 4))
    stands = told(compared(TILES, 57, 60, round=2, counted_by="guan.yf", within_tolerance=False))
    recounted = given(COUNT, *BOTH, beyond, RECOUNT, figure(TILES, 57, "guan.yf", round_=2))
    recounted.asks(COMPARE, CTX).then(stands)


def test_goods_that_moved_after_the_counting_do_not_matter() -> None:
    """D7: 60 were counted at minute 0; 10 left at minute 5, 3 came at minute 6."""
    counted = given(COUNT, OPENED, figure(TILES, 60), figure(TOILETS, 4))
    cards = (card(TILES, 53, move(13, -10, minutes=5), move(14, 3, minutes=6)), card(TOILETS, 4))
    agrees = told(compared(TILES, 60, 60, move_no=14), compared(TOILETS, 4, 4))
    counted.asks(CompareCount(cards=cards), CTX).then(agrees, CLOSED)


def test_goods_that_moved_before_the_counting_count_even_when_they_are_recorded_later() -> None:
    """D7, X1: 10 left at minute 5, told afterwards; 50 were counted at minute 8."""
    counted = given(COUNT, OPENED, figure(TILES, 50, minutes=8), figure(TOILETS, 4))
    cards = (card(TILES, 50, move(13, -10, minutes=5)), card(TOILETS, 4))
    counted.asks(CompareCount(cards=cards), CTX).then(
        told(compared(TILES, 50, 50, move_no=13, counted_at=NOW + timedelta(minutes=8)), compared(TOILETS, 4, 4)),
        CLOSED.model_copy(update={"pieces_book": 54}),
    )


def test_moves_told_after_a_comparison_compare_the_line_anew() -> None:
    """D7, X1"""
    differs = given(COUNT, *BOTH, told(compared(TILES, 58, 60), compared(TOILETS, 4, 4)))
    cards = (card(TILES, 58, move(13, -2, minutes=-5)), card(TOILETS, 4))
    differs.asks(CompareCount(cards=cards), CTX).then(
        told(compared(TILES, 58, 58, move_no=13)),
        CLOSED.model_copy(update={"pieces_book": 62}),
    )
    differs.asks(COMPARE, CTX).nothing_new()


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
    given(COUNT, *BOTH).asks(CompareCount(cards=cards), CTX).refuses("card_behind")


def test_a_count_is_thrown_away_with_a_reason_only() -> None:
    """D7"""
    gone = CountCancelled(at=NOW, count_no=NO, reason="停电", depot="main", plan="A")
    given(COUNT, OPENED).asks(CancelCount(reason=" "), CTX).refuses("note_wanted")
    given(COUNT, OPENED).asks(CancelCount(reason="停电"), CTX).then(gone)
    given(COUNT, OPENED, gone).asks(CancelCount(reason="停电"), CTX).nothing_new()
    given(COUNT, OPENED, gone).asks(COUNT_TILES, CTX).refuses("count_cancelled")


def test_a_count_that_is_not_done_by_its_due_time_is_overdue_once() -> None:
    """K19"""
    late = context(minutes=3 * 24 * 60)
    overdue = CountOverdue(at=DUE, count_no=NO, depot="main", kind="cycle", due=DUE)
    (timer,) = COUNT.due(COUNT.fold(OPENED))
    assert timer.at == DUE
    given(COUNT, OPENED).asks(timer.command, late).then(overdue)
    assert COUNT.due(COUNT.fold(OPENED, overdue)) == ()
    given(COUNT, OPENED, overdue).asks(NoteCountOverdue(), late).nothing_new()
    given(COUNT, OPENED).asks(NoteCountOverdue(), CTX).nothing_new()
    assert COUNT.due(COUNT.fold(OPENED, CLOSED)) == ()
    given(COUNT, OPENED, CLOSED).asks(NoteCountOverdue(), late).nothing_new()


def test_every_situation_and_command_survives_being_written_down() -> None:
    """X1"""
    states: TypeAdapter[Any] = TypeAdapter(COUNT.states[0] | COUNT.states[1] | COUNT.states[2] | COUNT.states[3])
    state = COUNT.fold(*BOTH, told(compared(TILES, 58, 60)), RECOUNT)
    assert states.validate_json(states.dump_json(state)) == state
    commands: TypeAdapter[Any] = TypeAdapter(COUNT.commands)
    assert commands.validate_json(commands.dump_json(COMPARE)) == COMPARE


def test_a_closed_count_takes_nothing_more() -> None:
    """D7"""
    given(COUNT, OPENED, CLOSED).asks(COUNT_TILES, ACCOUNTANT).refuses("count_closed")
