"""The second factor: a code that changes every half minute (TOTP, RFC 6238), and codes for when the phone is lost."""

import hmac
import secrets
from base64 import b32encode
from datetime import datetime
from hashlib import sha256

import pyotp

STEP_SECONDS = 30
DIGITS = 6
SLACK = 1
"""Steps before and after: clocks of phones differ."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10  # 80 bits: nobody guesses one, so a plain hash is enough
_GROUP = 4
ISSUER = "送达 songda"


def fresh_secret() -> str:
    """What phone and server share."""
    return pyotp.random_base32()


def address_of(secret: str, person_id: str) -> str:
    """What the QR code says to the phone's app."""
    return pyotp.TOTP(secret).provisioning_uri(name=person_id, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The step of time that a code is for, if it is right about now; None for a wrong one."""
    digits = "".join(code.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdecimal()):
        return None
    known = pyotp.TOTP(secret)
    current = int(now.timestamp()) // STEP_SECONDS
    right = [
        step
        for step in range(current - SLACK, current + SLACK + 1)
        if hmac.compare_digest(known.generate_otp(step), digits)
    ]
    return max(right, default=None)


def fresh_recovery_codes() -> tuple[str, ...]:
    """Each is good once."""
    return tuple(_grouped(b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode()) for _ in range(RECOVERY_CODES))


def recovery_hash(code: str) -> str:
    """What is kept of one, however it is typed."""
    return sha256("".join(code.upper().replace("-", " ").split()).encode()).hexdigest()


def _grouped(text: str) -> str:
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
