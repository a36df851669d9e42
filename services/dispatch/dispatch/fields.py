"""Fields that commands of dispatch share; and when something happened."""

from datetime import datetime
from typing import Annotated

from pydantic import StringConstraints

from company.context import Context
from contracts import bounds
from contracts.bounds import Few, OneLine
from runtime.decision import Command

DEPOT = "main"
"""The depot, as long as there is one."""

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), bounds.Text(500, lines=True)]
"""What a person writes: a reason, a name, a number; never blank."""

Photos = Annotated[tuple[OneLine, ...], Few(1_000)]


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1)."""
    return command.at or ctx.now
