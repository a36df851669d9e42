"""Reactions are typed by the events that they want (DESIGN §3)."""

from datetime import UTC, datetime
from typing import Any

import pytest

from contracts.envelope import Meta
from contracts.fact import Fact
from runtime.decision import Ask, Command
from runtime.reaction import Effect, On, Reaction, on_each

NOW = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
META = Meta("e1", "songda.shop.Opened.v1", "/songda/shop", "box:B1", NOW, 1, "c", "c", "he.jx", 0)


class Opened(Fact, wire="songda.shop.Opened.v1"):
    """A box was opened."""

    box: str


class Closed(Fact, wire="songda.shop.Closed.v1"):
    """A box was closed."""

    box: str


class Weighed(Fact, wire="songda.scales.Weighed.v1"):
    """A box was weighed, elsewhere."""


class Note(Command):
    """A note."""

    text: str


def note_opening(event: Opened) -> tuple[Ask, ...]:
    return (Ask(f"note:{event.box}", Note(text="opened")), Ask(f"note:{event.box}", Note(text="again")))


def note_closing(event: Closed, meta: Meta) -> tuple[Ask, ...]:
    return (Ask(f"note:{event.box}", Note(text=f"closed by {meta.actor}")),)


NOTES = Reaction("notes.keep", (On(Opened, note_opening), On(Closed, note_closing)))


def said(event: Any) -> list[str]:
    return [f"{ask.aggregate_id} {ask.command.text}" for ask in NOTES.react(event, META)]  # type: ignore[attr-defined]


def test_each_event_is_told_to_whoever_wants_it_with_its_envelope_where_that_is_wanted_too() -> None:
    assert said(Opened(at=NOW, box="B1")) == ["note:B1 opened", "note:B1 again"]
    assert said(Closed(at=NOW, box="B1")) == ["note:B1 closed by he.jx"]
    assert said(Weighed(at=NOW)) == []


def test_whose_events_it_follows_and_which_the_events_say() -> None:
    async def weigh(event: Opened, meta: Meta) -> tuple[Ask, ...]:
        return note_opening(event)

    effect = Effect("notes.weigh", Opened, weigh)
    assert (NOTES.source, NOTES.events, effect.source, effect.events) == ("shop", (Opened, Closed), "shop", (Opened,))


def test_one_reaction_follows_one_service() -> None:
    def answer(event: Opened | Weighed) -> tuple[Ask, ...]:
        return ()

    with pytest.raises(ValueError, match="unpack"):
        Reaction("notes.both", (On(Opened, answer), On(Weighed, answer)))


def test_several_events_may_be_answered_alike() -> None:
    def answer(event: Fact) -> tuple[Ask, ...]:
        return (Ask("note:all", Note(text=type(event).__name__)),)

    both = Reaction("notes.all", on_each(answer, Opened, Closed))
    asked = [both.react(event, META)[0].command for event in (Opened(at=NOW, box="B1"), Closed(at=NOW, box="B1"))]
    assert asked == [Note(text="Opened"), Note(text="Closed")]
