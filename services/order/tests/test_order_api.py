"""HTTP of the order service, over the rules alone: statuses, roles, uploads."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from order_rows import MemoryRows

from company.context import Context
from company.policy import policy_book
from contracts.fact import ContractLine, Measure
from contracts.order_products import ProductDescribed
from order.api import router
from order.contract.aggregate import CONTRACT
from order.draft.aggregate import DRAFT
from order.product.aggregate import PRODUCT
from runtime.decision import Rejected
from runtime.http_errors import add_error_handling
from runtime.mongo import PyMongoError
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.tokens import Tokens
from runtime.uploads import Uploads

WEEK = Path(__file__).resolve().parents[3] / "tests" / "data" / "week"
NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
TOKENS = Tokens("for these tests only")
REGISTER: dict[str, Any] = {
    "contract_no": "HT26030001",
    "store_code": "S02",
    "store_name": "南海店",
    "signed_on": "2026-02-08",
    "customer": {"name": "马娜", "phone": "13800001111", "address": "海八东路1号", "district": "南海区"},
    "promised_on": "2026-03-10",
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
            "to_install": True,
        }
    ],
}


class Rules:
    """A gateway whose commands meet the rules directly, in memory."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}

    async def ask(self, service: str, aggregate_id: str, command: Any, request: Any) -> Outcome:
        """Decide at once."""
        of: Any = {"contract": CONTRACT, "draft": DRAFT, "product": PRODUCT}[aggregate_id.partition(":")[0]]
        decision = of.decide(command, self.states.get(aggregate_id, of.initial), CTX)
        if isinstance(decision, Rejected):
            return Outcome("c", aggregate_id, "rejected", rejected=decision)
        for event in decision:
            self.states[aggregate_id] = of.evolve(self.states.get(aggregate_id, of.initial), event)
        return Outcome("c", aggregate_id, "accepted", 1, tuple(type(event).__name__ for event in decision))

    async def ask_all(self, service: str, asked: Any) -> list[Outcome]:
        """Decide all at once, in order."""
        return [await self.ask(service, one.aggregate_id, one.command, one.request) for one in asked]


