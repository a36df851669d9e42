"""The company's three weeks, from file bytes to completeness, through the rules of order and inventory alone."""

import json
from pathlib import Path
from typing import Any

import pytest
from company_in_memory import Company, bring_contracts, bring_logistics

from order.contract.row import CONTRACTS
from order.views import contract_summary

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
TRUTH = json.loads((WEEK / "truth.json").read_text(encoding="utf-8"))
LOGISTICS = sorted((WEEK / "logistics").iterdir())


def summary(company: Company) -> dict[str, Any]:
    rows = [
        contract_summary(CONTRACTS.read(row.document), "he.jx").model_dump(mode="json") for row in company.rows.values()
    ]
    return {
        "contracts": len(rows),
        "complete": sum(row["complete"] for row in rows),
        "complete_on": {row["contract_no"]: row["complete_on"] for row in rows if row["complete"]},
        "delayed": sorted(row["contract_no"] for row in rows if row["delayed"]),
        "incomplete": sorted(row["contract_no"] for row in rows if not row["complete"]),
        "missing_without_reason": [row for row in rows if row["complete"] == bool(row["missing"])],
    }


EXPECTED = {
    "contracts": TRUTH["contracts"],
    "complete": TRUTH["complete"],
    "complete_on": TRUTH["complete_on"],
    "delayed": TRUTH["delayed"],
    "incomplete": TRUTH["incomplete"],
    "missing_without_reason": [],
}


@pytest.mark.parametrize("contracts", ["contracts.csv", "contracts.xlsx"])
@pytest.mark.parametrize("logistics", [LOGISTICS, LOGISTICS[::-1]], ids=["in order", "in reverse"])
def test_the_week_becomes_what_the_company_knows_to_be_true(contracts: str, logistics: list[Path]) -> None:
    """A1, A2, A3, X1"""
    company = Company()
    first = bring_contracts(company, WEEK / contracts)
    reports = bring_logistics(company, logistics)
    assert summary(company) == EXPECTED
    assert (first.taken, first.repeated, len(first.refused)) == (
        TRUTH["contract_rows"],
        0,
        TRUTH["refused_contract_rows"],
    )
    assert sum(len(report.refused) for report in reports) == TRUTH["refused_logistics_rows"]
    assert company.refused_reactions == []


def test_the_same_files_again_take_nothing_and_change_nothing() -> None:
    """A2"""
    company = Company()
    bring_contracts(company, WEEK / "contracts.csv")
    bring_logistics(company, LOGISTICS)
    before = list(company.events)
    first = bring_contracts(company, WEEK / "contracts.xlsx")
    reports = bring_logistics(company, LOGISTICS)
    assert (first.taken, [report.taken for report in reports]) == (0, [0] * len(LOGISTICS))
    assert sum(len(report.refused) for report in reports) == TRUTH["refused_logistics_rows"]
    assert company.events == before


def test_logistics_files_that_come_before_the_contracts_are_refused_and_taken_later() -> None:
    """A2: a refused row leaves nothing behind."""
    company = Company()
    early = bring_logistics(company, LOGISTICS)
    assert [(report.taken, report.repeated) for report in early] == [(0, 0)] * len(LOGISTICS)
    bring_contracts(company, WEEK / "contracts.csv")
    bring_logistics(company, LOGISTICS)
    assert summary(company) == EXPECTED
