"""What a count looks like to those who count: blind as long as a line is being counted."""

from typing import Any

from count_cases import (
    ADJUSTED,
    ADJUSTMENT,
    DIFFERS,
    EXPLAINED,
    NO,
    NOW,
    OPENED,
    RECOUNT,
    TILES,
    TOILETS,
    compared,
    figure,
    told,
)
from hypothesis import given
from hypothesis import strategies as st

from contracts.inventory_counts import AdjustmentBooked, CountCancelled, CountClosed, CountEvent, CountOverdue
from inventory.count.file import COUNTS, CountFile
from runtime.said import Saying

BOOKED = AdjustmentBooked(at=NOW, count_no=NO, adjustment_id=ADJUSTMENT, sku="TIL-0918", bin="A-01", move_no=13)
CLOSED = CountClosed(
    at=NOW,
    count_no=NO,
    depot="main",
    kind="cycle",
    plan="A",
    due=OPENED.due,
    lines=2,
    lines_right=1,
    pieces_book=64,
    pieces_off=2,
)


def seen(*events: CountEvent) -> dict[str, Any]:
    row = COUNTS.after(events)
    assert row is not None
    return CountFile(row, COUNTS.heard.of(Saying("mai.gh", event, NOW) for event in events)).shown()


STORY = (*DIFFERS, EXPLAINED, ADJUSTED, BOOKED, CLOSED)


def test_a_line_goes_through_its_situations() -> None:
    """D7"""
    told_so_far = [[line["status"] for line in seen(*STORY[:n])["lines"]] for n in range(1, len(STORY) + 1)]
    assert told_so_far == [
        ["to_count", "to_count"],
        ["counted", "to_count"],
        ["counted", "counted"],
        ["differs", "agrees"],
        ["recount", "agrees"],
        ["counted", "agrees"],
        ["differs", "agrees"],
        ["explained", "agrees"],
        ["approved", "agrees"],
        ["booked", "agrees"],
        ["booked", "agrees"],
    ]


def test_a_closed_count_shows_who_counted_what_and_how_accurate_the_cards_were() -> None:
    """D7"""
    count = seen(*STORY)
    line = count["lines"][0]
    assert (count["status"], count["accuracy"], count["to_count"], count["version"]) == (
        "closed",
        {"lines": 2, "lines_right": 1, "pieces_book": 64, "pieces_off": 2},
        0,
        11,
    )
    assert [(x["round"], x["quantity"], x["by"]) for x in line["figures"]] == [(1, 58, "mai.gh"), (2, 58, "guan.yf")]
    assert (line["compared"]["book"], line["reason"], line["approved_by"], line["move_no"]) == (
        60,
        "damage",
        "su.kj",
        13,
    )


def test_a_cancelled_and_an_overdue_count_say_so() -> None:
    """D7, K19"""
    overdue = CountOverdue(at=OPENED.due, count_no=NO, depot="main", kind="cycle", due=OPENED.due)
    cancelled = CountCancelled(at=NOW, count_no=NO, reason="停电")
    count = seen(OPENED, overdue, cancelled)
    assert (count["status"], count["overdue"], count["reason"]) == ("cancelled", True, "停电")


def numbers(shown: Any) -> list[int]:
    """All numbers in JSON, by themselves: a year in a date is none."""
    if isinstance(shown, dict | list | tuple):
        return [one for inside in (shown.values() if isinstance(shown, dict) else shown) for one in numbers(inside)]
    return [shown] if isinstance(shown, int) else []


@given(st.integers(1, len(STORY)), st.integers(1_000, 9_999))
def test_nobody_sees_a_book_figure_or_an_earlier_count_of_a_line_that_is_being_counted(until: int, book: int) -> None:
    """D7: whatever the book says."""
    events: list[CountEvent] = [
        OPENED,
        figure(TILES, 58),
        figure(TOILETS, 4),
        told(compared(TILES, 58, book), compared(TOILETS, 4, 4)),
        RECOUNT,
        figure(TILES, 57, "guan.yf", round_=2),
    ]
    line = seen(*events[:until])["lines"][0]
    if line["status"] in {"to_count", "counted", "recount"}:
        assert (line["compared"], book in numbers(line)) == (None, False)
        assert all(known["round"] == line["round"] for known in line["figures"])
