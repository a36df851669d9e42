"""Commands for the system under test: the lives of contracts, good and bad requests mixed, chosen by a seed."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from contracts.civil_time import civil_day
from contracts.fact import ContractLine, Customer
from harness.oracle import Oracle
from harness.waiting import PATIENCE
from order.contract.aggregate import CONTRACT
from order.contract.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from order.contract.terms import RegisterContract
from runtime.clock import utc_now
from runtime.decision import Command
from runtime.errors import NotReady, Overloaded
from runtime.gateway import Gateway, new_request
from runtime.outcome import Outcome

SIGNED = date(2026, 2, 8)
PROMISED = civil_day(utc_now()) + timedelta(days=30)
"""Not over: a promise that is broken is noted by itself (A8)."""


@dataclass(frozen=True)
class Planned:
    """One command to be sent, under an id of its own."""

    command_id: str
    aggregate_id: str
    command: Command
    expected_version: int | None = None


def line(number: int, quantity: int = 4) -> ContractLine:
    """A contract line."""
    return ContractLine(
        line_no=number,
        sku=f"WC-{100 + number}",
        name="连体坐便器",
        spec="700x390x650",
        category="卫浴",
        quantity=quantity,
        unit_price_fen=135_000,
        to_install=number % 2 == 0,
    )


def register(contract_no: str, lines: int = 3) -> RegisterContract:
    """A contract to be registered."""
    return RegisterContract(
        contract_no=contract_no,
        store_code="S02",
        store_name="南海店",
        signed_on=SIGNED,
        customer=Customer(name="马娜", phone="13800001111", address="佛山市南海区海八东路1号", district="南海区"),
        promised_on=PROMISED,
        amount_due_fen=210_200,
        lines=tuple(line(number) for number in range(1, lines + 1)),
    )


def arrival(contract_no: str, line_no: int, waybill: str, quantity: int = 1) -> ReportArrival:
    """Goods of one line, arrived."""
    return ReportArrival(
        contract_no=contract_no,
        line_no=line_no,
        sku=f"WC-{100 + line_no}",
        quantity=quantity,
        waybill=waybill,
        carrier="德邦",
        arrived_on=SIGNED + timedelta(days=10),
    )


def life_of(contract_no: str, rng: random.Random, steps: int = 6) -> list[Planned]:
    """A contract's life: registered, then goods announced, delayed and arrived; some requests are refused, some are
    already so."""
    commands: list[Command] = [register(contract_no)]
    for step in range(steps):
        waybill = f"YD{rng.randrange(10**8):08d}"
        number = rng.randint(1, 4)  # line 4 is unknown: refused
        shared = {"contract_no": contract_no, "line_no": number, "sku": f"WC-{100 + number}", "carrier": "德邦"}
        match rng.randrange(5):
            case 0 | 1:
                eta = SIGNED + timedelta(days=step)
                commands.append(AnnounceShipment(**shared, quantity=1, waybill=waybill, eta=eta))
            case 2:
                commands.append(NoticeDelay(**shared, waybill=waybill, reason="雨"))
            case 3:
                commands.append(arrival(contract_no, number, waybill))
            case 4:
                commands.append(commands[-1])  # the same request under another id: already so
    return [planned(contract_no, command, rng) for command in commands]


def planned(contract_no: str, command: Command, rng: random.Random, *, expected_version: int | None = None) -> Planned:
    """A command with an id drawn from the seed."""
    command_id = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    return Planned(command_id, CONTRACT.key(contract_no), command, expected_version)


def contract_numbers(count: int, first: int = 1) -> list[str]:
    """Contract numbers, one after the other."""
    return [f"HT{26_000_000 + number}" for number in range(first, first + count)]


class Pace:
    """How many commands may have been asked for by now: so a fast machine does not run out of load before the fault.

    A repeat of one that has begun is no other command: it goes ahead, and takes nobody's turn.
    """

    def __init__(self) -> None:
        self._begun: set[str] = set()
        self._limit: int | None = None
        self._news = asyncio.Event()

    def allow(self, limit: int | None) -> None:
        """So many in all; None: as many as there are."""
        self._limit = limit
        self._news.set()

    async def step(self, command_id: str) -> None:
        """Wait for one's turn."""
        while self._limit is not None and command_id not in self._begun and len(self._begun) >= self._limit:
            self._news.clear()
            await self._news.wait()
        self._begun.add(command_id)


class Callers:
    """People who ask, and who ask again with the same id until they get a definite answer."""

    def __init__(
        self, gateway: Gateway, service: str, oracle: Oracle, pace: Pace | None = None, *, patience: float = 3.0
    ) -> None:
        self._gateway = gateway
        self._service = service
        self._oracle = oracle
        self._pace = pace or Pace()
        self._patience = patience

    async def ask_once(self, plan: Planned) -> Outcome:
        """One request; "pending" when nothing came in time or the system was busy or away."""
        self._oracle.sending(plan.command_id, plan.aggregate_id, type(plan.command).__name__)
        request = new_request(
            plan.command_id, actor="liang.my", role="cs_specialist", expected_version=plan.expected_version
        )
        try:
            outcome = await self._gateway.ask(
                self._service, plan.aggregate_id, plan.command, request, seconds=self._patience
            )
        except (NotReady, Overloaded, TimeoutError):
            outcome = Outcome(plan.command_id, plan.aggregate_id, "pending")
            await asyncio.sleep(0.1)  # told to come again: not at once
        self._oracle.answered(outcome)
        return outcome

    async def ask(self, plan: Planned) -> Outcome:
        """Until there is an answer."""
        await self._pace.step(plan.command_id)
        loop = asyncio.get_running_loop()
        until = loop.time() + PATIENCE
        while loop.time() < until:
            outcome = await self.ask_once(plan)
            if outcome.status != "pending":
                return outcome
        raise AssertionError(f"no answer to {plan.command_id} within {PATIENCE:.0f} s")

    async def live(self, lives: Sequence[Sequence[Planned]], *, at_once: int = 20) -> None:
        """All lives, `at_once` side by side, each in its order."""
        waiting = list(reversed(lives))

        async def one_after_the_other() -> None:
            while waiting:
                for plan in waiting.pop():
                    await self.ask(plan)

        async with asyncio.TaskGroup() as group:
            for _ in range(at_once):
                group.create_task(one_after_the_other())
