"""Dispatch in memory: its rules, reactions, timers and rows, with commands in the order in which they are asked."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from dispatch_cases import NOW

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta, to_headers
from contracts.fact import Fact
from dispatch.departure import PASSED_GOODS
from dispatch.job.booking import DELIVERS, INCOMPLETE
from dispatch.main import SERVICE
from runtime.commands import Asked, Request
from runtime.decision import Rejected
from runtime.flow import asked_for
from runtime.outcome import Outcome

DECIDERS = {decider.prefix: decider for decider in SERVICE.deciders}


class World:
    """Stands where gateway, worker, reactor and projector stand; `now` is set by the test."""

    def __init__(self) -> None:
        self.now: datetime = NOW
        self.states: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.answers: dict[str, Outcome] = {}
        self.events: list[tuple[Meta, Fact]] = []
        names = (
            PASSED_GOODS.name,
            INCOMPLETE.name,
            DELIVERS.name,
            *(projection.name for projection in SERVICE.projections),
        )
        self.rows: dict[str, dict[str, Any]] = {name: {} for name in names}
        self._folded: dict[tuple[str, str], dict[str, Any]] = {}
        self._unread: deque[tuple[Meta, Fact]] = deque()
        self.pause: Callable[[], int] = lambda: 0

    def state(self, aggregate_id: str) -> Any:
        """What the aggregate is now."""
        return self.states.get(aggregate_id, DECIDERS[aggregate_id.partition(":")[0]].initial)

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Request) -> Outcome:
        """As the gateway: the decision, after a pause in which others may come first."""
        assert service == "dispatch"
        for _ in range(self.pause()):
            await asyncio.sleep(0)
        return self.decide(aggregate_id, command, request)

    async def ask_all(self, service: str, asked: Sequence[Asked]) -> list[Outcome]:
        """As the gateway: several at once, each decided when its turn comes."""
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]

    def as_heard(self, outcome: Outcome) -> Outcome:
        """As the gateway, which remembers the facts of first answers."""
        return outcome

    async def with_facts(self, _: str, outcome: Outcome) -> Outcome:
        """As the gateway, which remembers the facts of first answers."""
        return outcome

    def decide(self, aggregate_id: str, command: Any, request: Request) -> Outcome:
        """As the worker: a repeated id gets the first answer, a stale version a refusal."""
        known = self.answers.get(request.command_id)
        if known is not None:
            return replace(known, repeated=True)
        version = self.versions.get(aggregate_id, 0)
        if request.expected_version is not None and request.expected_version != version:
            no = Rejected("stale_page", "", "页面已过时", "stale", {"version": version})
            return self._remember(Outcome(request.command_id, aggregate_id, "rejected", version, rejected=no))
        decider = DECIDERS[aggregate_id.partition(":")[0]]
        policy = policy_book().at(self.now)
        context = Context(self.now, request.actor, request.role, policy, version, request.second)
        decision = decider.decide(command, self.state(aggregate_id), context)
        if isinstance(decision, Rejected):
            return self._remember(Outcome(request.command_id, aggregate_id, "rejected", version, rejected=decision))
        made = [self._record(decider, aggregate_id, event, request, n) for n, event in enumerate(decision)]
        names = tuple(type(event).__name__ for event in decision)
        facts = tuple((to_headers(meta), event.model_dump_json().encode()) for meta, event in made)
        version = self.versions.get(aggregate_id, 0)
        return self._remember(Outcome(request.command_id, aggregate_id, "accepted", version, names, facts=facts))

    def _record(self, decider: Any, aggregate_id: str, event: Fact, request: Request, number: int) -> tuple[Meta, Fact]:
        version = self.versions[aggregate_id] = self.versions.get(aggregate_id, 0) + 1
        self.states[aggregate_id] = decider.evolve(self.state(aggregate_id), event)
        meta = Meta(
            id=f"{request.command_id}.{number}",
            type=event.wire,
            source="/songda/dispatch",
            subject=aggregate_id,
            time=self.now,
            sequence=version,
            causation_id=request.command_id,
            correlation_id=request.correlation_id,
            actor=request.actor,
            command_offset=0,
        )
        self.events.append((meta, event))
        self._unread.append((meta, event))
        for projection in SERVICE.projections:
            mine = [facet for facet in projection.facets if decider.prefix in facet.prefixes]
            row_id = projection.row(aggregate_id)
            folded = self._folded.setdefault((projection.name, row_id), {}) if mine else {}
            for facet in mine:
                folded[facet.name] = facet.fold(folded.get(facet.name), event, meta)
            if mine:
                fields = [facet.fields(folded).items() for facet in mine]
                document = {name: value for one in fields for name, value in one}
                position = {facet.name: {"seq": version} for facet in mine}
                self.rows[projection.name][row_id] = {"_id": row_id, **document, "_pos": position}
        return meta, event

    def _remember(self, outcome: Outcome) -> Outcome:
        self.answers[outcome.command_id] = outcome
        return outcome

    def put(self, aggregate_id: str, command: Any, role: str = "system") -> Outcome:
        """Ask as the system."""
        number = f"put-{len(self.answers)}"
        return self.decide(aggregate_id, command, Request(number, self.now, "system", role, "r"))

    def tell(self, source: str, event: Fact) -> None:
        """A fact of another service arrives."""
        meta = Meta(f"{source}-{len(self.answers)}", "", source, "", self.now, 1, "c", "c", "system", 0)
        self.react(source, meta, event)
        self.settle()

    def settle(self) -> None:
        """Let dispatch's own reactions run until nothing is left to do."""
        while self._unread:
            meta, event = self._unread.popleft()
            self.react("dispatch", meta, event)

    def react(self, source: str, meta: Meta, event: Fact) -> None:
        """What the reactor asks for about a fact."""
        for reaction in SERVICE.reactions:
            if reaction.source == source:
                for number, ask in enumerate(reaction.react(event, meta)):
                    asked = asked_for(reaction, number, ask, meta)
                    self.decide(asked.aggregate_id, asked.command, asked.request)

    def fire(self, until: datetime) -> None:
        """Move the clock; whatever falls due happens."""
        self.now = until
        for aggregate_id, state in list(self.states.items()):
            for timer in DECIDERS[aggregate_id.partition(":")[0]].due(state):
                if timer.at <= until:
                    self.put(aggregate_id, timer.command)
        self.settle()


