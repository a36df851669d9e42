"""A row is a typed view of a state: folded by the domain's own evolve, made once a write, kept with its state."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import pytest
from aiokafka import ConsumerRecord

from contracts.envelope import Meta, to_headers
from contracts.fact import Fact
from runtime import fingerprint
from runtime.aggregate import Aggregate
from runtime.clock import utc_now
from runtime.decoded import Decoded
from runtime.mongo import Document
from runtime.rows import STATE, without_texts
from runtime.said import Said, Saying
from runtime.view import Instant, Journal, Row, View
from runtime.window import Folds, Window

NOW = utc_now()


class Filled(Fact, wire="songda.order.Filled.v1"):
    """Pieces went into a box."""

    event: Literal["Filled"] = "Filled"
    pieces: int


@dataclass(frozen=True)
class Box:
    """What lies in it."""

    pieces: int = 0


class BoxRow(Row):
    """A box, as lists show it."""

    pieces: int
    full: bool


def evolve(box: Box, event: Filled) -> Box:
    return replace(box, pieces=box.pieces + event.pieces)


def box_row(box: Box) -> BoxRow | None:
    if box.pieces == 13:
        raise ValueError("no view of this")
    return BoxRow(pieces=box.pieces, full=box.pieces > 9) if box.pieces else None


BOX = Aggregate[Box, Filled]("box", Box(), (Box,), evolve, ())
BOXES = View("boxes", "order", BOX, BoxRow, box_row, indexes=(("row.full", "_id"),))


class Told(BoxRow):
    """A row that shows its version."""

    version: int = 0


def told_row(box: Box) -> Told | None:
    return Told(pieces=box.pieces, full=False)


HEARD = View("heard", "order", BOX, Told, told_row, said=(Filled,), said_kept=2)


def event(pieces: int, sequence: int, box: str = "B1") -> Decoded:
    """As it comes from the stream."""
    subject = f"box:{box}"
    meta = Meta(f"c{sequence}.0", Filled.wire, "/songda/order", subject, NOW, sequence, f"c{sequence}", "x", "x", 0)
    record: Any = ConsumerRecord(
        "order.events", 0, sequence, 0, 0, subject.encode(), b"{}", None, 0, 0, tuple(to_headers(meta))
    )
    return Decoded(record, Filled(at=NOW, pieces=pieces), meta)


def folded(*events: Decoded, known: Mapping[str, Any] | None = None) -> Window:
    window = Window(Folds(BOXES.projection))
    window.fold(window.wanted(events), known or {})
    return window


def document(window: Window, row_id: str = "B1") -> Document:
    return window.folds.document(window.rows[row_id])


def test_a_document_holds_the_row_and_the_state_it_is_a_view_of() -> None:
    """DESIGN §4"""
    written = document(folded(event(4, 1), event(6, 2)))
    assert (written["row"], written["_pos"]["row"]["seq"]) == ({"pieces": 10, "full": True}, 2)
    assert BOXES.read(written) == BoxRow(pieces=10, full=True)


def test_folding_goes_on_from_what_was_written() -> None:
    """DESIGN §4"""
    window = folded(event(4, 1))
    again = folded(event(6, 2), known={"B1": window.folds.row(document(window))})
    assert document(again) == document(folded(event(4, 1), event(6, 2)))


def test_what_there_is_nothing_to_show_of_has_its_state_and_no_row() -> None:
    written = document(folded(event(0, 1)))
    assert (written["row"], bytes(written[STATE])) == (None, b'Box\0{"pieces":0}')


def test_a_view_that_raises_is_the_trouble_of_its_own_aggregate() -> None:
    """DESIGN §7: row by row it is asked what each event makes of it, where a whole write could not be made."""
    window = folded(event(13, 1), event(2, 1, "B2"))
    with pytest.raises(ValueError, match="no view"):
        document(window)
    careful = Window(Folds(BOXES.projection), careful={"B1": None})
    careful.fold(careful.wanted([event(4, 1), event(9, 2), event(2, 1, "B2")]), {})
    assert {box: row["row"] for box, row in careful.rows.items()} == {"B1": Box(4), "B2": Box(2)}
    assert [(one.subject, one.kind, one.sequence) for one in careful.parked.values()] == [("box:B1", "fold", 2)]


def test_the_row_as_of_a_moment_is_made_by_the_same_functions() -> None:
    """X2"""
    assert BOXES.after([Filled(at=NOW, pieces=4), Filled(at=NOW, pieces=6)]) == BoxRow(pieces=10, full=True)


def test_what_was_said_lies_beside_the_row_with_who_said_it_and_the_row_shows_its_version() -> None:
    """DESIGN §4.1"""
    window = Window(Folds(HEARD.projection))
    window.fold(window.wanted([event(4, 1), event(6, 2), event(7, 3)]), {})
    written = document(window)
    again = Window(Folds(HEARD.projection))
    again.fold(again.wanted([event(5, 4)]), {"B1": again.folds.row(written)})
    said = [HEARD.heard.read(one) for one in (written, document(again))]
    assert [[(one.by, one.event.pieces) for one in told.all(Filled)] for told in said] == [
        [("x", 6), ("x", 7)],
        [("x", 7), ("x", 5)],
    ]
    assert (HEARD.read(written).version, HEARD.read(document(again)).version, "version" in written["row"]) == (
        3,
        4,
        False,
    )
    assert HEARD.heard.of([Saying("x", Filled(at=NOW, pieces=pieces), NOW) for pieces in (7, 5)]) == said[1]


class Sorted(BoxRow):
    """A box with what lies in it, piece by piece."""

    lines: tuple[BoxRow, ...]


def sorted_row(box: Box) -> Sorted | None:
    return Sorted(pieces=box.pieces, full=False, lines=(BoxRow(pieces=1, full=False),) * box.pieces)


SORTED = View("sorted", "order", BOX, Sorted, sorted_row, texts=("lines",))


def test_a_field_by_which_nobody_asks_is_kept_as_one_text_and_read_as_it_is() -> None:
    """DESIGN §4"""
    window = Window(Folds(SORTED.projection))
    window.fold(window.wanted([event(2, 1)]), {})
    written = document(window)
    assert (written["row"]["pieces"], type(written["row"]["lines"])) == (2, str)
    assert SORTED.read(without_texts(written, SORTED.texts)) == sorted_row(Box(2))
    with pytest.raises(KeyError, match="no query sees"):
        SORTED.where(lines=())
    whole = replace(SORTED, texts=())
    assert fingerprint.of_projection(SORTED.projection) != fingerprint.of_projection(whole.projection)


class Poured(Row):
    """What one event filled in."""

    at: Instant
    pieces: int
    by: str


def poured(event: Fact, meta: Meta) -> Poured | None:
    return Poured(at=event.at, pieces=event.pieces, by=meta.actor) if isinstance(event, Filled) else None


POURED = Journal("poured", "order", ("box",), Poured, poured)


def test_a_journal_has_a_typed_row_for_each_event() -> None:
    """DESIGN §4.5"""
    window = Window(Folds(POURED.projection))
    window.fold(window.wanted([event(4, 1), event(6, 2)]), {})
    written = {row_id: document(window, row_id) for row_id in window.rows}
    assert {row_id: POURED.read(one).pieces for row_id, one in written.items()} == {"B1#000001": 4, "B1#000002": 6}
    assert written["B1#000001"]["row"] == POURED.read(written["B1#000001"]).shown()
    assert {name for _, name in fingerprint.reached(POURED.projection.facets[0].roots)} >= {"poured", "Poured"}


def test_the_last_word_of_a_kind_counts_unless_something_began_anew_since() -> None:
    """DESIGN §4.1"""

    class Emptied(Fact, wire="songda.order.Emptied.v1"):
        """It was turned over."""

    filled = Saying("li.zq", Filled(at=NOW, pieces=1), NOW)
    emptied = Saying("li.zq", Emptied(at=NOW), NOW)
    assert Said((filled, emptied)).last(Filled) == filled
    assert Said((filled, emptied)).told(Filled, since=Emptied) is None
    assert Said((emptied, filled)).told(Filled, since=Emptied) == filled.event


def test_what_was_said_of_one_part_is_found_by_what_the_events_say() -> None:
    """DESIGN §4.1"""
    said = Said(tuple(Saying("li.zq", Filled(at=NOW, pieces=pieces), NOW) for pieces in (1, 2, 1)))
    assert [one.event.pieces for one in said.about(pieces=1).all(Filled)] == [1, 1]


def test_the_fingerprint_is_of_the_fold_the_view_the_row_and_the_states() -> None:
    """DESIGN §4"""
    reached = {name for _, name in fingerprint.reached(BOXES.projection.facets[0].roots)}
    assert {"evolve", "box_row", "BoxRow", "Box", "StateCodec"} <= reached
