"""What all read models of dispatch share."""

from typing import Any

Json = dict[str, Any]
"""A facet: what JSON can hold, never changed in place."""
