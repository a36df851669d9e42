"""A session: somebody signed in on one browser, until it is ended, unused for too long, or too old. Pure."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict

from runtime.person import Person
from runtime.settings import Settings

SEEN_EVERY = timedelta(minutes=1)
"""How often it is written down that a session is used: a page asks for twenty things, and that is one use."""


class How(StrEnum):
    """How somebody signed in."""

    DEMO = "demo"
    """Picked, on a machine for demonstrations."""
    PASSWORD = "password"  # noqa: S105 - the name of a way
    PASSWORD_AND_CODE = "password_code"  # noqa: S105
    PASSWORD_AND_RECOVERY = "password_recovery"  # noqa: S105
    PROVIDER = "provider"
    PROVIDER_AND_CODE = "provider_code"
    PROVIDER_AND_RECOVERY = "provider_recovery"


class Lifetime(BaseModel):
    """How long a session lasts unused, and at all."""

    model_config = ConfigDict(frozen=True)

    idle: timedelta
    whole: timedelta


def lifetime_of(settings: Settings, *, guarded: bool) -> Lifetime:
    """Of sessions of roles that are guarded by a second factor, or of the others."""
    if guarded:
        idle, whole = settings.guarded_session_idle_hours, settings.guarded_session_hours
    else:
        idle, whole = settings.session_idle_hours, settings.session_hours
    return Lifetime(idle=timedelta(hours=min(idle, whole)), whole=timedelta(hours=whole))


class Session(BaseModel):
    """A session as it is kept. `id` is the SHA-256 of what the browser carries, `key` the version that signed that."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    person: str
    role: str
    """At the beginning: with another role, or another shop or crew, one signs in anew."""
    limits: str
    how: How
    key: int
    begun: datetime
    seen: datetime
    idle_end: datetime
    end: datetime
    idle_seconds: float
    device: str
    address: str
    """Masked: enough to tell one's own place from another."""

    @classmethod
    def begin(
        cls,
        *,
        id: str,  # noqa: A002 - its name everywhere
        key: int,
        person: Person,
        how: How,
        now: datetime,
        lifetime: Lifetime,
        device: str,
        address: str,
    ) -> Self:
        """A new one."""
        return cls(
            id=id,
            key=key,
            person=person.id,
            role=person.role,
            limits=limits_of(person),
            how=how,
            begun=now,
            seen=now,
            idle_end=now + lifetime.idle,
            end=now + lifetime.whole,
            idle_seconds=lifetime.idle.total_seconds(),
            device=device,
            address=address,
        )

    def is_over(self, now: datetime) -> bool:
        """Whether its time has come."""
        return now >= min(self.idle_end, self.end)

    def is_of(self, person: Person) -> bool:
        """Whether it was begun by this person as they are now: another role, shop or crew ends it."""
        return (self.person, self.role, self.limits) == (person.id, person.role, limits_of(person))

    def used(self, now: datetime) -> Self | None:
        """The same after one more use; None where that need not be written down yet."""
        if now - self.seen < min(SEEN_EVERY, timedelta(seconds=self.idle_seconds) / 4):
            return None
        return self.model_copy(update={"seen": now, "idle_end": now + timedelta(seconds=self.idle_seconds)})


def limits_of(person: Person) -> str:
    """What a person's role is limited to."""
    return f"{person.store or ''}/{person.crew or ''}"
