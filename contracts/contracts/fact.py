"""What every event of the company has in common, and the small values that several events share."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class Value(BaseModel):
    """An immutable value inside an event. Unknown fields of a newer writer are ignored, so readers live on."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True, use_attribute_docstrings=True)


class Fact(Value):
    """An event: something that happened, in the past tense, complete without a look-up.

    `at` is when it happened (发生, UTC); when it was recorded (记录) is the envelope's `time` (rule X1).
    """

    at: AwareDatetime


Half = Literal["am", "pm"]
"""上午 or 下午."""

JobKind = Literal["delivery", "installation", "visit"]
"""送货, 安装, 上门维修."""

Quantity = Annotated[int, Field(ge=0)]
Fen = Annotated[int, Field(ge=0)]
"""Money in fen (1/100 CNY)."""


class Customer(Value):
    """客户. Personal data: never logged unmasked, shown by role (C18)."""

    name: str
    phone: str
    address: str
    district: str


class ContractLine(Value):
    """One line of a contract (合同行)."""

    line_no: int
    sku: str
    name: str
    spec: str
    category: str
    quantity: int
    unit_price_fen: int
    to_install: bool


class GoodsLine(Value):
    """Pieces of one contract line, wherever they are counted, loaded or handed over."""

    line_no: int
    sku: str
    name: str
    quantity: int


class Window(Value):
    """Time of day promised to a customer; both ends UTC."""

    starts: AwareDatetime
    ends: AwareDatetime


__all__ = [
    "ContractLine",
    "Customer",
    "Fact",
    "Fen",
    "GoodsLine",
    "Half",
    "JobKind",
    "Quantity",
    "Value",
    "Window",
]
