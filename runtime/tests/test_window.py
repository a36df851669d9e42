"""What a read model makes of events that it cannot take: one aggregate waits, everything else goes on."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord

from contracts.envelope import Meta, to_headers, wire_source
from contracts.fact import Fact
from contracts.order import DelayNoticed
from runtime.decoded import Decoded, Unreadable, decode, decode_all
from runtime.errors import FoldBroken
from runtime.parking import Kind, Parked, Place
from runtime.rows import POSITIONS
from runtime.service import Facet, Projection
from runtime.window import MAX_PARKED, ROW_ID_CHARACTERS, Folds, Window

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TYPE = "songda.order.DelayNoticed.v1"
POISON = "poison"
Row = dict[str, Any]


def event(subject: str, sequence: int, reason: str = "", **changed: Any) -> ConsumerRecord[bytes, bytes]:
    """A record of a stream (`topic` order.events), at an offset that is ten times its sequence."""
    topic, kind = changed.get("topic", "order.events"), changed.get("type", TYPE)
    source = wire_source(topic.removesuffix(".events"))
    fact = DelayNoticed(
        at=NOW, contract_no="", line_no=sequence, sku="", waybill="", carrier="", eta=None, reason=reason
    )
    headers = to_headers(Meta(f"{subject}.{sequence}", kind, source, subject, NOW, sequence, "c", "c", "x", 7))
    value = changed.get("value", fact.model_dump_json().encode())
    return ConsumerRecord(topic, 0, sequence * 10, 0, 0, subject.encode(), value, None, 0, 0, tuple(headers))


def unreadable(subject: str, sequence: int) -> ConsumerRecord[bytes, bytes]:
    """Its envelope is good."""
    return event(subject, sequence, value=b"hello")


def noted(facet: list[str] | None, fact: Fact, meta: Meta) -> list[Any]:
    """The fold of these tests: all reasons so far; some of them it has no code for, some make what no database has."""
    assert isinstance(fact, DelayNoticed)
    if fact.reason == POISON:
        raise ZeroDivisionError("a bug in a fold")
    return [*(facet or []), 1 << 70 if fact.reason == "huge" else fact.reason]


def row_of(subject: str) -> str:
    """The rows' names; for some there is none."""
    name = subject.partition(":")[2]
    if name == "unnamed":
        raise KeyError(name)
    return name


ONE = Projection("delays", row_of, (Facet("order", "order", ("contract",), noted),))
TWO = replace(ONE, facets=(*ONE.facets, Facet("goods", "inventory", ("goods",), noted)))
JOURNAL = replace(ONE, per_event=True)


def window_of(projection: Projection, **given: Any) -> Window:
    """An empty one."""
    return Window(Folds(projection), **given)


def fold(window: Window, *records: ConsumerRecord[bytes, bytes], known: dict[str, Row] | None = None) -> Window:
    """The window after these, in one batch."""
    window.fold(window.wanted(decoded(records, window.folds)), known or {})
    return window


def decoded(records: Iterable[ConsumerRecord[bytes, bytes]], folds: Folds) -> list[Decoded]:
    """As a reader decodes them; a stray fails the test."""
    return [found for record in records if (found := decode(record, folds.prefixes, folds.reader)) is not None]


def values(window: Window, facet: str = "order") -> dict[str, Any]:
    """What each row's facet holds."""
    return {row_id: row.get(facet) for row_id, row in window.rows.items()}


def reached(window: Window, row_id: str, facet: str = "order") -> int:
    """Up to which sequence a row's facet reflects its aggregate."""
    return int(window.rows[row_id]["_pos"][facet]["seq"])


def news(window: Window) -> dict[str, tuple[Kind, int, str]]:
    """What was parked: aggregate -> kind, sequence and error."""
    return {subject: (one.kind, one.sequence, one.error) for subject, one in window.news.items()}


BAD: dict[str, tuple[Callable[[str], ConsumerRecord[bytes, bytes]], Kind, str]] = {
    "content that cannot be read": (lambda s: unreadable(s, 2), "unreadable", "ValidationError: "),
    "no content": (lambda s: event(s, 2, value=None), "unreadable", "ValidationError: "),
    "a fold that raises": (lambda s: event(s, 2, POISON), "fold", "ZeroDivisionError: a bug in a fold"),
    "a hole": (lambda s: event(s, 3), "hole", "PartitionStopped: order.events/0@30"),
    "an unreadable one behind a hole": (lambda s: unreadable(s, 3), "hole", "PartitionStopped: order.events/0@30"),
}


