"""A login under way: what was proved so far, on one browser, for a few minutes. It lets nobody in to anything.

Kept apart from sessions, under another cookie, so that half a login can never be taken for one; the session that comes
of it has a value of its own (no fixation).
"""

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from runtime import mongo
from runtime.clock import utc_now
from runtime.identity.account import Account
from runtime.identity.cookie_value import CookieValue, fresh_value, read_value
from runtime.identity.session import How
from runtime.identity.sessions import in_time
from runtime.kept_secret import Keys
from runtime.mongo import Document

COLLECTION = "steps"
LASTS = timedelta(minutes=10)
MOST_TRIES = 5
"""Wrong codes in one login; then it begins anew."""

_BY_PASSWORD = frozenset({How.PASSWORD, How.PASSWORD_AND_CODE, How.PASSWORD_AND_RECOVERY})
BY_PROVIDER = frozenset({How.PROVIDER, How.PROVIDER_AND_CODE, How.PROVIDER_AND_RECOVERY})
WITH_CODE = dict.fromkeys(_BY_PASSWORD, How.PASSWORD_AND_CODE) | dict.fromkeys(BY_PROVIDER, How.PROVIDER_AND_CODE)
WITH_RECOVERY = dict.fromkeys(_BY_PASSWORD, How.PASSWORD_AND_RECOVERY) | dict.fromkeys(
    BY_PROVIDER, How.PROVIDER_AND_RECOVERY
)
"""How somebody signed in so far -> how with the second factor as well."""


class Step(BaseModel):
    """What is known of a login under way."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    until: datetime
    next: str = "/"
    """Where to go afterwards: a path of this site."""
    person: str | None = None
    """Who it is, as far as is proved; None while a provider is asked."""
    how: How = How.PASSWORD
    has_second: bool = False
    """Whether the second factor was proved in this login, or is vouched for by the provider."""
    anew: bool = False
    """Whether a second factor is enrolled in place of the one there was."""
    secret: bytes | None = None
    """Of a second factor that is being enrolled, sealed."""
    wrong: int = 0
    asked: dict[str, str] = {}
    """What a provider's answer is held against: state, nonce, verifier."""


def wanted(step: Step, account: Account | None, *, guarded: bool) -> str:
    """What a login lacks: `code`, `password` (another one), `enrol`, or nothing (`in`)."""
    if account is not None and account.has_second and not step.has_second:
        return "code"
    if step.how in _BY_PASSWORD and account is not None and account.must_change:
        return "password"
    return "enrol" if step.anew or (guarded and not step.has_second) else "in"


class Steps:
    """All logins under way. What the database does not answer raises `PyMongoError` or `TimeoutError`."""

    def __init__(self, database: mongo.Database, keys: Keys) -> None:
        self._kept: mongo.Collection = database[COLLECTION]
        self._keys = keys

    async def begin(self, **known: object) -> CookieValue:
        """A login that begins; what the browser is to carry meanwhile."""
        now = utc_now()
        value = fresh_value(self._keys)
        step = Step.model_validate({**known, "id": value.kept_as, "until": now + LASTS})
        await in_time(self._kept.delete_many({"until": {"$lt": now}}))
        await in_time(self._kept.insert_one(_document(step)))
        return value

    async def of(self, text: str | None) -> Step | None:
        """The login that a browser's value stands for, if it is under way still."""
        value = None if text is None else read_value(self._keys, text)
        found = None if value is None else await in_time(self._kept.find_one({"_id": value.kept_as}))
        step = None if found is None else Step.model_validate({**found, "id": found["_id"]})
        return None if step is None or utc_now() >= step.until or step.wrong >= MOST_TRIES else step

    async def change(self, step: Step, **known: object) -> Step:
        """The same, with more known."""
        changed = step.model_copy(update=known)
        await in_time(self._kept.update_one({"_id": step.id}, {"$set": _document(changed)}))
        return changed

    async def was_wrong(self, step: Step) -> None:
        """Count a wrong code."""
        await in_time(self._kept.update_one({"_id": step.id}, {"$inc": {"wrong": 1}}))

    async def end(self, step: Step) -> bool:
        """It is over: what it stood for is used once. Whether it was there."""
        done = await in_time(self._kept.delete_one({"_id": step.id}))
        return bool(done.deleted_count)


def _document(step: Step) -> Document:
    return {"_id": step.id, **step.model_dump(exclude={"id"}), "how": step.how.value}


def step_cookie(*, secure: bool) -> str:
    """As the session's, under another name."""
    return "__Host-songda_login" if secure else "songda_login"
