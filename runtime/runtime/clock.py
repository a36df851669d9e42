"""The one place that reads the clock."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """This moment, UTC."""
    return datetime.now(UTC)
