"""The one check of every fold: sequences go up by one."""

from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import Meta
from runtime.clock import utc_now
from runtime.errors import PartitionStopped
from runtime.folding import turn

RECORD: Any = ConsumerRecord("order.events", 2, 17, 0, 0, b"contract:HT1", b"{}", None, 0, 0, ())


def told(sequence: int) -> Meta:
    return Meta("c.0", "x", "/songda/order", "contract:HT1", utc_now(), sequence, "c", "x", "x", 0)


@given(st.integers(min_value=0, max_value=10**9))
def test_the_next_one_is_folded(known: int) -> None:
    assert turn(RECORD, told(known + 1), known) == "next"


@given(st.integers(min_value=1, max_value=10**9), st.integers(min_value=0, max_value=10**6))
def test_an_older_one_is_passed_over(sequence: int, more: int) -> None:
    assert turn(RECORD, told(sequence), sequence + more) == "old"


def test_a_hole_stops_and_names_the_place() -> None:
    with pytest.raises(PartitionStopped, match=r"^order\.events/2@17: contract:HT1 jumps from sequence 3 to 5"):
        turn(RECORD, told(5), 3)
    with pytest.raises(PartitionStopped, match=r"^order\.events/2@17 row HT1\.said: contract:HT1 jumps"):
        turn(RECORD, told(5), 3, "HT1", "said")
