"""What a worker cannot decide is kept whole, and said; what comes after it is decided (DESIGN §6, §7)."""

import json
from typing import Any

import pytest

from runtime.commands import Request, to_headers
from runtime.deciding import HELD, Entry, Incoming, Rules, without_reasons
from runtime.decision import SYSTEM
from runtime.outcome import NOT_SIGNED, from_json
from runtime.parking import Parked

from .batches import Make, answers, keyed, run
from .conftest import NOW, Count, Counted, Fail


@pytest.mark.parametrize(
    ("command", "error"),
    [
        (Fail(), "ZeroDivisionError: a bug in a rule"),
        (b"{", "unreadable: [((), 'json_invalid')]"),
        (b'{"command": "Explode"}', "unreadable: [((), 'union_tag_invalid')]"),
        (b'{"command": "Count", "times": "x"}', "unreadable: [(('Count', 'times'), 'int_parsing')]"),
        (b'{"command": "Count", "times": 1, "more": 1}', "unreadable: [(('Count', 'more'), 'extra_forbidden')]"),
        (Count(times=1, note="x" * 3_000), "ValueError: event songda.order.DelayNoticed.v1 has"),
        (Count(times=2, note="x" * 3_000), "ValueError: event songda.order.DelayNoticed.v1 has"),
        (Count(times=13), "ZeroDivisionError: a bug in evolve"),
    ],
)
def test_what_cannot_be_decided_is_kept_whole_and_the_next_is_decided(
    rules: Rules, incoming: Make, command: Any, error: str
) -> None:
    bad, good = incoming(command, "bad"), incoming(Count(times=1), "good")
    decided = run(rules, [bad, good])
    [dead] = decided.dead
    headers = dict(dead.headers)
    assert answers(decided) == [("bad", "broken", 0, 0), ("good", "accepted", 1, 1)]
    assert (dead.key, dead.value, headers["id"], headers["commandoffset"]) == (b"counter:a", bad.value, b"bad", b"10")
    assert headers["error"].decode().startswith(error)
    assert decided.failures[0][:2] == ("bad", "counter:a")


def test_a_refusal_that_no_topic_would_take_is_a_dead_letter(rules: Rules, incoming: Make) -> None:
    """It quotes what was asked; the partition would try to answer for ever."""
    ours = to_headers(Request("bad", NOW, SYSTEM, SYSTEM, "chain"))
    decided = run(rules, [incoming(Count(times=-1, note="x" * 1_000_000), "bad", headers=ours)])
    assert (answers(decided), decided.refusals) == ([("bad", "broken", 0, 0)], [])
    assert decided.failures[0][2].startswith("ValueError: an answer of 1000")


def test_a_command_after_which_nobody_could_say_what_falls_due_is_kept_whole(rules: Rules, incoming: Make) -> None:
    """Its timers are part of what a state is: found out after the commit, it would stop the partition."""
    near = {"counter:a": Entry(Counted(665), 665, NOW, {})}
    decided = run(rules, [incoming(Count(times=1), "bad"), incoming(Count(times=0), "good")], near)
    assert answers(decided) == [("bad", "broken", 0, 0), ("good", "accepted", 665, 0)]
    assert (decided.events, decided.changed, decided.failures[0][2]) == ([], {}, "ZeroDivisionError: a bug in due")


def test_the_commands_of_a_parked_aggregate_are_kept_whole_and_those_of_others_are_decided(
    rules: Rules, incoming: Make
) -> None:
    """DESIGN §7: its state is not known. Nothing is remembered, so that the same command can be decided later."""
    parked = {"counter:a": Parked("worker counting", "counter:a", "fold", "x", "counting.events", 0, 7, 3, "e", NOW)}
    held = incoming(Count(times=1), "held")
    batch = [held, incoming(Count(times=-1), "known"), incoming(Count(times=1), "other", key="counter:b")]
    decided = run(rules, batch, remembered={"known": outcome(rules, "known")}, parked=parked)
    assert answers(decided) == [("held", "parked", 0, 0), ("known", "rejected", 0, 0), ("other", "accepted", 1, 1)]
    assert json.loads(decided.outcomes[0].value)["rejected"]["code"] == "waits_for_repair"
    assert ("held" in decided.answers, decided.held, decided.failures) == (
        False,
        [("counter:a", "held", None)],
        [],
    )
    [letter] = decided.dead
    assert (letter.key, letter.value, dict(letter.headers)[HELD]) == (
        b"counter:a",
        held.value,
        b"2026-03-02T01:00:00+00:00",
    )
    assert tuple(without_reasons(letter.headers)) == held.headers


def test_a_command_that_is_sent_again_and_again_to_a_parked_aggregate_is_kept_once(
    rules: Rules, incoming: Make
) -> None:
    """X7: a phone's outbox tries every few seconds for as long as it takes; another request under the id is another."""
    parked = {"counter:a": Parked("worker counting", "counter:a", "fold", "x", "counting.events", 0, 7, 3, "e", NOW)}
    again = [incoming(Count(times=1), "held"), incoming(Count(times=1), "held")]
    first = run(rules, again, parked=parked)
    assert [status for _, status, _, _ in answers(first)] == ["parked", "parked"]
    assert (len(first.dead), first.held) == (1, [("counter:a", "held", None)])
    later = run(
        rules,
        [*again, incoming(Count(times=1), "held", headers=keyed("held", "a.b"))],
        parked=parked,
        kept=set(first.held),
    )
    assert [status for _, status, _, _ in answers(later)] == ["parked"] * 3
    assert (len(later.dead), later.held) == (1, [("counter:a", "held", "a.b")])


