"""The answer to a command, as it travels on `<service>.outcomes` and back to the caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

import orjson
from pydantic import Field

from contracts.envelope import Meta, from_headers
from contracts.fact import Fact
from contracts.reading import read_event
from runtime.decision import Rejected

Status = Literal["accepted", "rejected", "pending", "broken", "parked"]
"""`pending`: not decided within the deadline; `broken`: the rules failed on it, or it was not signed (then `rejected`
says so), see the dead letters; `parked`: its aggregate waits for a repair (DESIGN §7), so it is kept and is decided
then; `rejected` holds the words."""

NOT_SIGNED = Rejected(
    "not_signed",
    "",
    "系统内部的命令密钥不一致，这个请求没有办理，什么都没有改变。"
    "请告诉技术人员：各进程的 SONGDA_COMMAND_KEY 必须相同。",
    "The parts of the system do not share one key, so this was not decided and nothing changed. Tell the engineers: "
    "SONGDA_COMMAND_KEY must be the same for all processes.",
)

Record = tuple[Sequence[tuple[str, bytes]], bytes]
"""An event as it is in the stream: headers and value."""

_STATUSES = frozenset(get_args(Status))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a command. `version`: the aggregate's after it; `events`: names of those it made."""

    command_id: str
    aggregate_id: str
    status: Status
    version: int = 0
    events: tuple[str, ...] = ()
    event_ids: tuple[str, ...] = ()
    rejected: Rejected | None = None
    repeated: bool = False
    error: str | None = None
    digest: str | None = None
    """Of the request that is answered: two requests under one Idempotency-Key must not get one another's answer."""
    facts: Annotated[tuple[Record, ...], Field(exclude=True)] = ()
    """The events that it made, where whoever asked wanted them and the answer is the first one. Not for callers over
    HTTP."""

    @property
    def made(self) -> tuple[tuple[Meta, Fact], ...]:
        """The facts, read."""
        read = ((from_headers(headers), read_event(headers, value)) for headers, value in self.facts)
        return tuple((meta, event) for meta, event in read if event is not None)

    @property
    def holds(self) -> bool:
        """Whether it is what became of its command for good. That one was not signed says nothing of the true one."""
        return self.status != "parked" and (self.rejected is None or self.rejected.code != NOT_SIGNED.code)


def to_json(outcome: Outcome) -> bytes:
    """Outcome -> bytes for the topic."""
    body: dict[str, Any] = {
        "command_id": outcome.command_id,
        "aggregate_id": outcome.aggregate_id,
        "status": outcome.status,
        "version": outcome.version,
        "events": outcome.events,
        "event_ids": outcome.event_ids,
    }
    if outcome.rejected is not None:
        no = outcome.rejected
        body["rejected"] = {"code": no.code, "rule": no.rule, "zh": no.zh, "en": no.en, "facts": dict(no.facts)}
    if outcome.repeated:
        body["repeated"] = True
    if outcome.error is not None:
        body["error"] = outcome.error
    if outcome.digest is not None:
        body["digest"] = outcome.digest
    if outcome.facts:
        body["facts"] = [[[[n, v.decode()] for n, v in headers], value.decode()] for headers, value in outcome.facts]
    return orjson.dumps(body)


def from_json(raw: bytes) -> Outcome:
    """Bytes of the topic -> outcome. Raises ValueError for what is no answer."""
    try:
        body = orjson.loads(raw)
        no: Mapping[str, Any] | None = body.get("rejected")
        outcome = Outcome(
            command_id=body["command_id"],
            aggregate_id=body["aggregate_id"],
            status=body["status"],
            version=body["version"],
            events=tuple(body["events"]),
            event_ids=tuple(body["event_ids"]),
            rejected=None if no is None else Rejected(**no),
            repeated=body.get("repeated", False),
            error=body.get("error"),
            digest=body.get("digest"),
            facts=tuple(
                ([(name, text.encode()) for name, text in headers], value.encode())
                for headers, value in body.get("facts", ())
            ),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no answer: {type(error).__name__}") from error
    texts = (outcome.command_id, outcome.aggregate_id, *outcome.events, *outcome.event_ids)
    if outcome.status not in _STATUSES or type(outcome.version) is not int or not all(type(t) is str for t in texts):
        raise ValueError("no answer: a field is of another kind")
    if no is not None and not all(isinstance(no[name], str) for name in ("code", "rule", "zh", "en")):
        raise ValueError("no answer: the refusal has no words")
    return outcome
