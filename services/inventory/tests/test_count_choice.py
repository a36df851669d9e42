"""What a cycle count counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.policy import policy_book
from inventory.count.choice import Selection, Stocked, abc_classes, choose, in_words, zones_of

NOW = datetime(2026, 3, 20, tzinfo=UTC)
ZONES = {"A-01": "A", "A-02": "A", "B-01": "B"}


def stocked(sku: str, bin_: str, abc: Any = "C", days: int | None = None) -> Stocked:
    return Stocked(sku, sku, bin_, 7, abc, None if days is None else NOW - timedelta(days=days))


ALL = (
    stocked("S3", "B-01", "A", 10),
    stocked("S2", "A-02", "B", 100),
    stocked("S1", "A-01", "A"),
    stocked("S1", "B-01", "A", 90),
)


@pytest.mark.parametrize(
    ("selection", "chosen"),
    [
        (Selection(), [("S1", "A-01"), ("S2", "A-02"), ("S1", "B-01"), ("S3", "B-01")]),
        (Selection(zones=("A",)), [("S1", "A-01"), ("S2", "A-02")]),
        (Selection(bins=("B-01",)), [("S1", "B-01"), ("S3", "B-01")]),
        (Selection(skus=("S1",)), [("S1", "A-01"), ("S1", "B-01")]),
        (Selection(abc="A"), [("S1", "A-01"), ("S1", "B-01"), ("S3", "B-01")]),
        (Selection(not_counted_days=90), [("S1", "A-01"), ("S2", "A-02"), ("S1", "B-01")]),
        (Selection(zones=("B",), not_counted_days=90), [("S1", "B-01")]),
        (Selection(zones=("Z",)), []),
    ],
)
def test_lines_are_chosen_by_zone_bin_sku_class_and_age_in_walking_order(
    selection: Selection, chosen: list[tuple[str, str]]
) -> None:
    """D7"""
    assert [(target.sku, target.bin) for target in choose(ALL, selection, ZONES, NOW)] == chosen


def test_what_was_chosen_is_said_in_words() -> None:
    """D7"""
    many = Selection(zones=("A", "B"), skus=tuple(f"S{n}" for n in range(7)), abc="A", not_counted_days=90)
    assert [in_words(Selection()), in_words(many)] == [
        "全盘",
        "库区 A、B；货品 S0、S1、S2、S3、S4 等 7 个；A 类；90 天未盘",
    ]


def test_few_skus_that_move_most_are_a() -> None:
    """D7: 80 and 95 per cent."""
    assert abc_classes({"X": 80, "Y": 15, "Z": 5, "Q": 0}, (80, 95)) == {"X": "A", "Y": "B", "Z": "C", "Q": "C"}


@given(st.dictionaries(st.text("STU", min_size=1, max_size=3), st.integers(0, 100), max_size=8))
def test_who_moves_more_never_has_a_lower_class(moved: dict[str, int]) -> None:
    """D7"""
    classes = abc_classes(moved, (80, 95))
    order = [classes[sku] for sku in sorted(moved, key=lambda sku: (-moved[sku], sku))]
    assert (order, set(classes)) == (sorted(order), set(moved))


def test_every_bin_of_the_company_s_depot_has_its_zone() -> None:
    """D6"""
    policy = policy_book().at(NOW)
    zones = zones_of(policy, "main")
    assert len(zones) == sum(len(zone.bins) for depot in policy.depots for zone in depot.zones)
