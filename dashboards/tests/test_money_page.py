"""A day's money: payments by whom and how, refunds, each crew's cash, of the day on which it happened (A12, B16)."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import openpyxl
import pytest
from dashboards_site import browser, site
from hypothesis import given
from hypothesis import strategies as st
from warehouse_story import numbered

from contracts import order
from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.envelope import Meta
from dashboards.journal import ENTRIES, entry
from dashboards.money.view import money_of

MANAGER, ACCOUNTANT, LEADER = "guan.yf", "su.kj", "he.jx"
ON = date(2026, 3, 13)
NOON = datetime(2026, 3, 13, 4, 0, tzinfo=UTC)
SERVICES = {"contract": "order", "run": "dispatch"}


def told(fact, subject, number, recorded=None, by=ACCOUNTANT):
    """The journal's document of an event."""
    at = recorded or fact.at
    meta = Meta(f"e{number}", type(fact).wire, "", subject, at, number, "c", "c", by, 0)
    facet = SERVICES[subject.partition(":")[0]]
    return {"_id": f"{subject}#{number:06d}", facet: entry(None, fact, meta), "_pos": {}}


def paid(number, fen, at=NOON, *, method="transfer", payment_id=None, recorded=None):
    fact = order.PaymentNoted(
        at=at,
        contract_no="HT26030001",
        payment_id=payment_id or f"P{number}",
        amount_fen=fen,
        method=method,
        received_by=ACCOUNTANT,
        owed_fen=0,
        note="",
    )
    return told(fact, "contract:HT26030001", number, recorded)


def refunded(number, fen, at=NOON, **more):
    fact = order.ReturnRefunded(
        at=at,
        contract_no="HT26030001",
        refund_id=f"R{number}",
        line_no=1,
        quantity=1,
        refund_fen=fen,
        owed_fen=more.pop("owed_fen", 0),
        reason="色差",
        **more,
    )
    return told(fact, "contract:HT26030001", number)


def collected(number, fen, at=NOON, on=ON):
    fact = CashCollected(at=at, on=on, crew="S1", job_id="D-HT26030001", amount_fen=fen, on_vehicle_fen=fen)
    return told(fact, f"run:{on}:S1", number, by=LEADER)


def handed_in(number, fen, at=NOON, on=ON, **more):
    fact = CashHandedIn(
        at=at,
        on=on,
        crew="S1",
        amount_fen=fen,
        on_vehicle_fen=0,
        received_by=ACCOUNTANT,
        receipt_no=f"J{number}",
        **more,
    )
    return told(fact, f"run:{on}:S1", number, by=LEADER)


async def ask(person, path, *documents):
    app = site({"journal": {one["_id"]: one for one in documents}})
    async with browser(app, person) as client:
        return await client.get(path)


def day_of(*documents, on=ON):
    return money_of(on, [ENTRIES.read(one) for one in documents], {})


def test_what_a_crew_took_and_what_the_office_took_are_told_apart():
    """A12, B13: by the payment's number; by method."""
    day = day_of(
        paid(1, 100, payment_id="cash-e9", method="cash"), paid(2, 20), paid(3, 3), paid(4, 4_000, method="card")
    )
    assert [(one.channel, one.method, one.amount_fen, one.count) for one in day.sums] == [
        ("crew", "cash", 100, 1),
        ("office", "card", 4_000, 1),
        ("office", "transfer", 23, 2),
    ]
    assert day.paid_fen == 4_123


def test_money_is_of_the_day_on_which_it_happened_however_late_it_was_told():
    """X1: Shanghai's day; told two days later it says so."""
    late = paid(1, 5, recorded=NOON + timedelta(days=2))
    midnight = datetime(2026, 3, 13, 16, 0, tzinfo=UTC)
    day = day_of(late, paid(2, 7, at=midnight), paid(3, 9, at=midnight - timedelta(seconds=1)))
    assert [(one.payment_id, one.late) for one in day.payments] == [("P1", True), ("P3", False)]


def test_a_vehicle_s_cash_is_of_its_run_s_day():
    """B16: handed in after midnight, it is still that day's."""
    day = day_of(collected(1, 900), handed_in(2, 600), handed_in(3, 250, at=NOON + timedelta(hours=14)))
    [crew] = day.crews
    assert (crew.collected_fen, crew.handed_in_fen, crew.left_fen) == (900, 850, 50)


