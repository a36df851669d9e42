"""Deciding a batch: commands in order, each on the state the former left, into events and answers. No I/O at all.

A batch works on an overlay: what it decided becomes memory only after its transaction is committed (RISKS A3).
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from contracts.bounding import bounded
from contracts.civil_time import in_utc
from contracts.envelope import Meta, wire_source
from contracts.envelope import to_headers as event_headers
from runtime import commands
from runtime.aggregate import Aggregate
from runtime.commands import Request
from runtime.decision import STEP, SYSTEM, Command, Context, Policies, Rejected, out_of_bounds, untimely
from runtime.outcome import NOT_SIGNED, Outcome, from_json, to_json
from runtime.parking import Parked
from runtime.request_digest import halves_differing, is_other, key_reused
from runtime.service import Decider

HELD = "parked"
"""Header of a dead letter that waits for its aggregate: since when that is parked (`Parked.since`, ISO)."""

_ERROR_CHARACTERS = 1_000  # of a dead letter's error: it goes into a header, an answer and a log line
_KEY_CHARACTERS = 500  # of an aggregate id: it goes into every record that is written about it
_ANSWER_BYTES = 900_000  # a refusal that quotes what was asked; the broker takes 1 MiB a record
_HEADER_BYTES = 20_000  # of all headers of a command: most of them go into every event that it makes
_LARGEST = 2**53 - 1  # whole in every reader's arithmetic; a larger one would stop every read model for good
_LONG_NUMBER = re.compile(rb"[:,\[]-?[0-9]{16}")  # perhaps within a text: whoever finds one looks closely
_HUGE = Rejected(
    "number_too_large",
    "",
    "数字太大，不可能是对的（比如把条码扫进了数量栏）。请改正后再交",
    "A number is too large to be right (a bar code in the field of a quantity?). Mend it and send again",
)
_ID_CHARACTERS = 200
_WAITS = Rejected(
    "waits_for_repair",
    "",
    "这一件的处理暂时停住了，技术人员已经知道；什么都没有改变。您的请求已原样保存，修好后会接着办，请不要重复提交。",
    "Work on this one is stopped for now, and the engineers know; nothing was changed. Your request is kept whole and"
    " is carried out once this is mended: please do not send it again.",
)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Cause = tuple[int, tuple[str, ...], str | None]
"""What a command did to its aggregate: the version after it, the names of its events; and its request's digest."""


Kept = tuple[str, str, str | None]
"""A command that is kept until its aggregate is mended: aggregate id, command id, its request's digest."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One aggregate as memory holds it. `causes` remembers every command that made events, for repeats; `due` is when
    something falls due, at the earliest (UTC)."""

    state: Any
    version: int
    time: datetime
    causes: dict[str, Cause]
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A command record, as the consumer gave it."""

    offset: int
    key: str
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    fault: str | None = None
    """Why the record cannot be a command of this partition, if so: seen where it was read."""
    forged: str | None = None
    """Why none of our processes can have written it, if so. Then nothing of it is believed, its id least of all."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to be written: key, value, headers."""

    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


@dataclass(slots=True)
class _Draft:
    state: Any
    version: int
    time: datetime
    causes: dict[str, Cause]
    due: datetime | None
    new_causes: dict[str, Cause] = field(default_factory=dict)


@dataclass(slots=True)
class Decided:
    """What a batch came to. `changed` holds the new entries of the aggregates that got events."""

    events: list[Outgoing] = field(default_factory=list)
    outcomes: list[Outgoing] = field(default_factory=list)
    answers: dict[str, bytes] = field(default_factory=dict)
    dead: list[Outgoing] = field(default_factory=list)
    changed: dict[str, Entry] = field(default_factory=dict)
    unsigned: int = 0
    """How many of the dead letters none of our processes had signed."""
    failures: list[tuple[str, str, str]] = field(default_factory=list)
    """(command id, aggregate id, error) of commands that broke the rules' code."""
    refusals: list[tuple[str, str, str, str]] = field(default_factory=list)
    """(command id, aggregate id, code, rule) of commands that were refused, for the log."""
    held: list["Kept"] = field(default_factory=list)
    """Commands that are kept from now on until their aggregate is mended."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A service's rules, looked up by the kind of aggregate."""

    service: str
    deciders: Mapping[str, Decider | Aggregate[Any, Any]]
    readers: Mapping[str, TypeAdapter[Any]]
    policies: Policies[Any]
    max_event_bytes: int

    def initial(self, aggregate_id: str) -> Entry | None:
        """An aggregate that nothing has happened to yet; None for a kind that the service does not own."""
        decider = self.deciders.get(aggregate_id.partition(":")[0])
        return None if decider is None else Entry(decider.initial, 0, EPOCH, {})


