"""The kinds of fields that commands of a contract share, and their bounds."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts import bounds

MAX_LINES = 500  # lines of one contract; its event must stay far below what a Kafka record may hold
MAX_PIECES = 999_999  # pieces of one line or row; more is a slip of the keyboard
MAX_TEXT = 500  # characters of one text, as in the files
MAX_FEN = 100_000_000_000  # one milliard yuan, as in the files

ContractNo = Annotated[str, Field(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), bounds.Text(MAX_TEXT, lines=True)]
Note = Annotated[str, StringConstraints(strip_whitespace=True), bounds.Text(MAX_TEXT, lines=True)]
PaperNo = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:/-]{0,59}$")]
"""Number of a paper or payment: what tells it from the next one."""