def _suits(found: Any, want: Any) -> bool:
    """As MongoDB compares: a value (of a list, one of it), one of several, or a bound."""
    if not isinstance(want, dict):
        return want in found if isinstance(found, list) else bool(found == want)
    [(how, bound)] = want.items()
    match how:
        case "$in":
            return found in bound
        case "$ne":
            return bool(found != bound)
        case "$gte":
            return found is not None and bool(found >= bound)
        case "$lte":
            return found is not None and bool(found <= bound)
    raise AssertionError(f"no such condition: {want}")


class RowsInMemory:
    """A read model of the world, with what the API asks of it."""

    def __init__(self, rows: dict[str, Any]) -> None:
        self._rows = rows

    async def get(self, row_id: str) -> dict[str, Any] | None:
        """One row."""
        return self._rows.get(row_id)

    async def peek(self, row_id: str) -> dict[str, Any] | None:
        """The same: nothing is ever behind here."""
        return self._rows.get(row_id)

    async def get_many(self, row_ids: Sequence[str]) -> list[dict[str, Any]]:
        """Rows by id, in no order."""
        return [self._rows[row_id] for row_id in row_ids if row_id in self._rows]

    def _matching(self, query: dict[str, Any]) -> list[dict[str, Any]]:
        def value(row: dict[str, Any], path: str) -> Any:
            facet, _, name = path.partition(".")
            return row[facet][name] if name else row[facet]

        def fits(row: dict[str, Any], wanted: dict[str, Any]) -> bool:
            return all(
                any(fits(row, one) for one in want) if path == "$or" else _suits(value(row, path), want)
                for path, want in wanted.items()
            )

        return [row for row in self._rows.values() if fits(row, query)]

    async def find(
        self, query: dict[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 0, skip: int = 0
    ) -> list[dict[str, Any]]:
        """Rows that match, by id."""
        assert sort or not (limit or skip), "a page of a list has an order"
        found: Iterable[dict[str, Any]] = sorted(self._matching(query), key=lambda row: str(row["_id"]))
        return list(found)[skip:][: limit or None]

    async def count(self, query: dict[str, Any]) -> int:
        """How many match."""
        return len(self._matching(query))
