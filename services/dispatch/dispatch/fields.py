"""What commands of dispatch share: the depot, and when something happened."""

from datetime import datetime

from company.context import Context
from runtime.decision import Command

DEPOT = "main"
"""The depot, as long as there is one."""

PLANNED_AHEAD = 62
"""Days that a change of people is told to: nobody plans further ahead, and days opened later know of it."""


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1)."""
    return command.at or ctx.now
