"""Units of a product (D14): base pieces, boxes, ㎡. Conversions are exact; areas leave in whole pieces."""

from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal, InvalidOperation

SQUARE_METRES = "㎡"
BOX = "箱"
BASE = ("片", "件", "套", "米", "块", "个", "支", "张", "樘", "副", "组", "台")
"""In which products are counted; one of them is a product's base unit."""

_SPELLINGS = {"m2": SQUARE_METRES, "m²": SQUARE_METRES, "平方米": SQUARE_METRES, "平方": SQUARE_METRES, "盒": BOX}


@dataclass(frozen=True, slots=True)
class Packing:
    """How a product is counted: base unit, pieces in a box, ㎡ of a piece (None where it has none), whether it is sold
    in whole boxes only."""

    base: str
    per_box: int = 1
    square_metres: Decimal | None = None
    whole_boxes: bool = False


def unit(text: str) -> str | None:
    """A unit as it is written here: ㎡ for m2, m² and 平方米; None where it is none that we know."""
    told = _SPELLINGS.get(text.lower(), text)
    return told if told in {SQUARE_METRES, BOX, *BASE} else None


def exactly(text: str) -> Decimal | None:
    """What was sold, as a number; None for a text that is none."""
    try:
        told = Decimal(text)
    except InvalidOperation:
        return None
    return told if told.is_finite() and told > 0 else None


def pieces(sold: Decimal, told: str, packing: Packing) -> int | None:
    """Base pieces that cover what was sold, never fewer; in whole boxes where the product is sold so (D14).

    None where the product is not counted in that unit, or part of a box or piece was sold.
    """
    match told:
        case "㎡" if packing.square_metres:
            count = (sold / packing.square_metres).to_integral_value(ROUND_CEILING)
        case "箱":
            count = sold * packing.per_box
        case _ if told == packing.base:
            count = sold
        case _:
            return None
    if count <= 0 or count != count.to_integral_value():
        return None
    return rounded(int(count), packing)


def rounded(count: int, packing: Packing) -> int:
    """Up to whole boxes, where only these are sold."""
    return -(-count // packing.per_box) * packing.per_box if packing.whole_boxes else count


def boxes(count: int, per_box: int) -> str | None:
    """Boxes and single pieces, "6+2"; None where a box is one piece."""
    return None if per_box <= 1 else f"{count // per_box}+{count % per_box}"


def square_metres(count: int, packing: Packing) -> str | None:
    """The area of some pieces, exactly: "12.8"; None for what has none."""
    return None if packing.square_metres is None else f"{(count * packing.square_metres).normalize():f}"


def sold(count: int, told: str, packing: Packing) -> str | None:
    """So many base pieces in the unit of their sale, exactly: "16.64" of ㎡ (D14).

    None where they make no whole boxes, or the area of a piece is not known.
    """
    match told:
        case "㎡":
            return square_metres(count, packing)
        case "箱":
            return None if count % packing.per_box else str(count // packing.per_box)
        case _:
            return str(count)


def comes_back_whole(good: int, per_box: int, *, broken: int = 0, of: int = 0) -> bool:
    """整箱退: whether good pieces may come back, or be paid back: whole boxes, in which `broken` ones may lie; or all
    `of` them, with the single pieces that were sold (D14)."""
    return good == of or -good % per_box <= broken
