"""Deliveries that were typed wrong: found, asked for and agreed to on their page, and as a workbook (D16)."""

from io import BytesIO

import pytest
from dashboards_site import browser, site
from dashboards_story import EARLIER, NOW, delivered, in_slot, opened, rows_of, told
from openpyxl import load_workbook
from orders_story import signed

from contracts.dispatch_corrections import DeliveryCorrectionAsked
from contracts.fact import GoodsLine

ASSISTANT, SUPERVISOR, SPECIALIST, KEEPER, ACCOUNTANT, STORE = "he.jx", "tan.zw", "liang.my", "mai.gh", "su.kj", "wu.xm"
JOB = "D-HT26030001"


def asked(by=SPECIALIST):
    """One of two was refused, somebody says."""
    one = (GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=1),)
    event = DeliveryCorrectionAsked(
        at=NOW,
        job_id=JOB,
        contract_no="HT26030001",
        correction_no="SG-1",
        delivered=one,
        refused=one,
        damaged=(),
        reason="签收单写一件",
        asked_by=by,
    )
    return told(f"job:{JOB}", event, by=by)


async def get(path, person=SPECIALIST, *more):
    rows = rows_of([signed(), *opened_and_delivered(), *more])
    async with browser(site(rows), person) as client:
        return await client.get(path)


def opened_and_delivered():
    return [opened(JOB), *in_slot(JOB), delivered(JOB, at=EARLIER)]


@pytest.mark.parametrize(
    ("person", "asks"), [(SPECIALIST, True), (ASSISTANT, True), (KEEPER, True), (ACCOUNTANT, False)]
)
@pytest.mark.parametrize("asked_as", ["HT26030001", JOB, "d-ht26030001"])
async def test_a_delivery_is_found_by_contract_or_job_with_the_form_that_corrects_it(person, asks, asked_as):
    """D16"""
    text = (await get(f"/corrections?q={asked_as}", person)).text
    assert (f"POST /api/jobs/{JOB}/corrections" in text) == asks
    assert "没有等同意的送达更正" in text


@pytest.mark.parametrize("q", ["HT26039999", "abc", "%E7%94%B2"])
async def test_what_was_never_delivered_is_said_to_be_not_there(q):
    """D16, X7"""
    answer = await get(f"/corrections?q={q}")
    assert answer.status_code == 200
    assert "/api/jobs/" not in answer.text


@pytest.mark.parametrize(
    ("person", "approves", "refuses"),
    [(SUPERVISOR, True, True), (SPECIALIST, False, True), (ACCOUNTANT, False, False)],
)
async def test_a_correction_waits_for_another_person(person, approves, refuses):
    """D16, B23: who asked for it only withdraws it."""
    text = (await get("/corrections", person, asked())).text
    found = [f"POST /api/jobs/{JOB}/corrections/{what}" in text for what in ("approval", "refusal")]
    assert found == [approves, refuses]
    assert "SG-1" in text
    mine = (await get("/corrections", SUPERVISOR, asked(SUPERVISOR))).text
    assert "corrections/approval" not in mine


async def test_only_who_may_sees_the_page():
    """C18"""
    assert (await get("/corrections", STORE)).status_code == 403


async def test_what_waits_is_a_workbook_too():
    """X6, D16: with the pieces as typed and as said, and the day with its year."""
    answer = await get("/corrections.xlsx", SUPERVISOR, asked())
    head, line = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    found = dict(zip(head, line, strict=True))
    said = [found[name] for name in ("更正单", "签收（登记）", "签收（实际）", "拒收（完好）（实际）")]
    assert said == ["SG-1", 0, 1, 1]
    assert found["提出时间"].year == 2026


async def test_the_contract_leads_to_it():
    """D16"""
    assert f"/corrections?q={JOB}" in (await get("/orders/HT26030001")).text
