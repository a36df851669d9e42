"""The kinds of fields that commands of a contract share, and their bounds."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticCustomError

from company import units
from contracts import bounds
from contracts.fact import ContractLine
from contracts.inventory_vouchers import own_number

MAX_LINES = 500  # lines of one contract; its event must stay far below what a Kafka record may hold
MAX_PIECES = 999_999  # pieces of one line or row; more is a slip of the keyboard
MAX_TEXT = 500  # characters of one text, as in the files
MAX_FEN = 100_000_000_000  # one milliard yuan, as in the files

ContractNo = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
Text = bounds.Words
Note = Annotated[str, StringConstraints(strip_whitespace=True), bounds.Text(MAX_TEXT, lines=True)]
PaperNo = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,59}$")]
"""Number of a paper or payment: what tells it from the next one."""
OwnNo = Annotated[PaperNo, AfterValidator(own_number)]
"""The same of what the register numbers once it is told (D11); a receipt that is typed in has its number on it."""


def _counted(line: Any) -> Any:
    """`quantity` is in base pieces: what is told in boxes or ㎡ is never taken for as many pieces."""
    told = line.get("unit") if isinstance(line, Mapping) and line.get("measure") is None else None
    if isinstance(told, str) and units.unit(told.strip()) in {units.BOX, units.SQUARE_METRES}:
        raise PydanticCustomError(
            "unit_without_measure",
            "quantity is in pieces: say them there, and in measure what was sold (sold, unit, base_unit, per_box)",
            {
                "zh": "数量按基本单位的件数写。按箱、按㎡卖的，quantity 写折合件数，另写 measure"
                "（sold 数量、unit 单位、base_unit 基本单位、per_box 每箱件数）；或用合同文件导入，由商品档案折算"
            },
        )
    return line


SoldLine = Annotated[ContractLine, BeforeValidator(_counted)]
"""A contract line as it is told (D14)."""
