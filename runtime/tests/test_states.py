"""States as bytes for checkpoints."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from contracts.fact import Customer
from runtime.states import StateCodec


@dataclass(frozen=True, slots=True)
class Open:
    """Everything that a state is made of."""

    customer: Customer
    on: date
    at: datetime
    lines: tuple[tuple[int, str], ...]
    told: frozenset[str]
    maybe: int | None


@dataclass(frozen=True, slots=True)
class Closed:
    """Nothing in it."""


STATES = (
    Open(
        customer=Customer(name="马娜", phone="13800001111", address="佛山", district="南海区"),
        on=date(2026, 3, 2),
        at=datetime(2026, 3, 2, 1, 2, 3, 456789, tzinfo=UTC),
        lines=((1, "a"), (2, "b")),
        told=frozenset({"x"}),
        maybe=None,
    ),
    Closed(),
)


@pytest.mark.parametrize("state", STATES, ids=lambda state: type(state).__name__)
def test_a_state_comes_back_as_it_was(state: object) -> None:
    codec = StateCodec((Open, Closed))
    assert codec.load(codec.dump(state)) == state


def test_the_bytes_name_the_situation_and_are_readable() -> None:
    assert StateCodec((Closed,)).dump(Closed()) == b"Closed\0{}"


def test_a_state_of_other_code_is_not_read() -> None:
    with pytest.raises(KeyError):
        StateCodec((Closed,)).load(b"Opened\0{}")
