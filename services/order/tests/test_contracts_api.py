"""HTTP of contracts over the rules and rows in memory: who may do what, whose contract it is, pages, and progress."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from order_rows import Folded, MemoryRows

from company.context import Context
from company.policy import policy_book
from order.api import router
from order.contract.aggregate import CONTRACT
from order.draft.aggregate import DRAFT
from runtime.decision import Rejected
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.tokens import Tokens
from runtime.uploads import Uploads

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
TOKENS = Tokens("for these tests only")
NO = "HT26030001"
PEOPLE = {
    person.id: person
    for person in (
        Person(id="liang.my", name="梁美仪", role="cs_specialist"),
        Person(id="he.jx", name="何洁欣", role="install_assistant"),
        Person(id="fin.zhou", name="周会计", role="accountant"),
        Person(id="store-S02", name="吴晓敏", role="store", store="S02"),
        Person(id="store-S01", name="黄锦辉", role="store", store="S01"),
        Person(id="mai.gh", name="麦国华", role="warehouse"),
        Person(id="li.zq", name="李志强", role="crew_leader", crew="S1"),
    )
}


def register(contract_no: str = NO, **change: Any) -> dict[str, Any]:
    return {
        "contract_no": contract_no,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": "2026-02-08",
        "customer": {"name": "马娜", "phone": "13800001111", "address": "海八东路1号", "district": "南海区"},
        "promised_on": "2026-03-30",
        "amount_due_fen": 500,
        "lines": [
            {
                "line_no": 1,
                "sku": "WC-100",
                "name": "连体坐便器",
                "spec": "",
                "category": "卫浴",
                "quantity": 2,
                "unit_price_fen": 135000,
                "to_install": False,
            }
        ],
        **change,
    }


class System:
    """The rules and the read model, at once: what a command makes is in the rows when its answer is given."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.rows = MemoryRows([])
        self.goods, self.jobs = MemoryRows([]), MemoryRows([])
        self.contracts: dict[str, Folded] = {}

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Any) -> Outcome:
        context = Context(now=NOW, by=request.actor, role=request.role, policy=policy_book().at(NOW))
        of: Any = CONTRACT if aggregate_id.startswith("contract:") else DRAFT
        decision = of.decide(command, self.states.get(aggregate_id, of.initial), context)
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        for event in decision:
            self.states[aggregate_id] = of.evolve(self.states.get(aggregate_id, of.initial), event)
            if of is CONTRACT:
                self._fold(aggregate_id, event, request.actor)
        return Outcome("c", aggregate_id, "accepted", 1, tuple(type(event).__name__ for event in decision))

    def left_by_list(self, pieces: int, riding: int = 0, back: int = 0) -> None:
        """As warehouse and dispatch show it: so many left, of them so many are on the vehicle, or on their way back."""
        line = {"line_no": 1, "sku": "WC-100", "name": "连体坐便器"}
        row: dict[str, Any] = {"lines": [{**line, "issued": pieces, "returned": 0}]}
        row["coming_back"] = [{"broken": False, "lines": [{**line, "quantity": back}]}] if back else []
        self.goods.documents[NO] = {"_id": NO, "row": row}
        on_vehicle = [{**line, "quantity": riding}] if riding else None
        self.jobs.documents[f"D-{NO}"] = {"_id": f"D-{NO}", "row": {"on_vehicle": on_vehicle}}

    async def ask_all(self, service: str, asked: Any) -> list[Outcome]:
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]

    def _fold(self, aggregate_id: str, event: Any, actor: str) -> None:
        number = aggregate_id.partition(":")[2]
        contract = self.contracts.setdefault(number, Folded(number))
        contract.fold(event, actor)
        self.rows.documents[number] = contract.document


