"""What a contract says of a product's warranty."""

from datetime import date
from typing import Any

import pytest

from service_desk.warranty import SoldContract, Warranty, warranty_of

ENDS = {"starts_on": "2026-01-10", "ends_on": "2028-01-09"}
TOILET: dict[str, Any] = {"sku": "WC-100", "name": "连体坐便器", "warranty": ENDS}
TILES: dict[str, Any] = {"sku": "TC-100", "name": "抛釉砖", "warranty": None}
OLD: dict[str, Any] = {**TILES, "warranty": {"starts_on": "2023-01-10", "ends_on": "2025-01-09"}}
ON = date(2026, 3, 13)


def contract(*lines: dict[str, Any]) -> SoldContract:
    return SoldContract.model_validate({"store_code": "S02", "lines": lines})


@pytest.mark.parametrize(
    ("lines", "sku", "product", "found"),
    [
        ([TOILET, TILES], "WC-100", "坐便器", Warranty("in", date(2028, 1, 9), "WC-100")),
        ([TOILET, TILES], "", "连体坐便器", Warranty("in", date(2028, 1, 9), "WC-100")),
        ([TOILET, TILES], "TC-100", "", Warranty("before", None, "TC-100")),
        ([OLD], "TC-100", "", Warranty("out", date(2025, 1, 9), "TC-100")),
        ([TOILET, OLD], "", "柜子", Warranty("unknown")),
        ([TOILET, TOILET], "", "柜子", Warranty("in", date(2028, 1, 9))),
        ([TOILET], "XX-1", "连体坐便器", Warranty("unknown")),
        ([], "", "柜子", Warranty("unknown")),
    ],
)
def test_the_product_is_found_by_sku_then_by_name_then_if_all_agree(
    lines: list[dict[str, Any]], sku: str, product: str, found: Warranty
) -> None:
    """C5, A7"""
    assert warranty_of(contract(*lines), sku=sku, product=product, on=ON) == found


def test_the_last_day_of_a_warranty_is_in() -> None:
    """C5, A7"""
    days = (date(2028, 1, 9), date(2028, 1, 10))
    assert [warranty_of(contract(TOILET), sku="WC-100", product="", on=day).state for day in days] == ["in", "out"]


def test_without_a_contract_nothing_is_known() -> None:
    """C5"""
    assert warranty_of(None, sku="WC-100", product="", on=ON) == Warranty("unknown")
