"""Signed tokens: for a person (id and a time), and to rate one ticket (itsdangerous, HMAC)."""

from itsdangerous import BadSignature, URLSafeSerializer, URLSafeTimedSerializer

from runtime.kept_secret import kept_secret
from runtime.settings import Settings

TOKEN_SECONDS = 30 * 24 * 3600


def signing_secret(settings: Settings) -> str:
    """The key that signs tokens: from SONGDA_SECRET, else made once and kept in `home/secret`, readable by us only."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    return kept_secret(settings.home / "secret")


class Tokens:
    """Issues and reads tokens of people, and signed links for those who have no login."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="songda.token")
        self._links = URLSafeSerializer(secret, salt="songda.rating")

    def issue(self, person_id: str) -> str:
        """A token for a person, good for 30 days."""
        return str(self._serializer.dumps(person_id))

    def read(self, token: str) -> str | None:
        """The person's id, or None for a token that is forged, damaged or too old."""
        try:
            return str(self._serializer.loads(token, max_age=TOKEN_SECONDS))
        except BadSignature:
            return None

    def link(self, subject: str) -> str:
        """A code that lets whoever has it rate `subject` (a ticket) and nothing else (C9, C11); it does not expire."""
        return str(self._links.dumps(subject))

    def subject_of(self, code: str) -> str | None:
        """The ticket that a link's code is about, or None for one that is forged or damaged."""
        try:
            return str(self._links.loads(code))
        except BadSignature:
            return None