def decide_batch(
    rules: Rules,
    batch: list[Incoming],
    memory: Mapping[str, Entry],
    remembered: Mapping[str, bytes],
    last_offset: int,
    *,
    parked: Mapping[str, Parked] | None = None,
    kept: AbstractSet[Kept] = frozenset(),
) -> Decided:
    """Decide commands in order.

    `memory` holds the entries of all aggregates in the batch that exist; `remembered` the answers to earlier
    commands that made no event; commands at or below `last_offset` were decided before and are passed over. The state
    of an aggregate that is `parked` is not known: its commands are kept whole, and put again once it is mended; those
    that are `kept` already, once.
    """
    decided = Decided()
    drafts: dict[str, _Draft] = {}
    for incoming in batch:
        if incoming.offset <= last_offset:
            continue
        if incoming.forged is not None:
            _bury_forged(decided, incoming, incoming.forged)
            continue
        try:
            request = commands.from_headers(incoming.headers)
            _check_bounds(incoming)
        except Exception as error:  # noqa: BLE001 - of another version, perhaps; nothing of it stops a partition
            _bury(decided, incoming, "", f"no command: {error!r}")
            continue
        if incoming.fault is not None:
            _bury(decided, incoming, request.command_id, incoming.fault, request.digest)
            continue
        if parked and incoming.key in parked:
            first = _remembered_answer(request, incoming, 0, remembered, decided)
            if first is not None:  # refused before
                _answer(decided, incoming, first, remember=False)
            else:
                _hold(decided, incoming, request, parked[incoming.key], kept)
            continue
        draft = drafts.get(incoming.key)
        if draft is None:
            entry = memory.get(incoming.key) or rules.initial(incoming.key)
            if entry is None:
                nobodys = f"{rules.service} owns no aggregate {incoming.key!r}"
                _bury(decided, incoming, request.command_id, nobodys, request.digest)
                continue
            draft = drafts[incoming.key] = _Draft(entry.state, entry.version, entry.time, entry.causes, entry.due)
        repeated = _first_answer(request, incoming, draft, remembered, decided)
        if repeated is not None:
            _answer(decided, incoming, repeated, remember=False)
            continue
        _decide_one(rules, incoming, request, draft, decided)
    for key, draft in drafts.items():
        if draft.new_causes:
            causes = draft.causes | draft.new_causes
            decided.changed[key] = Entry(draft.state, draft.version, draft.time, causes, draft.due)
    return decided


def _first_answer(
    request: Request, incoming: Incoming, draft: _Draft, remembered: Mapping[str, bytes], decided: Decided
) -> bytes | None:
    """The answer to an earlier command with the same id, if there was one."""
    cause = draft.new_causes.get(request.command_id) or draft.causes.get(request.command_id)
    if cause is not None:
        version, names, digest = cause
        if is_other(request.digest, digest):
            return _another_request(decided, incoming, request, draft.version, digest)
        return to_json(
            Outcome(
                command_id=request.command_id,
                aggregate_id=incoming.key,
                status="accepted",
                version=version,
                events=names,
                event_ids=tuple(event_id(request.command_id, i) for i in range(len(names))),
                repeated=True,
                digest=request.digest,
            )
        )
    return _remembered_answer(request, incoming, draft.version, remembered, decided)


def _remembered_answer(
    request: Request, incoming: Incoming, version: int, remembered: Mapping[str, bytes], decided: Decided
) -> bytes | None:
    known = decided.answers.get(request.command_id) or remembered.get(request.command_id)
    if known is None or request.digest is None:
        return known
    first = from_json(known)
    if is_other(request.digest, first.digest):
        return _another_request(decided, incoming, request, version, first.digest)
    return known if first.digest == request.digest else to_json(replace(first, digest=request.digest))


def _another_request(decided: Decided, incoming: Incoming, request: Request, version: int, first: str | None) -> bytes:
    """The answer to a request whose id belongs to another one (X7); that one keeps its own."""
    no = key_reused(halves_differing(request.digest or "", first or ""))
    decided.refusals.append((request.command_id, incoming.key, no.code, no.rule))
    return to_json(Outcome(request.command_id, incoming.key, "rejected", version, rejected=no, digest=request.digest))