def outcome(rules: Rules, command_id: str) -> bytes:
    """The answer to a refused command."""
    refused = Incoming(
        1, "counter:a", Count(times=-1).model_dump_json().encode(), tuple(to_headers(request(command_id)))
    )
    return run(rules, [refused]).answers[command_id]


def request(command_id: str) -> Request:
    """Somebody asks."""
    return Request(command_id, NOW, "he.jx", "install_assistant", "chain")


@pytest.mark.parametrize(
    ("key", "headers"),
    [
        ("counter:" + "x" * 1_000_000, to_headers(Request("c1", NOW, "x", "x", "x"))),
        ("counter:a", to_headers(Request("c" * 600_000, NOW, "x", "x", "x"))),
        ("counter:a", to_headers(Request("c1", NOW, "x", "x", "x", traceparent="0" * 900_000))),
        ("counter:a", to_headers(Request("c1", NOW, "x", "x", "x", expected_version=10**400))),
    ],
)
def test_names_and_numbers_too_large_to_be_written_back_make_a_dead_letter_not_a_stop(
    rules: Rules, incoming: Make, key: str, headers: list[tuple[str, bytes]]
) -> None:
    """No record about it may be one that its topic refuses: the partition would try for ever."""
    decided = run(rules, [incoming(Count(times=1), "", key=key, headers=headers), incoming(Count(times=1), "good")])
    assert [a[1] for a in answers(decided)] == ["broken", "accepted"]
    assert (len(decided.dead), decided.dead[0].key) == (1, key.encode())
    assert max(len(o.key) + len(o.value) + sum(len(v) for _, v in o.headers) for o in decided.outcomes) < 4_000


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("id", b"c1")],
        [("id", None)],
        [("id", b"\xff")],
        to_headers(Request("c1", NOW, "x", "x", "x"))[:-1],
        [*to_headers(Request("c1", NOW, "x", "x", "x")), ("expected", b"seven")],
        [("received", b"9999-12-31T23:59:59-14:00"), *to_headers(Request("c1", NOW, "x", "x", "x"))[:1]],
    ],
)
def test_a_record_that_is_no_command_is_kept_and_the_next_is_decided(
    rules: Rules, incoming: Make, headers: list[tuple[str, bytes]]
) -> None:
    decided = run(rules, [incoming(b"{}", "", headers=headers), incoming(Count(times=1), "good")])
    assert [a[1:] for a in answers(decided)] == [("broken", 0, 0), ("accepted", 1, 1)]
    assert len(decided.dead) == 1


def test_a_forged_record_is_kept_and_nothing_of_it_is_believed(rules: Rules, incoming: Make) -> None:
    """DESIGN §6: it is not decided; its caller is told; the true command of its id, before or after it, is."""
    forged = incoming(Count(times=5), "c1", forged="unsigned")
    decided = run(rules, [forged, incoming(Count(times=1), "c1"), incoming(Count(times=5), "c1", forged="unsigned")])
    said = [from_json(answer.value) for answer in decided.outcomes]
    assert [(one.command_id, one.status, one.version, one.holds) for one in said] == [
        ("c1", "broken", 0, False),
        ("c1", "accepted", 1, True),
        ("c1", "broken", 0, False),
    ]
    assert [one.rejected for one in said] == [NOT_SIGNED, None, NOT_SIGNED]
    assert (len(decided.events), decided.unsigned, decided.answers) == (1, 2, {})
    assert [dict(letter.headers)["error"] for letter in decided.dead] == [b"unsigned", b"unsigned"]


@pytest.mark.parametrize("claimed", [[], [("id", None)], [("id", b"\xff")], [("id", b"x" * 1_000_000)]])
def test_a_forged_record_may_claim_any_id_or_none(rules: Rules, incoming: Make, claimed: Any) -> None:
    decided = run(rules, [incoming(b"{}", "", headers=claimed, forged="x"), incoming(Count(times=1), "good")])
    assert [a[1:] for a in answers(decided)] == [("broken", 0, 0), ("accepted", 1, 1)]
    assert len(decided.outcomes[0].value) < 2_000


def test_an_aggregate_of_nobody_and_a_record_in_the_wrong_place_are_kept(rules: Rules, incoming: Make) -> None:
    batch = [
        incoming(Count(times=1), "c1", key="spaceship:1"),
        incoming(Count(times=1), "c2", fault="counter:a belongs to partition 2"),
    ]
    decided = run(rules, batch)
    assert [failure[2] for failure in decided.failures] == [
        "counting owns no aggregate 'spaceship:1'",
        "counter:a belongs to partition 2",
    ]
    assert decided.events == []


def test_a_broken_command_that_is_repeated_gets_the_first_answer(rules: Rules, incoming: Make) -> None:
    first = run(rules, [incoming(Fail(), "bad")])
    second = run(rules, [incoming(Count(times=1), "bad")], remembered=first.answers)
    assert (answers(second), second.events) == ([("bad", "broken", 0, 0)], [])
