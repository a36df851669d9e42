"""The texts, bounds and numbers that commands of the warehouse share."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from contracts import bounds
from contracts.civil_time import civil_day
from contracts.inventory_vouchers import own_number
from runtime.use_case import Asker

MAX_PIECES = 999_999  # pieces of one line, move or bin; more is a slip of the keyboard

PaperNo = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$", examples=["BF260401001"]), AfterValidator(own_number)
]
"""Number of a slip, loan, application or list."""
TransferNo = Annotated[
    str, Field(pattern=r"^DB[A-Za-z0-9_-]{1,38}$", examples=["DB260401-1a2b3c"]), AfterValidator(own_number)
]
"""Number of a transfer: `contracts.inventory_transfers.NUMBERS`, and more."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = bounds.Words
Note = Annotated[str, StringConstraints(strip_whitespace=True), bounds.Text(500, lines=True)]
FileRef = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
"""A photo or a signature, by the hash of its content."""
Photos = Annotated[tuple[FileRef, ...], Field(max_length=20)]


def dated(letters: str) -> Callable[[Asker, Any], str]:
    """How a paper is numbered for whoever gives no number: letters, the day of `at`, and six characters."""

    def number(asker: Asker, body: Any) -> str:
        return f"{letters}{civil_day(body.at or asker.now):%y%m%d}-{asker.fresh_id(letters)[:6]}"

    return number
