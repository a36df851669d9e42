"""Somebody asks, another agrees: the steps that every topic composes (B23, D16, D17)."""

from dataclasses import dataclass

import pytest

from runtime.agreeing import Proposals
from runtime.decision import Rejected
from runtime.states import StateCodec


@dataclass(frozen=True, slots=True)
class Wanted:
    correction_no: str
    asked_by: str
    right: int = 0


@dataclass(frozen=True, slots=True)
class Thing:
    corrections: Proposals[Wanted]


UNKNOWN, OWN, CONTRADICTS = (Rejected(code, "D16", code, code) for code in ("unknown", "own", "contradicts"))
ONE, TWO = Wanted("GZ-1", "mai.gh", 3), Wanted("GZ-2", "su.kj")
NONE = Proposals[Wanted]()


def agree(to: Proposals[Wanted], number: str, by: str) -> object:
    return to.to_agree(number, by, UNKNOWN, OWN)


def before(known: Proposals[Wanted], wanted: Wanted) -> object:
    return known.asked_before(wanted, lambda one: one.right == wanted.right, CONTRADICTS)


def test_another_person_agrees_and_whoever_asked_does_not() -> None:
    """B23, D16"""
    waits = NONE.asked(ONE)
    assert (agree(waits, "GZ-1", "su.kj"), agree(waits, "GZ-1", "mai.gh")) == (ONE, OWN)
    assert (agree(NONE, "GZ-1", "su.kj"), agree(waits, "GZ-2", "su.kj")) == (UNKNOWN, UNKNOWN)


def test_agreed_to_twice_is_nothing_new_and_refused_it_is_unknown() -> None:
    """D16, N"""
    waits = NONE.asked(ONE)
    assert agree(waits.agreed_to(ONE), "GZ-1", "mai.gh") == ()
    assert (agree(waits.refused(), "GZ-1", "su.kj"), waits.refused().named("GZ-1")) == (UNKNOWN, None)


def test_refused_twice_is_nothing_new_and_what_was_agreed_to_is_refused_no_more() -> None:
    """D16, N, X7: asked again under its number, it can be refused again."""
    waits = NONE.asked(ONE)
    assert (waits.to_refuse("GZ-1", UNKNOWN), NONE.to_refuse("GZ-1", UNKNOWN)) == (ONE, UNKNOWN)
    assert waits.refused().to_refuse("GZ-1", UNKNOWN) == ()
    assert waits.refused().asked(ONE).to_refuse("GZ-1", UNKNOWN) == ONE
    assert waits.refused().asked(ONE).agreed_to(ONE).to_refuse("GZ-1", UNKNOWN) == UNKNOWN


@pytest.mark.parametrize("known", [NONE.asked(ONE), NONE.agreed_to(ONE)], ids=["waits", "agreed to"])
def test_a_number_stands_for_one_content(known: Proposals[Wanted]) -> None:
    """N: the same again is nothing new."""
    assert before(known, ONE) == ()
    assert before(known, Wanted("GZ-1", "mai.gh", 4)) == CONTRADICTS
    assert before(known, TWO) is None


def test_what_needs_nobody_else_leaves_what_waits() -> None:
    """D16: the reversal of an earlier one does not end a new one."""
    both = NONE.asked(ONE).agreed_to(TWO)
    assert (both.waits, both.agreed, both.known) == (ONE, (TWO,), (TWO, ONE))
    assert both.agreed_to(ONE) == Proposals(None, (TWO, ONE))


def test_a_checkpoint_keeps_it() -> None:
    """What waits is there after a restart, as it was."""
    thing, codec = Thing(NONE.asked(ONE).agreed_to(TWO)), StateCodec((Thing,))
    assert codec.load(codec.dump(thing)) == thing
