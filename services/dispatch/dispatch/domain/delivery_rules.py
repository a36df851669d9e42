"""Line accounting at the customer's door (B13): what was ordered, what was handed over. Pure."""

from collections import Counter
from collections.abc import Iterable

from pydantic import Field

from contracts.decision import Rejected
from contracts.fact import ContractLine, GoodsLine, Value


class CountedLine(Value):
    """Pieces of one contract line, as counted."""

    line_no: int
    quantity: int = Field(ge=0)


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
