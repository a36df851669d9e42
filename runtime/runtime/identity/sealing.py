"""What must be read again and yet not lie open in the database: sealed by a key made from SONGDA_SECRET (AES-GCM)."""

import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from runtime.kept_secret import Keys

_NONCE = 12


class Unsealable(ValueError):
    """Sealed by a key that is no longer named, for somebody else, or damaged."""


def seal(keys: Keys, text: str, *, whose: str) -> bytes:
    """Sealed by the newest key, for one person."""
    newest = max(keys)
    nonce = os.urandom(_NONCE)
    return bytes([newest]) + nonce + _cipher(keys[newest]).encrypt(nonce, text.encode(), whose.encode())


def unseal(keys: Keys, sealed: bytes, *, whose: str) -> str:
    """The text again. Raises `Unsealable`."""
    key = keys.get(sealed[0]) if sealed else None
    if key is None:
        raise Unsealable
    try:
        return _cipher(key).decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], whose.encode()).decode()
    except InvalidTag:
        raise Unsealable from None


def _cipher(key: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"songda.second-factor").derive(key))
