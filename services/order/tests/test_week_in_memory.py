"""The company's three weeks, from file bytes to completeness, through the rules of order and inventory alone."""

import asyncio
import json
from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from order_rows import Folded

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from inventory.main import SERVICE as INVENTORY
from order.contract.row import CONTRACTS
from order.files.contracts_file import read_contracts
from order.files.logistics_file import read_logistics
from order.importing import Put, Report, import_contracts, import_logistics
from order.main import SERVICE as ORDER
from order.views import contract_summary
from runtime.commands import command_reader
from runtime.decision import Ask, Command, Rejected
from runtime.file_refusals import UnreadableFile
from runtime.outcome import Outcome
from runtime.service import Service

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
TRUTH = json.loads((WEEK / "truth.json").read_text(encoding="utf-8"))
LOGISTICS = sorted((WEEK / "logistics").iterdir())
NOW = datetime(2026, 3, 21, 1, 0, tzinfo=UTC)


class Company:
    """Order and inventory in one memory: a command is decided, its events fold and react at once, as JSON travels."""

    def __init__(self) -> None:
        self.services: dict[str, Service] = {"order": ORDER, "inventory": INVENTORY}
        self.deciders = {d.prefix: (name, d) for name, s in self.services.items() for d in s.deciders}
        self.readers = {p: r for s in self.services.values() for p, r in command_reader(s.deciders).items()}
        self.states: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.rows: dict[str, Any] = {}
        self.events: list[str] = []
        self.refused_reactions: list[Rejected] = []

    async def put(self, asked: Sequence[Put]) -> list[Outcome]:
        return [self._put(aggregate_id, command) for aggregate_id, command, _ in asked]

    def _put(self, aggregate_id: str, command: Command) -> Outcome:
        outcome, asked = self._decide(aggregate_id, command)
        waiting = deque(asked)
        while waiting:
            ask = waiting.popleft()
            reaction, more = self._decide(ask.aggregate_id, ask.command)
            if reaction.rejected is not None:
                self.refused_reactions.append(reaction.rejected)
            waiting.extend(more)
        return outcome

    def _decide(self, aggregate_id: str, command: Any) -> tuple[Outcome, list[Ask]]:
        prefix = aggregate_id.partition(":")[0]
        service, decider = self.deciders[prefix]
        read = self.readers[prefix].validate_json(command.model_dump_json())
        context = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
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
            time=NOW,
            sequence=self.versions[aggregate_id],
            causation_id="c",
            correlation_id="c",
            actor="he.jx",
            command_offset=0,
        )
        if service == "order":
            self.rows.setdefault(aggregate_id, Folded(aggregate_id.partition(":")[2])).fold(event)
        reactions = [r for s in self.services.values() for r in s.reactions if r.source == service]
        return [ask for reaction in reactions for ask in reaction.react(event, meta)]


def bring_contracts(company: Company, path: Path) -> Report:
    parsed = read_contracts(path.read_bytes(), path.name)
    assert not isinstance(parsed, UnreadableFile)
    return asyncio.run(import_contracts(*parsed, company.put, filename=path.name))


def bring_logistics(company: Company, paths: list[Path]) -> list[Report]:
    reports = []
    for path in paths:
        parsed = read_logistics(path.read_bytes(), path.name)
        assert not isinstance(parsed, UnreadableFile)
        reports.append(asyncio.run(import_logistics(*parsed, company.put, filename=path.name)))
    return reports


def summary(company: Company) -> dict[str, Any]:
    rows = [
        contract_summary(CONTRACTS.read(row.document), "he.jx").model_dump(mode="json") for row in company.rows.values()
    ]
    return {
        "contracts": len(rows),
        "complete": sum(row["complete"] for row in rows),
        "complete_on": {row["contract_no"]: row["complete_on"] for row in rows if row["complete"]},
        "delayed": sorted(row["contract_no"] for row in rows if row["delayed"]),
        "incomplete": sorted(row["contract_no"] for row in rows if not row["complete"]),
        "missing_without_reason": [row for row in rows if row["complete"] == bool(row["missing"])],
    }


EXPECTED = {
    "contracts": TRUTH["contracts"],
    "complete": TRUTH["complete"],
    "complete_on": TRUTH["complete_on"],
    "delayed": TRUTH["delayed"],
    "incomplete": TRUTH["incomplete"],
    "missing_without_reason": [],
}


@pytest.mark.parametrize("contracts", ["contracts.csv", "contracts.xlsx"])
@pytest.mark.parametrize("logistics", [LOGISTICS, LOGISTICS[::-1]], ids=["in order", "in reverse"])
def test_the_week_becomes_what_the_company_knows_to_be_true(contracts: str, logistics: list[Path]) -> None:
    """A1, A2, A3, X1"""
    company = Company()
    first = bring_contracts(company, WEEK / contracts)
    reports = bring_logistics(company, logistics)
    assert summary(company) == EXPECTED
    assert (first.taken, first.repeated, len(first.refused)) == (
        TRUTH["contract_rows"],
        0,
        TRUTH["refused_contract_rows"],
    )
    assert sum(len(report.refused) for report in reports) == TRUTH["refused_logistics_rows"]
    assert company.refused_reactions == []


def test_the_same_files_again_take_nothing_and_change_nothing() -> None:
    """A2"""
    company = Company()
    bring_contracts(company, WEEK / "contracts.csv")
    bring_logistics(company, LOGISTICS)
    before = list(company.events)
    first = bring_contracts(company, WEEK / "contracts.xlsx")
    reports = bring_logistics(company, LOGISTICS)
    assert (first.taken, [report.taken for report in reports]) == (0, [0] * len(LOGISTICS))
    assert sum(len(report.refused) for report in reports) == TRUTH["refused_logistics_rows"]
    assert company.events == before


def test_logistics_files_that_come_before_the_contracts_are_refused_and_taken_later() -> None:
    """A2: a refused row leaves nothing behind."""
    company = Company()
    early = bring_logistics(company, LOGISTICS)
    assert [(report.taken, report.repeated) for report in early] == [(0, 0)] * len(LOGISTICS)
    bring_contracts(company, WEEK / "contracts.csv")
    bring_logistics(company, LOGISTICS)
    assert summary(company) == EXPECTED
