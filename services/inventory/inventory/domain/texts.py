"""The texts and bounds that commands of the warehouse share."""

from typing import Annotated

from pydantic import Field, StringConstraints

from contracts import bounds

MAX_PIECES = 999_999  # pieces of one line, move or bin; more is a slip of the keyboard

PaperNo = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$", examples=["BF260401001"])]
"""Number of a slip, loan, application or list."""
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), bounds.Text(500, lines=True)]
Note = Annotated[str, StringConstraints(strip_whitespace=True), bounds.Text(500, lines=True)]
FileRef = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
"""A photo or a signature, by the hash of its content."""
Photos = Annotated[tuple[FileRef, ...], Field(max_length=20)]
