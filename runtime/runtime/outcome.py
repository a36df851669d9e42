"""The answer to a command, as it travels on `<service>.outcomes` and back to the caller."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import orjson
from pydantic import Field, TypeAdapter, ValidationError

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


_READER = TypeAdapter(Outcome)


def to_json(outcome: Outcome) -> bytes:
    """Outcome -> bytes for the topic."""
    no = outcome.rejected
    said = {
        "rejected": no and {"code": no.code, "rule": no.rule, "zh": no.zh, "en": no.en, "facts": dict(no.facts)},
        "repeated": outcome.repeated or None,
        "error": outcome.error,
        "digest": outcome.digest,
        "facts": [[[[n, v.decode()] for n, v in headers], value.decode()] for headers, value in outcome.facts] or None,
    }
    body = {
        "command_id": outcome.command_id,
        "aggregate_id": outcome.aggregate_id,
        "status": outcome.status,
        "version": outcome.version,
        "events": outcome.events,
        "event_ids": outcome.event_ids,
        **{name: value for name, value in said.items() if value is not None},
    }
    return orjson.dumps(body)


def from_json(raw: bytes) -> Outcome:
    """Bytes of the topic -> outcome. Raises ValueError for what is no answer."""
    try:
        return _READER.validate_json(raw, strict=True)
    except ValidationError as error:
        raise ValueError(f"no answer: {error.error_count()} fields are of another kind") from error
