"""Events of the register of vouchers (凭证登记, D11): key `series:<letters>`, one series a kind of paper."""

import re
from datetime import date
from typing import Literal

from pydantic_core import PydanticCustomError

from contracts.fact import Fact

_OF_REGISTER = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{6}")


def own_number(number: str) -> str:
    """A number that a paper has of its own. PydanticCustomError for one that looks as the register's do (D11): two
    papers would have it."""
    if _OF_REGISTER.fullmatch(number.strip().upper()):
        raise PydanticCustomError(
            "number_of_register",
            "{number} 是凭证登记簿的编号，请写单据自己的号或留空。 numbers of the register are its own: write another",
            {"number": number},
        )
    return number


class VoucherNumbered(Fact, wire="songda.inventory.VoucherNumbered.v1"):
    """单据编号 (D11): a paper got its number, the next of its kind and year."""

    event: Literal["VoucherNumbered"] = "VoucherNumbered"
    letters: str
    """Of the kind of paper: RK for inbound slips."""
    year: int
    """Of `on`."""
    ordinal: int
    """1, 2, 3, ... in the kind and year, without a gap."""
    number: str
    """As the paper shows it: RK-2026-000017."""
    paper: str
    """Id of the aggregate that it is a paper of: `inbound:RK260309001`, `contract:HT26030001`."""
    own_no: str
    """What it was called before it had a number: a slip's, a payment's, a receipt's own."""
    on: date
    """The day that stands on it."""


class VoucherVoided(Fact, wire="songda.inventory.VoucherVoided.v1"):
    """单据作废 (D11): the paper was cancelled; its number stays its own, and nobody else gets it."""

    event: Literal["VoucherVoided"] = "VoucherVoided"
    letters: str
    number: str
    paper: str
    own_no: str
    reason: str


VoucherEvent = VoucherNumbered | VoucherVoided