@pytest.mark.parametrize(("bad", "kind", "error"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_taken_parks_its_aggregate_and_nobody_else(
    bad: Callable[[str], ConsumerRecord[bytes, bytes]], kind: Kind, error: str
) -> None:
    """DESIGN §7: with kind, type and place; its later events wait, those of others are folded."""
    record = bad("contract:A")
    window = fold(
        window_of(ONE),
        event("contract:A", 1, "a1"),
        event("contract:B", 1, "b1"),
        record,
        event("contract:B", 2, "b2"),
        event("contract:A", record.offset // 10 + 1, "a later"),
    )
    assert values(window) == {"A": ["a1"], "B": ["b1", "b2"]}
    (parked,) = window.news.values()
    assert (parked.reader, parked.subject, parked.kind, parked.type) == ("projection delays", "contract:A", kind, TYPE)
    assert parked.place == ("order.events", 0, record.offset)
    assert parked.error.startswith(error)


def test_what_waits_waits_in_later_batches_too_and_is_no_news() -> None:
    """Also when the event itself is delivered again."""
    first = fold(window_of(ONE), event("contract:A", 1, "a1"), event("contract:A", 2, POISON))
    second = fold(
        window_of(ONE, parked=dict(first.parked)),
        event("contract:A", 1, "a1"),
        event("contract:A", 2, "mended"),
        event("contract:A", 3, "a3"),
        event("contract:B", 1, "b1"),
        known=first.rows,
    )
    assert values(second) == {"B": ["b1"]}
    assert second.news == {}


def test_other_facets_of_the_same_row_go_on() -> None:
    """DESIGN 9: they are other aggregates' events."""
    window = fold(
        window_of(TWO),
        event("contract:A", 1, POISON),
        event("goods:A", 1, "here", topic="inventory.events"),
        event("contract:A", 2, "later"),
        event("goods:A", 2, "gone", topic="inventory.events"),
    )
    assert values(window, "goods") == {"A": ["here", "gone"]}
    assert values(window, "order") == {"A": None}
    assert set(window.news) == {"contract:A"}


def test_an_event_is_folded_into_all_its_facets_or_none() -> None:
    def second(facet: Any, fact: Fact, meta: Meta) -> Any:
        raise ZeroDivisionError

    both = replace(ONE, facets=(*ONE.facets, Facet("also", "order", ("contract",), second)))
    window = fold(window_of(both), event("contract:A", 1, "a1"))
    assert window.rows == {}
    assert news(window) == {"contract:A": ("fold", 1, "ZeroDivisionError: ")}


@pytest.mark.parametrize("name", ["unnamed", "", POSITIONS, "x" * (ROW_ID_CHARACTERS + 1)])
def test_an_aggregate_whose_row_has_no_name_is_parked(name: str) -> None:
    """A row under the positions' own name would end them."""
    window = fold(window_of(ONE), event(f"contract:{name}", 1), event("contract:B", 1, "b1"))
    assert values(window) == {"B": ["b1"]}
    assert [kind for kind, _, _ in news(window).values()] == ["fold"]


def test_an_unknown_type_moves_the_sequence_on_and_makes_no_line_of_a_journal() -> None:
    unknown = event("contract:A", 2, type="songda.order.NeverHeardOf.v1")
    window = fold(window_of(ONE), event("contract:A", 1, "a1"), unknown, event("contract:A", 3, "a3"))
    assert values(window) == {"A": ["a1", "a3"]}
    journal = fold(window_of(JOURNAL), event("contract:A", 1, "a1"), unknown, event("contract:A", 3, "a3"))
    assert values(journal) == {"A#000001": ["a1"], "A#000003": ["a3"]}


def test_a_row_that_holds_nothing_yet_says_only_how_far_it_is() -> None:
    """Pages meet no facet that is empty (`Rows` leaves such a row out)."""
    window = fold(window_of(ONE), event("contract:A", 1, type="songda.order.NeverHeardOf.v1"))
    assert window.rows == {"A": {"_id": "A", "_pos": {"order": {"seq": 1, "offset": 10, "partition": 0}}}}


def test_a_journal_parks_by_aggregate_too() -> None:
    window = fold(
        window_of(JOURNAL), event("contract:A", 1, "a1"), event("contract:A", 2, POISON), event("contract:A", 3, "a3")
    )
    assert values(window) == {"A#000001": ["a1"]}
    assert set(window.news) == {"contract:A"}


SKIPPED: frozenset[Place] = frozenset({("order.events", 0, 20)})


@pytest.mark.parametrize("bad", [event("contract:A", 2, POISON), unreadable("contract:A", 2)])
def test_a_skipped_event_moves_the_sequence_on_and_nothing_else(bad: ConsumerRecord[bytes, bytes]) -> None:
    window = fold(window_of(ONE, skips=SKIPPED), event("contract:A", 1, "a1"), bad, event("contract:A", 3, "a3"))
    assert values(window) == {"A": ["a1", "a3"]}
    assert window.news == {}


def test_a_skipped_record_behind_a_hole_is_no_part_of_the_history() -> None:
    """A foreign record with a good envelope: the real next event is folded after it."""
    foreign = replace(event("contract:A", 7, "never"), offset=20)
    window = fold(window_of(ONE, skips=SKIPPED), event("contract:A", 1, "a1"), foreign)
    assert (values(window), reached(window, "A")) == ({"A": ["a1"]}, 1)
    fold(window, replace(event("contract:A", 2, "a2"), offset=30))
    assert (values(window), reached(window, "A"), window.news) == ({"A": ["a1", "a2"]}, 2, {})


def test_too_many_parked_aggregates_are_no_trouble_of_their_own() -> None:
    """The fold is broken: the model stops."""
    window = fold(window_of(ONE), *(event(f"contract:{number}", 1, POISON) for number in range(MAX_PARKED)))
    assert len(window.news) == MAX_PARKED
    with pytest.raises(FoldBroken, match=r"projection delays: more than 2000 .* contract:last at order\.events/0@10"):
        fold(window, event("contract:last", 1, POISON))


def test_whoever_watches_is_told_at_once() -> None:
    told: list[tuple[Parked, Exception]] = []
    fold(window_of(ONE, noticed=lambda parked, error: told.append((parked, error))), event("contract:A", 1, POISON))
    ((parked, error),) = told
    assert parked.subject == "contract:A"
    assert isinstance(error, ZeroDivisionError)


def test_a_row_that_the_database_does_not_take_parks_the_aggregate_whose_event_made_it_so() -> None:
    """The rest of the row is kept, and so are its other facets."""
    window = fold(
        window_of(TWO, careful={"A": None}),
        event("contract:A", 1, "a1"),
        event("goods:A", 1, "here", topic="inventory.events"),
        event("contract:A", 2, "huge"),
        event("contract:A", 3, "a3"),
        event("goods:A", 2, "gone", topic="inventory.events"),
    )
    assert window.rows["A"]["order"] == ["a1"]
    assert window.rows["A"]["goods"] == ["here", "gone"]
    ((kind, sequence, error),) = news(window).values()
    assert (kind, sequence) == ("fold", 2)
    assert "OverflowError" in error


def test_a_row_that_only_the_server_refuses_waits_as_it_was() -> None:
    window = fold(window_of(ONE, careful={"A": "BadValue"}), event("contract:A", 1, "a1"), event("contract:B", 1, "b1"))
    assert values(window) == {"B": ["b1"]}
    assert news(window) == {"contract:A": ("fold", 1, "ValueError: the database does not take the row: BadValue")}


def test_nobody_pays_for_kinds_of_aggregates_that_are_not_folded_but_strays_are_told() -> None:
    wanted = frozenset({b"contract"})
    stray = ConsumerRecord("order.events", 0, 5, 0, 0, b"job:1", b"hello", None, 0, 0, ())
    found: list[int] = []
    records = [event("job:1", 1), stray, event("contract:A", 1), unreadable("contract:A", 2)]
    events = decode_all(records, wanted, "r", lambda record, why: found.append(record.offset))
    assert [type(one.event) for one in events] == [DelayNoticed, Unreadable]
    assert found == [5]
