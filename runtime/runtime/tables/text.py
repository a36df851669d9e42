"""Text as people type it and programs write it, made comparable: trimmed and printable."""

from __future__ import annotations

import re
import unicodedata

_BREAKS = re.compile("[\t\r\n\v\f\x85\u2028\u2029]+")
_UNREADABLE = frozenset({"Cc", "Cs"})  # control characters, bytes that the encoding does not know
_ESCAPED = re.compile("_x[0-9A-Fa-f]{4}_")
_AS_TEXT = re.compile(r'="([^"]*)"')


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


def unescaped(text: str) -> str:
    """`_x000D_` and the like as the characters that a workbook wrote so; halves of one character are put together."""
    if "_x" not in text or not _ESCAPED.search(text):
        return text
    from openpyxl.utils.escape import unescape  # 0.1 s, which most files need not pay

    told: str = unescape(text)
    return told.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def without_armour(text: str) -> str:
    """What stands in `="138…"`: written so in a CSV to keep a spreadsheet from taking it for a number."""
    if text.startswith("="):
        found = _AS_TEXT.fullmatch(text.strip())
        return found[1] if found else text
    return text
