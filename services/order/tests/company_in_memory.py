"""Order and inventory in one memory: files come in, and what the rules make of them, without Kafka or a database."""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from order_rows import Folded

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.order_products import ProductDescribed
from inventory.main import SERVICE as INVENTORY
from order.files.contracts_file import read_contracts
from order.files.logistics_file import read_logistics
from order.files.products_file import read_products
from order.importing import Put, Report, import_contracts, import_logistics, import_products
from order.main import SERVICE as ORDER
from runtime.commands import command_reader
from runtime.decision import Ask, Command, Rejected
from runtime.file_refusals import UnreadableFile
from runtime.outcome import Outcome
from runtime.service import Service

NOW = datetime(2026, 3, 21, 1, 0, tzinfo=UTC)


class Company:
    """Order and inventory in one memory: a command is decided, its events fold and react at once, as JSON travels."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now
        self.services: dict[str, Service] = {"order": ORDER, "inventory": INVENTORY}
        self.deciders = {d.prefix: (name, d) for name, s in self.services.items() for d in s.deciders}
        self.readers = {p: r for s in self.services.values() for p, r in command_reader(s.deciders).items()}
        self.states: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.rows: dict[str, Any] = {}
        self.products: dict[str, ProductDescribed] = {}
        self.events: list[str] = []
        self.refused_reactions: list[Rejected] = []

    async def put(self, asked: Sequence[Put]) -> list[Outcome]:
        return [self._put(aggregate_id, command) for aggregate_id, command, _ in asked]

    def _put(self, aggregate_id: str, command: Command) -> Outcome:
        outcome, asked = self.decide(aggregate_id, command)
        waiting = deque(asked)
        while waiting:
            ask = waiting.popleft()
            reaction, more = self.decide(ask.aggregate_id, ask.command)
            if reaction.rejected is not None:
                self.refused_reactions.append(reaction.rejected)
            waiting.extend(more)
        return outcome

    def decide(self, aggregate_id: str, command: Any) -> tuple[Outcome, list[Ask]]:
        prefix = aggregate_id.partition(":")[0]
        service, decider = self.deciders[prefix]
        read = self.readers[prefix].validate_json(command.model_dump_json())
        context = Context(now=self.now, by="he.jx", role="install_assistant", policy=policy_book().at(self.now))
        decision = decider.decide(read, self.states.get(aggregate_id, decider.initial), context)
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision), []
        asked: list[Ask] = []
        for event in decision:
            self.states[aggregate_id] = decider.evolve(self.states.get(aggregate_id, decider.initial), event)
            asked += self._told(service, aggregate_id, type(event).model_validate_json(event.model_dump_json()))
        return Outcome("c", aggregate_id, "accepted", events=tuple(type(e).__name__ for e in decision)), asked

    def _told(self, service: str, aggregate_id: str, event: Any) -> list[Ask]:
        self.versions[aggregate_id] = self.versions.get(aggregate_id, 0) + 1
        name = type(event).__name__
        self.events.append(name)
        meta = Meta(
            id="e",
            type=event.wire,
            source=f"/songda/{service}",
            subject=aggregate_id,
            time=self.now,
            sequence=self.versions[aggregate_id],
            causation_id="c",
            correlation_id="c",
            actor="he.jx",
            command_offset=0,
        )
        if isinstance(event, ProductDescribed):
            self.products[event.sku] = event
        elif aggregate_id.startswith("contract:"):
            self.rows.setdefault(aggregate_id, Folded(aggregate_id.partition(":")[2])).fold(event)
        reactions = [r for s in self.services.values() for r in s.reactions if r.source == service]
        return [ask for reaction in reactions for ask in reaction.react(event, meta)]


def bring_products(company: Company, path: Path) -> Report:
    parsed = read_products(path.read_bytes(), path.name)
    assert not isinstance(parsed, UnreadableFile)
    return asyncio.run(import_products(parsed.rows, parsed.refused, company.put, filename=path.name))


def bring_contracts(company: Company, path: Path) -> Report:
    parsed = read_contracts(path.read_bytes(), path.name)
    assert not isinstance(parsed, UnreadableFile)
    return asyncio.run(
        import_contracts(parsed.rows, parsed.refused, company.put, products=company.products, filename=path.name)
    )


def bring_logistics(company: Company, paths: list[Path]) -> list[Report]:
    reports = []
    for path in paths:
        parsed = read_logistics(path.read_bytes(), path.name)
        assert not isinstance(parsed, UnreadableFile)
        reports.append(asyncio.run(import_logistics(parsed.rows, parsed.refused, company.put, filename=path.name)))
    return reports
