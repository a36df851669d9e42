"""The address at which a customer rates a ticket: signed, so that nobody can guess another one (C11, E1)."""

from collections.abc import Callable
from pathlib import Path

from runtime.settings import Settings
from runtime.tokens import tokens_of


def rating_link(public_url: str, home: Path) -> Callable[[str], str]:
    """Ticket id -> link. The secret is the system's own, and is read when the first link is made."""

    def link(ticket_id: str) -> str:
        return f"{public_url.rstrip('/')}/rate/{tokens_of(Settings(home=home)).link(ticket_id)}"

    return link
