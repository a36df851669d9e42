"""Printed forms (X5): one table per group of forms, A4, Chinese first; whoever may read the subject may print it.

A form is its word (`print.<form>`), the roles that may print it, a template, and a function that reads what it shows.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.seat import Seat

Content = Mapping[str, Any]
"""Values for the form's template."""


@dataclass(frozen=True, slots=True)
class Form:
    """A printable form; `read` gives None where there is no such subject or it is not this reader's."""

    name: str
    template: str
    roles: Collection[str]
    read: Callable[[Seat, str], Awaitable[Content | None]]


def by_name(*groups: Collection[Form]) -> Mapping[str, Form]:
    """All forms of all groups by their name in the address."""
    forms = [form for group in groups for form in group]
    named = {form.name: form for form in forms}
    if len(named) < len(forms):
        raise ValueError(f"two forms of one name: {sorted(form.name for form in forms)}")
    return named