def _decide_one(rules: Rules, incoming: Incoming, request: Request, draft: _Draft, decided: Decided) -> None:
    prefix = incoming.key.partition(":")[0]
    decider = rules.deciders[prefix]
    now = max(request.received, draft.time)
    try:
        if request.expected_version is not None and request.expected_version != draft.version:
            stale = _stale(request.expected_version, draft.version)
            _refuse(decided, incoming, request, draft.version, stale)
            return
        command = rules.readers[prefix].validate_json(incoming.value)
        policy = rules.policies.at(now)
        context = Context(now, request.actor, request.role, policy, draft.version, request.second)
        within = _at_the_door(rules, command, request)
        result = within if isinstance(within, Rejected) else decider.decide(within, draft.state, context)
        if isinstance(result, Rejected):
            _refuse(decided, incoming, request, draft.version, result)
            return
        state = draft.state
        records = []
        names = []
        for index, event in enumerate(result):
            state = decider.evolve(state, event)
            type_name = event.wire
            value = event.__pydantic_serializer__.to_json(event)
            if len(value) > rules.max_event_bytes:
                raise ValueError(f"event {type_name} has {len(value)} bytes, at most {rules.max_event_bytes} are taken")
            if _LONG_NUMBER.search(value) is not None and _has_huge(json.loads(value)):
                _refuse(decided, incoming, request, draft.version, _HUGE)
                return
            meta = Meta(
                id=event_id(request.command_id, index),
                type=type_name,
                source=wire_source(rules.service),
                subject=incoming.key,
                time=now,
                sequence=draft.version + index + 1,
                causation_id=request.command_id,
                correlation_id=request.correlation_id,
                actor=request.actor,
                command_offset=incoming.offset,
                traceparent=request.traceparent,
                request_digest=request.digest,
            )
            records.append(Outgoing(incoming.key.encode(), value, event_headers(meta)))
            names.append(type(event).__name__)
        due = earliest(decider, state) if records else draft.due
        outcome = Outcome(
            command_id=request.command_id,
            aggregate_id=incoming.key,
            status="accepted",
            version=draft.version + len(records),
            events=tuple(names),
            event_ids=tuple(event_id(request.command_id, i) for i in range(len(names))),
            digest=request.digest,
        )
        answer = _telling(outcome, records) if request.tells else _fitting(outcome)
    except ValidationError as error:
        text = f"unreadable: {[(e['loc'], e['type']) for e in error.errors(include_input=False)]}"
        _bury(decided, incoming, request.command_id, text, request.digest)
        return
    except Exception as error:  # noqa: BLE001 - whatever rules do wrong, the partition goes on and the command is kept
        _bury(decided, incoming, request.command_id, f"{type(error).__name__}: {error}", request.digest)
        return
    if records:
        draft.state = state
        draft.version += len(records)
        draft.time = now
        draft.due = due
        draft.new_causes[request.command_id] = (draft.version, tuple(names), request.digest)
        decided.events.extend(records)
    _answer(decided, incoming, answer, remember=not records, command_id=request.command_id)


def _at_the_door(rules: Rules, command: Command, request: Request) -> Command | Rejected:
    """What people and other systems ask, within the bounds of the moment at which it was received; a repeat is judged
    as the first time. What we ask ourselves comes from facts that passed a door before, perhaps a wider one."""
    if request.actor == SYSTEM or request.role == STEP:
        return command
    command, flaws = bounded(command, rules.policies.door(request.received))
    if flaws:
        return out_of_bounds(flaws)
    return untimely(command.at, request.received, rules.policies.at(request.received)) or command


def earliest(decider: Decider | Aggregate[Any, Any], state: Any) -> datetime | None:
    """When something of a state falls due, at the earliest; raises whatever `due` raises."""
    return min((in_utc(timer.at) for timer in decider.due(state)), default=None)


def _check_bounds(incoming: Incoming) -> None:
    """What names a command is written into many records: none of them may grow too large for its topic."""
    if len(incoming.key) > _KEY_CHARACTERS:
        raise ValueError(f"an aggregate id of {len(incoming.key)} characters")
    if (size := sum(len(value) for _, value in incoming.headers if value)) > _HEADER_BYTES:
        raise ValueError(f"headers of {size} bytes")


def _fitting(outcome: Outcome) -> bytes:
    """The answer as it is written; raises for one that no topic would take."""
    answer = to_json(outcome)
    if len(answer) > _ANSWER_BYTES:
        raise ValueError(f"an answer of {len(answer)} bytes, at most {_ANSWER_BYTES} are taken")
    return answer


def _telling(outcome: Outcome, records: Sequence[Outgoing]) -> bytes:
    """The answer with the facts, or without them where they are too many for one: then the reactor goes on alone."""
    answer = to_json(replace(outcome, facts=tuple((one.headers, one.value) for one in records)))
    return answer if len(answer) <= _ANSWER_BYTES else _fitting(outcome)


