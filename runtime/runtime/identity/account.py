"""An account: what one signs in with here, and whether one may."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Account(BaseModel):
    """Of one person. Secrets in it are hashed or sealed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    """The person's id."""
    password: str | None = None
    must_change: bool = False
    """The password is for one login, by which another one is chosen."""
    password_end: datetime | None = None
    """A one-time password that nobody used by then is none."""
    disabled: bool = False
    since: datetime | None = None
    """What was issued before is no longer good: tokens."""
    second: bytes | None = None
    """The sealed secret of the second factor."""
    second_step: int = 0
    """The last step whose code was used: none is good twice."""
    recovery: tuple[str, ...] = ()
    """Hashes of the codes that are left."""

    @property
    def has_second(self) -> bool:
        """Whether a second factor is enrolled."""
        return self.second is not None

    def takes_password(self, now: datetime) -> bool:
        """Whether its password, if right, signs in."""
        return not self.disabled and (self.password_end is None or now < self.password_end)
