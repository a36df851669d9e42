"""What all read models of dispatch share."""

from typing import Any

Json = dict[str, Any]
"""A facet: what JSON can hold, never changed in place."""


def after_colon(aggregate_id: str) -> str:
    """The row's name: `job:D-HT26030001` -> `D-HT26030001`."""
    return aggregate_id.partition(":")[2]
