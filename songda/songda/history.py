"""The whole history of one aggregate across services: what happened, when, who, why, and what caused it (X1).

Pure: records in, entries out. An aggregate's own stream is not its whole story: a contract's goods, jobs, tickets and
messages are aggregates of their own, and its stops lie among others' in day plans and runs. `Search` says what counts.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from company.masking import mask_name, mask_phone
from contracts.envelope import Headers, from_headers
from contracts.fact import Fact
from contracts.reading import SERVICES, read_event
from runtime.commands import deterministic_id
from runtime.logs import mask_phones

Json = dict[str, Any]

WHOLE = frozenset({"contract", "goods", "job", "ticket", "message"})
"""Kinds of aggregates that are about one thing: where one event names the subject, all of them belong to its story."""

ASKS = 64
"""Commands that one event may have caused by one reaction; more than any plan has stops."""

_WHY = ("reason", "override_reason", "adjustment_reason", "cause", "problem", "settlement", "note")
"""Fields in which people say why."""

_CONTRACT = re.compile(
    rb'"contract_no":"([^"]+)"|"subject":"contract:([^"]+)"|^(?:contract|goods):(.+)$|^job:[DI]-(.+)$', re.MULTILINE
)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of an event stream, with where it lies."""

    service: str
    partition: int
    offset: int
    key: str
    headers: Headers
    value: bytes


@dataclass(frozen=True, slots=True)
class Cause:
    """What an event came from: a command, and, where that was a reaction, the event before it."""

    command_id: str
    correlation_id: str
    reaction: str | None = None
    event_id: str | None = None
    event: str | None = None
    aggregate: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One event of the history. `at`: happened, `recorded`: when we heard of it, both UTC."""

    at: datetime
    recorded: datetime
    service: str
    aggregate: str
    sequence: int
    event: str
    zh: str
    type: str
    who: str
    why: Mapping[str, str]
    cause: Cause
    id: str
    content: Json = field(default_factory=dict)
    unreadable: str | None = None
    """Why the content could not be read, where it could not."""


class Search:
    """Which records belong to the story of `subject` (an aggregate id), found in three passes over all streams.

    1. `relate`: aggregates of one thing (`WHOLE`) that name the subject anywhere are part of the story.
    2. `follow`: the chains (correlation ids) of the events found so.
    3. `concerns`: own key, related aggregate, the subject named in the content, or in one of the chains, unless the
       aggregate is about another contract: an import or a published plan moves many contracts in one chain.

    The passes need not see the streams in any order.
    """

    def __init__(self, subject: str) -> None:
        self.subject = subject
        token = subject.partition(":")[2].encode()
        self._named = re.compile(rb"(?<![0-9A-Za-z])" + re.escape(token) + rb"(?![0-9A-Za-z])")
        self._related = {subject}
        self._about: dict[str, set[bytes]] = {}
        self._chains: set[bytes] = set()

    def relate(self, record: Record) -> None:
        """First pass."""
        contracts = {
            next(filter(None, found)) for found in _CONTRACT.findall(record.key.encode() + b"\n" + record.value)
        }
        if contracts:
            self._about.setdefault(record.key, set()).update(contracts)
        if record.key.partition(":")[0] in WHOLE and self._names(record):
            self._related.add(record.key)

    def follow(self, record: Record) -> None:
        """Second pass."""
        if record.key in self._related or self._names(record):
            self._chains.add(_header(record, "ce_correlationid"))

    def concerns(self, record: Record) -> bool:
        """Third pass."""
        if record.key in self._related or self._names(record):
            return True
        own = self._about.get(self.subject, set())
        return _header(record, "ce_correlationid") in self._chains and self._about.get(record.key, set()) <= own

    def _names(self, record: Record) -> bool:
        return bool(self._named.search(record.value) or self._named.search(record.key.encode()))


def _header(record: Record, name: str) -> bytes:
    return next((value for key, value in record.headers if key == name), b"")


def history(
    records: Sequence[Record], subject: str, reactions: Mapping[str, Iterable[str]] | None = None
) -> list[Entry]:
    """The story of an aggregate in order of time; empty when nothing ever happened to it.

    `reactions`: by source service, the names of the reactions to its events; they tell which event caused a command.
    """
    search = Search(subject)
    for record in records:
        search.relate(record)
    for record in records:
        search.follow(record)
    return entries([record for record in records if search.concerns(record)], reactions or {})


def entries(records: Iterable[Record], reactions: Mapping[str, Iterable[str]]) -> list[Entry]:
    """Records -> entries by time happened, then recorded, then place; with the causes that are among them.

    Raises `BadEnvelope` for a record whose headers are unreadable; unreadable content is an entry that says so.
    """
    found = [
        entry
        for entry, _ in sorted(
            ((_entry(record), (SERVICES.index(record.service), record.partition, record.offset)) for record in records),
            key=lambda pair: (pair[0].at, pair[0].recorded, pair[1]),
        )
    ]
    asked = {entry.cause.command_id for entry in found}
    causes = {
        cause.command_id: cause
        for entry in found
        for cause in _caused_by(entry, reactions.get(entry.service, ()))
        if cause.command_id in asked
    }
    return [replace(entry, cause=causes.get(entry.cause.command_id, entry.cause)) for entry in found]


def _entry(record: Record) -> Entry:
    meta = from_headers(record.headers)
    event: Fact | None = None
    content: Json = {}
    unreadable = None
    try:
        event = read_event(record.headers, record.value)
        content = _object(record.value) if event is None else event.model_dump(mode="json")
    except Exception as error:  # noqa: BLE001 - upcasters may raise anything; the entry says so
        unreadable = f"{type(error).__name__}: {error}"
    return Entry(
        at=meta.time if event is None else event.at,
        recorded=meta.time,
        service=record.service,
        aggregate=record.key,
        sequence=meta.sequence,
        event=meta.type.split(".")[2] if meta.type.count(".") == 3 else meta.type,
        zh="" if event is None else _zh(type(event)),
        type=meta.type,
        who=meta.actor,
        why={name: content[name] for name in _WHY if isinstance(content.get(name), str) and content[name]},
        cause=Cause(meta.causation_id, meta.correlation_id),
        id=meta.id,
        content=content,
        unreadable=unreadable,
    )


def _object(value: bytes) -> Json:
    content = json.loads(value)
    if not isinstance(content, dict):
        raise TypeError("the content is no JSON object")
    return content


def _zh(model: type[Fact]) -> str:
    """The trade's word for an event: what its docstring begins with."""
    return re.split(r"\s*[(:.]", model.__doc__ or "", maxsplit=1)[0]


