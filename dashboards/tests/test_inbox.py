"""Everybody's inbox: what waits for whom, until when, and where it is done; a store sees its own alone (X9)."""

import re
from datetime import timedelta

import pytest
from dashboards_site import RowsInMemory, browser, site
from dashboards_story import delivered, in_slot, opened, told
from orders_story import SIGNED, completed, delayed, desk_rows, signed
from warehouse_story import LOST, ONE_LACKS, transfer

from company.people import read_people
from company.roles import Role
from contracts import order as facts
from contracts import service_desk_tickets as tickets
from contracts.dispatch_corrections import DeliveryCorrectionAsked
from contracts.envelope import Meta
from dashboards.books.report import BookFinding, BooksReport, SinceEvent
from dashboards.inbox.waiting import CONTRACTS_WAIT, REST_WAIT, SHOWN
from dispatch.job.row import JOBS
from inventory.count.file import COUNTS
from inventory.goods.row import PIECES
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.scrap_row import SCRAPS
from inventory.stock.row import STOCKED
from inventory.stock_list_row import STOCK_LISTS
from inventory.transfer.row import TRANSFERS
from notify.message.aggregate import MESSAGE
from notify.message.row import MESSAGES
from order.contract.row import CONTRACTS
from order.draft.row import DRAFTS
from runtime.nightly import Done
from runtime.offers import offering_of
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


async def ask(person, *story, path="/inbox", rows=None, books=None):
    app = site({**desk_rows(*story), **(rows or {})})
    app.state.offers = {**app.state.offers, **SERVICE.offers, "message": offering_of(MESSAGE)}
    if books is not None:
        app.state.nightly = {"books": books}
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


@pytest.mark.parametrize(
    ("word", "more"),
    [("transfer_receive", ()), ("transfer_differs", (ONE_LACKS,)), ("transfer_explained", (ONE_LACKS, LOST))],
)
async def test_a_transfer_waits_for_whoever_owes_its_next_step(word, more):
    """X9, D17: to be counted, to be explained, to be agreed to."""
    story = {"transfers": {"DB1": transfer(*more)}}
    may = next(kind.roles for kind in REST_WAIT if kind.word == word)
    found = {person: kinds((await ask(person, rows=story)).text) for person in (KEEPER, ACCOUNTANT, SPECIALIST)}
    roles = {KEEPER: Role.WAREHOUSE, ACCOUNTANT: Role.ACCOUNTANT, SPECIALIST: Role.CS_SPECIALIST}
    assert {person for person, words in found.items() if word in words} == {
        person for person, role in roles.items() if role in may
    }


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


class Verified:
    """The books, verified last night."""

    async def last(self):
        since = SinceEvent(
            type="songda.order.PaymentNoted.v1", subject="contract:HT26030001", sequence=7, at=SIGNED, id="e"
        )
        finding = BookFinding(
            book="money", where="HT26030001 TK1", what="paid back too much", zh="多退 5 分", en="5 fen", since=since
        )
        report = BooksReport(settled=True, events=9, contracts=1, cards=0, unreadable=0, findings=(finding,))
        return Done(SIGNED, report.model_dump_json())


async def test_books_that_do_not_add_up_wait_for_accountant_and_manager():
    """X9, A9, A12: found at night, it is late; nobody else is told of money (C18)."""
    for person, waits in (
        (ACCOUNTANT, True),
        (MANAGER, True),
        (SPECIALIST, False),
        (STORE, False),
        (PROCUREMENT, False),
    ):
        page = await ask(person, books=Verified())
        assert ("books" in kinds(page.text), "多退 5 分" in page.text) == (waits, waits), person
        bell = (await ask(person, path="/api/inbox/count", books=Verified())).json()
        assert bell == {"count": int(waits), "late": int(waits)}, person


async def test_every_page_has_the_bell():
    """X9: on every page, live."""
    answer = await ask(SPECIALIST, path="/orders")
    assert 'id="bell" href="/inbox"' in answer.text


def test_each_kind_is_for_somebody_and_has_words():
    """X9: no dead entry."""
    for kind in (*CONTRACTS_WAIT, *REST_WAIT):
        assert kind.roles, kind.word
        assert kind.roles <= set(Role), kind.word


