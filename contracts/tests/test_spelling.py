"""How phones, products and stores are written (X8): the same functions at every door."""

from collections.abc import Callable
from datetime import date

import pytest

from contracts import spelling
from contracts.bounding import bounded
from contracts.bounds import Door
from contracts.civil_time import SHANGHAI
from contracts.fact import Customer
from contracts.spelling import Judged

DOOR = Door(today=date(2026, 3, 12), first=date(2026, 1, 1), zone=SHANGHAI)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("138 0000 1111", "13800001111"),
        ("+86 13800001111", "13800001111"),
        ("１３８００００１１１１", "13800001111"),
        ("0757-83990000", "0757-83990000"),
        ("(0757) 8399 0000", "0757-83990000"),
        ("0757-83990000-801", "0757-83990000-801"),
        ("020 8399 0000 转 12", "020-83990000-12"),
        ("+852 9123 4567", "+85291234567"),
        ("00853-6612 3456", "+85366123456"),
        ("400-123-4567", "4001234567"),
        ("8008201234", "8008201234"),
        ("1.38E+10", None),
        ("abc", None),
        ("13800001111-2", None),
        ("+852 1123 4567", None),
        ("83990000", None),
    ],
)
def test_a_phone_is_a_mobile_or_a_landline_with_its_area_code(written: str, kept: str | None) -> None:
    """A1"""
    value, wrong = spelling.phone(written)
    assert (value if wrong is None else None) == kept


@pytest.mark.parametrize(
    ("written", "first", "second"),
    [
        ("13800001111/13800002222", "13800001111", "13800002222"),
        ("0757-83990000、13800001111", "13800001111", "0757-83990000"),
        ("138 0000 1111 0757 8399 0000", "13800001111", "0757-83990000"),
        ("13800001111；１３８００００１１１１", "13800001111", ""),
        ("4001234567 或 +852 9123 4567", "4001234567", "+85291234567"),
        ("13800001111", "13800001111", ""),
        ("13800001111/abc", None, ""),
        ("13800001111/13800002222/13800003333", None, ""),
    ],
)
def test_two_phones_of_one_customer_are_told_apart_and_the_one_that_gets_texts_comes_first(
    written: str, first: str | None, second: str
) -> None:
    """A1, E1"""
    one, other, wrong = spelling.phones(written)
    assert (one if wrong is None else None, other) == (first, second)


@pytest.mark.parametrize("judge", [spelling.sku, spelling.waybill, spelling.lot, spelling.barcode])
def test_a_number_that_a_spreadsheet_has_rounded_is_refused_at_every_door(judge: Callable[[str], Judged]) -> None:
    """X8"""
    assert [judge(text)[1] is None for text in ("7.31234567890123E+17", "7E+17", "7E17")] == [False, False, True]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        (" wc-1 ", "WC-1"),
        ("tc60/60-a", "TC60/60-A"),
        ("a b", None),
        ("..", None),
        ("a/../b", None),
        ("/a", None),
        ("", None),
    ],
)
def test_a_sku_is_one_word_in_capitals_whose_slashes_an_address_keeps(written: str, kept: str | None) -> None:
    """X8: what is taken can be addressed."""
    value, wrong = spelling.sku(written)
    assert (value if wrong is None else None) == kept


@pytest.mark.parametrize(("written", "kept"), [("s02", "S02"), ("S02", "S02"), ("x", None), ("南海店", None)])
def test_a_store_has_a_code(written: str, kept: str | None) -> None:
    """A1"""
    value, wrong = spelling.store_code(written)
    assert (value if wrong is None else None) == kept


def test_a_customer_is_judged_wherever_they_are_named_and_the_number_is_not_quoted() -> None:
    """A1, C18: the mark stands at the shape that all doors share."""
    customer = Customer(name="甄试", phone="1.38E+10", address="a", district="南海区")
    (flaw,) = bounded(customer, DOOR)[1]
    assert (flaw.where, flaw.misspelt, "1.38" in flaw.zh + flaw.en) == ("phone", True, False)


def test_a_phone_that_a_spreadsheet_has_rounded_is_said_to_be_so() -> None:
    """X8"""
    assert spelling.phone("1.38E+10")[1] == spelling.DAMAGED
