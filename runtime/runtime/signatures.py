"""Requests that wait for the second person, who signs in a session of their own (B23).

What was asked is kept here whole and typed: the command, as it would have gone out, and who asked in which role. The
second person sees exactly that, and signs it or says no with a reason; signed, it goes out under the id that the
request had, in the name of the first, signed beside by the second. A collection, no aggregate: what waits has happened
to nothing and nobody, and ends by itself. Wiped, it is asked again.

1. `ask`: kept, waiting. 2. `decide`: waiting becomes signed, once. 3. The command is put. 4. Its answer is kept. A
process that dies between 2 and 4 leaves a signed one without answer: `run`, of any process, puts it again under the
same id.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict

from runtime.clock import utc_now
from runtime.commands import deterministic_id
from runtime.decision import Rejected
from runtime.errors import NotReady, Overloaded
from runtime.logs import get_log
from runtime.mongo import Collection, Database, DuplicateKeyError, PyMongoError, make_indexes
from runtime.outcome import Outcome

log = get_log("runtime.signatures")

COLLECTION = "signatures"
OPEN_FOR = timedelta(hours=12)
"""What nobody signed by then was about another day."""
KEPT = timedelta(days=7)
MOST_OPEN = 200
"""Of one person, as first or as second."""
_TAKEN_UP = timedelta(seconds=10)  # signed without an answer for so long: whoever put it is gone, or was told "later"
_LOOK_SECONDS = 5.0
_AT_ONCE = 20

State = Literal["waiting", "signed", "done", "refused", "expired"]


class Signature(BaseModel):
    """One of them. `done`: the command was decided, with `answer` as its code ("accepted", or that of the refusal) and
    words; `expired` is read of the clock, not written."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    signature_no: str
    first: str
    first_role: str
    second: str
    service: str
    aggregate_id: str
    code: str
    """The use case's."""
    command: str
    """JSON."""
    command_id: str
    correlation_id: str
    digest: str | None = None
    expected_version: int | None = None
    asked_at: datetime
    expires: datetime
    state: State = "waiting"
    signed_role: str = ""
    decided_at: datetime | None = None
    """When the second signed or said no."""
    reason: str = ""
    answer: str = ""
    answer_zh: str = ""
    answer_en: str = ""

    def at(self, now: datetime) -> "Signature":
        """As it stands at a moment."""
        return self.model_copy(update={"state": "expired"}) if self.state == "waiting" and now >= self.expires else self


TOO_MANY = Rejected(
    "too_many_signatures",
    "X8",
    "等签的太多了：请第二人先签掉或退回一些。",
    "Too much waits to be signed: the second person signs or refuses some of it first.",
)

Put = Callable[[Signature], Awaitable[Outcome]]


class Signatures:
    """What waits for a second person. A part of a process: `run` until cancelled."""

    not_ready: str | None = None

    def __init__(self, database: Database, put: Put | None = None) -> None:
        self._collection: Collection = database[COLLECTION]
        self._put = put

    async def ask(self, wanted: Signature) -> Signature | Rejected:
        """Keep a request until it is signed; the same one is kept once, and found as it stands."""
        open_ = {"state": "waiting", "expires": {"$gt": utc_now()}}
        for who in ({"first": wanted.first}, {"second": wanted.second}):
            if await self._collection.count_documents({**open_, **who}, limit=MOST_OPEN) >= MOST_OPEN:
                return TOO_MANY
        try:
            await self._collection.insert_one({"_id": wanted.signature_no, **wanted.model_dump()})
        except DuplicateKeyError:
            return await self.get(wanted.signature_no) or wanted
        return wanted

    async def get(self, signature_no: str) -> Signature | None:
        """One, as it stands now."""
        found = await self._collection.find_one({"_id": signature_no})
        return None if found is None else Signature.model_validate(found).at(utc_now())

    async def of(self, person: str) -> list[Signature]:
        """What somebody is asked to sign, and what they asked for, the latest first."""
        cursor = self._collection.find({"$or": [{"first": person}, {"second": person}]})
        found = await cursor.sort("asked_at", -1).limit(MOST_OPEN).to_list(MOST_OPEN)
        return [Signature.model_validate(one).at(utc_now()) for one in found]

    async def to_sign(self, person: str) -> list[Signature]:
        """What waits for this person."""
        return [one for one in await self.of(person) if one.second == person and one.state == "waiting"]

    async def decide(self, signature_no: str, state: Literal["signed", "refused"], **said: str) -> bool:
        """The second person says yes or no, once: whether it was this time."""
        now = utc_now()
        waits = {"_id": signature_no, "state": "waiting", "expires": {"$gt": now}}
        done = await self._collection.update_one(waits, {"$set": {"state": state, "decided_at": now, **said}})
        return bool(done.modified_count)

    async def finish(self, one: Signature) -> Outcome:
        """Put what was signed, and keep the answer."""
        assert self._put is not None
        outcome = await self._put(one)
        no = outcome.rejected
        if outcome.status in {"accepted", "rejected", "broken"}:
            answer = (
                {"answer": outcome.status}
                if no is None
                else {"answer": no.code, "answer_zh": no.zh, "answer_en": no.en}
            )
            await self._collection.update_one({"_id": one.signature_no}, {"$set": {"state": "done", **answer}})
        return outcome

    async def run(self) -> None:
        """Go on with what was signed and has no answer, and forget what is long over."""
        indexed = False
        while True:
            try:
                if not indexed:
                    await make_indexes(self._collection, (("first",), ("second",), ("state",), ("asked_at",)))
                    indexed = True
                await self._look()
            except (PyMongoError, NotReady, Overloaded, TimeoutError) as error:
                log.warning("signed requests cannot be taken up, trying again", error=type(error).__name__)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _look(self) -> None:
        now = utc_now()
        await self._collection.delete_many({"asked_at": {"$lt": now - KEPT}})
        left = {"state": "signed", "decided_at": {"$lt": now - _TAKEN_UP}}
        for one in await self._collection.find(left).limit(_AT_ONCE).to_list(_AT_ONCE):
            await self.finish(Signature.model_validate(one))


def number_of(command_id: str) -> str:
    """The number of a request that waits: one of each command."""
    return f"QM-{deterministic_id('signature', command_id).replace('-', '')[:16].upper()}"