PEOPLE = {
    person.id: person
    for person in (
        Person(id="specialist", name="梁美仪", role="cs_specialist"),
        Person(id="store-S02", name="吴晓敏", role="store", store="S02"),
        Person(id="store-S01", name="黄锦辉", role="store", store="S01"),
        Person(id="crew", name="邓伟", role="crew"),
        Person(id="warehouse", name="麦国华", role="warehouse"),
        Person(id="technician", name="周建民", role="technician"),
    )
}


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = {"contract": "order", "draft": "order", "product": "order"}
    app.state.gateway = Rules()
    app.state.rows = {"products": MemoryRows([]), "drafts": MemoryRows([])}
    app.state.people = PEOPLE
    app.state.tokens = TOKENS
    app.state.uploads = Uploads()
    add_error_handling(app, 25 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        sign_in(client, "specialist")
        yield client


def sign_in(client: AsyncClient, person_id: str) -> None:
    client.headers["Authorization"] = f"Bearer {TOKENS.issue(person_id)}"


async def upload(client: AsyncClient, kind: str, *files: tuple[str, bytes]) -> Any:
    return await client.post(f"/api/imports/{kind}", files=[("file", file) for file in files])


async def test_a_registered_contract_is_answered_with_its_events(client: AsyncClient) -> None:
    """A1"""
    answer = await client.post("/api/contracts", json=REGISTER)
    assert (answer.status_code, answer.json()["events"]) == (201, ["ContractSigned"])


async def test_a_store_registers_its_own_contracts_only(client: AsyncClient) -> None:
    """C18"""
    sign_in(client, "store-S02")
    own = await client.post("/api/contracts", json=REGISTER)
    sign_in(client, "store-S01")
    other = await client.post("/api/contracts", json={**REGISTER, "contract_no": "HT26030002"})
    assert (own.status_code, other.status_code, other.json()["code"]) == (201, 403, "not_your_store")


async def test_a_contradiction_is_answered_with_409_and_the_rule(client: AsyncClient) -> None:
    """A1"""
    await client.post("/api/contracts", json=REGISTER)
    answer = await client.post("/api/contracts", json={**REGISTER, "amount_due_fen": 1})
    assert (answer.status_code, answer.json()["code"], answer.json()["rule"]) == (409, "contract_contradicts", "A1")


@pytest.mark.parametrize(
    "change", [{"contract_no": "x"}, {"lines": []}, {"amount_due_fen": 10**30}, {"surprise": 1}, {"signed_on": "no"}]
)
async def test_a_body_that_does_not_fit_is_answered_with_422(client: AsyncClient, change: dict[str, Any]) -> None:
    """A1"""
    assert (await client.post("/api/contracts", json={**REGISTER, **change})).status_code == 422


@pytest.mark.parametrize("unit", ["箱", "盒", "㎡", "m2", "平方米"])
async def test_boxes_and_areas_are_never_taken_for_as_many_pieces(client: AsyncClient, unit: str) -> None:
    """D14, A1: five boxes are not five pieces; the answer says what lacks, and told with a measure they are taken."""
    line = {**REGISTER["lines"][0], "quantity": 5, "unit": unit}
    refused = await client.post("/api/contracts", json={**REGISTER, "lines": [line]})
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_product")
    measure = {"sold": "5", "unit": "箱", "base_unit": "片", "per_box": 4}
    told = {**line, "quantity": 20, "measure": measure}
    assert (await client.post("/api/contracts", json={**REGISTER, "lines": [told]})).status_code == 201


TILE = ProductDescribed(
    at=NOW,
    sku="WC-100",
    name="抛釉砖",
    spec="",
    category="陶瓷",
    base_unit="片",
    per_box=3,
    square_metres=Decimal("0.64"),
    whole_boxes=True,
    by_lot=True,
)


def describe(client: AsyncClient, product: ProductDescribed = TILE) -> None:
    """The product file knows it."""
    row = {"sku": product.sku, "category": product.category, "told": product.model_dump(mode="json")}
    rows_of(client)["products"] = MemoryRows([{"_id": TILE.sku, "row": row, "_pos": {"row": {"seq": 1}}}])


def rows_of(client: AsyncClient) -> Any:
    transport: Any = client._transport
    return transport.app.state.rows


def line_of(client: AsyncClient, place: int = 0) -> ContractLine:
    """A line as the contract has it."""
    transport: Any = client._transport
    states: dict[str, Any] = transport.app.state.gateway.states
    line: ContractLine = states["contract:HT26030001"].lines[place].sold
    return line


@pytest.mark.parametrize(
    ("quantity", "unit", "pieces"), [("12.5", "㎡", 21), (5, "箱", 15), (20, "片", 20), (20, None, 20)]
)
async def test_what_is_sold_in_any_unit_is_counted_by_the_product_file(
    client: AsyncClient, quantity: Any, unit: str | None, pieces: int
) -> None:
    """D14, D15, D13: as in a file; what is told in pieces stays as many."""
    describe(client)
    line = {**REGISTER["lines"][0], "quantity": quantity, **({"unit": unit} if unit else {})}
    assert (await client.post("/api/contracts", json={**REGISTER, "lines": [line]})).status_code == 201
    made = line_of(client)
    assert made.measure is not None
    known = (made.quantity, made.measure.sold, made.measure.unit, made.measure.per_box, made.measure.by_lot)
    assert known == (pieces, str(quantity), unit or "片", 3, True)


async def test_a_line_that_is_added_later_knows_its_lots_and_boxes_as_one_of_the_first_day(
    client: AsyncClient,
) -> None:
    """D13, D14, A6: it is served from one lot, however it came into the contract."""
    described = {**REGISTER["lines"][0], "line_no": 2}
    assert (await client.post("/api/contracts", json=REGISTER)).status_code == 201
    describe(client)
    add = [{**described, "quantity": "12.5", "unit": "㎡"}, {**described, "line_no": 3, "quantity": 20}]
    asked = {"reason": "加砖", "add": add}
    assert (await client.post("/api/contracts/HT26030001/amendments", json=asked)).status_code == 200
    told = [(line_of(client, place).quantity, line_of(client, place).measure) for place in (1, 2)]
    said = {"base_unit": "片", "per_box": 3, "by_lot": True}
    assert told == [(21, Measure(sold="12.5", unit="㎡", **said)), (20, Measure(sold="20", unit="片", **said))]


async def registered(client: AsyncClient, quantity: Any, unit: str, **became: int) -> dict[str, Any]:
    """A contract of one line, as its row has it: `became` what of it."""
    lines = [{**REGISTER["lines"][0], "quantity": quantity, "unit": unit}]
    assert (await client.post("/api/contracts", json={**REGISTER, "lines": lines})).status_code == 201
    known = line_of(client).model_dump(mode="json")
    row = {"lines": [{**known, **became}], "part": 1}
    rows_of(client)["contracts"] = MemoryRows([{"_id": "HT26030001", "row": row}])
    return known


@pytest.mark.parametrize(
    ("sold", "unit", "changed", "after"),
    [("12.5", "㎡", 18, ("11.52", "㎡")), (5, "箱", 12, ("4", "箱"))],
)
@pytest.mark.parametrize("repeated", [True, False], ids=["as the page has it", "left out"])
async def test_a_changed_line_is_sold_in_its_unit_of_as_many_pieces_as_it_has_now(
    client: AsyncClient, sold: Any, unit: str, changed: int, after: tuple[str, str], *, repeated: bool
) -> None:
    """D14, A6: 18 pieces of 0.64 ㎡ are 11.52 ㎡, and no paper says 12.5 any more."""
    describe(client, TILE.model_copy(update={"whole_boxes": False}))
    known = await registered(client, sold, unit)
    told = {**known, "quantity": changed, "measure": known["measure"] if repeated else None}
    asked = {"reason": "少要", "change": [told]}
    assert (await client.post("/api/contracts/HT26030001/amendments", json=asked)).status_code == 200
    measure = line_of(client).measure
    assert measure is not None
    assert (line_of(client).quantity, (measure.sold, measure.unit)) == (changed, after)


@pytest.mark.parametrize("unit", ["", "片"])
@pytest.mark.parametrize(
    ("changed", "became", "status"),
    [(13, {}, 422), (12, {}, 200), (15, {}, 200), (13, {"delivered": 12, "refunded": 1}, 200)],
)
async def test_what_is_sold_in_whole_boxes_is_changed_to_whole_boxes(
    client: AsyncClient, changed: int, became: dict[str, int], unit: str, status: int
) -> None:
    """D14, A6: boxes of 3, unless the customer keeps what he has; the answer says which numbers are whole."""
    describe(client)
    known = await registered(client, 5, "箱", **became)
    asked = {"reason": "少要", "change": [{**known, "quantity": changed, "unit": unit, "measure": None}]}
    answer = await client.post("/api/contracts/HT26030001/amendments", json=asked)
    assert answer.status_code == status
    if status == 422:
        told = answer.json()
        assert (told["code"], told["rule"]) == ("only_whole_boxes", "D14")
        assert (told["facts"]["less"], told["facts"]["more"], line_of(client).quantity) == (12, 15, 15)


async def test_a_line_sold_by_the_box_is_of_single_pieces_only_at_the_price_of_a_piece(client: AsyncClient) -> None:
    """D14, A6, A12: 13 pieces are no boxes of three; at a box's price each, three times as much would be paid back."""
    describe(client, TILE.model_copy(update={"whole_boxes": False}))
    known = await registered(client, 5, "箱")
    asked = {"reason": "少要", "change": [{**known, "quantity": 13}]}
    answer = await client.post("/api/contracts/HT26030001/amendments", json=asked)
    assert (answer.status_code, answer.json()["code"], line_of(client).quantity) == (422, "no_price_of_a_piece", 15)
    asked["change"][0]["unit_price_fen"] = known["unit_price_fen"] - 1
    assert (await client.post("/api/contracts/HT26030001/amendments", json=asked)).status_code == 200
    measure = line_of(client).measure
    assert measure is not None
    assert (line_of(client).quantity, measure.sold, measure.unit) == (13, "13", "片")


@pytest.mark.parametrize(
    ("quantity", "unit", "code"),
    [("2.5", "箱", "unit_does_not_fit"), (2, "套", "unit_does_not_fit"), ("2.5", "", "unit_does_not_fit")],
)
async def test_a_unit_that_the_product_has_not_is_refused(
    client: AsyncClient, quantity: Any, unit: str, code: str
) -> None:
    """D14"""
    describe(client)
    line = {**REGISTER["lines"][0], "quantity": quantity, "unit": unit}
    answer = await client.post("/api/contracts", json={**REGISTER, "lines": [line]})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


class Away:
    """A database that does not answer."""

    async def get_many(self, _: Any) -> Any:
        raise PyMongoError("away")


async def test_without_the_database_pieces_are_taken_and_boxes_wait_for_it(client: AsyncClient) -> None:
    """A1, D14: registering does not depend on it."""
    rows_of(client)["products"] = Away()
    boxes = {**REGISTER["lines"][0], "quantity": 5, "unit": "箱"}
    answer = await client.post("/api/contracts", json={**REGISTER, "lines": [boxes]})
    assert (answer.status_code, answer.json()["code"]) == (503, "products_away")
    assert (await client.post("/api/contracts", json=REGISTER)).status_code == 201


async def test_half_a_piece_of_what_nobody_described_is_refused(client: AsyncClient) -> None:
    """D14"""
    half = {**REGISTER["lines"][0], "quantity": "2.5"}
    answer = await client.post("/api/contracts", json={**REGISTER, "lines": [half]})
    assert (answer.status_code, answer.json()["code"]) == (422, "whole_pieces")


async def test_a_unit_of_pieces_changes_nothing(client: AsyncClient) -> None:
    """D14"""
    lines = [{**REGISTER["lines"][0], "unit": "件"}]
    assert (await client.post("/api/contracts", json={**REGISTER, "lines": lines})).status_code == 201


async def test_the_week_is_imported_and_the_second_time_takes_nothing(client: AsyncClient) -> None:
    """A1, A2"""
    contracts = ("contracts.xlsx", (WEEK / "contracts.xlsx").read_bytes())
    logistics = [(path.name, path.read_bytes()) for path in sorted((WEEK / "logistics").iterdir())]
    first = (await upload(client, "contracts", contracts)).json()
    rows = (await upload(client, "logistics", *logistics)).json()
    again = (await upload(client, "logistics", *logistics)).json()
    assert (first["taken"], first["repeated"], len(first["refused"])) == (159, 0, 3)
    assert (len(rows["refused"]), len(again["refused"]), again["taken"]) == (16, 16, 0)
    assert again["repeated"] == rows["taken"] + rows["repeated"]
    assert [file["file"] for file in rows["files"]] == [name for name, _ in logistics]
    assert rows["refused"][0] == {
        "row": 32,
        "reason": "合同 HT26030001 没有第 99 行。请核对行号",
        "reason_en": "Contract HT26030001 has no line 99. Check the line number",
        "rule": "A2",
        "faults": [],
        "file": "2026-03-02.csv",
    }


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"", 422, "file_empty"),
        (b"%PDF-1.7", 415, "file_not_a_table"),
        ("甲,乙\n1,2\n".encode(), 422, "file_columns"),
        (b"x" * 20_000_001, 413, "file_too_large"),
        (b"x" * (26 << 20), 413, "body_too_large"),
    ],
)
async def test_a_file_that_is_no_table_is_refused_whole(
    client: AsyncClient, content: bytes, status: int, code: str
) -> None:
    """X6"""
    answer = await upload(client, "contracts", ("a.csv", content))
    assert (answer.status_code, answer.json()["code"]) == (status, code)


