"""Text on its way out to a spreadsheet."""

from __future__ import annotations

import re

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "|", "%")
_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


def formula_safe(text: str) -> str:
    """The text with an apostrophe before it if a spreadsheet would run it as a formula; else unchanged.

    For cells of CSV and XLSX files that we hand out (X6). A plain number keeps its sign.
    """
    if text.lstrip(" \u3000\xa0").startswith(_STARTS) and not _NUMBER.fullmatch(text):
        return "'" + text
    return text
