"""Text as people type it, made comparable: trimmed and printable."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("[\t\r\n\v\f\x85\u2028\u2029]+")
_UNREADABLE = frozenset({"Cc", "Cs"})  # control characters, bytes that the encoding does not know


def plain(text: str) -> str | None:
    """Free text, trimmed; line breaks and tabs become one space, invisible marks go.

    None when it holds control characters or bytes that could not be decoded: nobody could check it by eye.
    """
    if text.isprintable():
        return text.strip()
    kept: list[str] = []
    for character in _BREAKS.sub(" ", text):
        category = unicodedata.category(character)
        if category in _UNREADABLE:
            return None
        if category != "Cf":
            kept.append(character)
    return "".join(kept).strip()
