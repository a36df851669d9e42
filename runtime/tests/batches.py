"""Batches of commands decided on a memory, and what became of them, for tests of deciding."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from contracts import envelope
from contracts.envelope import Meta
from runtime.commands import Request, to_headers
from runtime.deciding import Decided, Entry, Incoming, Rules, decide_batch

from .conftest import NOW

Make = Callable[..., Incoming]


def run(rules: Rules, batch: list[Incoming], memory: Mapping[str, Entry] | None = None, **others: Any) -> Decided:
    """A batch on a memory, nothing remembered."""
    return decide_batch(
        rules,
        batch,
        memory or {},
        others.get("remembered", {}),
        others.get("last_offset", -1),
        parked=others.get("parked"),
        kept=others.get("kept", frozenset()),
    )


def answers(decided: Decided) -> list[tuple[str, str, int, int]]:
    """(command id, status, version, number of events) in order; repeats have a `+` behind the status."""
    bodies = [json.loads(outcome.value) for outcome in decided.outcomes]
    return [
        (b["command_id"], b["status"] + ("+" if b.get("repeated") else ""), b["version"], len(b["events"]))
        for b in bodies
    ]


def metas(decided: Decided) -> list[Meta]:
    """Envelopes of the events."""
    return [envelope.from_headers(event.headers) for event in decided.events]


def keyed(command_id: str, digest: str) -> list[tuple[str, bytes]]:
    """Headers of a command of a request that came with an Idempotency-Key."""
    return to_headers(Request(command_id, NOW, "he.jx", "install_assistant", "chain", digest=digest))
