"""Everybody's inbox: what waits for whom, until when, and where it is done; a store sees its own alone (X9)."""

import re
from datetime import timedelta

import pytest
from dashboards_site import RowsInMemory, browser, site
from dashboards_story import told
from orders_story import SIGNED, completed, delayed, desk_rows, signed

from company.people import read_people
from company.roles import Role
from contracts import order as facts
from contracts import service_desk_tickets as tickets
from contracts.envelope import Meta
from dashboards.inbox.waiting import CONTRACTS_WAIT, REST_WAIT, SHOWN
from service_desk.main import SERVICE
from service_desk.ticket.row import TICKETS

SPECIALIST, ASSISTANT, STORE, OTHER_STORE, MANAGER, ACCOUNTANT, PROCUREMENT, KEEPER, TECHNICIAN = (
    "liang.my",
    "he.jx",
    "wu.xm",
    "huang.jh",
    "guan.yf",
    "su.kj",
    "ye.cg",
    "mai.gh",
    "zhou.jm",
)
OVERPAID = told(
    "contract:HT26030001",
    facts.PaymentNoted(
        at=SIGNED,
        contract_no="HT26030001",
        payment_id="P1",
        amount_fen=1_300_000,
        method="transfer",
        received_by="su.kj",
        owed_fen=0,
    ),
    by="su.kj",
)


def ticket(name):
    """A repair that nobody has answered yet."""
    opened = tickets.TicketOpened(
        at=SIGNED,
        ticket_id=name,
        kind="repair",
        customer={"name": "冯丽", "phone": "17712347747", "address": "佛山", "district": "禅城区"},
        product="角阀",
        problem="漏水",
        reply_due=SIGNED + timedelta(hours=2),
        reply_provisional=False,
        warranty="not_asked",
        channel="phone",
        contract_no=None,
        quantity=1,
        proof=(),
    )
    meta = Meta("e", "", "", f"ticket:{name}", SIGNED, 1, "c", "c", SPECIALIST, 0)
    document = {"_id": name, "_pos": {"row": {"seq": 1}}}
    for facet in TICKETS.projection.facets:
        document |= facet.fields({facet.name: facet.fold(None, opened, meta)})
    return document


async def ask(person, *story, path="/inbox", rows=None):
    app = site({**desk_rows(*story), **(rows or {})})
    app.state.offers = {**app.state.offers, **SERVICE.offers}
    for name in ("tickets", "messages"):
        app.state.rows.setdefault(name, RowsInMemory({}))
    async with browser(app, person) as client:
        return await client.get(path)


def kinds(text):
    return re.findall(r'<h2 id="inbox-(\w+)"', text)


async def test_nothing_waits():
    """X9: the empty inbox says so, to everybody."""
    for one in read_people().values():
        answer = await ask(one.id)
        assert answer.status_code == 200, one.role
        assert "没有等您办的事" in answer.text, one.role


async def test_a_delay_waits_for_those_who_may_post_it_until_it_is_due():
    """X9, A4: not for the store, nor the accountant; the item leads to its contract."""
    found = {person: await ask(person, signed(), delayed()) for person in (SPECIALIST, ASSISTANT, STORE, ACCOUNTANT)}
    assert "delay_post" in kinds(found[SPECIALIST].text)
    assert "delay_post" in kinds(found[ASSISTANT].text)
    assert kinds(found[STORE].text) == []
    assert kinds(found[ACCOUNTANT].text) == []
    assert 'href="/orders/HT26030001"' in found[SPECIALIST].text
    assert "3月9日 9:30" in found[SPECIALIST].text


async def test_money_to_pay_back_waits_for_those_who_may_pay():
    """X9, A12: accountant and manager, not the store."""
    story = (signed(), completed(), OVERPAID)
    for person, waits in ((ACCOUNTANT, True), (MANAGER, True), (STORE, False)):
        assert ("refund" in kinds((await ask(person, *story)).text)) is waits, person


async def test_a_store_finds_its_own_contracts_alone():
    """X9, RULES §1: an error of the store is for that store to accept."""
    handed = told(
        "contract:HT26030001",
        facts.StoreErrorHandedOver(
            at=SIGNED,
            contract_no="HT26030001",
            delay_id="1-YD0001",
            store_code="S02",
            customer={"name": "冯丽", "phone": "17712347747", "address": "佛山", "district": "禅城区"},
            reason="门店下错",
            handed_by="he.jx",
        ),
        by="he.jx",
    )
    story = (signed(), delayed(fault="store"), handed)
    assert kinds((await ask(STORE, *story)).text) == ["store_accept"]
    assert kinds((await ask(OTHER_STORE, *story)).text) == []


async def test_a_ticket_waits_for_the_roles_whose_step_is_next():
    """X9: a reply is for the service desk; warehouse and procurement have nothing to do with it."""
    rows = {"tickets": {"T-1": ticket("T-1")}}
    assert "ticket_step" in kinds((await ask(SPECIALIST, rows=rows)).text)
    assert "ticket_step" not in kinds((await ask(KEEPER, rows=rows)).text)


async def test_the_first_are_shown_and_the_list_has_all():
    """X9: an inbox of many things stays a page; the figure is of all."""
    numbers = [f"HT2603{n:04d}" for n in range(SHOWN + 3)]
    story = [event for number in numbers for event in (signed(number), delayed(number))]
    answer = await ask(SPECIALIST, *story)
    section = answer.text.split('id="inbox-delay_post"')[1].split("</section>")[0]
    assert section.count('class="mono"') == SHOWN
    assert f"全部 {len(numbers)} 件" in section


async def test_the_bell_counts_what_the_page_lists():
    """X9: count and page are asked of the same rows; broken promises and the like count as late."""
    page, bell = [
        (await ask(SPECIALIST, signed(), delayed(), path=path)).json() for path in ("/api/inbox", "/api/inbox/count")
    ]
    assert page["count"] == bell["count"] == sum(group["count"] for group in page["groups"])
    assert bell["late"] == sum(group["count"] for group in page["groups"] if group["late"])


async def test_every_page_has_the_bell():
    """X9: on every page, live."""
    answer = await ask(SPECIALIST, path="/orders")
    assert 'id="bell" href="/inbox"' in answer.text


def test_each_kind_is_for_somebody_and_has_words():
    """X9: no dead entry."""
    for kind in (*CONTRACTS_WAIT, *REST_WAIT):
        assert kind.roles, kind.word
        assert kind.roles <= set(Role), kind.word


@pytest.mark.parametrize("word", ["exceptions", "excess", "dead", "pending", "papers_late"])
def test_what_is_wrong_with_purchases_and_stock_is_reported_to_accountant_and_manager(word):
    """D2, D9, D10, X9: and what procurement must settle, to procurement."""
    [kind] = [one for one in REST_WAIT if one.word == word]
    wanted = {Role.ACCOUNTANT, Role.MANAGER} | ({Role.PROCUREMENT} if word != "papers_late" else set())
    assert kind.roles >= wanted