class Api:
    """A client that asks as anybody."""

    def __init__(self, client: AsyncClient, system: System) -> None:
        self.client, self.system = client, system

    async def __call__(self, who: str, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, Any]:
        headers = {"Authorization": f"Bearer {TOKENS.issue(who)}"}
        answer = await self.client.request(method, f"/api{path}", json=body, params=query, headers=headers)
        return answer.status_code, answer.json()

    async def code(self, who: str, path: str, body: Any) -> str | int:
        """The refusal's code, or the status of what was taken."""
        status, answer = await self(who, "POST", path, body)
        return status if status < 300 else str(answer["code"])


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    app, system = FastAPI(), System()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = {"contract": "order", "draft": "order"}
    app.state.gateway = system
    app.state.rows = {
        "contracts": system.rows,
        "products": MemoryRows([]),
        "drafts": MemoryRows([]),
        "goods": system.goods,
        "jobs": system.jobs,
    }
    app.state.people = PEOPLE
    app.state.tokens = TOKENS
    app.state.uploads = Uploads()
    add_error_handling(app, 25 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        yield Api(client, system)


AMEND = {"reason": "客户要求", "amount_due_fen": 900}
DELAY = {"fault": "store", "reason": "尺寸写错"}
CALL = {"result": "reached", "note": "客户理解"}
CONSENT = {"promised_on": "2026-04-09", "consented_by": "马娜", "consented_how": "phone", "reason": "装修未完"}
PAY = {"payment_id": "SJ-1", "amount_fen": 500, "method": "transfer"}
HAND = {"receipt_no": "QS-1", "lines": [{"line_no": 1, "quantity": 2}], "signed_by": "马娜"}


async def test_a_store_cares_for_its_own_contracts_and_sees_no_others(api: Api) -> None:
    """A6, C18"""
    await api("liang.my", "POST", "/contracts", register())
    assert await api.code("store-S01", f"/contracts/{NO}/amendments", AMEND) == "unknown_contract"
    assert await api.code("store-S02", f"/contracts/{NO}/amendments", AMEND) == 200
    assert await api.code("store-S02", f"/contracts/{NO}/cancellation", {"reason": "退房"}) == 200
    status, _ = await api("store-S01", "GET", f"/contracts/{NO}")
    assert status == 404


@pytest.mark.parametrize(("who", "sees"), [("liang.my", True), ("fin.zhou", True), ("mai.gh", False), ("he.jx", False)])
async def test_amounts_are_for_those_who_work_with_money(api: Api, who: str, *, sees: bool) -> None:
    """RULES §1"""
    await api("liang.my", "POST", "/contracts", register())
    await api("fin.zhou", "POST", f"/contracts/{NO}/payments", PAY)
    contract = (await api(who, "GET", f"/contracts/{NO}"))[1]
    form = (await api(who, "GET", f"/contracts/{NO}/shipping-form"))[1]
    amounts = (
        contract["amount_due_fen"],
        contract["lines"][0]["unit_price_fen"],
        contract["payments"][0]["amount_fen"],
        form["owed_fen"],
    )
    assert amounts == ((500, 135_000, 500, 0) if sees else (None,) * 4)


@pytest.mark.parametrize(
    ("who", "path", "body"),
    [
        ("he.jx", "amendments", AMEND),
        ("fin.zhou", "cancellation", {"reason": "退房"}),
        ("mai.gh", "delays", DELAY),
        ("store-S02", "delays/H1/handover", {"reason": "门店写错"}),
        ("liang.my", "delays/H1/acceptance", {}),
        ("liang.my", "payments", PAY),
        ("store-S02", "deliveries", HAND),
        ("li.zq", "postponements", CONSENT),
        ("liang.my", "refunds", {"refund_id": "TK-1", "refund_fen": 1, "reason": "退"}),
    ],
)
async def test_what_is_not_ones_role_is_refused(api: Api, who: str, path: str, body: Any) -> None:
    """A4-A8, C18"""
    await api("liang.my", "POST", "/contracts", register())
    assert await api.code(who, f"/contracts/{NO}/{path}", body) == "not_your_role"


async def test_the_stores_error_goes_its_way_from_the_call_to_the_last_follow_up(api: Api) -> None:
    """A4, A5"""
    await api("liang.my", "POST", "/contracts", register())
    late = f"/contracts/{NO}/delays"
    steps = [
        await api.code("he.jx", late, DELAY),
        await api.code("he.jx", f"{late}/H1/post", {"note": "品牌群"}),
        await api.code("liang.my", f"{late}/H1/handover", {"reason": "门店写错"}),
        await api.code("liang.my", f"{late}/H1/calls", CALL),
        await api.code("liang.my", f"{late}/H1/handover", {"reason": "门店写错"}),
        await api.code("store-S02", f"{late}/H1/acceptance", {"note": "收到"}),
        await api.code("store-S02", f"{late}/H1/follow-ups", {"note": "已改", "settled": True}),
    ]
    _, shown = await api("store-S02", "GET", f"/contracts/{NO}")
    assert steps == [201, 200, "not_explained_yet", 200, 200, 200, 200]
    assert (shown["delays"][0]["accepted"]["by"], shown["delays"][0]["settled"], shown["todo"]) == (
        "store-S02",
        True,
        [],
    )


async def test_the_office_books_what_fulfils_a_contract(api: Api) -> None:
    """A7, A8"""
    await api("liang.my", "POST", "/contracts", register())
    assert await api.code("he.jx", f"/contracts/{NO}/postponements", CONSENT) == 201
    assert await api.code("fin.zhou", f"/contracts/{NO}/payments", PAY) == 201
    assert await api.code("fin.zhou", f"/contracts/{NO}/payments", {**PAY, "payment_id": "SJ-2"}) == "more_than_owed"
    api.system.left_by_list(2)
    assert await api.code("liang.my", f"/contracts/{NO}/deliveries", HAND) == 201
    _, shown = await api("fin.zhou", "GET", f"/contracts/{NO}")
    assert (shown["state"], shown["promised_on"], shown["lines"][0]["warranty"]["ends_on"]) == (
        "fulfilled",
        "2026-04-09",
        "2028-03-20",
    )
    assert (shown["customer"]["name"], shown["payments"][0]["by"]) == ("马*", "fin.zhou")


async def test_a_receipt_typed_in_is_of_goods_that_left_by_list_and_ride_on_no_vehicle(api: Api) -> None:
    """B9, A9, A11, D3: what lies here, never came, or is on the road is signed for where it is handed over."""
    await api("liang.my", "POST", "/contracts", register())
    assert await api.code("liang.my", f"/contracts/{NO}/deliveries", HAND) == "not_left_by_list"
    api.system.left_by_list(2, riding=2)
    assert await api.code("liang.my", f"/contracts/{NO}/deliveries", HAND) == "not_left_by_list"
    api.system.left_by_list(2, back=1)
    assert await api.code("liang.my", f"/contracts/{NO}/deliveries", HAND) == "not_left_by_list"
    api.system.left_by_list(1)
    status, told = await api("liang.my", "POST", f"/contracts/{NO}/deliveries", HAND)
    assert (status, told["code"], told["rule"]) == (409, "not_left_by_list", "B9")
    form = {"form_no": "YS-1", "accepted_by": "马娜"}
    assert await api.code("liang.my", f"/contracts/{NO}/installations", form) == "nothing_to_accept"


async def test_pieces_on_a_vehicle_are_refunded_once_they_were_handed_over_or_refused(api: Api) -> None:
    """B13, B15, A9: else they would be delivered and paid back."""
    await api("liang.my", "POST", "/contracts", register())
    api.system.left_by_list(2, riding=2)
    told = {"refund_id": "TK-9", "line_no": 1, "quantity": 1, "refund_fen": 1, "reason": "不要"}
    assert await api.code("fin.zhou", f"/contracts/{NO}/refunds", told) == "on_the_road"
    api.system.left_by_list(0)
    assert await api.code("fin.zhou", f"/contracts/{NO}/refunds", told) == 201


async def test_a_body_with_a_number_of_its_own_is_unreadable(api: Api) -> None:
    """A6"""
    await api("liang.my", "POST", "/contracts", register())
    assert await api.code("liang.my", f"/contracts/{NO}/amendments", {**AMEND, "contract_no": NO}) == "unreadable"


async def test_the_shipping_form_has_name_spec_quantity_and_notes(api: Api) -> None:
    """A8"""
    await api("liang.my", "POST", "/contracts", register())
    _, form = await api("mai.gh", "GET", f"/contracts/{NO}/shipping-form")
    assert [(line["name"], line["quantity"], line["notes"]) for line in form["lines"]] == [
        ("连体坐便器", 2, "缺 2：未发货")
    ]


async def numbers(api: Api, who: str = "liang.my", **query: Any) -> tuple[list[str], str | None]:
    status, page = await api(who, "GET", "/contracts", **query)
    assert status == 200, page
    return [row["contract_no"] for row in page["rows"]], page["next"]


async def test_a_list_is_turned_page_by_page_with_one_query_each(api: Api) -> None:
    """A3, X6"""
    for number in range(1, 6):
        await api("liang.my", "POST", "/contracts", register(f"HT2603000{number}"))
    api.system.rows.queries.clear()
    first, after = await numbers(api, limit=2)
    second, after = await numbers(api, limit=2, after=after)
    third, end = await numbers(api, limit=2, after=after)
    assert (first + second + third, end) == ([f"HT2603000{number}" for number in range(1, 6)], None)
    assert len(api.system.rows.queries) == 3
    newest, _ = await numbers(api, limit=1, sort="-contract_no")
    assert newest == ["HT26030005"]


async def test_a_list_is_narrowed_by_store_state_search_and_what_is_to_be_done(api: Api) -> None:
    """A1, A4, C18"""
    other = {"name": "李雷", "phone": "13900002222", "address": "桂澜路8号", "district": "南海区"}
    await api("liang.my", "POST", "/contracts", register())
    await api("liang.my", "POST", "/contracts", register("HT26030002", store_code="S01", customer=other))
    await api("he.jx", "POST", "/contracts/HT26030002/delays", DELAY)
    assert (await numbers(api, "store-S01"))[0] == ["HT26030002"]
    assert (await numbers(api, "store-S01", store="S02"))[0] == ["HT26030002"]
    assert (await numbers(api, store="S02"))[0] == [NO]
    assert (await numbers(api, todo="delay_call"))[0] == ["HT26030002"]
    assert (await numbers(api, state="complete"))[0] == []
    assert (await numbers(api, q="2222"))[0] == ["HT26030002"]
    assert (await numbers(api, "mai.gh", q="2222"))[0] == []
    assert (await numbers(api, promised_from="2026-03-31"))[0] == []


@pytest.mark.parametrize("query", [{"state": "x"}, {"sort": "x"}, {"limit": 0}, {"after": "2026-03-01~HT1"}])
async def test_a_list_that_cannot_be_is_refused(api: Api, query: dict[str, Any]) -> None:
    """A3"""
    status, _ = await api("liang.my", "GET", "/contracts", **query)
    assert status == 422


async def test_the_number_of_contracts_is_counted_when_asked(api: Api) -> None:
    """A3"""
    await api("liang.my", "POST", "/contracts", register())
    counted = [(await api("liang.my", "GET", "/contracts", count=count))[1]["total"] for count in (False, True)]
    assert counted == [None, 1]


async def test_the_customer_file_joins_contracts_by_telephone(api: Api) -> None:
    """A1, C18"""
    other = {"name": "李雷", "phone": "13700002222", "address": "桂澜路8号", "district": "南海区"}
    again = {"name": "马娜", "phone": "138-0000-1111", "address": "新房1号", "district": "南海区"}
    await api("liang.my", "POST", "/contracts", register())
    await api("liang.my", "POST", "/contracts", register("HT26030002", customer=other))
    await api("liang.my", "POST", "/contracts", register("HT26030003", customer=again, signed_on="2026-03-01"))
    _, listed = await api("liang.my", "GET", "/customers")
    assert [(row["customer"]["name"], row["contracts"]) for row in listed["rows"]] == [("李雷", 1), ("马娜", 2)]
    _, first = await api("liang.my", "GET", "/customers", limit=1)
    _, second = await api("liang.my", "GET", "/customers", limit=1, after=first["next"])
    assert [row["customer"]["name"] for row in first["rows"] + second["rows"]] == ["李雷", "马娜"]
    _, file = await api("liang.my", "GET", f"/customers/{NO}")
    assert (file["customer"]["address"], [row["contract_no"] for row in file["history"]]) == (
        "新房1号",
        ["HT26030003", NO],
    )
    _, masked = await api("mai.gh", "GET", f"/customers/{NO}")
    assert masked["customer"]["phone"] != "138-0000-1111"
    status, _ = await api("store-S01", "GET", f"/customers/{NO}")
    assert status == 404


async def test_an_import_that_is_asked_to_says_how_far_it_is_and_ends_with_its_report(api: Api) -> None:
    """A1, X6"""
    headers = {"Authorization": f"Bearer {TOKENS.issue('liang.my')}", "Accept": "application/x-ndjson"}
    content = (WEEK / "contracts.csv").read_bytes()
    answer = await api.client.post("/api/imports/contracts", files={"file": ("c.csv", content)}, headers=headers)
    *told, last = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert (told[-1], last["report"]["taken"]) == ({"file": "c.csv", "done": 162, "total": 162}, 159)


async def test_a_file_that_is_no_table_is_refused_before_anything_is_told(api: Api) -> None:
    """X6"""
    headers = {"Authorization": f"Bearer {TOKENS.issue('liang.my')}", "Accept": "application/x-ndjson"}
    answer = await api.client.post("/api/imports/contracts", files={"file": ("c.csv", b"x")}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_columns")


async def test_a_fact_of_yesterday_is_placed_at_its_own_time(api: Api) -> None:
    """X1"""
    await api("liang.my", "POST", "/contracts", register())
    yesterday = (NOW - timedelta(days=1)).isoformat()
    api.system.left_by_list(2)
    await api("liang.my", "POST", f"/contracts/{NO}/deliveries", {**HAND, "at": yesterday})
    _, shown = await api("liang.my", "GET", f"/contracts/{NO}")
    assert shown["delivered_on"] == "2026-03-19"