@given(st.lists(st.tuples(st.sampled_from("prch"), st.integers(1, 10**9), st.integers(-2, 2)), max_size=30))
def test_every_fen_is_on_one_day_and_in_one_sum(lines):
    """A12: over any days together nothing is lost and nothing counts twice."""
    make = {"p": paid, "r": refunded, "c": collected, "h": handed_in}
    documents = []
    for number, (kind, fen, days) in enumerate(lines, 1):
        on = {"on": ON + timedelta(days=days)} if kind in "ch" else {}
        documents.append(make[kind](number, fen, at=NOON + timedelta(days=days), **on))
    days = [day_of(*documents, on=ON + timedelta(days=n)) for n in range(-2, 3)]

    def total(kind):
        return sum(fen for one, fen, _ in lines if one == kind)

    assert sum(day.paid_fen for day in days) == sum(one.amount_fen for day in days for one in day.sums) == total("p")
    assert sum(day.refunded_fen for day in days) == total("r")
    assert sum(one.collected_fen for day in days for one in day.crews) == total("c")
    assert sum(one.handed_in_fen for day in days for one in day.crews) == total("h")


async def test_the_page_shows_the_day_and_leads_to_contracts():
    """A12, B16: sums, crews, one by one."""
    page = await ask(
        ACCOUNTANT,
        f"/money?date={ON}",
        paid(1, 217_200),
        refunded(2, 9_900),
        collected(3, 217_250),
        handed_in(4, 217_200, witness=MANAGER),
    )
    assert page.status_code == 200
    assert "¥2,172" in page.text
    assert "−¥99" in page.text
    assert "¥0.50" in page.text
    assert 'href="/orders/HT26030001"' in page.text
    assert "见证 关永锋" in page.text


async def test_each_piece_of_money_has_its_number_and_the_way_to_its_paper():
    """D11: payments, refunds and what crews hand in; what has no number yet has its own."""
    numbers = numbered("SK", 4, "contract:HT26030001", "P1") + numbered("JK", 2, f"run:{ON}:S1", "J4")
    story = {"journal": [paid(1, 217_200), refunded(2, 9_900), handed_in(4, 50)], "vouchers": numbers}
    app = site({name: {row["_id"]: row for row in rows} for name, rows in story.items()})
    async with browser(app, ACCOUNTANT) as client:
        page = (await client.get(f"/money?date={ON}")).text
        data = (await client.get(f"/api/money/{ON}")).json()
    assert [f'href="/warehouse/vouchers?q={no}"' in page for no in ("SK-2026-000004", "JK-2026-000002")] == [True] * 2
    lines = (data["payments"][0], data["refunds"][0], data["handed_in"][0])
    assert [line["voucher_no"] for line in lines] == ["SK-2026-000004", "", "JK-2026-000002"]


def test_what_was_not_paid_yet_does_not_go_back():
    """A12, B15: a refund lowers what is owed first; one of old goes by what was owed after it."""
    day = day_of(
        refunded(1, 900, paid_back_fen=200),
        refunded(2, 70, owed_fen=5),
        refunded(3, 6),
        refunded(4, 1, paid_back_fen=0),
    )
    assert [(one.paid_back_fen, one.reduced_fen) for one in day.refunds] == [(200, 700), (0, 70), (6, 0), (0, 1)]
    assert (day.refunded_fen, day.paid_back_fen) == (977, 206)


async def test_money_back_and_what_is_owed_no_longer_are_told_apart_on_the_page_and_in_the_spreadsheet():
    """A12, X6: the column of amounts is money that moved."""
    story = refunded(1, 90_000, paid_back_fen=20_000)
    page = (await ask(ACCOUNTANT, f"/money?date={ON}&lang=en", story)).text
    assert "−¥200" in page
    assert "−¥900" not in page
    assert "¥700 owed no longer" in page
    file = await ask(MANAGER, f"/money.xlsx?date={ON}", story)
    [_, line] = openpyxl.load_workbook(BytesIO(file.content)).active.iter_rows(values_only=True)
    assert (line[4], line[7]) == (-200, "色差 冲减应收 ¥700")


async def test_a_day_without_money_says_so():
    """A12: the empty page."""
    page = await ask(MANAGER, f"/money?date={ON}")
    assert "这一天没有收款" in page.text


async def test_the_spreadsheet_has_each_line_in_yuan():
    """X6: payments, refunds below zero, hand-ins."""
    file = await ask(MANAGER, f"/money.xlsx?date={ON}", paid(1, 217_250), refunded(2, 9_900), handed_in(3, 50))
    lines = [tuple(cell.value for cell in row) for row in openpyxl.load_workbook(BytesIO(file.content)).active.rows]
    assert [line[4] for line in lines[1:]] == [2172.5, -99, 0.5]
    assert [line[0] for line in lines[1:]] == ["办公室收款", "退款与冲减", "交款"]


@pytest.mark.parametrize("path", ["/money", "/money.xlsx"])
async def test_money_is_for_manager_and_accountant(path):
    """C18: cash of their own is on leaders' phones."""
    answers = [(await ask(person, path)).status_code for person in (MANAGER, ACCOUNTANT, LEADER)]
    assert answers == [200, 200, 403]
