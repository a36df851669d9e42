"""防伪码 The code on a label (B20): a serial and its signature, so that nobody without the key can make one.

    1-7M2QX-K4T9W-3F...    version of the key, then 12 characters of serial and 20 of signature, in groups of five

Characters are Crockford's base 32 (no I, L, O, U), so a code can be read out on the phone. The signature is the first
100 bits of HMAC-SHA256 over version and serial: guessing one takes 2^99 tries on average. The serial is a hash of
contract, line, edition and package: it repeats for nothing else, and tells nobody the contract. Keys are versioned: the
newest signs, all of them check, so that a key can be replaced without voiding the labels that are out.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SERIAL_CHARS = 12
SIGNATURE_CHARS = 20  # 100 bits; B20 asks that it cannot be guessed, 80 would do
LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1"})


@dataclass(frozen=True, slots=True)
class LabelKeys:
    """Keys by version; the highest signs."""

    keys: Mapping[int, bytes] = field(repr=False)

    @property
    def newest(self) -> int:
        """Version that signs now."""
        return max(self.keys)


def serial_of(contract_no: str, line_no: int, edition: int, package: int) -> str:
    """Serial of a package's label: 60 bits, the same for the same package, telling nothing about it."""
    digest = sha256(f"songda.label/{contract_no}/{line_no}/{edition}/{package}".encode()).digest()
    return _letters(digest, SERIAL_CHARS)


def code_of(serial: str, keys: LabelKeys) -> str:
    """The code to print for a serial."""
    body = serial + _signature(keys.newest, serial, keys.keys[keys.newest])
    groups = [body[at : at + 5] for at in range(0, len(body), 5)]
    return "-".join([str(keys.newest), *groups])


def verify(code: str, keys: LabelKeys) -> str | None:
    """The serial of a genuine code; None for one that was made up, mistyped, or signed with a key that we never had.

    Groups, case and characters that look alike do not matter.
    """
    version, _, rest = code.strip().upper().partition("-")
    body = rest.replace("-", "").replace(" ", "").translate(LOOKALIKES)
    key = next((key for known, key in keys.keys.items() if str(known) == version), None)
    if key is None or len(body) != SERIAL_CHARS + SIGNATURE_CHARS or not set(body) <= set(ALPHABET):
        return None
    serial, signature = body[:SERIAL_CHARS], body[SERIAL_CHARS:]
    return serial if hmac.compare_digest(signature, _signature(int(version), serial, key)) else None


def _signature(version: int, serial: str, key: bytes) -> str:
    return _letters(hmac.digest(key, f"songda.label.v{version}:{serial}".encode(), "sha256"), SIGNATURE_CHARS)


def _letters(digest: bytes, count: int) -> str:
    number = int.from_bytes(digest[: count * 5 // 8 + 1])
    spare = (count * 5 // 8 + 1) * 8 - count * 5
    number >>= spare
    return "".join(ALPHABET[number >> 5 * (count - 1 - at) & 31] for at in range(count))
