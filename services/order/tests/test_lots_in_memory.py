"""A fortnight of tiles, floors and countertops: units, boxes and lots, from file bytes to completeness (D13-D15)."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from company_in_memory import Company, bring_contracts, bring_logistics, bring_products
from lot_files import lot_files
from order_rows import Folded

from order.contract.aggregate import CONTRACT
from order.contract.goods import AgreeToLots
from order.contract.row import CONTRACTS
from order.files.products_file import read_products
from order.views import contract_summary
from runtime.decision import Command
from runtime.file_refusals import UnreadableFile

LOTS = Path(__file__).resolve().parents[3] / "tests" / "data" / "lots"
TRUTH = json.loads((LOTS / "truth.json").read_text(encoding="utf-8"))
LOGISTICS = sorted((LOTS / "logistics").iterdir())
NOW = datetime(2026, 4, 21, 1, 0, tzinfo=UTC)


def brought(logistics: list[Path]) -> Company:
    company = Company(NOW)
    bring_products(company, LOTS / "products.csv")
    bring_contracts(company, LOTS / "contracts.csv")
    bring_logistics(company, logistics)
    return company


def shown(row: Folded) -> dict[str, Any]:
    return contract_summary(CONTRACTS.read(row.document), "he.jx").model_dump(mode="json")


def lines(company: Company) -> dict[str, Any]:
    told = (shown(row) for row in company.rows.values())
    names = next(iter(TRUTH["lines"].values()))
    return {
        f"{contract['contract_no']}/{line['line_no']}": {name: line[name] for name in names}
        for contract in told
        for line in contract["lines"]
    }


@pytest.mark.parametrize("logistics", [LOGISTICS, LOGISTICS[::-1]], ids=["in order", "in reverse"])
def test_the_fortnight_becomes_what_the_company_knows_to_be_true(logistics: list[Path]) -> None:
    """D13, D14, D15, A3: pieces that cover the area, whole boxes, one lot or the question to the customer."""
    company = brought(logistics)
    assert lines(company) == TRUTH["lines"]
    assert (len(company.rows), company.refused_reactions) == (TRUTH["contracts"], [])


@pytest.mark.parametrize(("seed", "contracts"), [*((seed, 30) for seed in range(12)), (99, 300)])
def test_any_files_of_this_shape_become_what_a_clerk_would_reckon(seed: int, contracts: int, tmp_path: Path) -> None:
    """D13, D14, D15, A3: areas and boxes into whole pieces, lots in parts, too few and too many, in any order."""
    files = lot_files(seed, contracts)
    products, sold, logistics = files.write(tmp_path)
    company = Company(NOW)
    bring_products(company, products)
    bring_contracts(company, sold)
    random.Random(seed).shuffle(logistics)
    reports = bring_logistics(company, logistics)
    assert [report.refused for report in reports if report.refused] == []
    assert lines(company) == files.truth()


def test_the_same_files_again_take_nothing() -> None:
    """A1, A2, X7"""
    company = brought(LOGISTICS)
    before = list(company.events)
    reports = [
        bring_products(company, LOTS / "products.csv"),
        bring_contracts(company, LOTS / "contracts.csv"),
        *bring_logistics(company, LOGISTICS),
    ]
    assert {(report.taken, len(report.refused)) for report in reports} == {(0, 0)}
    assert company.events == before


def test_a_contract_in_several_lots_is_complete_once_the_customer_consents() -> None:
    """D13: from the day of the consent on, and the question is gone."""
    company = brought(LOGISTICS)
    number, line_no = "HT26040017", 1
    row = company.rows[CONTRACT.key(number)]
    asked = shown(row)
    assert (asked["complete"], "lots" in asked["todo"]) == (False, True)
    consent: Command = AgreeToLots(contract_no=number, line_no=line_no, consented_by="客户17", consented_how="phone")
    outcome, _ = company.decide(CONTRACT.key(number), consent)
    assert outcome.events == ("LotsAgreed", "GoodsCompleted")
    agreed = shown(row)
    assert (agreed["complete_on"], agreed["todo"]) == ("2026-04-21", [])
    again, _ = company.decide(CONTRACT.key(number), consent)
    assert again.events == ()
    nothing, _ = company.decide(CONTRACT.key(number), consent.model_copy(update={"line_no": 2}))
    assert nothing.rejected is not None
    assert (nothing.rejected.code, nothing.rejected.rule) == ("nothing_to_agree", "D13")


def test_what_is_sold_by_area_or_box_waits_for_its_product() -> None:
    """D15: an unknown sku is a question before it is a stock. What is sold in pieces goes on as before, and is not
    rounded up to whole boxes behind the customer's back when the product is described later."""
    company = Company(NOW)
    report = bring_contracts(company, LOTS / "contracts.csv")
    asked = {refusal.rule for refusal in report.refused}
    assert asked == {"D15"}
    assert all("商品档案" in refusal.reason for refusal in report.refused)
    bring_products(company, LOTS / "products.csv")
    again = bring_contracts(company, LOTS / "contracts.csv")
    assert {refusal.rule for refusal in again.refused} == {"A6"}
    assert not {refusal.row for refusal in again.refused} & {refusal.row for refusal in report.refused}


def products(text: str) -> Any:
    read = read_products(text.encode())
    assert not isinstance(read, UnreadableFile)
    return read.rows, read.refused


HEADER = "型号,品名,规格,类别,基本单位,每箱,每片㎡,整箱,条码,体积升,重量kg,批号管理,安装分钟,技能,保修月,供应商"
GOOD = "TC-1,抛釉砖,800x800,陶瓷,片,3,0.64,否,6901234000017,7.0,15.5,是,0,,12,粤陶"


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (GOOD.replace("片", "打", 1), "「基本单位」"),
        (GOOD.replace(",3,", ",0,", 1), "「每箱」"),
        (GOOD.replace("0.64", "-0.64"), "「每片㎡」"),
        (GOOD.replace("0.64", "0.6400001"), "「每片㎡」"),
        (GOOD.replace("0.64", "NaN"), "「每片㎡」"),
        (GOOD.replace("是", "有"), "「批号管理」"),
        (GOOD.replace("抛釉砖", ""), "「品名」"),
        (GOOD.replace("TC-1", "TC 1"), "「型号」"),
        (GOOD.replace("抛釉砖", "仿古砖"), "同一型号"),
    ],
)
def test_a_row_of_products_that_is_wrong_is_refused_and_the_others_are_taken(row: str, wrong: str) -> None:
    """D15, X6"""
    rows, refused = products(f"{HEADER}\n{GOOD}\n{row}\n")
    assert ([one.sku for one in rows], [one.row for one in refused]) == (["TC-1"], [3])
    assert wrong in refused[0].reason


def test_a_product_is_described_anew_by_a_later_file_and_contracts_keep_their_pieces(tmp_path: Path) -> None:
    """D15, D14: the history is the events; a contract that was registered stays as it was counted."""
    company = brought(LOGISTICS)
    before = lines(company)
    text = (
        (LOTS / "products.csv")
        .read_text(encoding="utf-8-sig")
        .replace("TC-600,仿古砖,600x600,陶瓷,片,4", "TC-600,仿古砖,600x600,陶瓷,片,5")
    )
    newer = tmp_path / "products.csv"
    newer.write_text(text, encoding="utf-8")
    report = bring_products(company, newer)
    assert (report.taken, report.repeated) == (1, 6)
    assert (company.products["TC-600"].per_box, lines(company)) == (5, before)
