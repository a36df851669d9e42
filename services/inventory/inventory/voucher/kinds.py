"""The kinds of papers that are numbered (D11): their letters, and who may look for them.

A kind is said here once: series, register, search and pages ask this table. What makes a paper of a kind is said by
`inventory.reactions.vouchers`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from company.masking import ROLES_THAT_SEE_MONEY
from company.roles import Role
from inventory.who import ACCOUNTS, READS_STOCK

OF_MONEY = frozenset(ROLES_THAT_SEE_MONEY) - {Role.STORE}
"""Who finds papers about money of any contract; a store has its own ones on the contract's page."""
OF_SERVICE = READS_STOCK - {Role.QC, Role.PROCUREMENT}


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of paper: its number's letters, its word (`voucher.<name>`), who may look for it."""

    letters: str
    name: str
    readers: frozenset[Role] = READS_STOCK


KINDS: Mapping[str, Kind] = {
    kind.letters: kind
    for kind in (
        Kind("RK", "inbound_slip"),
        Kind("LL", "stock_list"),
        Kind("DB", "transfer"),
        Kind("FL", "sorting_sheet"),
        Kind("SY", "delivery_list"),
        Kind("ZT", "pick_up"),
        Kind("QS", "receipt"),
        Kind("JY", "loan"),
        Kind("BF", "scrap"),
        Kind("PD", "count"),
        Kind("DP", "allocation"),
        Kind("GZ", "correction"),
        Kind("DH", "arrival"),
        Kind("TH", "return"),
        Kind("PS", "damage"),
        Kind("SK", "payment", OF_MONEY),
        Kind("TK", "refund", OF_MONEY),
        Kind("JK", "hand_in", ACCOUNTS),
        Kind("RB", "day_report"),
        Kind("YL", "leftover", OF_SERVICE),
        Kind("BJ", "quote", OF_MONEY),
        Kind("FW", "service_report", OF_SERVICE),
        Kind("YS", "acceptance", OF_SERVICE),
    )
}
"""By letters."""


def seen_by(role: str) -> tuple[str, ...]:
    """Letters of the kinds that a role may look for."""
    return tuple(letters for letters, kind in KINDS.items() if role in kind.readers)
