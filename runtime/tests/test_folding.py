"""The one check of every fold: sequences go up by one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.errors import PartitionStopped
from runtime.folding import turn


@given(st.integers(min_value=0, max_value=10**9))
def test_the_next_one_is_folded(known: int) -> None:
    assert turn("x:1", known, known + 1, "here") == "next"


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=10**6))
def test_an_older_one_is_passed_over(sequence: int, more: int) -> None:
    assert turn("x:1", sequence + more, sequence, "here") == "old"


def test_a_hole_stops_and_names_the_place() -> None:
    with pytest.raises(PartitionStopped, match=r"^order\.events/2@17: contract:HT1 jumps from sequence 3 to 5"):
        turn("contract:HT1", 3, 5, "order.events/2@17")
