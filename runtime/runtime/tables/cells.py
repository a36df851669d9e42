"""One cell's text as a value. A fault is noted in `faults`; what is returned then is never used."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from contracts import spelling
from contracts.civil_time import SHANGHAI
from contracts.spelling import Judged, narrow
from runtime.file_refusals import Fault, shown
from runtime.tables.layout import Column

MAX_WHOLE = 999_999  # pieces or line numbers; more is a slip of the keyboard
MAX_YUAN_DIGITS = 9
MAX_DECIMALS = 6
FIRST_YEAR, LAST_YEAR = 2000, 2099  # a contract outside is a typing error

_NUMBER = re.compile(r"([-+]?)([0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.([0-9]+))?")
_DATE = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?)"
    r"(?:[ T]+(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.[0-9]+)?)?"
    r"(?P<zone>Z|[-+][0-9]{2}:?[0-9]{2})?)?"
)
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_FIRST_SERIAL_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - as spreadsheets count days
LAST_MINUTE = (23, 59)
"""Programs that mistake Shanghai's zone of before 1901 write a day as 43 seconds before it begins."""
END_OF_DAY = "59"
"""23:59:59 is how others write a day's end."""


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
        fault = column.fault("", f"「{column.name}」是空的，请补上", f"{column.english} is empty; please fill it in")
        faults.append(fault)
    return text


def spelt(judge: Callable[[str], Judged], text: str, column: Column, faults: list[Fault]) -> str:
    """A contract number, a sku, a phone number …, as every other door takes it. Phone numbers are never quoted."""
    if not text:
        return required(text, column, faults)
    kept, wrong = judge(text)
    if wrong is not None:
        zh, en = wrong
        quoted, quoted_en = ("", "") if column.hidden else (f"{shown(text)} ", f'"{shown(text)}" ')
        faults.append(column.fault(text, f"「{column.name}」{quoted}{zh}", f"{column.english} {quoted_en}{en}"))
    return kept


def phones(text: str, column: Column, faults: list[Fault]) -> tuple[str, str]:
    """One or two telephone numbers of one person."""
    first, second, wrong = spelling.phones(text)
    spelt(lambda _: (first, wrong), text, column, faults)
    return first, second


def store(text: str, column: Column, faults: list[Fault]) -> tuple[str, str]:
    """门店 as (code, name): "S02 南海店"."""
    code, name, wrong = spelling.store(text)
    if wrong is not None:
        _missing_or(text, column, faults, *wrong)
    return code, name


def civil_date(text: str, column: Column, faults: list[Fault]) -> date:
    """A day of the calendar: 2026-03-05, 2026/3/5, 2026.3.5, 2026年3月5日, or its number in a spreadsheet, 46086. A
    time behind it is dropped, but for the last seconds before a midnight, which stand for the day that begins then."""
    told = narrow(text)
    try:
        value = _day(told)
    except (ValueError, OverflowError):
        value = None
    if value is not None and FIRST_YEAR <= value.year <= LAST_YEAR:
        return value
    _missing_or(text, column, faults, "不是真实的日期，请写成 2026-03-05", "is not a real date; write it as 2026-03-05")
    return date.min


def _day(text: str) -> date | None:
    if _SERIAL.fullmatch(text):
        moment = _FIRST_SERIAL_DAY + timedelta(days=float(text))
        return (moment + timedelta(minutes=1)).date()
    found = _DATE.fullmatch(text)
    if found is None:
        return None
    year, _, month, day, *chinese = found.groups()[:7]
    y, m, d = (year, month, day) if year else chinese
    on = date(int(y), int(m), int(d))
    if found["hour"] is None:
        return on
    hour, minute, second = int(found["hour"]), int(found["minute"]), found["second"]
    if found["zone"]:
        zone = found["zone"].replace("Z", "+00:00")
        when = datetime.fromisoformat(f"{on}T{hour:02}:{minute:02}:{second or '00'}{zone}").astimezone(SHANGHAI)
        on, hour, minute, second = when.date(), when.hour, when.minute, f"{when.second:02}"
    ends = (hour, minute) == LAST_MINUTE and second not in {None, "00", END_OF_DAY}
    return on + timedelta(days=1) if ends else on


def optional_date(text: str, column: Column, faults: list[Fault]) -> date | None:
    """A day of the calendar, or None where the cell is empty."""
    return civil_date(text, column, faults) if text else None


def optional_moment(text: str, column: Column, faults: list[Fault]) -> datetime | None:
    """A moment of civil time as UTC: 2026-03-20 14:05, 2026/3/20 14:05, or its number in a spreadsheet; a day is its
    beginning; None where the cell is empty."""
    if not text:
        return None
    told = narrow(text).replace("/", "-")
    try:
        if _SERIAL.fullmatch(told):
            at = _FIRST_SERIAL_DAY + timedelta(seconds=round(float(told) * 86_400))
        else:
            at = datetime.fromisoformat(_two_digits(told))
        at = (at if at.tzinfo else at.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except (ValueError, OverflowError):  # no moment, or one at the very edge of the calendar
        at = None
    if at is not None and FIRST_YEAR <= at.year <= LAST_YEAR:
        return at
    zh, en = "看不懂，应如 2026-03-20 14:05", "cannot be read; write it as 2026-03-20 14:05"
    _missing_or(text, column, faults, zh, en)
    return None


def _two_digits(text: str) -> str:
    """2026-3-5 9:05 with the zeros that it lacks."""
    return re.sub(r"(?<![0-9])([0-9])(?=[-:T ]|$)", r"0\1", text)


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
        quoted = column.quoted(text)
        faults.append(column.fault(text, f"「{column.name}」{quoted} {zh}", f'{column.english} "{quoted}" {en}'))
