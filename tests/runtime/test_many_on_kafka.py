"""Many commands put at once, as an import does: all answered, in order, and safe to ask again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from harness.load import arrival, contract_numbers, register
from harness.stage import Stage

from order.contract.aggregate import CONTRACT
from runtime.clock import utc_now
from runtime.commands import deterministic_id
from runtime.errors import Overloaded
from runtime.gateway import Asked, new_request

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

CONTRACTS = contract_numbers(120)


def asked(step: str, *commands: object) -> list[Asked]:
    """Commands under ids that are the same every time."""
    return [
        Asked(
            CONTRACT.key(command.contract_no),  # type: ignore[attr-defined]
            command,  # type: ignore[arg-type]
            new_request(deterministic_id(step, str(number)), actor="liang.my", role="cs_specialist"),
        )
        for number, command in enumerate(commands)
    ]


async def test_many_at_once_are_decided_in_order_and_asking_again_changes_nothing(stage: Stage) -> None:
    """A contract and its goods go together: the goods are never decided before the contract is known."""
    gateway = await stage.gateway()
    await stage.worker()
    commands = [
        command
        for number in CONTRACTS
        for command in (register(number), *(arrival(number, line, f"YD000{line}") for line in (1, 2, 3)))
    ]
    first = await gateway.ask_all(stage.order, asked("first", *commands))
    again = await gateway.ask_all(stage.order, asked("first", *commands))
    assert [(one.status, one.version) for one in first] == [("accepted", 1 + n % 4) for n in range(len(commands))]
    assert {(one.status, one.repeated) for one in again} == {("accepted", True)}
    assert [one.aggregate_id for one in first] == [CONTRACT.key(command.contract_no) for command in commands]


async def test_what_cannot_be_sent_is_refused_by_itself_and_too_many_are_refused_whole(stage: Stage) -> None:
    """One command of the future stops no other; past the bound nothing is sent."""
    gateway = await stage.gateway(waiting_requests=3)
    await stage.worker()
    good, bad = (register(number) for number in CONTRACTS[:2])
    future = bad.model_copy(update={"at": utc_now() + timedelta(days=1)})
    taken, refused = await gateway.ask_all(stage.order, asked("mixed", good, future))
    assert (taken.status, refused.status, refused.rejected and refused.rejected.code) == (
        "accepted",
        "rejected",
        "in_the_future",
    )
    with pytest.raises(Overloaded):
        await gateway.ask_all(stage.order, asked("many", *(register(number) for number in CONTRACTS[2:6])))
    (late,) = await gateway.ask_all(stage.order, asked("after", register(CONTRACTS[2])))
    assert (late.status, late.version) == ("accepted", 1)


async def test_an_answer_that_does_not_come_in_time_is_pending_and_found_by_asking_again(stage: Stage) -> None:
    """Nobody decides yet; the commands are kept, and the same ids get their answers later."""
    gateway = await stage.gateway()
    commands = asked("early", *(register(number) for number in CONTRACTS[:5]))
    early = await gateway.ask_all(stage.order, commands, seconds=0.2)
    await stage.worker()
    later = await gateway.ask_all(stage.order, [replace(one) for one in commands])
    assert [one.status for one in early] == ["pending"] * 5
    assert [(one.status, one.version) for one in later] == [("accepted", 1)] * 5
