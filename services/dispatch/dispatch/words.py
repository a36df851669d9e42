"""Words that refusals and summaries share: half-days, kinds of work, goods, as people say them."""

from collections.abc import Iterable
from typing import Protocol

from contracts.fact import ContractLine, Half, JobKind
from runtime.refusal import Term

HALF_ZH: dict[Half, str] = {"am": "上午", "pm": "下午"}
HALF_EN: dict[Half, str] = {"am": "morning", "pm": "afternoon"}
KIND_ZH: dict[JobKind, str] = {"delivery": "送货", "installation": "安装", "visit": "上门"}

NAMED_LINES = 3  # a card has room for three names; the rest is counted


GOODS_ZH: dict[str, str] = {"returned": "退回", "deposited": "寄存"}


class Said(Protocol):
    """Something that is said in both languages."""

    @property
    def zh(self) -> str:
        """In Chinese."""

    @property
    def en(self) -> str:
        """In English."""


def joined(said: Iterable[Said], *, beside: bool = False) -> Term:
    """One after the other in one sentence; `beside` the words too, in English."""
    known = tuple(said)
    en = "; ".join(one.en for one in known)
    return Term("；".join(one.zh for one in known), en, en if beside else None)


def listed(names: Iterable[str]) -> Term:
    """Names one after the other; beside the words with commas."""
    known = tuple(names)
    return Term("、".join(known), ", ".join(known), ",".join(known))


def goods_zh(lines: Iterable[ContractLine]) -> str:
    """连体坐便器×1、恒温花洒×2 等5项: what a card says of a contract's goods."""
    known = tuple(lines)
    named = "、".join(f"{line.name}×{line.quantity}" for line in known[:NAMED_LINES])
    return f"{named} 等{len(known)}项" if len(known) > NAMED_LINES else named
