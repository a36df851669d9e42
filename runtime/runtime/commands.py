"""A command as a Kafka record: who asks, when it was received, what for. Private to a service and its gateway."""

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, Field, TypeAdapter

from runtime.aggregate import Aggregate
from runtime.decision import Signer
from runtime.service import Decider

_NAMES = uuid.UUID("6f8d5a0e-3a53-5c0b-9a41-5f0c2f6f9f10")
"""Namespace of all deterministic ids of this system. It is stored in streams: never change it."""

MAX_COMMAND_BYTES = 1_000_000
"""Larger ones Kafka would not take (1 MiB a record), today or tomorrow: that is no "try again"."""


def deterministic_id(*parts: str) -> str:
    """The same parts always give the same id (RFC 9562 UUIDv5), so a repeat asks nothing new."""
    return str(uuid.uuid5(_NAMES, "/".join(parts)))


def fresh_id() -> str:
    """An id nobody had before."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True)
class Request:
    """What a command record says besides the command itself."""

    command_id: str
    received: datetime
    actor: str
    role: str
    correlation_id: str
    expected_version: int | None = None
    traceparent: str | None = None
    digest: str | None = None
    """Of the HTTP request, where it came with an Idempotency-Key: under one id, another digest is another request."""
    tells: bool = False
    """Whether the answer hands back the facts that it made, for whoever goes on from them (`runtime.flow`)."""
    second: Signer | None = None
    """Who signed beside the actor (B23), as proved by whoever signed the record."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command, whom it is put to, and in whose name."""

    aggregate_id: str
    command: BaseModel
    request: Request


def to_headers(request: Request) -> list[tuple[str, bytes]]:
    """Request -> Kafka headers."""
    headers = [
        ("id", request.command_id.encode()),
        ("received", request.received.isoformat().encode()),
        ("actor", request.actor.encode()),
        ("role", request.role.encode()),
        ("correlation", request.correlation_id.encode()),
    ]
    if request.expected_version is not None:
        headers.append(("expected", b"%d" % request.expected_version))
    if request.traceparent is not None:
        headers.append(("traceparent", request.traceparent.encode()))
    if request.digest is not None:
        headers.append(("digest", request.digest.encode()))
    if request.tells:
        headers.append(("tells", b"1"))
    if request.second is not None:
        headers += [("second", request.second.id.encode()), ("secondrole", request.second.role.encode())]
    return headers


def from_headers(headers: Iterable[tuple[str, bytes]]) -> Request:
    """Kafka headers -> request. Raises KeyError or ValueError for a record that is no command."""
    found = dict(headers)
    expected = found.get("expected")
    trace = found.get("traceparent")
    digest = found.get("digest")
    return Request(
        command_id=found["id"].decode(),
        received=datetime.fromisoformat(found["received"].decode()).astimezone(UTC),
        actor=found["actor"].decode(),
        role=found["role"].decode(),
        correlation_id=found["correlation"].decode(),
        expected_version=None if expected is None else int(expected),
        traceparent=None if trace is None else trace.decode(),
        digest=None if digest is None else digest.decode(),
        tells="tells" in found,
        second=Signer(found["second"].decode(), found["secondrole"].decode()) if "second" in found else None,
    )


def command_reader(deciders: Iterable[Decider | Aggregate[Any, Any]]) -> Mapping[str, TypeAdapter[Any]]:
    """Per kind of aggregate (prefix), the parser of its commands: a union told apart by `command`."""
    readers: dict[str, TypeAdapter[Any]] = {}
    for decider in deciders:
        union: Any = decider.commands
        readers[decider.prefix] = (
            TypeAdapter(union)
            if isinstance(union, type) and issubclass(union, BaseModel)
            else TypeAdapter(Annotated[union, Field(discriminator="command")])
        )
    return readers
