"""Line accounting at the customer's door (B13): what was ordered, what was handed over. Pure."""

from collections import Counter
from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from contracts.bounds import Few, HowMany, Nth, OneLine
from contracts.fact import ContractLine, GoodsLine, Value
from dispatch.domain.words import Words
from runtime.decision import Rejected


class CountedLine(Value):
    """Pieces of one contract line, as counted."""

    line_no: Nth
    quantity: HowMany = Field(ge=0)


class RefusedLine(Value):
    """Pieces of one contract line that the customer did not take: written down with reason and photos (B13, B15)."""

    line_no: Nth
    quantity: HowMany = Field(gt=0)
    damaged: bool = False
    reason: Words
    photos: Annotated[tuple[OneLine, ...], Few(1_000)] = ()


def handed_over(counted: Iterable[CountedLine], ordered: tuple[ContractLine, ...]) -> tuple[GoodsLine, ...] | Rejected:
    """The goods that the customer has now; or what is wrong with the count (B13).

    Each line of the order is named once, with 0 where nothing was handed over; never more than ordered.
    """
    told = tuple(counted)
    quantities = {line.line_no: line.quantity for line in told}
    twice = sorted(number for number, times in Counter(line.line_no for line in told).items() if times > 1)
    known = {line.line_no for line in ordered}
    strange = sorted(set(quantities) - known)
    missing = [line for line in ordered if line.line_no not in quantities]
    over = [line for line in ordered if quantities.get(line.line_no, 0) > line.quantity]
    zh = [
        *(f"第 {number} 行点了两次" for number in twice),
        *(f"合同没有第 {number} 行" for number in strange),
        *(f"第 {line.line_no} 行 {line.name} 没有清点（没有交付请写 0）" for line in missing),
        *(f"第 {line.line_no} 行 {line.name} 只订了 {line.quantity}，点了 {quantities[line.line_no]}" for line in over),
    ]
    en = [
        *(f"line {number} is counted twice" for number in twice),
        *(f"there is no line {number}" for number in strange),
        *(f"line {line.line_no} is not counted (write 0 where nothing was handed over)" for line in missing),
        *(f"line {line.line_no}: {quantities[line.line_no]} counted, {line.quantity} ordered" for line in over),
    ]
    if zh:
        lines = sorted({*twice, *strange, *(line.line_no for line in missing), *(line.line_no for line in over)})
        return Rejected(
            "count_differs",
            "B13",
            f"签收数量不对：{'；'.join(zh)}。请当面逐行清点后再签收。",
            f"The count does not match the order: {'; '.join(en)}. Count line by line with the customer.",
            {"lines": ",".join(str(number) for number in lines)},
        )
    return tuple(
        GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=quantities[line.line_no])
        for line in ordered
    )


def delivered_lines(delivered: Iterable[GoodsLine], ordered: Iterable[ContractLine]) -> tuple[ContractLine, ...]:
    """The contract lines of which the customer has something now, with what was handed over."""
    quantities = {line.line_no: line.quantity for line in delivered}
    return tuple(
        line.model_copy(update={"quantity": quantities[line.line_no]})
        for line in ordered
        if quantities.get(line.line_no, 0) > 0
    )


def refused_goods(
    refused: Iterable[RefusedLine], delivered: tuple[GoodsLine, ...], damaged: bool
) -> tuple[GoodsLine, ...]:
    """The pieces that were refused, either the damaged or the undamaged ones, line by line in the order's order."""
    pieces: Counter[int] = Counter()
    for line in refused:
        if line.damaged == damaged:
            pieces[line.line_no] += line.quantity
    return tuple(
        line.model_copy(update={"quantity": pieces[line.line_no]}) for line in delivered if pieces[line.line_no]
    )


def refused_too_many(
    refused: Iterable[RefusedLine], delivered: tuple[GoodsLine, ...], ordered: tuple[ContractLine, ...]
) -> Rejected | None:
    """Pieces cannot be both taken and refused, nor refused without having been ordered (B13)."""
    pieces: Counter[int] = Counter()
    for line in refused:
        pieces[line.line_no] += line.quantity
    taken = {line.line_no: line.quantity for line in delivered}
    wanted = {line.line_no: line.quantity for line in ordered}
    wrong = sorted(number for number in pieces if taken.get(number, 0) + pieces[number] > wanted.get(number, 0))
    if not wrong:
        return None
    lines = ",".join(str(number) for number in wrong)
    return Rejected(
        "refused_too_many",
        "B13",
        f"第 {lines} 行：签收加拒收多于订货。请当面逐行清点。",
        f"Line {lines}: more pieces taken and refused than ordered. Count line by line with the customer.",
        {"lines": lines},
    )
