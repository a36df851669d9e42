"""Deciding a batch: in order, each command on what the former left; answers for all, events for some."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from company.policy import policy_book
from contracts.envelope import Meta
from runtime.commands import Request, command_reader, to_headers
from runtime.deciding import Entry, Incoming, Rules

from .batches import Make, answers, keyed, metas, run
from .conftest import COUNTER, NOW, REFUSED, Count, Counted, Fail


def test_commands_of_one_aggregate_are_decided_in_order_each_on_what_the_former_left(
    rules: Rules, incoming: Make
) -> None:
    decided = run(rules, [incoming(Count(times=2), "c1"), incoming(Count(times=1), "c2")])
    assert answers(decided) == [("c1", "accepted", 2, 2), ("c2", "accepted", 3, 1)]
    assert [(m.id, m.sequence, m.causation_id, m.command_offset) for m in metas(decided)] == [
        ("c1.0", 1, "c1", 10),
        ("c1.1", 2, "c1", 10),
        ("c2.0", 3, "c2", 11),
    ]
    kind = "DelayNoticed"
    causes = {"c1": (2, (kind, kind), None), "c2": (3, (kind,), None)}
    assert decided.changed == {"counter:a": Entry(Counted(3), 3, NOW, causes, NOW + timedelta(hours=3))}


def test_memory_is_not_touched_before_the_commit(rules: Rules, incoming: Make) -> None:
    """RISKS A3"""
    before = Entry(Counted(1), 1, NOW, {"c0": (1, ("DelayNoticed",), None)})
    memory = {"counter:a": before}
    run(rules, [incoming(Count(times=5), "c1")], memory)
    assert memory == {"counter:a": Entry(Counted(1), 1, NOW, {"c0": (1, ("DelayNoticed",), None)})}


@pytest.mark.parametrize("times", [1, 0, -1])
@pytest.mark.parametrize("where", ["in the batch", "in memory"])
def test_another_request_under_a_known_id_is_told_so_and_the_first_keeps_its_answer(
    rules: Rules, incoming: Make, times: int, where: str
) -> None:
    """X7: whether the first made events, held already, or was refused."""
    first = incoming(Count(times=times), "c1", headers=keyed("c1", "a.b"))
    later = [
        incoming(Count(times=7), "c1", headers=keyed("c1", "a.X")),
        incoming(Count(times=times), "c1", headers=keyed("c1", "Y.b")),
        incoming(Count(times=times), "c1", headers=keyed("c1", "a.b")),
    ]
    if where == "in the batch":
        decided = run(rules, [first, *later])
        told = [json.loads(outcome.value) for outcome in decided.outcomes]
    else:
        before = run(rules, [first])
        decided = run(rules, later, before.changed, remembered=before.answers)
        told = [json.loads(outcome.value) for outcome in (*before.outcomes, *decided.outcomes)]
    status = "accepted" if times >= 0 else "rejected"
    assert [(one["status"], one.get("rejected", {}).get("code"), one["digest"]) for one in told] == [
        (status, None if times >= 0 else "enough", "a.b"),
        ("rejected", "key_reused", "a.X"),
        ("rejected", "key_reused", "Y.b"),
        (status, None if times >= 0 else "enough", "a.b"),
    ]
    assert [one["rejected"]["facts"]["differs"] for one in told[1:3]] == ["body", "address"]
    assert [dict(outcome.headers).get("remember") for outcome in decided.outcomes][-3:] == [None] * 3
    assert len(decided.events) == (max(times, 0) if where == "in the batch" else 0)


def test_what_is_not_known_of_a_request_is_no_difference(rules: Rules, incoming: Make) -> None:
    """Answers and events of a time before digests were kept."""
    before = run(rules, [incoming(Count(times=1), "c1"), incoming(Count(times=-1), "c2")])
    again = [incoming(Count(times=1), name, headers=keyed(name, "a.b")) for name in ("c1", "c2")]
    decided = run(rules, again, before.changed, remembered=before.answers)
    told = [json.loads(outcome.value) for outcome in decided.outcomes]
    assert [(one["status"], one["digest"]) for one in told] == [("accepted", "a.b"), ("rejected", "a.b")]


def test_a_requests_digest_is_in_the_envelope_and_comes_back_from_it(rules: Rules, incoming: Make) -> None:
    """So that a replay knows it (X7)."""
    decided = run(rules, [incoming(Count(times=2), "c1", headers=keyed("c1", "a.b"))])
    assert [meta.request_digest for meta in metas(decided)] == ["a.b", "a.b"]
    assert decided.changed["counter:a"].causes == {"c1": (2, ("DelayNoticed", "DelayNoticed"), "a.b")}


def test_an_events_envelope_says_who_when_why_and_from_where(rules: Rules, incoming: Make) -> None:
    request = Request("c1", NOW, "he.jx", "install_assistant", "chain", traceparent="00-abc-01")
    decided = run(rules, [incoming(Count(times=1), "c1", headers=to_headers(request))])
    assert metas(decided) == [
        Meta(
            id="c1.0",
            type="songda.order.DelayNoticed.v1",
            source="/songda/counting",
            subject="counter:a",
            time=NOW,
            sequence=1,
            causation_id="c1",
            correlation_id="chain",
            actor="he.jx",
            command_offset=10,
            traceparent="00-abc-01",
        )
    ]


def test_a_refusal_is_an_answer_without_events(rules: Rules, incoming: Make) -> None:
    decided = run(rules, [incoming(Count(times=-1), "c1")])
    body = json.loads(decided.outcomes[0].value)
    assert (decided.events, decided.changed, decided.dead) == ([], {}, [])
    assert body["rejected"] == {
        "code": REFUSED.code,
        "rule": REFUSED.rule,
        "zh": REFUSED.zh,
        "en": REFUSED.en,
        "facts": {},
    }
    assert decided.refusals == [("c1", "counter:a", "enough", "T1")]


def test_a_repeat_within_a_batch_gets_the_first_answer(rules: Rules, incoming: Make) -> None:
    batch = [
        incoming(Count(times=2), "c1"),
        incoming(Count(times=2), "c1"),
        incoming(Count(times=-1), "c2"),
        incoming(Count(times=1), "c2"),  # the same id stands for the same request, whatever it says now
    ]
    decided = run(rules, batch)
    assert answers(decided) == [
        ("c1", "accepted", 2, 2),
        ("c1", "accepted+", 2, 2),
        ("c2", "rejected", 2, 0),
        ("c2", "rejected", 2, 0),
    ]
    assert len(decided.events) == 2


def test_a_repeat_in_a_later_batch_gets_the_first_answer(rules: Rules, incoming: Make) -> None:
    first = run(rules, [incoming(Count(times=2), "c1"), incoming(Count(times=-1), "c2")])
    again = [incoming(Count(times=2), "c1"), incoming(Count(times=-1), "c2"), incoming(Count(times=1), "c3")]
    second = run(rules, again, first.changed, remembered=first.answers)
    assert answers(second) == [("c1", "accepted+", 2, 2), ("c2", "rejected", 2, 0), ("c3", "accepted", 3, 1)]


def test_the_repeated_answer_names_the_same_events(rules: Rules, incoming: Make) -> None:
    first, second = (
        json.loads(outcome.value)
        for outcome in run(rules, [incoming(Count(times=2), "c1"), incoming(Count(times=2), "c1")]).outcomes
    )
    assert second.pop("repeated") is True
    assert second == first


def test_what_was_decided_before_a_crash_is_passed_over(rules: Rules, incoming: Make) -> None:
    """RISKS A14: also when the group's offsets are lost."""
    batch = [incoming(Count(times=1), "c1"), incoming(Count(times=1), "c2")]
    decided = run(rules, batch, last_offset=batch[0].offset)
    assert answers(decided) == [("c2", "accepted", 1, 1)]


