"""The warehouse whole, in memory: commands meet the rules, reactions follow, read models are folded. No I/O."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.order import ContractAmended, ContractSigned
from inventory.main import SERVICE
from runtime.commands import Asked
from runtime.decision import Rejected, Signer
from runtime.outcome import Outcome
from runtime.rows import STATE
from runtime.service import Projection


class Table:
    """One read model, found by equal values (and by one of a list, as the database finds it)."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[str, Any]] = {}

    async def get(self, row_id: str) -> dict[str, Any] | None:
        return self.documents.get(row_id)

    async def catch_up(self) -> None:
        """Nothing is ever behind here."""

    async def get_many(self, row_ids: Sequence[str]) -> list[dict[str, Any]]:
        return [self.documents[row_id] for row_id in row_ids if row_id in self.documents]

    async def find(
        self,
        query: Mapping[str, Any] | None = None,
        *,
        sort: Sequence[tuple[str, int]] = (),
        limit: int = 0,
        skip: int = 0,
    ) -> list[dict[str, Any]]:
        found = [x for x in self.documents.values() if _fits(x, query or {})]
        for path, direction in reversed(sort):
            found.sort(key=lambda document: _in_order(_at(document, path)), reverse=direction < 0)
        return found[skip : skip + limit if limit else None]

    async def count(self, query: Mapping[str, Any] | None = None) -> int:
        return len(await self.find(query))


class Folded(Table):
    """One that is folded from events; its documents are made when somebody looks, as the projector writes them."""

    def __init__(self, projection: Projection) -> None:
        super().__init__()
        self._projection = projection
        self._values: dict[str, dict[str, Any]] = {}
        self._moved: dict[str, None] = {}
        self._documents: dict[str, dict[str, Any]] = {}

    @property
    def documents(self) -> dict[str, dict[str, Any]]:
        """As they are stored, without those that hold nothing."""
        for row_id in self._moved:
            values = self._values[row_id]
            fields = {name: found for facet in self._projection.facets for name, found in facet.fields(values).items()}
            shown = {name: found for name, found in fields.items() if name != STATE}
            if any(found is not None for found in shown.values()):
                self._documents[row_id] = {"_id": row_id, "_pos": values["_pos"], **shown}
        self._moved.clear()
        return self._documents

    @documents.setter
    def documents(self, known: dict[str, dict[str, Any]]) -> None:
        self._documents = known

    def fold(self, service: str, event: Fact, meta: Meta) -> None:
        """One event."""
        for facet in self._projection.facets:
            if facet.service == service and meta.subject.partition(":")[0] in facet.prefixes:
                named = self._projection.row(meta.subject)
                row_id = f"{named}#{meta.sequence:06d}" if self._projection.per_event else named
                values = self._values.setdefault(row_id, {"_pos": {}})
                values[facet.name] = facet.fold(values.get(facet.name), event, meta)
                values["_pos"][facet.name] = {"seq": meta.sequence}
                self._moved[row_id] = None


class Contracts(Table):
    """The order service's contracts, as far as they are asked for here."""

    def note(self, event: ContractSigned | ContractAmended) -> None:
        """A contract as it is now."""
        known = self.documents.get(event.contract_no, {}).get("row", {"lines": []})
        lines = [line.model_dump(mode="json") for line in event.lines] or known["lines"]
        customer = known.get("customer") if event.customer is None else event.customer.model_dump()
        self.documents[event.contract_no] = {
            "_id": event.contract_no,
            "row": {"customer": customer, "lines": lines},
        }


def _in_order(value: Any) -> tuple[int, str]:
    return (value, "") if isinstance(value, int) else (0, str(value))


def _fits(document: Mapping[str, Any], query: Mapping[str, Any]) -> bool:
    return all(
        any(_fits(document, one) for one in value) if path == "$or" else _has(document, path, value)
        for path, value in query.items()
    )