def event_id(command_id: str, index: int) -> str:
    """Id of a command's n-th event: deterministic, so that it can be checked from outside."""
    return f"{command_id}.{index}"


def _has_huge(value: Any) -> bool:
    """Whether a number in it is beyond what read models and pages can hold."""
    if isinstance(value, dict):
        return any(map(_has_huge, value.values()))
    if isinstance(value, list):
        return any(map(_has_huge, value))
    return isinstance(value, int) and abs(value) > _LARGEST


def _stale(expected: int, version: int) -> Rejected:
    return Rejected(
        code="stale_page",
        rule="",
        zh=f"页面已过时：您看到的是第 {expected} 版，现在是第 {version} 版。请刷新后再试。",
        en=f"The page is out of date: you saw version {expected}, it is {version} now. Reload and try again.",
        facts={"expected": expected, "version": version},
    )


def _refuse(decided: Decided, incoming: Incoming, request: Request, version: int, no: Rejected) -> None:
    outcome = Outcome(request.command_id, incoming.key, "rejected", version, rejected=no, digest=request.digest)
    answer = _fitting(outcome)
    decided.refusals.append((request.command_id, incoming.key, no.code, no.rule))
    _answer(decided, incoming, answer, remember=True, command_id=request.command_id)


def _answer(
    decided: Decided, incoming: Incoming, answer: bytes, *, remember: bool, command_id: str | None = None
) -> None:
    headers = [("commandoffset", b"%d" % incoming.offset)]
    if remember and command_id is not None:
        decided.answers[command_id] = answer
        headers.append(("remember", command_id.encode()))
    decided.outcomes.append(Outgoing(incoming.key[:_KEY_CHARACTERS].encode(), answer, headers))


def _bury_forged(decided: Decided, incoming: Incoming, why: str) -> None:
    """Keep it whole. Whoever waits under its id is told, since our own gateway may have signed with a wrong key; the
    answer is not remembered, since the true command of that id may still come."""
    decided.unsigned += 1
    claimed = dict(incoming.headers)
    command_id = (claimed.get("id") or b"").decode("utf-8", "replace")[:_ID_CHARACTERS]
    digest = claimed["digest"].decode("utf-8", "replace")[:_ID_CHARACTERS] if claimed.get("digest") else None
    _keep(decided, incoming, command_id, why)
    key = incoming.key[:_KEY_CHARACTERS]
    outcome = Outcome(command_id, key, "broken", rejected=NOT_SIGNED, error=why, digest=digest)
    _answer(decided, incoming, to_json(outcome), remember=False)


def _bury(decided: Decided, incoming: Incoming, command_id: str, error: str, digest: str | None = None) -> None:
    """Keep a command that cannot be decided, whole, and tell its caller."""
    error = error[:_ERROR_CHARACTERS].encode(errors="backslashreplace").decode()
    _keep(decided, incoming, command_id, error)
    outcome = Outcome(command_id, incoming.key[:_KEY_CHARACTERS], "broken", error=error, digest=digest)
    _answer(decided, incoming, to_json(outcome), remember=bool(command_id), command_id=command_id)


def _keep(decided: Decided, incoming: Incoming, command_id: str, error: str) -> None:
    decided.failures.append((command_id, incoming.key[:_KEY_CHARACTERS], error))
    decided.dead.append(_letter(incoming, ("error", error.encode())))


def _hold(decided: Decided, incoming: Incoming, request: Request, parked: Parked, kept: AbstractSet[Kept]) -> None:
    """Keep a command whose aggregate's state is not known, and tell its caller. It is decided later, so nothing is
    remembered of it. Who asks again and again (a phone's outbox does) has it kept once."""
    this = (incoming.key, request.command_id, request.digest)
    if this not in kept and this not in decided.held:
        decided.held.append(this)
        decided.dead.append(_letter(incoming, (HELD, parked.since.isoformat().encode())))
    outcome = Outcome(request.command_id, incoming.key, "parked", rejected=_WAITS, digest=request.digest)
    _answer(decided, incoming, to_json(outcome), remember=False)


def _letter(incoming: Incoming, why: tuple[str, bytes]) -> Outgoing:
    headers = [*incoming.headers, ("commandoffset", b"%d" % incoming.offset), why]
    return Outgoing(incoming.key.encode(), incoming.value, headers)


def without_reasons(headers: Iterable[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """Headers of a dead letter as the command had them."""
    return [(name, value) for name, value in headers if name not in {"commandoffset", "error", HELD}]
