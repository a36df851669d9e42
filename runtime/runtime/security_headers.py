"""What every answer says to the browser about itself. Who answers may say it more exactly; nobody must remember it."""

from collections.abc import Iterable

Headers = list[tuple[bytes, bytes]]

PAGE_POLICY = (
    "default-src 'self'; style-src-attr 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Of pages and of scripts (workers obey their own): only our own files. Inline style attributes carry numbers only."""
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""Of all else: it is no page, whatever a browser takes it for."""
_PAGES = (b"text/html", b"text/javascript")


def secured(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """The headers of an answer with those that it lacks; what is not said to be kept is not kept (C18)."""
    given = [(name.lower(), value) for name, value in headers]
    kind = next((value for name, value in given if name == b"content-type"), b"")
    policy = PAGE_POLICY if kind.startswith(_PAGES) else DATA_POLICY
    own = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"same-origin",
        b"cache-control": b"no-store",
        b"content-security-policy": policy.encode(),
    }
    return [*given, *((name, value) for name, value in own.items() if name not in dict(given))]
