"""The pages of transfers between depots (D17): both counts, who owes the next step, and the paper."""

from io import BytesIO

from openpyxl import load_workbook
from warehouse_site import ACCOUNTANT, KEEPER, QC, get
from warehouse_story import LOST, ONE_LACKS, rows, transfer

RECEIVE, SEND = "/api/transfers/DB1/receipts", "/api/transfers/DB1/sending"
EXPLAIN, SETTLE = "/api/transfers/DB1/explanations", "/api/transfers/DB1/settlements"


async def page(person: str, *more: object, path: str = "/warehouse/transfers/DB1") -> str:
    answer = await get(path, person, rows(transfers=[transfer(*more)]))
    assert answer.status_code == 200
    return answer.text


async def test_who_sent_it_is_not_asked_to_receive_it() -> None:
    """D17, B23"""
    assert RECEIVE not in await page(KEEPER)
    assert "您点数发出的，收货由另一个人点" in await page(KEEPER)
    assert RECEIVE in await page(QC)


async def test_a_receiver_counts_blind() -> None:
    """D17, D7: the fields are empty and the page does not say what was sent."""
    form = (await page(QC)).partition(RECEIVE)[2].partition("</form>")[0]
    assert 'name="good"' in form
    assert 'value="2"' not in form
    assert "<b>?</b>" in await page(QC)
    assert "<b>2</b>" in await page(KEEPER)


async def test_a_difference_is_explained_and_then_agreed_to_by_another_person() -> None:
    """D17, B23"""
    assert EXPLAIN in await page(KEEPER, ONE_LACKS)
    assert SETTLE not in await page(ACCOUNTANT, ONE_LACKS)
    assert SETTLE in await page(ACCOUNTANT, ONE_LACKS, LOST)
    assert SETTLE not in await page(KEEPER, ONE_LACKS, LOST)
    assert "少 1 件" in await page(ACCOUNTANT, ONE_LACKS, LOST)


async def test_the_list_shows_both_counts_and_names_the_way() -> None:
    """D17"""
    text = await page(KEEPER, ONE_LACKS, path="/warehouse/transfers?state=differs")
    assert "总仓 → shunde" in text
    assert "两头点数不同" in text


async def test_the_sheet_has_a_line_for_each_lot() -> None:
    """X6, D13"""
    answer = await get("/warehouse/transfers.xlsx", KEEPER, rows(transfers=[transfer(ONE_LACKS)]))
    _, found = load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True)
    assert found[:3] == ("DB1", "总仓", "shunde")
    assert found[5:12] == ("WC-1", "坐便器", "C88", 3, None, 2, 1)


async def test_the_paper_says_lot_and_both_counts_with_the_year() -> None:
    """D11, D17"""
    text = await page(KEEPER, ONE_LACKS, path="/forms/transfer/DB1")
    assert "调拨单" in text
    assert "C88" in text
    assert "2026" in text
