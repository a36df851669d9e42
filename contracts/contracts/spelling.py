"""How phone numbers, products, stores, waybills and places are written: judged and made one, at every door. Pure.

A cell of a file, a form, a request and a command ask the same functions: what is taken, and how it is kept. A field
says which by a mark (`sku: Sku`), which `contracts.bounding` applies with the bounds; a file's cell calls the function.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from inspect import cleandoc
from typing import Annotated, Any

from contracts.bounds import Mark, Text

RAW = Text(200)
"""What is looked at, as it was written: it may have spaces where the value has none."""

NEEDED = ("要填", "is needed")

Words = tuple[str, str]
"""What is wrong with a value, in Chinese and in English, to stand behind the field's name."""

Judged = tuple[str, Words | None]
"""A value as it is kept, and what is wrong with it; then the first is of no use."""

# Full-width forms only. NFKC would also turn ² and ② into digits: 2² must not become 22.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}

_CONTRACT_NO = re.compile(r"[A-Z]{2}[0-9]{6,12}")
_LOT = re.compile(r"[^\s\"'<>\\]{1,40}")
_BARCODE = re.compile(r"[^\s\"'=<>]{1,80}")
_SKU = re.compile(r"[^\s\"'=@<>]{1,40}")
_WAYBILL = re.compile(r"[A-Z0-9][A-Z0-9_-]{3,39}")
_STORE_CODE = re.compile(r"[A-Z]{1,3}[0-9]{1,6}")
_STORE = re.compile(rf"(?P<code>{_STORE_CODE.pattern})(?:[\s_:-]+|$|(?=[^\sA-Z0-9]))(?P<name>.*)", re.DOTALL)
_NUMBER = re.compile(r"\w[^\s:/]{0,79}")
_CREW = re.compile(r"[A-Za-z0-9]{1,8}")
_MOBILE = re.compile(r"1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?P<area>010|02[0-9]|0[3-9][0-9]{2})(?P<number>[2-8][0-9]{6,7})")
_EXTENSION = re.compile(r"(?P<number>.*[0-9)])\s*(?:-|转|轉|分机|ext\.?|x)\s*(?P<extension>[0-9]{1,6})", re.IGNORECASE)
_ABROAD = re.compile(r"(?:\+|00)?(?:(?P<hong_kong>852)(?P<eight>[2-9][0-9]{7})|(?P<macau>853)(?P<more>[268][0-9]{7}))")
_HOTLINE = re.compile(r"(?P<kind>[48]00)(?P<number>[0-9]{7})")
_PHONE_MARKS = re.compile(r"[\s()-]+")
_BETWEEN_PHONES = re.compile(r"[/、,;|]|或|和|及")
_DAMAGED = re.compile(r"[0-9](?:\.[0-9]+)?E\+[0-9]{1,3}")
DAMAGED = (
    "是表格软件改成的科学计数法，位数已经丢了。请把这一列设为文本，照原单重新填写",
    "was turned into a scientific number by a spreadsheet and lost digits; format the column as text, type it again",
)


def narrow(text: str) -> str:
    """Full-width digits, Latin letters and punctuation as half-width ones; everything else as it is."""
    return text if text.isascii() else text.translate(_HALF_WIDTH)


def _code(text: str) -> str:
    return narrow(text).strip().upper()


def contract_no(text: str) -> Judged:
    """合同号: two letters and 6 to 12 digits."""
    code = _code(text)
    if _CONTRACT_NO.fullmatch(code):
        return code, None
    return code, ("应是两个字母加 6 到 12 位数字，例如 HT26030001", "must be two letters and 6 to 12 digits")


def sku(text: str) -> Judged:
    """型号, one word in capitals. It may hold slashes, but no part that an address would lose: each has one (X8)."""
    code = _code(text)
    if _DAMAGED.fullmatch(code):
        return code, DAMAGED
    if not _SKU.fullmatch(code):
        return code, ("应是不含空格和引号的型号，最多 40 个字", "must be one word of at most 40 characters")
    if not {"", ".", ".."}.isdisjoint(code.split("/")):
        return code, ("里的斜杠前后都要有字", "must have something on both sides of a slash")
    return code, None


def waybill(text: str) -> Judged:
    """运单号: letters, digits and dashes."""
    code = _code(text)
    if _WAYBILL.fullmatch(code):
        return code, None
    if _DAMAGED.fullmatch(code):
        return code, DAMAGED
    return code, ("应是 4 到 40 位字母和数字", "must be 4 to 40 letters and digits")


def lot(text: str) -> Judged:
    """批号 (色号), as it stands on the boxes, in capitals (D13)."""
    code = _code(text)
    if _DAMAGED.fullmatch(code):
        return code, DAMAGED
    if _LOT.fullmatch(code):
        return code, None
    return code, ("应是不含空格的批号，最多 40 个字", "must be a lot without spaces, at most 40 characters")


