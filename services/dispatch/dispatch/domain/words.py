"""Words that refusals and summaries share: days, half-days, money, goods, as people say them."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated

from pydantic import StringConstraints

from contracts import bounds
from contracts.fact import ContractLine, Half, JobKind

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), bounds.Text(500, lines=True)]
"""What a person writes: a reason, a name, a number; never blank."""

HALF_ZH: dict[Half, str] = {"am": "上午", "pm": "下午"}
HALF_EN: dict[Half, str] = {"am": "morning", "pm": "afternoon"}
KIND_ZH: dict[JobKind, str] = {"delivery": "送货", "installation": "安装", "visit": "上门"}

NAMED_LINES = 3  # a card has room for three names; the rest is counted


def day_zh(day: date) -> str:
    """3月13日."""
    return f"{day.month}月{day.day}日"


def yuan(fen: int) -> str:
    """Fen -> ¥1,234 or ¥1,234.50."""
    whole, rest = divmod(fen, 100)
    return f"¥{whole:,}.{rest:02d}" if rest else f"¥{whole:,}"


def goods_zh(lines: Iterable[ContractLine]) -> str:
    """连体坐便器×1、恒温花洒×2 等5项: what a card says of a contract's goods."""
    known = tuple(lines)
    named = "、".join(f"{line.name}×{line.quantity}" for line in known[:NAMED_LINES])
    return f"{named} 等{len(known)}项" if len(known) > NAMED_LINES else named
