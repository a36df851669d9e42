"""The record of who came in, who did not, and what was changed about it: appended to `audit.events`, never changed.

Written to the log of the process first, in the same words, so that nothing waits for Kafka and nothing is lost without
a trace where it is away; then by `run` to the topic. Apart from the services' streams: no aggregate, no state.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from enum import StrEnum

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from pydantic import BaseModel, ConfigDict, Field

from runtime import kafka
from runtime.clock import utc_now
from runtime.commands import fresh_id
from runtime.errors import NotReady
from runtime.identity.session import How
from runtime.logs import get_log
from runtime.settings import Settings

log = get_log("runtime.identity.audit")

MOST_WAITING = 10_000
"""Records that wait for Kafka; what comes beyond is in the log alone, and that is said there."""
_AGAIN_SECONDS = 2.0


class What(StrEnum):
    """What happened."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - what happened
    SECOND_ENROLLED = "second_enrolled"
    SECOND_REFUSED = "second_refused"
    ACCOUNT_ADDED = "account_added"
    ACCOUNT_RESET = "account_reset"
    ACCOUNT_DISABLED = "account_disabled"
    ACCOUNT_ENABLED = "account_enabled"


class Audited(BaseModel):
    """One record. It holds no secret, and of a place only what is masked."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(default_factory=fresh_id)
    at: datetime = Field(default_factory=utc_now)
    what: What
    person: str | None = None
    """Whom it is about; None where nobody has the name that was given: it may have been a password."""
    by: str | None = None
    """Who did it, where it was another: a person, or the user of the machine where a command was given."""
    how: How | None = None
    why: str = ""
    """Of a refusal, in a word: `wrong`, `disabled`, `too_soon` …"""
    sessions: int = 0
    """How many ended with it."""
    device: str = ""
    network: str = ""
    request_id: str = ""


class AuditTrail:
    """Notes records; `run()` until cancelled takes them to the topic."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._waiting: asyncio.Queue[Audited] = asyncio.Queue(MOST_WAITING)

    def note(self, record: Audited) -> None:
        """Write it down."""
        log.info("audit", **_told(record))
        with suppress(asyncio.QueueFull):
            self._waiting.put_nowait(record)
            return
        log.error("an audit record is in this log alone", id=record.id)

    async def run(self) -> None:
        """Take records to the topic, one after the other, each until the broker has it."""
        first: Audited | None = None
        while True:
            try:
                async with kafka.sending(self._settings) as producer:
                    while True:
                        first = first or await self._waiting.get()
                        await append(producer, [first])
                        first = None
            except (KafkaError, TimeoutError, OSError, NotReady) as error:
                log.warning("audit records wait for Kafka", error=type(error).__name__, waiting=self._waiting.qsize())
            await asyncio.sleep(_AGAIN_SECONDS)


async def append(producer: AIOKafkaProducer, records: Iterable[Audited]) -> None:
    """Append records to the topic; returns when the broker has them."""
    for record in records:
        key = (record.person or "").encode()
        await producer.send_and_wait(kafka.AUDIT, record.model_dump_json().encode(), key=key, partition=0)


def _told(record: Audited) -> dict[str, object]:
    return {name: value for name, value in record.model_dump(mode="json").items() if value not in {None, "", 0}}
