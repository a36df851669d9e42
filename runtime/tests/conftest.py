"""A small service for the runtime's own tests: a counter that may be refused, fail, grow too large, or owe something.

It borrows published event shapes, since only those have wire names: DelayNoticed for "counted".
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import pytest

from company.context import Context
from company.policy import policy_book
from contracts.bounds import Text
from contracts.order import DelayNoticed
from runtime.commands import Request, command_reader, to_headers
from runtime.deciding import Incoming, Rules
from runtime.decision import Command, Rejected, Timer
from runtime.service import Decider

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
REFUSED = Rejected(code="enough", rule="T1", zh="够了。", en="Enough.")


class Count(Command):
    """Count `times` more; negative is refused, zero is already so."""

    command: Literal["Count"] = "Count"
    times: int
    note: Annotated[str, Text(9_000)] = ""


class Fail(Command):
    """A bug."""

    command: Literal["Fail"] = "Fail"


@dataclass(frozen=True, slots=True)
class Counted:
    """How often it was counted, and who did it last."""

    total: int


def decide(command: Count | Fail, counted: Counted, ctx: Context) -> tuple[DelayNoticed, ...] | Rejected:
    """One event for each time."""
    match command:
        case Fail():
            raise ZeroDivisionError("a bug in a rule")
        case Count(times=times, note=note) if times < 0:
            return replace(REFUSED, facts={"note": note}) if note else REFUSED
        case Count(times=times):
            return tuple(counted_event(ctx.now, counted.total + n + 1, command.note) for n in range(times))


def counted_event(at: datetime, total: int, note: str = "") -> DelayNoticed:
    """The event, as `decide` makes it."""
    return DelayNoticed(at=at, contract_no="", line_no=total, sku="", waybill="", carrier="", eta=None, reason=note)


def evolve(counted: Counted, event: DelayNoticed) -> Counted:
    """Counted once more; 13 is a bug."""
    if event.line_no == 13:
        raise ZeroDivisionError("a bug in evolve")
    return Counted(event.line_no)


def due(counted: Counted) -> tuple[Timer, ...]:
    """At three, somebody must look; 666 is a bug."""
    if counted.total == 666:
        raise ZeroDivisionError("a bug in due")
    hours = timedelta(hours=min(counted.total, 1_000))
    return (Timer("look", NOW + hours, Count(times=0)),) if counted.total >= 3 else ()


COUNTER = Decider(
    prefix="counter",
    initial=Counted(0),
    states=(Counted,),
    commands=Count | Fail,
    decide=decide,
    evolve=evolve,
    due=due,
)


@pytest.fixture
def rules() -> Rules:
    """The counter's rules; events up to 2,000 bytes."""
    return Rules(
        service="counting",
        deciders={"counter": COUNTER},
        readers=command_reader((COUNTER,)),
        policies=policy_book(),
        max_event_bytes=2_000,
    )


@pytest.fixture
def incoming() -> Callable[..., Incoming]:
    """Makes command records at growing offsets."""
    offset = 9

    def make(
        command: Command | bytes,
        command_id: str,
        *,
        key: str = "counter:a",
        at: datetime = NOW,
        expected: int | None = None,
        headers: list[tuple[str, bytes]] | None = None,
        **others: Any,
    ) -> Incoming:
        nonlocal offset
        offset += 1
        value = command if isinstance(command, bytes) else command.model_dump_json().encode()
        request = Request(command_id, at, "he.jx", "install_assistant", "chain", expected_version=expected)
        return Incoming(offset, key, value, tuple(headers if headers is not None else to_headers(request)), **others)

    return make