async def test_an_unreadable_file_among_good_ones_changes_nothing(client: AsyncClient) -> None:
    """X6"""
    good = ("contracts.csv", (WEEK / "contracts.csv").read_bytes())
    refused = await upload(client, "contracts", good, ("b.pdf", b"%PDF-1.7"))
    taken = (await upload(client, "contracts", good)).json()["taken"]
    assert (refused.status_code, taken) == (415, 159)


async def test_nobody_imports_without_saying_who_they_are(client: AsyncClient) -> None:
    """C18"""
    del client.headers["Authorization"]
    assert (await upload(client, "logistics", ("a.csv", b""))).status_code == 401


async def test_an_upload_without_a_file_is_unreadable(client: AsyncClient) -> None:
    """X6"""
    assert (await client.post("/api/imports/contracts")).status_code == 422


@pytest.mark.parametrize("name", ["crew", "warehouse", "technician"])
async def test_roles_that_do_not_import_are_refused(client: AsyncClient, name: str) -> None:
    """C18"""
    sign_in(client, name)
    answer = await upload(client, "logistics", ("a.csv", b""))
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_role")


async def test_an_import_counts_every_row_of_the_file(client: AsyncClient) -> None:
    """A2"""
    contracts = (await upload(client, "contracts", ("contracts.csv", (WEEK / "contracts.csv").read_bytes()))).json()
    counted = contracts["taken"] + contracts["repeated"] + len(contracts["refused"])
    assert counted == 162
