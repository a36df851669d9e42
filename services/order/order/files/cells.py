"""One cell's text as a value. A fault is noted in `faults`; what is returned then is never used."""

from __future__ import annotations

import re
from datetime import date

from order.files.layout import Column
from order.files.text import narrow
from runtime.file_refusals import Fault, shown

MAX_WHOLE = 999_999  # pieces or line numbers; more is a slip of the keyboard
MAX_YUAN_DIGITS = 9
FIRST_YEAR, LAST_YEAR = 2000, 2099  # a contract outside is a typing error

_NUMBER = re.compile(r"(?P<sign>[-+]?)(?P<whole>[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.(?P<fraction>[0-9]+))?")
_DATE = re.compile(
    r"(?:([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{4})年([0-9]{1,2})月([0-9]{1,2})日?)"
    r"(?:[ T]+[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
)
_CONTRACT_NO = re.compile(r"[A-Z]{2}[0-9]{6,12}")
_SKU = re.compile(r"[^\s\"'=@<>]{1,40}")
_WAYBILL = re.compile(r"[A-Z0-9][A-Z0-9_-]{3,39}")
_STORE = re.compile(r"(?P<code>[A-Z]{1,3}[0-9]{1,6})(?:[\s_:-]+|$|(?=[^\sA-Z0-9]))(?P<name>.*)", re.DOTALL)
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?P<area>010|02[0-9]|0[3-9][0-9]{2})(?P<number>[2-8][0-9]{6,7})")
_PHONE_MARKS = re.compile(r"[\s()-]+")


def required(text: str, column: Column, faults: list[Fault]) -> str:
    """Free text that may not be empty."""
    if not text:
        faults.append(Fault(f"「{column.name}」是空的，请补上", f"{column.english} is empty; please fill it in"))
    return text


def _code(text: str) -> str:
    return narrow(text).upper()


def contract_no(text: str, column: Column, faults: list[Fault]) -> str:
    """合同号: two letters and 6 to 12 digits."""
    code = _code(text)
    if not _CONTRACT_NO.fullmatch(code):
        _missing_or(
            text,
            column,
            faults,
            "应是两个字母加 6 到 12 位数字，例如 HT26030001",
            "must be two letters and 6 to 12 digits",
        )
    return code


def sku(text: str, column: Column, faults: list[Fault]) -> str:
    """型号, as one word."""
    code = _code(text)
    if not _SKU.fullmatch(code):
        _missing_or(
            text, column, faults, "应是不含空格和引号的型号，最多 40 个字", "must be one word of at most 40 characters"
        )
    return code


def waybill(text: str, column: Column, faults: list[Fault]) -> str:
    """运单号: letters, digits and dashes."""
    code = _code(text)
    if not _WAYBILL.fullmatch(code):
        _missing_or(text, column, faults, "应是 4 到 40 位字母和数字", "must be 4 to 40 letters and digits")
    return code


def store(text: str, column: Column, faults: list[Fault]) -> tuple[str, str]:
    """门店 as (code, name): "S02 南海店". Stores are no closed list; the name may be missing."""
    found = _STORE.fullmatch(_code(text))
    if found is None:
        _missing_or(
            text,
            column,
            faults,
            "应以门店编号开头，例如 S02 南海店",
            "must begin with the store's code, as in S02 南海店",
        )
        return "", ""
    return found["code"], text[found.start("name") :].strip()


def phone(text: str, column: Column, faults: list[Fault]) -> str:
    """电话: a mobile as 11 digits, a landline as 0757-83990000. The number itself is never quoted in a reason."""
    digits = _PHONE_MARKS.sub("", narrow(text))
    if digits.startswith(("+86", "0086")):
        digits = digits.removeprefix("+").removeprefix("00").removeprefix("86")
    if _MOBILE.fullmatch(digits):
        return digits
    landline = _LANDLINE.fullmatch(digits)
    if landline:
        return f"{landline['area']}-{landline['number']}"
    if text:
        faults.append(
            Fault(
                f"「{column.name}」不是 11 位手机号，也不是带区号的座机号",
                f"{column.english} is neither an 11-digit mobile nor a landline with its area code",
            )
        )
    else:
        required(text, column, faults)
    return digits


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
    found = _NUMBER.fullmatch(narrow(text).strip())
    if found and (found["fraction"] or "0").strip("0"):
        _missing_or(text, column, faults, "不是整数，数量不收小数", "must be a whole number; decimals are not taken")
        return least
    if found:
        value = int(found["sign"] + found["whole"].replace(",", "")) if len(found["whole"]) <= 20 else MAX_WHOLE + 1
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
    found = _NUMBER.fullmatch(bare)
    if found and found["sign"] != "-":
        yuan, cents = found["whole"].replace(",", ""), (found["fraction"] or "").rstrip("0")
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
