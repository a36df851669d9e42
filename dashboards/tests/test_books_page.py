"""The page of the books: what was found, since when; for whom; while one is under way, and when it failed (A9, A12)."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from types import MappingProxyType

import openpyxl
import pytest
from dashboards_site import browser, site

from contracts.dispatch_runs import CashCollected
from contracts.inventory_stock import StockMoved
from dashboards.books.pages import SHOWN
from dashboards.books.report import BookFinding, BooksReport, SinceEvent
from runtime.nightly import Done
from songda.books.card import Card, VehicleCash

NOW = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
MANAGER, ACCOUNTANT, SPECIALIST = "guan.yf", "su.kj", "liang.my"
NEVER = Done()
SINCE = SinceEvent(type="songda.order.DeliveryNoted.v1", subject="contract:HT26030001", sequence=7, at=NOW, id="e")
LINE = BookFinding(
    book="pieces",
    where="HT26030001/1 ZJ-01",
    what="away, on the road or with the customer",
    zh="出库未回 2，车上和客户处 3",
    en="2 issued and not back, 3 on the road or with the customer",
    since=SINCE,
)
MOVE = StockMoved(
    at=NOW,
    depot="main",
    sku="TC60/60-A",
    name="抛釉砖",
    move_no=5,
    kind="received",
    quantity=1,
    taken=(),
    put=(),
    before=3,
    after=4,
    voucher_no="R1",
    held_for=None,
    reason="",
    cause_id="c",
    report_at=NOW,
)
CASH = CashCollected(at=NOW, on=date(2026, 3, 13), crew="S1", job_id="D-HT26030001", amount_fen=100, on_vehicle_fen=300)
CARD = LINE.model_copy(update={"book": "card", "where": next(Card().fold(MOVE)).where})
RUN = LINE.model_copy(update={"book": "cash", "where": next(VehicleCash().fold(CASH)).where})


def report(*findings, settled=True, unreadable=0):
    """What `songda verify books --json` prints."""
    return BooksReport(
        settled=settled, events=4_321, contracts=12, cards=7, unreadable=unreadable, findings=findings
    ).model_dump_json()


@dataclass
class Verifier:
    """The nightly verification, as it stands."""

    done: Done
    begins: bool = True
    begun: int = 0

    async def last(self):
        return self.done

    async def begin(self):
        self.begun += self.begins
        return self.begins


async def ask(person, path="/books", *, done=NEVER, method="GET", **more):
    app = site({})
    verifier = Verifier(done, **more)
    app.state.nightly = MappingProxyType({"books": verifier})
    async with browser(app, person) as client:
        return await client.request(method, path), verifier


async def test_before_the_first_night_the_page_says_so_and_offers_to_verify():
    """A9: an empty page says what to do."""
    answer, _ = await ask(ACCOUNTANT)
    assert answer.status_code == 200
    assert "还没有对过账" in answer.text
    assert 'data-api="POST /api/books/verifications"' in answer.text


async def test_all_adds_up():
    """A9, A12: when, of how much, and that it is so."""
    answer, _ = await ask(MANAGER, done=Done(NOW, report()))
    assert "账都对得上" in answer.text
    assert "4321 件事，12 份合同，7 张存卡" in answer.text
    assert "<table" not in answer.text


async def test_each_difference_says_both_figures_and_since_which_event_and_leads_to_its_page():
    """A9: a line's contract, a card's product, the day's money, as the books themselves name the places."""
    answer, _ = await ask(MANAGER, done=Done(NOW, report(LINE, CARD, RUN)))
    assert "3 处对不上" in answer.text
    assert LINE.zh in answer.text
    assert "DeliveryNoted contract:HT26030001 #7" in answer.text
    assert 'href="/orders/HT26030001"' in answer.text
    assert 'href="/warehouse/stock/TC60/60-A"' in answer.text
    assert 'href="/money?date=2026-03-13"' in answer.text


async def test_what_is_under_way_or_cannot_be_read_is_said():
    """A9: somebody was at work; a record that nobody can read makes the books less than whole."""
    answer, _ = await ask(MANAGER, done=Done(NOW, report(settled=False, unreadable=2)))
    assert "还有事在途" in answer.text
    assert "2 条事件读不了" in answer.text
    assert "账都对得上" not in answer.text


async def test_while_it_runs_the_page_renews_itself_and_offers_no_second_one():
    """A9: the last answer stays until the next is there."""
    answer, _ = await ask(MANAGER, done=Done(NOW, report(LINE), running=True))
    assert answer.headers["refresh"] == "3"
    assert "正在对账" in answer.text
    assert "data-api" not in answer.text
    assert LINE.zh in answer.text


async def test_one_that_failed_is_said():
    """A9: with the answer of the one before."""
    answer, _ = await ask(MANAGER, done=Done(NOW, report(), failed=NOW))
    assert "没有做完" in answer.text
    assert "refresh" not in answer.headers


async def test_the_first_are_on_the_page_and_all_in_the_spreadsheet():
    """X6: a page stays a page."""
    found = [LINE.model_copy(update={"where": f"HT26{n:06d}/1 ZJ-01"}) for n in range(SHOWN + 5)]
    page, _ = await ask(MANAGER, done=Done(NOW, report(*found)))
    file, _ = await ask(MANAGER, "/books.xlsx", done=Done(NOW, report(*found)))
    assert page.text.count("/orders/HT26") == SHOWN
    sheet = openpyxl.load_workbook(BytesIO(file.content)).active
    assert sheet.max_row == 1 + len(found)
    assert [cell.value for cell in sheet[2]][:3] == ["件数", "HT26000000/1 ZJ-01", LINE.zh]


@pytest.mark.parametrize("path", ["/books", "/books.xlsx", "/api/books"])
async def test_the_books_are_for_manager_and_accountant(path):
    """C18: nobody else sees them."""
    answers = [(await ask(person, path, done=Done(NOW, report())))[0] for person in (MANAGER, ACCOUNTANT, SPECIALIST)]
    assert [one.status_code for one in answers] == [200, 200, 403]


async def test_the_same_as_data():
    """A9: for programs."""
    answer, _ = await ask(ACCOUNTANT, "/api/books", done=Done(NOW, report(LINE)))
    told = answer.json()
    assert told["running"] is False
    assert told["report"]["findings"][0]["since"]["subject"] == "contract:HT26030001"


async def test_verifying_begins_once():
    """A9: 200; 409 in words while one is under way; 403 for others, and then nothing begins."""
    path, post = "/api/books/verifications", {"method": "POST"}
    begun, first = await ask(ACCOUNTANT, path, **post)
    busy, second = await ask(ACCOUNTANT, path, **post, begins=False)
    denied, third = await ask(SPECIALIST, path, **post)
    assert [one.status_code for one in (begun, busy, denied)] == [200, 409, 403]
    assert busy.json()["code"] == "books_being_verified"
    assert [one.begun for one in (first, second, third)] == [1, 0, 0]