def test_a_command_for_another_version_than_it_saw_is_refused(rules: Rules, incoming: Make) -> None:
    batch = [
        incoming(Count(times=1), "c1", expected=0),
        incoming(Count(times=1), "c2", expected=0),
        incoming(Count(times=1), "c3", expected=1),
    ]
    decided = run(rules, batch)
    assert answers(decided) == [("c1", "accepted", 1, 1), ("c2", "rejected", 1, 0), ("c3", "accepted", 2, 1)]
    assert [code for _, _, code, _ in decided.refusals] == ["stale_page"]


def test_time_never_goes_back_within_an_aggregate(rules: Rules, incoming: Make) -> None:
    earlier = NOW - timedelta(hours=1)
    decided = run(rules, [incoming(Count(times=1), "c1"), incoming(Count(times=1), "c2", at=earlier)])
    assert [m.time for m in metas(decided)] == [NOW, NOW]


def test_a_number_that_no_read_model_can_hold_is_refused_and_its_digits_in_a_text_are_not(
    rules: Rules, incoming: Make
) -> None:
    """X1: one such event would stop every read model for good."""
    near = {"counter:a": Entry(Counted(2**53 - 2), 1, NOW, {})}
    decided = run(rules, [incoming(Count(times=1, note="a:12345678901234567890"), "text")], near)
    beyond = run(rules, [incoming(Count(times=2), "huge")], near)
    code = json.loads(beyond.outcomes[0].value)["rejected"]["code"]
    assert (answers(decided), answers(beyond), code, beyond.events, beyond.dead) == (
        [("text", "accepted", 2, 1)],
        [("huge", "rejected", 1, 0)],
        "number_too_large",
        [],
        [],
    )


