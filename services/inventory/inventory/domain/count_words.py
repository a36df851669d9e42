"""How a count says no: what is wrong, where, and what to do (D7)."""

from collections.abc import Sequence

from runtime.decision import Rejected


def not_open() -> Rejected:
    """Nobody opened this count."""
    return _no(
        "unknown_count",
        "没有这张盘点单。请核对单号，或先开盘",
        "There is no such count. Check its number, or open it first",
    )


def ended(what: str) -> Rejected:
    """The count is over. `what`: 已结束 or 已作废."""
    words = {"closed": ("已结束", "is closed"), "cancelled": ("已作废", "was cancelled")}
    zh, en = words[what]
    return _no(
        f"count_{what}", f"盘点{zh}，不能再改。要重新清点请另开一张", f"The count {en}. Open another one to count again"
    )


def already_opened() -> Rejected:
    """The number is taken by another count."""
    return _no("count_exists", "这个盘点单号已用过，请换一个", "This count number is taken; choose another")


def no_lines() -> Rejected:
    """A count of nothing."""
    return _no("nothing_to_count", "没有选到任何货位。请换个条件", "No bins were chosen. Change the selection")


def line_twice(sku: str, bin_: str) -> Rejected:
    """The sheet names a line twice."""
    return _no(
        "line_twice",
        f"{bin_} 的 {sku} 在单上有两行，请只留一行",
        f"{sku} in {bin_} stands on the sheet twice; keep one",
    )


def not_on_sheet(sku: str, bin_: str) -> Rejected:
    """The sheet does not name this line."""
    return _no(
        "not_on_sheet",
        f"盘点单上没有 {bin_} 的 {sku}。看错了请改正；货确实在那里请先加行",
        f"The sheet has no {sku} in {bin_}. Correct it, or add the line if the goods are there",
    )


def bad_figure(quantity: int, most: int) -> Rejected:
    """No number of pieces."""
    return _no(
        "bad_figure", f"实数应在 0 到 {most} 之间，现在是 {quantity}", f"A figure is 0 to {most}, not {quantity}"
    )


def before_opening() -> Rejected:
    """Counted before the count was opened."""
    return _no(
        "counted_before_opening",
        "清点时间早于开盘时间，账上无法对到那一刻。请核对时间",
        "It was counted before the count was opened; check the time",
    )


def same_person(by: str, sku: str, bin_: str) -> Rejected:
    """A recount by who counted before."""
    return _no(
        "recount_by_another",
        f"{bin_} 的 {sku} 要由另一个人复盘，{by} 已经点过",
        f"{sku} in {bin_} is recounted by another person; {by} counted it before",
        by=by,
    )


def figure_stands(sku: str, bin_: str) -> Rejected:
    """The line was compared; it takes no figure unless a recount is asked for."""
    return _no(
        "figure_stands",
        f"{bin_} 的 {sku} 已经对过账，不用再点。要重点请由审批人退回复盘",
        f"{sku} in {bin_} was compared already. The approver may ask for a recount",
    )


def lines_open(lines: Sequence[tuple[str, str]]) -> Rejected:
    """Not every line has its figure."""
    shown = "、".join(f"{bin_} {sku}" for sku, bin_ in lines[:5])
    return _no(
        "lines_open",
        f"还有 {len(lines)} 行没有点：{shown}。点完再对账",
        f"{len(lines)} lines have no figure: {shown}. Count them first",
        open=len(lines),
    )


def card_behind(sku: str) -> Rejected:
    """The card that was handed in has a gap, or is older than the sheet."""
    return _no(
        "card_behind",
        f"{sku} 的存卡还没有更新到最新一笔，请几秒后再试",
        f"The bin card of {sku} is not up to its last move yet; try again in a few seconds",
    )


def no_difference(sku: str, bin_: str) -> Rejected:
    """The line agrees, or was not compared yet."""
    return _no(
        "no_difference",
        f"{bin_} 的 {sku} 没有待处理的差异",
        f"{sku} in {bin_} has no difference to settle",
    )


def not_explained(sku: str, bin_: str) -> Rejected:
    """No reason was given."""
    return _no(
        "not_explained",
        f"{bin_} 的 {sku} 还没有写差异原因，请仓管先填",
        f"Why {sku} in {bin_} differs is not written yet; the warehouse says so first",
    )


def own_figure(by: str) -> Rejected:
    """Who counted does not approve."""
    return _no(
        "approver_counted",
        f"{by} 点过这一行，不能自己批准。请另一位会计或经理批",
        f"{by} counted this line and cannot approve it; ask another accountant or manager",
        by=by,
    )


def moves_told_late(sku: str, bin_: str, before: int, now: int) -> Rejected:
    """The book of the moment of counting is not what the comparison saw."""
    return _no(
        "moves_told_late",
        f"对账之后，{bin_} 的 {sku} 又补记了清点前的出入库，账面数由 {before} 变为 {now}。请先重新对账",
        f"Moves before the counting were told since: the book of {sku} in {bin_} was {before}, is {now}. Compare again",
        before=before,
        now=now,
    )


def adjusted_meanwhile(sku: str, bin_: str, other: str) -> Rejected:
    """Two counts of one bin: the difference must not be adjusted twice."""
    return _no(
        "adjusted_meanwhile",
        f"清点之后，盘点 {other} 已经调整过 {bin_} 的 {sku}。请退回复盘，以免重复调整",
        f"Count {other} adjusted {sku} in {bin_} after this counting. Send it back, or it is adjusted twice",
        other=other,
    )


def note_wanted() -> Rejected:
    """Reason 其他, or a refusal, without words."""
    return _no("note_wanted", "请写明原因", "Say why, in words")


def adjusted_already() -> Rejected:
    """Cancelling what changed the card."""
    return _no(
        "count_adjusted",
        "已经有行批准调整，不能作废。请把其余各行处理完",
        "A line was adjusted already; settle the others instead of cancelling",
    )


def other_line(sku: str) -> Rejected:
    """The card of another sku was handed in."""
    return _no("other_card", f"交来的不是 {sku} 的存卡", f"The card handed in is not that of {sku}")


def _no(code: str, zh: str, en: str, **facts: str | int) -> Rejected:
    return Rejected(code, "D7", zh, en, facts)
