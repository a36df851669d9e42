"""Fields that commands of the desk share: their bounds, and how a page fills them in; and when something happened."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from company.context import Context
from contracts import bounds
from runtime.decision import Command
from runtime.forms import Widget

TEXT_LENGTH = 1000
"""Characters of a free text, at most: a page of handwriting."""

_LINES = bounds.Text(TEXT_LENGTH, lines=True)
Number = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^\w[^\s:/]{0,79}$"), bounds.Code(80)]
FaultCode = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\s:/]{0,80}$")]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), _LINES]
Note = Annotated[str, StringConstraints(strip_whitespace=True), _LINES]
LongText = Annotated[Text, Widget("long")]

Pieces = Annotated[int, Field(ge=1, le=100_000)]
Proofs = Annotated[tuple[Text, ...], Field(max_length=50)]

Reference = Annotated[str, StringConstraints(strip_whitespace=True, max_length=80)]
Photos = Annotated[tuple[Text, ...], Field(max_length=50), Widget("photos")]
PaperPhoto = Annotated[Reference, Widget("photos")]
"""A photo of a paper form."""

VisitNo = Annotated[int, Field(ge=1, le=1000), Widget("fixed", of="visit_no")]
Ticked = Annotated[bool, Widget("tick")]
Money = Annotated[int, Field(ge=0, le=10_000_000_00), Widget("fen")]
"""Fen, up to ten million yuan."""


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1), UTC; a clock that is a little ahead of ours counts as now."""
    return ctx.now if command.at is None else min(command.at, ctx.now).astimezone(UTC)
