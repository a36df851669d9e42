"""Signed tokens: for a person (id and a time), and to rate one ticket (itsdangerous, HMAC)."""

from dataclasses import dataclass
from datetime import datetime

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from runtime.kept_secret import Keys, keys_of
from runtime.settings import Settings

TOKEN_SECONDS = 30 * 24 * 3600


def signing_keys(settings: Settings) -> Keys:
    """The keys of SONGDA_SECRET by version, else one made once and kept in `home/secret`, readable by us only."""
    return keys_of(settings.secret, settings.home / "secret")


def tokens_of(settings: Settings) -> "Tokens":
    """Tokens signed with the newest key of the settings; those of older ones are read still."""
    keys = signing_keys(settings)
    return Tokens(*(keys[version] for version in sorted(keys)))


@dataclass(frozen=True, slots=True)
class Issued:
    """What a good token says: for whom it is, and since when."""

    person_id: str
    at: datetime


class Tokens:
    """Issues and reads tokens of people, and signed links for those who have no login."""

    def __init__(self, *secrets: str | bytes) -> None:
        """Of several secrets the last one signs, and what any of them signed is good."""
        keys = [secret if isinstance(secret, bytes) else secret.encode() for secret in secrets]
        self._serializer = URLSafeTimedSerializer(keys, salt="songda.token")
        self._links = URLSafeSerializer(keys, salt="songda.rating")

    def issue(self, person_id: str) -> str:
        """A token for a person, good for 30 days."""
        return str(self._serializer.dumps(person_id))

    def issued(self, token: str) -> Issued | None:
        """For whom a token is and since when, or None for one that is forged, damaged or too old."""
        try:
            person_id, at = self._serializer.loads(token, max_age=TOKEN_SECONDS, return_timestamp=True)
        except BadSignature:
            return None
        return Issued(str(person_id), at)

    def read(self, token: str) -> str | None:
        """The person's id, or None for a token that is forged, damaged or too old."""
        known = self.issued(token)
        return None if known is None else known.person_id

    def link(self, subject: str) -> str:
        """A code that lets whoever has it rate `subject` (a ticket) and nothing else (C9, C11); it does not expire."""
        return str(self._links.dumps(subject))

    def subject_of(self, code: str) -> str | None:
        """The ticket that a link's code is about, or None for one that is forged or damaged."""
        try:
            return str(self._links.loads(code))
        except BadSignature:
            return None