def _at(document: Mapping[str, Any], path: str) -> Any:
    value: Any = document
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _values(value: Any, names: Sequence[str]) -> Iterator[Any]:
    """All values at a path, through lists, as the database sees them."""
    if isinstance(value, list):
        for item in value:
            yield from _values(item, names)
    elif not names:
        yield value
    elif isinstance(value, Mapping):
        yield from _values(value.get(names[0]), names[1:])


def _has(document: Mapping[str, Any], path: str, wanted: Any) -> bool:
    values = list(_values(document, path.split(".")))
    if isinstance(wanted, Mapping):
        return all(_meets(values, operator, operand) for operator, operand in wanted.items())
    return wanted in values


def _meets(values: Sequence[Any], operator: str, operand: Any) -> bool:
    tests: dict[str, Callable[[Any], bool]] = {
        "$in": lambda value: value in operand,
        "$gt": lambda value: value is not None and value > operand,
        "$gte": lambda value: value is not None and value >= operand,
        "$lt": lambda value: value is not None and value < operand,
        "$regex": lambda value: isinstance(value, str) and re.search(operand, value) is not None,
    }
    if operator == "$ne":
        return operand not in values
    return any(map(tests[operator], values))


class World:
    """Stands where the gateway is. `now` is the time of the next command."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.deciders = {decider.prefix: decider for decider in SERVICE.deciders}
        self.states: dict[str, Any] = {}
        self.versions: dict[str, int] = {}
        self.rows: dict[str, Folded] = {projection.name: Folded(projection) for projection in SERVICE.projections}
        self.contracts = Contracts()
        self.products = Table()
        self.refused: list[Rejected] = []

    def owners(self) -> dict[str, str]:
        return dict.fromkeys(self.deciders, "inventory")

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Any) -> Outcome:
        """Decide at once, and let everything that follows happen."""
        return self.put(aggregate_id, command, request.actor, request.role, request.second)

    async def ask_all(self, service: str, asked: Sequence[Asked]) -> list[Outcome]:
        """Several, one after the other."""
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]

    def put(
        self,
        aggregate_id: str,
        command: Any,
        by: str = "system",
        role: str = "system",
        second: Signer | None = None,
    ) -> Outcome:
        """One command and its consequences."""
        decider = self.deciders[aggregate_id.partition(":")[0]]
        ctx = Context(now=self.now, by=by, role=role, policy=policy_book().at(self.now), second=second)
        decision = decider.decide(command, self.states.get(aggregate_id, decider.initial), ctx)
        if isinstance(decision, Rejected):
            self.refused.append(decision)
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        for event in decision:
            self.tell("inventory", aggregate_id, event, by)
        names = tuple(type(event).__name__ for event in decision)
        return Outcome("c", aggregate_id, "accepted", self.versions.get(aggregate_id, 0), names)

    def tell(self, service: str, aggregate_id: str, event: Fact, by: str = "system") -> None:
        """An event of any stream: own ones are folded into their state; reactions and read models see all."""
        version = self.versions[aggregate_id] = self.versions.get(aggregate_id, 0) + 1
        prefix = aggregate_id.partition(":")[0]
        if service == "inventory":
            decider = self.deciders[prefix]
            self.states[aggregate_id] = decider.evolve(self.states.get(aggregate_id, decider.initial), event)
        meta = Meta(
            id=str(uuid5(NAMESPACE_URL, f"{aggregate_id}/{version}")),
            type="",
            source=f"/songda/{service}",
            subject=aggregate_id,
            time=self.now,
            sequence=version,
            causation_id="",
            correlation_id="",
            actor=by,
            command_offset=0,
        )
        for table in self.rows.values():
            table.fold(service, event, meta)
        if isinstance(event, ContractSigned | ContractAmended):
            self.contracts.note(event)
        for reaction in SERVICE.reactions:
            if reaction.source == service:
                for ask in reaction.react(event, meta):
                    self.put(ask.aggregate_id, ask.command)
