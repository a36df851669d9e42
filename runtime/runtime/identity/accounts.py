"""Accounts as they are kept. Each change is one write; what shuts somebody out ends their sessions too."""

from collections.abc import Sequence
from datetime import timedelta

from runtime import mongo
from runtime.clock import utc_now
from runtime.identity import codes
from runtime.identity.account import Account
from runtime.identity.passwords import Hashing, one_time_password
from runtime.identity.sealing import Unsealable, seal, unseal
from runtime.identity.sessions import Sessions, in_time
from runtime.identity.standing import ACCOUNTS
from runtime.identity.tries import Tries
from runtime.kept_secret import Keys
from runtime.logs import get_log
from runtime.mongo import Document, DuplicateKeyError

log = get_log("runtime.identity.accounts")

ONE_TIME_LASTS = timedelta(days=7)


class TooSoon(Exception):
    """After so many wrong tries one waits; how long, in seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


class Accounts:
    """All accounts. Each question that the database does not answer raises `PyMongoError` or `TimeoutError`."""

    def __init__(self, database: mongo.Database, keys: Keys, sessions: Sessions) -> None:
        self._kept: mongo.Collection = database[ACCOUNTS]
        self._keys = keys
        self._sessions = sessions
        self._hashing = Hashing()
        self._tries = Tries(database)

    async def get(self, person_id: str) -> Account | None:
        """The account of a person, if they have one."""
        found = await in_time(self._kept.find_one({"_id": person_id}))
        return None if found is None else _account(found)

    async def all(self) -> Sequence[Account]:
        """Every account, by id."""
        found = await in_time(self._kept.find({}).to_list(None))
        return sorted((_account(one) for one in found), key=lambda one: one.id)

    # ---- by whoever administers --------------------------------------------------------------------------------------

    async def add(self, person_id: str) -> str | None:
        """A new account: its one-time password; None where there is one already."""
        password = one_time_password()
        account = Account(id=person_id, **await self._one_time(password))
        try:
            await in_time(self._kept.insert_one({"_id": person_id, **account.model_dump(exclude={"id"})}))
        except DuplicateKeyError:
            return None
        return password

    async def reset(self, person_id: str, *, second: bool) -> str | None:
        """A new one-time password, and all sessions and tokens of before end; with `second` that factor is enrolled
        anew. None where there is no account."""
        password = one_time_password()
        changed = {**await self._one_time(password), "since": utc_now()}
        if second:
            changed |= {"second": None, "second_step": 0, "recovery": []}
        if not await self._change(person_id, changed):
            return None
        await self._tries.right(person_id)
        await self._sessions.end_all(person_id)
        return password

    async def disable(self, person_id: str) -> int:
        """Shut somebody out, at once and everywhere, also one who has no account here; how many sessions ended."""
        shut = {"disabled": True, "since": utc_now()}
        await in_time(self._kept.update_one({"_id": person_id}, {"$set": shut}, upsert=True))
        return await self._sessions.end_all(person_id)

    async def enable(self, person_id: str) -> bool:
        """Let somebody in again, with the password they had; whether they were shut out."""
        done = await in_time(self._kept.update_one({"_id": person_id, "disabled": True}, {"$set": {"disabled": False}}))
        return bool(done.modified_count)

    # ---- by the person -----------------------------------------------------------------------------------------------

    async def signs_in(self, name: str, password: str) -> Account | None:
        """The account whose name and password these are and which may sign in; None otherwise, never saying why, after
        the same work. Raises `TooSoon`."""
        if wait := await self._tries.begin(name):
            raise TooSoon(wait)
        account = await self.get(name)
        right = await self._hashing.is_right(None if account is None else account.password, password)
        if not right or account is None or account.password is None or not account.takes_password(utc_now()):
            return None
        await self._tries.right(name)
        if self._hashing.is_outdated(account.password):
            await self._change(name, {"password": await self._hashing.hash(password)})
        return account

    async def has_password(self, person_id: str, password: str) -> bool:
        """Whether it is the password that a person who has signed in has already."""
        account = await self.get(person_id)
        return account is not None and await self._hashing.is_right(account.password, password)

    async def choose_password(self, person_id: str, password: str, *, but: str | None = None) -> None:
        """A password that the person chose; their sessions end, but one."""
        kept = await self._hashing.hash(password)
        await self._change(person_id, {"password": kept, "must_change": False, "password_end": None})
        await self._sessions.end_all(person_id, but=but)

    async def enrol(self, person_id: str, secret: str, step: int) -> tuple[str, ...]:
        """A second factor whose first code was right: the recovery codes, which are shown once."""
        recovery = codes.fresh_recovery_codes()
        changed = {
            "second": seal(self._keys, secret, whose=person_id),
            "second_step": step,
            "recovery": [codes.recovery_hash(one) for one in recovery],
        }
        await in_time(self._kept.update_one({"_id": person_id}, {"$set": changed}, upsert=True))
        return recovery

    async def takes_code(self, person_id: str, code: str) -> bool:
        """Whether a code of the second factor is right now and was not used before. Raises `TooSoon`."""
        if wait := await self._tries.begin(_second(person_id)):
            raise TooSoon(wait)
        account = await self.get(person_id)
        if account is None or account.second is None or account.disabled:
            return False
        try:
            secret = unseal(self._keys, account.second, whose=person_id)
        except Unsealable:
            log.exception("a second factor cannot be read: its key must stay in SONGDA_SECRET", person=person_id)
            return False
        step = codes.step_of(secret, code, utc_now())
        if step is None:
            return False
        unused = {"_id": person_id, "second_step": {"$lt": step}}
        done = await in_time(self._kept.update_one(unused, {"$set": {"second_step": step}}))
        if done.modified_count:
            await self._tries.right(_second(person_id))
        return bool(done.modified_count)

    async def takes_recovery(self, person_id: str, code: str) -> bool:
        """Whether it is one of the recovery codes; it is none any more. Raises `TooSoon`."""
        if wait := await self._tries.begin(_second(person_id)):
            raise TooSoon(wait)
        known = codes.recovery_hash(code)
        one = {"_id": person_id, "recovery": known, "disabled": {"$ne": True}}
        done = await in_time(self._kept.update_one(one, {"$pull": {"recovery": known}}))
        if done.modified_count:
            await self._tries.right(_second(person_id))
        return bool(done.modified_count)

    async def _one_time(self, password: str) -> Document:
        return {
            "password": await self._hashing.hash(password),
            "must_change": True,
            "password_end": utc_now() + ONE_TIME_LASTS,
        }

    async def _change(self, person_id: str, changed: Document) -> bool:
        done = await in_time(self._kept.update_one({"_id": person_id}, {"$set": changed}))
        return bool(done.matched_count)


def _account(document: Document) -> Account:
    return Account.model_validate({**document, "id": document["_id"]})


def _second(person_id: str) -> str:
    return f"second factor of {person_id}"
