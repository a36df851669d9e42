"""A company with two depots, for the tests of transfers (D17)."""

from datetime import UTC, datetime
from typing import Any

from company.context import Context
from company.policy import DepotPolicy, Policy, ZonePolicy, policy_book
from contracts.inventory_stock import LotPieces
from contracts.inventory_transfers import (
    TransferAsked,
    TransferCount,
    TransferLine,
    TransferLineHeld,
    TransferPieces,
    TransferReceived,
    TransferSent,
)
from inventory.transfer.sending import AskTransfer

NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)
ONE_DEPOT = policy_book().at(NOW)
SHUNDE = DepotPolicy(
    depot="shunde",
    name="顺德仓",
    zones=(
        ZonePolicy(zone="R", name="收货区", kind="receiving", bins=("S-R-01",)),
        ZonePolicy(zone="S", name="存放区", kind="goods", bins=("S-01-1", "S-01-2")),
        ZonePolicy(zone="P", name="待处理仓", kind="pending", bins=("S-P-01",)),
    ),
    districts=("顺德区",),
)
TWO_DEPOTS: Policy = ONE_DEPOT.model_copy(update={"depots": (*ONE_DEPOT.depots, SHUNDE)})


def by(person: str, role: str = "warehouse") -> Context:
    return Context(now=NOW, by=person, role=role, policy=TWO_DEPOTS)


SENDER, RECEIVER, ACCOUNTANT, MANAGER = (
    by("mai.gh"),
    by("lu.qc", "qc"),
    by("su.kj", "accountant"),
    by("guan.yf", "manager"),
)

TILES = TransferLine(line_no=1, sku="TC-60A", name="抛光砖", quantity=40, lot="C88")
TAPS = TransferLine(line_no=2, sku="TAP-9", name="龙头", quantity=3)
ASK = AskTransfer(transfer_no="DB1", from_depot="main", to_depot="shunde", lines=(TILES, TAPS), reason="顺德缺货")
ASKED = TransferAsked(
    at=NOW,
    transfer_no="DB1",
    from_depot="main",
    to_depot="shunde",
    lines=(TILES, TAPS),
    reason="顺德缺货",
    asked_by="mai.gh",
)


def held(line_no: int, *lots: tuple[str, int]) -> TransferLineHeld:
    of = tuple(LotPieces(lot=lot, quantity=quantity) for lot, quantity in lots)
    return TransferLineHeld(at=NOW, transfer_no="DB1", line_no=line_no, lots=of)


HELD = (held(1, ("C88", 40)), held(2, ("", 3)))


def pieces(*counted: tuple[int, str, int]) -> tuple[TransferPieces, ...]:
    return tuple(TransferPieces(line_no=line, lot=lot, quantity=quantity) for line, lot, quantity in counted)


ALL = pieces((1, "C88", 40), (2, "", 3))
SENT = TransferSent(
    at=NOW,
    transfer_no="DB1",
    from_depot="main",
    to_depot="shunde",
    lines=(TILES, TAPS),
    sent=ALL,
    left=(),
    carrier="粤E·5D430 陈师傅",
    note="",
    sent_by="mai.gh",
)
ROAD = (ASKED, *HELD, SENT)


def count(line_no: int, good: int = 0, **more: Any) -> TransferCount:
    return TransferCount(line_no=line_no, good=good, **more)


def received(events: Any) -> TransferReceived:
    """The one event of a receipt."""
    (event,) = events
    assert isinstance(event, TransferReceived)
    return event