@pytest.mark.parametrize("word", ["exceptions", "short", "excess", "dead", "pending", "papers_late"])
def test_what_is_wrong_with_purchases_and_stock_is_reported_to_accountant_and_manager(word):
    """D2, D9, D10, X9: and what procurement must settle, to procurement."""
    [kind] = [one for one in REST_WAIT if one.word == word]
    wanted = {Role.ACCOUNTANT, Role.MANAGER} | ({Role.PROCUREMENT} if word != "papers_late" else set())
    assert kind.roles >= wanted


def until_of(answer, word):
    return [item["until"] for group in answer.json()["groups"] if group["word"] == word for item in group["items"]]


async def test_a_thing_says_until_when_only_where_somebody_said_so():
    """X9: a post has its half hour (A4), a broken promise its day (A8); the day of delivery is no date for a refund."""
    answers = [
        await ask(person, signed(), delayed(), OVERPAID, path="/api/inbox") for person in (SPECIALIST, ACCOUNTANT)
    ]
    assert until_of(answers[0], "delay_post") == ["2026-03-09T01:30:00Z"]
    assert until_of(answers[0], "delay_call") == [None]
    assert until_of(answers[1], "refund") == [None]


async def test_behind_a_figure_is_the_list_of_just_those_contracts():
    """X9, A4, A12: one step, not a search through all orders; a store or a keeper learns no money by it (C18)."""
    story = (signed("HT26030001"), OVERPAID, signed("HT26030002"), signed("HT26030003"), delayed("HT26030003"))
    listed = {
        person: re.findall(r'id="row-(\w+)"', (await ask(person, *story, path=f"/orders?todo={todo}")).text)
        for person, todo in ((ACCOUNTANT, "refund"), (SPECIALIST, "delay_call"), (KEEPER, "refund"))
    }
    assert listed[ACCOUNTANT] == ["HT26030001"]
    assert listed[SPECIALIST] == ["HT26030003"]
    assert listed[KEEPER] == [], "it is said that there is no such list here (X8)"


VIEWS = (
    CONTRACTS,
    DRAFTS,
    JOBS,
    SLIPS,
    LOANS,
    SCRAPS,
    PIECES,
    STOCKED,
    COUNTS,
    MESSAGES,
    TICKETS,
    TRANSFERS,
    STOCK_LISTS,
)
INDEXED = {(view.name, index[0]) for view in VIEWS for index in view.indexes}


@pytest.mark.parametrize("kind", [*CONTRACTS_WAIT, *REST_WAIT], ids=lambda kind: kind.word)
def test_what_waits_is_counted_by_an_index_of_what_waits(kind):
    """X8, X9: the bell of every page asks it each minute; however many rows there are, those that wait are read."""
    assert {(kind.model.name, field) for field in kind.query} <= INDEXED


@pytest.mark.parametrize("kind", [*CONTRACTS_WAIT, *REST_WAIT], ids=lambda kind: kind.word)
async def test_whoever_is_told_may_open_the_list(kind):
    """X9, C18: nobody is sent to a page that is not theirs."""
    found = {
        one.role: (await ask(one.id, path=kind.href)).status_code
        for one in read_people().values()
        if one.role in kind.roles
    }
    assert set(found.values()) == {200}, found


async def test_a_correction_of_a_delivery_waits_for_who_may_agree():
    """X9, D16"""
    asked = DeliveryCorrectionAsked(
        at=SIGNED,
        job_id="D-HT26030001",
        contract_no="HT26030001",
        correction_no="SG-1",
        delivered=(),
        refused=(),
        damaged=(),
        reason="录错",
        asked_by=SPECIALIST,
    )
    story = (signed(), opened(), *in_slot(), delivered(at=SIGNED), told("job:D-HT26030001", asked, by=SPECIALIST))
    assert "deliveries_wrong" in kinds((await ask(MANAGER, *story)).text)
    assert "deliveries_wrong" not in kinds((await ask(ASSISTANT, *story)).text)
