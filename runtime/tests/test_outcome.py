"""Answers on the wire, and what is none."""

from typing import Any

import orjson
import pytest

from runtime.decision import Rejected
from runtime.outcome import Outcome, from_json, to_json

ANSWER = Outcome("c1", "contract:HT1", "accepted", 3, ("ContractSigned",), ("c1.0",))
REFUSAL = Outcome(
    "c2", "contract:HT1", "rejected", 3, rejected=Rejected("late", "A8", "晚了", "late", {"on": "2026-03-01"})
)


@pytest.mark.parametrize("outcome", [ANSWER, REFUSAL, Outcome("c3", "", "broken", error="x")])
def test_an_answer_survives_the_wire(outcome: Outcome) -> None:
    assert from_json(to_json(outcome)) == outcome


def changed(outcome: Outcome, **fields: Any) -> bytes:
    """The answer with other fields."""
    return orjson.dumps(orjson.loads(to_json(outcome)) | fields)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\x00",
        b"[]",
        b"7",
        b"null",
        b"{}",
        changed(ANSWER, command_id=7),
        changed(ANSWER, command_id=["c1"]),
        changed(ANSWER, status="exploded"),
        changed(ANSWER, version="3"),
        changed(ANSWER, version=True),
        changed(ANSWER, events=[1]),
        changed(ANSWER, event_ids=None),
        changed(REFUSAL, rejected=[]),
        changed(REFUSAL, rejected={"code": "late"}),
        changed(REFUSAL, rejected={"code": 1, "rule": "", "zh": "", "en": ""}),
    ],
)
def test_another_record_of_the_topic_is_no_answer(raw: bytes) -> None:
    """DESIGN §7: passed over by whoever reads answers."""
    with pytest.raises(ValueError, match=r"."):
        from_json(raw)


def test_an_answer_of_a_newer_writer_is_read_by_what_is_known_of_it() -> None:
    """As with events: what it says besides is passed over, and nobody waits in vain for its answer."""
    refusal = orjson.loads(to_json(REFUSAL))["rejected"] | {"more": 1}
    assert from_json(changed(REFUSAL, rejected=refusal, more=1)) == REFUSAL
