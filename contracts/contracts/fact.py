"""What every event of the company has in common, and the small values that several events share."""

from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import AwareDatetime, ConfigDict, Field

from contracts.bounds import Days, HowMany, MoneyFen, Nth, OneLine, Text
from contracts.described import Described
from contracts.spelling import Lot, OptionalPhone, OptionalSku, Phone, Sku


class Value(Described):
    """An immutable value inside an event. Unknown fields of a newer writer are ignored, so readers live on."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Fact(Value):
    """An event: something that happened, in the past tense, complete without a look-up.

    `at` is when it happened (发生, UTC); when it was recorded (记录) is the envelope's `time` (rule X1). `wire` is the
    name under which it travels, written out beside the class: `class StockMoved(Fact, wire="songda.inventory...v1")`.
    """

    wire: ClassVar[str] = ""
    at: AwareDatetime

    def __init_subclass__(cls, *, wire: str = "", **kwargs: Any) -> None:
        """Take the wire name; a shape changes by a new version of it, an upcaster and a golden file."""
        super().__init_subclass__(**kwargs)
        cls.wire = wire


def members(union: Any) -> tuple[type[Fact], ...]:
    """The event types of a union, also one that is annotated or made of other unions, in their order."""
    if isinstance(union, type):
        return (union,)
    kinds = get_args(union)[:1] if get_origin(union) is Annotated else get_args(union)
    return tuple(event for kind in kinds for event in members(kind))


Half = Literal["am", "pm"]
"""上午 or 下午."""

JobKind = Literal["delivery", "installation", "visit"]
"""送货, 安装, 上门维修."""

Fen = Annotated[int, Field(ge=0)]
"""Money in fen (1/100 CNY)."""


class Customer(Value):
    """客户. Personal data: never logged unmasked, shown by role (C18)."""

    name: OneLine
    phone: Phone
    address: Annotated[str, Text(500)]
    district: OneLine
    second_phone: OptionalPhone = ""
    """Another number of the same customer, where there is one."""


class Measure(Value):
    """How a line was sold and is counted (D13, D14): `sold` of `unit` became the line's pieces, exactly."""

    sold: OneLine
    """A decimal number as text: 32.9."""
    unit: OneLine
    base_unit: OneLine
    per_box: HowMany = 1
    by_lot: bool = False
    """It comes in lots of one shade, and is served from one."""


class ContractLine(Value):
    """One line of a contract (合同行). `quantity`: pieces, in the product's base unit."""

    line_no: Nth
    sku: Sku
    name: OneLine
    spec: OneLine
    category: OneLine
    quantity: HowMany
    unit_price_fen: MoneyFen
    to_install: bool
    measure: Measure | None = None
    """None: sold and counted in pieces, of a product of which nothing else is known."""


class GoodsLine(Value):
    """Pieces of one contract line, wherever they are counted, loaded or handed over."""

    line_no: Nth
    sku: OptionalSku
    name: OneLine
    quantity: HowMany


class LineLot(Value):
    """Pieces of one contract line that are of one lot (批号, D13)."""

    line_no: Nth
    lot: Lot
    quantity: HowMany


class Window(Value):
    """Time of day promised to a customer; both ends UTC."""

    starts: Annotated[AwareDatetime, Days()]
    ends: Annotated[AwareDatetime, Days()]
