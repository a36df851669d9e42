"""Units (D14): what comes back of a product in boxes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.units import comes_back_whole


@pytest.mark.parametrize(
    ("good", "per_box", "broken", "of", "may"),
    [
        (8, 4, 0, 20, True),
        (6, 4, 0, 20, False),
        (3, 4, 1, 20, True),  # one tile of the box is broken
        (2, 4, 1, 20, False),
        (1, 4, 1, 20, False),
        (22, 4, 0, 22, True),  # all, with the two single ones that were sold
        (0, 4, 1, 20, True),
        (1, 1, 0, 5, True),
    ],
)
def test_whole_boxes_come_back_or_all_of_it(good: int, per_box: int, broken: int, of: int, *, may: bool) -> None:
    """D14"""
    assert comes_back_whole(good, per_box, broken=broken, of=of) == may


@given(st.integers(1, 500), st.integers(2, 20))
def test_of_nothing_broken_only_multiples_of_a_box_come_back(good: int, per_box: int) -> None:
    """D14"""
    assert comes_back_whole(good, per_box, of=good + 1) == (good % per_box == 0)