def test_what_falls_due_is_kept_with_the_aggregate_from_its_last_event(rules: Rules, incoming: Make) -> None:
    first = run(rules, [incoming(Count(times=4), "c1"), incoming(Count(times=0), "c2")])
    assert first.changed["counter:a"].due == NOW + timedelta(hours=4)


def test_answers_without_events_say_that_they_must_be_remembered(rules: Rules, incoming: Make) -> None:
    """What made events is remembered by its events; the rest only by its answer on the topic."""
    batch = [
        incoming(Count(times=1), "made"),
        incoming(Count(times=0), "already"),
        incoming(Count(times=-1), "refused"),
        incoming(Fail(), "broken"),
        incoming(Count(times=0), "already"),
    ]
    decided = run(rules, batch)
    assert [dict(o.headers).get("remember") for o in decided.outcomes] == [
        None,
        b"already",
        b"refused",
        b"broken",
        None,
    ]
    assert set(decided.answers) == {"already", "refused", "broken"}


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (Count(times=10**13), "out_of_bounds"),
        (Count(times=1, note="a\u202eb"), "out_of_bounds"),
        (Count(times=1, at=datetime(9999, 12, 31, tzinfo=UTC)), "out_of_bounds"),
        (Count(times=1, at=datetime(2126, 1, 1, tzinfo=UTC)), "in_the_future"),
        (Count(times=1, at=NOW + timedelta(minutes=6)), "in_the_future"),
        (Count(times=1, at=NOW - timedelta(days=367)), "too_long_ago"),
    ],
)
def test_a_command_beyond_its_bounds_is_refused_whichever_door_it_came_through(
    rules: Rules, incoming: Make, command: Count, code: str
) -> None:
    """X8, X1: also one that somebody wrote to the topic. It is judged by the moment at which it was received."""
    decided = run(rules, [incoming(command, "late"), incoming(Count(times=1, note=" a "), "next")])
    assert [no[2] for no in decided.refusals] == [code]
    assert (decided.dead, answers(decided)) == ([], [("late", "rejected", 0, 0), ("next", "accepted", 1, 1)])
    assert json.loads(decided.events[0].value)["reason"] == "a"


def test_what_the_system_asks_of_itself_passed_a_door_before(rules: Rules, incoming: Make) -> None:
    """Facts that were recorded when the bounds were wider still have their consequences."""
    command = Count(times=1, note="a\x00b", at=datetime(1999, 1, 1, tzinfo=UTC))
    asked = to_headers(Request("old", NOW, "system", "system", "old"))
    decided = run(rules, [incoming(command, "old", headers=asked)])
    assert answers(decided) == [("old", "accepted", 1, 1)]


COMMANDS = st.tuples(
    st.sampled_from(["counter:a", "counter:b"]),
    st.integers(min_value=-1, max_value=3),
    st.integers(min_value=0, max_value=8),
    st.none() | st.integers(min_value=0, max_value=6),
)


@given(st.lists(COMMANDS, max_size=25), st.lists(st.integers(min_value=1, max_value=6), max_size=25))
def test_a_batch_decides_as_one_by_one_does(asked: list[tuple[str, int, int, int | None]], cuts: list[int]) -> None:
    """However the commands are cut into batches: same events, same answers, same memory."""
    rules = Rules("counting", {"counter": COUNTER}, command_reader((COUNTER,)), policy_book(), 2_000)
    records = [
        Incoming(
            offset,
            key,
            Count(times=times).model_dump_json().encode(),
            tuple(to_headers(Request(f"{key}-{name}", NOW, "x", "x", "x", expected_version=expected))),
        )
        for offset, (key, times, name, expected) in enumerate(asked)
    ]

    def play(sizes: list[int]) -> tuple[list[Any], list[Any], dict[str, Entry]]:
        memory: dict[str, Entry] = {}
        remembered: dict[str, bytes] = {}
        events: list[Any] = []
        outcomes: list[Any] = []
        start = 0
        while start < len(records):
            size = sizes.pop() if sizes else len(records)
            decided = run(rules, records[start : start + size], memory, remembered=remembered, last_offset=start - 1)
            memory |= decided.changed
            remembered |= decided.answers
            events += decided.events
            outcomes += decided.outcomes
            start += size
        return events, outcomes, memory

    assert play(list(cuts)) == play([1] * len(records))
