"""What commands of dispatch share: the depot, and when something happened."""

from datetime import datetime

from company.context import Context
from company.depots import MAIN
from runtime.decision import Command

DEPOT = MAIN
"""The depot of what names none; and the name of the one fleet, whose crews are each a depot's (D17)."""

PLANNED_AHEAD = 62
"""Days that a change of people is told to: nobody plans further ahead, and days opened later know of it."""


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1)."""
    return command.at or ctx.now
