"""What commands of dispatch share: the depot, and when something happened."""

from datetime import datetime

from company.context import Context
from runtime.decision import Command

DEPOT = "main"
"""The depot, as long as there is one."""


def happened(command: Command, ctx: Context) -> datetime:
    """When it happened (X1)."""
    return command.at or ctx.now
