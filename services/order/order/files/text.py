"""Text as people type it, made comparable: trimmed, printable, and half-width where it is a code or a number."""

from __future__ import annotations

import re
import unicodedata

# Full-width forms only. NFKC would also turn ² and ② into digits: 2² must not become 22.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_BREAKS = re.compile("[\t\r\n\v\f\x85\u2028\u2029]+")
_UNREADABLE = frozenset({"Cc", "Cs"})  # control characters, bytes that the encoding does not know


def narrow(text: str) -> str:
    """Full-width digits, Latin letters and punctuation as half-width ones; everything else as it is."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


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
