"""Who may ask: only a record that one of our own processes signed is a command.

`actor` and `role` are headers: whoever can write to Kafka could act as anybody. So a command record carries a MAC
(keyed BLAKE2b, RFC 7693, 128 bits) over all that is believed of it: topic, key, value, and every header in order.
A record that comes once more is the same command under the same id, as any other repeat.
"""

import hmac
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from struct import pack
from typing import Self

from runtime.kept_secret import keys_of
from runtime.settings import Settings

MAC = "mac"
"""The header: 32 hexadecimal digits. It stands last."""

Headers = Sequence[tuple[str, bytes]]


class CommandKeys:
    """Keys by version: the highest signs, all of them are good."""

    def __init__(self, keys: Mapping[int, bytes]) -> None:
        self._versions = sorted(keys, reverse=True)
        self._begun = [
            blake2b(key=blake2b(keys[version]).digest(), digest_size=16, person=b"songda.command")
            for version in self._versions
        ]

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The keys of this process: SONGDA_COMMAND_KEY, else one that is made once and kept in `home/command_key`."""
        return cls(keys_of(settings.command_key, settings.home / "command_key"))

    def signed(self, topic: str, key: bytes, value: bytes, headers: Headers) -> list[tuple[str, bytes]]:
        """The headers of a command record, with its MAC."""
        return [*headers, (MAC, _mac(self._begun[0], _covered(topic, key, value, headers)))]

    def fault(self, topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> str | None:
        """Why a record is not to be believed; None when it is."""
        if not headers or headers[-1][0] != MAC:
            return "unsigned: none of our processes wrote this, or it is of a version that did not sign yet"
        given = headers[-1][1] or b""
        covered = _covered(topic, key, value, headers[:-1])
        for begun in self._begun:
            if hmac.compare_digest(_mac(begun, covered), given):
                return None
        return (
            f"signed with no key of this process (versions {', '.join(map(str, self._versions))}): forged, altered, "
            "or SONGDA_COMMAND_KEY is not the same for all processes"
        )


def _covered(topic: str, key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
    """What is signed. All lengths come first, so that no other record is the same bytes."""
    parts = [topic.encode(), key or b"", value or b""]
    for name, content in headers:
        parts += (name.encode(), content or b"")
    return pack(f"<{len(parts) + 1}I", len(parts), *map(len, parts)) + b"".join(parts)


def _mac(begun: blake2b, covered: bytes) -> bytes:
    mac = begun.copy()
    mac.update(covered)
    return mac.hexdigest().encode()