def barcode(text: str) -> Judged:
    """条码, as a scanner reads it (D15)."""
    code = narrow(text).strip()
    if _DAMAGED.fullmatch(code.upper()):
        return code, DAMAGED
    if _BARCODE.fullmatch(code):
        return code, None
    return code, ("应是不含空格的条码，最多 80 个字", "must be a barcode without spaces, at most 80 characters")


def store_code(text: str) -> Judged:
    """门店编号: letters, then digits. Stores are no closed list."""
    code = _code(text)
    if _STORE_CODE.fullmatch(code):
        return code, None
    return code, ("应是门店编号，例如 S02", "must be a store's code, as S02")


def store(text: str) -> tuple[str, str, Words | None]:
    """门店 as (code, name): "S02 南海店". The name may be missing."""
    found = _STORE.fullmatch(_code(text))
    if found is None:
        return "", "", ("应以门店编号开头，例如 S02 南海店", "must begin with the store's code, as in S02 南海店")
    return found["code"], text.strip()[found.start("name") :].strip(), None


def number(text: str) -> Judged:
    """编号 that an address can hold: one word that begins with a letter or digit, without slashes and colons (X8)."""
    if _NUMBER.fullmatch(text):
        return text, None
    return text, (
        "应以字母或数字开头，不含空格、斜杠和冒号，最多 80 个字",
        "must begin with a letter or digit, without spaces, slashes and colons, at most 80 characters",
    )


def crew(text: str) -> Judged:
    """班组: letters and digits, as S1."""
    if _CREW.fullmatch(text):
        return text, None
    return text, ("应是最多 8 个字母和数字，例如 S1", "must be at most 8 letters and digits, as S1")


def phone(text: str) -> Judged:
    """电话: a mobile as 11 digits, a landline as 0757-83990000 or 0757-83990000-801, a 400 number as 10 digits.

    Hong Kong and Macau as +852 and +853. The number itself is never quoted."""
    digits = _PHONE_MARKS.sub("", narrow(text))
    if digits.startswith(("+86", "0086")):
        digits = digits.removeprefix("+").removeprefix("00").removeprefix("86")
    if _MOBILE.fullmatch(digits) or _HOTLINE.fullmatch(digits):
        return digits, None
    landline = _LANDLINE.fullmatch(digits)
    if landline:
        return f"{landline['area']}-{landline['number']}", None
    if _ABROAD.fullmatch(digits):
        return "+" + digits.removeprefix("+").removeprefix("00"), None
    if _DAMAGED.fullmatch(_code(text)):
        return digits, DAMAGED
    extended = _EXTENSION.fullmatch(narrow(text).strip())
    landline = extended and _LANDLINE.fullmatch(_PHONE_MARKS.sub("", extended["number"]))
    if extended and landline:
        return f"{landline['area']}-{landline['number']}-{extended['extension']}", None
    return digits, (
        "不是 11 位手机号，也不是带区号的座机号",
        "is neither an 11-digit mobile nor a landline with its area code",
    )


def phones(text: str) -> tuple[str, str, Words | None]:
    """One or two numbers of a customer, with something between them: the one that takes text messages first."""
    kept, wrong = phone(text)
    if wrong is None:
        return kept, "", None
    for first, second in _halves(narrow(text)):
        (one, bad), (other, worse) = phone(first), phone(second)
        if bad is None and worse is None:
            if one == other:
                return one, "", None
            return (one, other, None) if takes_texts(one) or not takes_texts(other) else (other, one, None)
    return kept, "", wrong


def _halves(text: str) -> list[tuple[str, str]]:
    """The ways to cut a text into two."""
    parts = [part for part in _BETWEEN_PHONES.split(text) if part.strip()]
    if len(parts) > 1:
        return [(parts[0], parts[1])] if len(parts) == 2 else []
    words = text.split()
    return [(" ".join(words[:at]), " ".join(words[at:])) for at in range(1, len(words))]


def takes_texts(number: str) -> bool:
    """Whether a number, as it is kept, gets text messages: mobiles of the mainland do. The others are called."""
    return _MOBILE.fullmatch(number) is not None


# --- marks --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Spelt(Mark):
    """A text that one of the functions above judges. `optional`: it may be empty."""

    judge: Callable[[str], Judged]
    optional: bool = False

    def keys(self) -> Mapping[str, Any]:
        """What it is, in words: a repair of spaces and wide letters comes before any pattern."""
        return {"description": cleandoc(self.judge.__doc__ or "").partition("\n")[0]}


Sku = Annotated[str, Spelt(sku)]
OptionalSku = Annotated[str, Spelt(sku, optional=True)]
WaybillNo = Annotated[str, Spelt(waybill)]
OptionalWaybillNo = Annotated[str, Spelt(waybill, optional=True)]
StoreCode = Annotated[str, Spelt(store_code)]
Phone = Annotated[str, Spelt(phone)]
OptionalPhone = Annotated[str, Spelt(phone, optional=True)]
Number = Annotated[str, Spelt(number)]
Crew = Annotated[str, Spelt(crew)]
Lot = Annotated[str, Spelt(lot, optional=True)]
Barcode = Annotated[str, Spelt(barcode, optional=True)]
