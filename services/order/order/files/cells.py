"""One cell's text as a value. A fault is noted in `faults`; what is returned then is never used."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from contracts import spelling
from contracts.spelling import Judged, narrow
from order.files.layout import Column
from runtime.file_refusals import Fault, shown

MAX_WHOLE = 999_999  # pieces or line numbers; more is a slip of the keyboard
MAX_YUAN_DIGITS = 9
MAX_DECIMALS = 6
FIRST_YEAR, LAST_YEAR = 2000, 2099  # a contract outside is a typing error

_NUMBER = re.compile(r"([-+]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
_DATE = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?)"
    r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)


class Number(NamedTuple):
    """A number as it was typed: its sign, digits before the point without commas, digits behind it without zeros."""

    sign: str
    whole: str
    fraction: str


def _number(text: str) -> Number | None:
    found = _NUMBER.fullmatch(narrow(text).strip())
    if found is None:
        return None
    sign, whole_part, fraction = found.groups()
    return Number(sign, whole_part.replace(",", ""), (fraction or "").rstrip("0"))


def required(text: str, column: Column, faults: list[Fault]) -> str:
    """Free text that may not be empty."""
    if not text:
        faults.append(Fault(f"「{column.name}」是空的，请补上", f"{column.english} is empty; please fill it in"))
    return text


def spelt(judge: Callable[[str], Judged], text: str, column: Column, faults: list[Fault]) -> str:
    """A contract number, a sku, a phone number …, as every other door takes it. Phone numbers are never quoted."""
    if not text:
        return required(text, column, faults)
    kept, wrong = judge(text)
    if wrong is not None:
        zh, en = wrong
        quoted, quoted_en = ("", "") if judge is spelling.phone else (f"{shown(text)} ", f'"{shown(text)}" ')
        faults.append(Fault(f"「{column.name}」{quoted}{zh}", f"{column.english} {quoted_en}{en}"))
    return kept


def store(text: str, column: Column, faults: list[Fault]) -> tuple[str, str]:
    """门店 as (code, name): "S02 南海店"."""
    code, name, wrong = spelling.store(text)
    if wrong is not None:
        _missing_or(text, column, faults, *wrong)
    return code, name


def civil_date(text: str, column: Column, faults: list[Fault]) -> date:
    """A day of the calendar: 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日; a time behind it is dropped."""
    found = _DATE.fullmatch(narrow(text))
    if found:
        year, _, month, day, *chinese = found.groups()
        y, m, d = (year, month, day) if year else chinese
        try:
            value = date(int(y), int(m), int(d))
        except ValueError:
            pass
        else:
            if FIRST_YEAR <= value.year <= LAST_YEAR:
                return value
    _missing_or(text, column, faults, "不是真实的日期，请写成 2026-03-05", "is not a real date; write it as 2026-03-05")
    return date.min


def optional_date(text: str, column: Column, faults: list[Fault]) -> date | None:
    """A day of the calendar, or None where the cell is empty."""
    return civil_date(text, column, faults) if text else None


def whole(text: str, column: Column, faults: list[Fault], *, least: int) -> int:
    """A whole number of at least `least`; 2.0 is whole, 2.5 is refused and never rounded."""
    if text.isascii() and text.isdecimal() and len(text) <= 6:
        value = int(text)
        if value >= least:
            return value
    found = _number(text)
    if found and found.fraction:
        _missing_or(text, column, faults, "不是整数，数量不收小数", "must be a whole number; decimals are not taken")
        return least
    if found:
        value = int(found.sign + found.whole) if len(found.whole) <= 20 else MAX_WHOLE + 1
        if least <= value <= MAX_WHOLE:
            return value
    _missing_or(
        text,
        column,
        faults,
        f"应是 {least} 到 {MAX_WHOLE} 的整数",
        f"must be a whole number from {least} to {MAX_WHOLE}",
    )
    return least


def fen(text: str, column: Column, faults: list[Fault]) -> int:
    """An amount of money in yuan, exactly, as fen: "1,350.50", "￥1350" and "1350元" are fine."""
    if text.isascii() and text.isdecimal() and len(text) <= MAX_YUAN_DIGITS:
        return int(text) * 100
    bare = narrow(text).removeprefix("¥").removesuffix("元").strip()
    found = _number(bare)
    if found and found.sign != "-":
        yuan, cents = found.whole, found.fraction
        if len(cents) > 2:
            _missing_or(text, column, faults, "比分还细，最多两位小数", "is finer than a fen; at most two decimals")
            return 0
        if len(yuan) <= MAX_YUAN_DIGITS:
            return int(yuan) * 100 + int(cents.ljust(2, "0"))
    _missing_or(
        text,
        column,
        faults,
        "应是不小于 0 的金额（元），例如 1350 或 1350.50",
        "must be an amount in yuan of at least 0",
    )
    return 0


def measure(text: str, column: Column, faults: list[Fault]) -> str:
    """An exact decimal number above 0, as text: "0.2369"; "" where the cell is empty."""
    found = _number(text)
    if not text:
        return ""
    if found and found.sign != "-" and len(found.whole) <= 6 and len(found.fraction) <= MAX_DECIMALS:
        whole_part = found.whole.lstrip("0") or "0"
        if whole_part != "0" or found.fraction:
            return f"{whole_part}.{found.fraction}" if found.fraction else whole_part
    _missing_or(
        text,
        column,
        faults,
        f"应是大于 0 的数，最多 {MAX_DECIMALS} 位小数",
        f"must be a number above 0 with at most {MAX_DECIMALS} decimals",
    )
    return ""


def yes_no(text: str, column: Column, faults: list[Fault]) -> bool:
    """是 or 否, nothing else: a guess here would send a crew in vain."""
    if text not in ("是", "否"):
        _missing_or(text, column, faults, "应是「是」或「否」", "must be 是 or 否")
    return text == "是"


def _missing_or(text: str, column: Column, faults: list[Fault], zh: str, en: str) -> None:
    if not text:
        required(text, column, faults)
    else:
        faults.append(Fault(f"「{column.name}」{shown(text)} {zh}", f'{column.english} "{shown(text)}" {en}'))