def _caused_by(entry: Entry, reactions: Iterable[str]) -> Iterator[Cause]:
    """This event as the cause of the commands that reactions to it may have put; ids as the reactor makes them."""
    for reaction in reactions:
        for index in range(ASKS):
            command_id = deterministic_id(entry.id, reaction, str(index))
            yield Cause(command_id, entry.cause.correlation_id, reaction, entry.id, entry.event, entry.aggregate)


# --- personal data (C18) -------------------------------------------------------------------------------------------

_PHONES = ("phone", "second_phone")
_SIGNERS = frozenset({"signed_by", "accepted_by"})


def masked(told: Sequence[Entry]) -> list[Entry]:
    """The same entries with customers' names, phones and addresses masked, wherever they stand."""
    hidden: dict[str, str] = {}
    for entry in told:
        for customer in _customers(entry.content):
            hidden |= {
                str(customer.get("name", "")): mask_name(str(customer.get("name", ""))),
                **{text: mask_phone(text) for name in _PHONES if (text := str(customer.get(name, "")))},
                str(customer.get("address", "")): "****",
            }
        hidden |= {name: mask_name(name) for name in _signers(entry.content)}
    longest_first = sorted((text for text in hidden if len(text) > 1), key=len, reverse=True)

    def mask(node: Any) -> Any:
        if isinstance(node, str):
            for text in longest_first:
                node = node.replace(text, hidden[text])
            return mask_phones(node)
        if isinstance(node, dict):
            return {key: mask(value) for key, value in node.items()}
        return [mask(item) for item in node] if isinstance(node, list) else node

    return [replace(entry, content=mask(entry.content), why=mask(dict(entry.why))) for entry in told]


def _signers(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (name for name in map(node.get, _SIGNERS) if isinstance(name, str))
        for value in node.values():
            yield from _signers(value)


def _customers(node: Any) -> Iterator[Json]:
    if isinstance(node, dict):
        if "phone" in node and "address" in node:
            yield node
        for value in node.values():
            yield from _customers(value)
    elif isinstance(node, list):
        for item in node:
            yield from _customers(item)


# --- as JSON -------------------------------------------------------------------------------------------------------


def to_json(told: Sequence[Entry]) -> str:
    """Entries as a JSON array, in their order; times as ISO text in UTC."""
    return json.dumps([_plain(asdict(entry)) for entry in told], ensure_ascii=False, indent=2)


def _plain(entry: Json) -> Json:
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in entry.items()}
