"""Who may ask: the people of the company and the signed tokens that stand for them.

People are data (`people.json`, or the file named by SONGDA_PEOPLE). A token is the person's id and a time,
signed (itsdangerous, HMAC).
"""

import json
import os
import secrets
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer
from pydantic import BaseModel, ConfigDict

from runtime.settings import Settings

TOKEN_SECONDS = 30 * 24 * 3600


class Person(BaseModel):
    """Somebody who may ask: id, name, role (RULES §1), and what the role is limited to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    role: str
    store: str | None = None
    crew: str | None = None


def read_people(path: Path | None = None) -> Mapping[str, Person]:
    """All people by id."""
    text = (path or files("runtime") / "people.json").read_text(encoding="utf-8")
    people = [Person.model_validate(entry) for entry in json.loads(text)]
    return {person.id: person for person in people}


def signing_secret(settings: Settings) -> str:
    """The key that signs tokens: from SONGDA_SECRET, else made once and kept in `home/secret`, readable by us only."""
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    path = settings.home / "secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(fresh, path)  # whoever is first wins; the others read it
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


class Tokens:
    """Issues and reads tokens."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="songda.token")

    def issue(self, person_id: str) -> str:
        """A token for a person, good for 30 days."""
        return str(self._serializer.dumps(person_id))

    def read(self, token: str) -> str | None:
        """The person's id, or None for a token that is forged, damaged or too old."""
        try:
            return str(self._serializer.loads(token, max_age=TOKEN_SECONDS))
        except BadSignature:
            return None


__all__ = ["TOKEN_SECONDS", "Person", "Tokens", "read_people", "signing_secret"]
