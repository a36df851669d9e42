"""Secrets: a setting's, with versions; or one that nobody gave, made once and kept in a file that only we can read."""

import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from pydantic import SecretStr

_LONGEST_VERSION = 2  # digits
SHORTEST_SECRET = 16
"""Characters."""
Keys = Mapping[int, bytes]
"""Keys by version; the highest one signs, all of them are good."""


def kept_secret(path: Path) -> str:
    """The secret in `path` (0600), made on first use. Of several processes that make it at once, the first one wins."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(f".{secrets.token_hex(8)}")  # process ids repeat from container to container
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(32))
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text().strip()


def read_keys(text: str) -> dict[int, bytes]:
    """Keys by version: of one secret (version 1), or of `1:older,2:newer`. Raises ValueError, showing no key."""
    parts = [part.strip() for part in text.split(",")] if ":" in text else [f"1:{text}"]
    keys: dict[int, bytes] = {}
    for part in parts:
        version, _, secret = part.partition(":")
        numbered = version.isdecimal() and len(version) <= _LONGEST_VERSION and int(version) > 0
        if not numbered or int(version) in keys or len(secret) < SHORTEST_SECRET:
            raise ValueError(
                "应是一个密钥，或几个带版本的，如 1:旧密钥,2:新密钥：版本 1 到 99，各一次；密钥至少 16 个字符。"
                " It must be one secret, or several with versions, such as 1:older,2:newer:"
                " versions 1 to 99, each once; secrets of 16 characters or more."
            )
        keys[int(version)] = secret.encode()
    return keys


def keys_of(given: SecretStr | None, path: Path) -> Keys:
    """The keys of a setting, or without one the key that is kept in `path`."""
    return read_keys(kept_secret(path) if given is None else given.get_secret_value())
