"""QC, labels and the delivery-and-check list over HTTP, with the rules, reactions and read models behind them."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from httpx import AsyncClient
from inventory_world import World
from pydantic import SecretStr
from stock_api import TOKENS, asking

from contracts.fact import ContractLine, Customer, GoodsLine
from contracts.inventory import PickListIssued, PickStop
from contracts.order import ContractAmended, ContractSigned
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from runtime.person import Person
from runtime.settings import Settings

NOW = datetime(2026, 3, 12, 4, 0, tzinfo=UTC)
DAY = date(2026, 3, 13)
NO = "HT26030001"
PEOPLE = [
    Person(id="lu.qc", name="卢勤", role="qc"),
    Person(id="mai.gh", name="麦国华", role="warehouse"),
    Person(id="tan.zw", name="谭志文", role="install_supervisor"),
    Person(id="li.zq", name="李志强", role="crew_leader", crew="S1"),
    Person(id="chen.gd", name="陈国栋", role="crew_leader", crew="S2"),
]


def sold(line_no: int, sku: str, name: str, category: str, quantity: int) -> ContractLine:
    return ContractLine(
        line_no=line_no,
        sku=sku,
        name=name,
        spec=f"{sku}/白",
        category=category,
        quantity=quantity,
        unit_price_fen=10_000,
        to_install=True,
    )


TOPS, CABINETS, TOILETS = (
    sold(1, "TM-1", "石英石台面", "台面", 1),
    sold(2, "GT-1", "地柜", "橱柜", 3),
    sold(3, "WC-1", "坐便器", "卫浴", 1),
)
SIGNED = ContractSigned(
    at=NOW,
    contract_no=NO,
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 3, 1),
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    promised_on=DAY,
    amount_due_fen=0,
    lines=(TOPS, CABINETS),
)
AMENDED = ContractAmended(at=NOW, contract_no=NO, added=(TOILETS,), reason="加购", lines=(TOPS, CABINETS, TOILETS))


def goods(line: ContractLine, quantity: int | None = None) -> GoodsLine:
    return GoodsLine(
        line_no=line.line_no, sku=line.sku, name=line.name, quantity=line.quantity if quantity is None else quantity
    )


LIST = PickListIssued(
    at=NOW,
    depot="main",
    on=DAY,
    version=1,
    feedback_due=NOW,
    stops=(
        PickStop(
            job_id=f"D-{NO}",
            contract_no=NO,
            crew="S1",
            half="am",
            position=1,
            lines=(goods(TOPS), goods(CABINETS), goods(TOILETS)),
        ),
    ),
)


@pytest.fixture
def world() -> World:
    world = World(NOW)
    for event in (SIGNED, AMENDED):
        world.tell("order", f"contract:{NO}", event)
    for number, line in enumerate((TOPS, CABINETS, TOILETS)):
        received = ReceiveGoods(
            contract_no=NO,
            line_no=line.line_no,
            sku=line.sku,
            quantity=line.quantity,
            waybill=f"YD{number}",
            arrived_on=date(2026, 3, 10),
            told_by="warehouse",
        )
        assert world.put(GOODS.key(NO), received).status == "accepted", world.refused
    world.tell("inventory", "picklist:main:2026-03-13", LIST)
    return world


@pytest.fixture
async def client(world: World, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    settings = Settings(
        home=tmp_path, label_key=SecretStr("a key for these tests"), public_url="https://songda.example/"
    )
    async with asking(world, {person.id: person for person in PEOPLE}, settings=settings) as client:
        yield client


async def ask(
    client: AsyncClient, method: str, path: str, body: Any = None, by: str | None = "lu.qc"
) -> tuple[int, Any]:
    headers = {} if by is None else {"Authorization": f"Bearer {TOKENS.issue(by)}"}
    answer = await client.request(method, f"/api{path}", json=body, headers=headers)
    return answer.status_code, answer.json()


async def inspected(client: AsyncClient) -> list[tuple[int, int, int, int]]:
    _, quality = await ask(client, "GET", f"/quality/{NO}")
    return [(line["line_no"], line["here"], line["passed"], line["to_inspect"]) for line in quality["lines"]]


async def test_qc_passes_all_that_lies_here_and_fails_a_piece_into_the_pending_zone(
    client: AsyncClient, world: World
) -> None:
    """B21, D4"""
    assert await inspected(client) == [(1, 1, 0, 1), (2, 3, 0, 3), (3, 1, 0, 1)]
    failed = {"line_no": 2, "quantity": 1, "cause": "scratched", "note": "门板划伤"}
    status, answer = await ask(client, "POST", f"/quality/{NO}/failures", failed)
    assert (status, answer["events"], answer["body"]["damage_id"][:2]) == (201, ["QualityFailed"], "Q-")
    assert (await ask(client, "POST", f"/quality/{NO}/passes", {}))[0] == 201
    assert await inspected(client) == [(1, 1, 1, 0), (2, 2, 2, 0), (3, 1, 1, 0)]
    card = world.rows["stock"].documents["main:GT-1"]["row"]
    assert (card["pending"], world.refused) == (1, [])
    assert (await ask(client, "POST", f"/quality/{NO}/passes", {}))[1]["code"] == "nothing_inspected"


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        ("passes", {"lines": [{"line_no": 2, "quantity": 4}]}, 409, "more_than_here"),
        ("passes", {"lines": [{"line_no": 9, "quantity": 1}]}, 404, "unknown_line"),
        ("passes", {"lines": [{"line_no": 2, "quantity": 0}]}, 422, "unreadable"),
        ("failures", {"line_no": 2, "quantity": 4, "cause": "broken"}, 409, "more_than_here"),
        ("failures", {"line_no": 2, "quantity": 1, "cause": "other"}, 409, "note_wanted"),
    ],
)
async def test_qc_of_what_is_not_here_is_refused(
    client: AsyncClient, path: str, body: Any, status: int, code: str
) -> None:
    """B21"""
    answered, answer = await ask(client, "POST", f"/quality/{NO}/{path}", body)
    assert (answered, answer["code"]) == (status, code)


async def test_only_qc_inspects(client: AsyncClient) -> None:
    """B21, C18"""
    assert (await ask(client, "POST", f"/quality/{NO}/passes", {}, "mai.gh"))[0] == 403


async def test_the_check_list_shows_what_qc_did_not_pass_in_the_order_of_unloading(client: AsyncClient) -> None:
    """B9, B19, B21"""
    await ask(client, "POST", f"/quality/{NO}/passes", {"lines": [{"line_no": 2, "quantity": 2}]})
    await ask(client, "POST", f"/quality/{NO}/passes", {"lines": [{"line_no": 1, "quantity": 1}]})
    _, listed = await ask(client, "GET", "/checklists/2026-03-13", by="mai.gh")
    (crew,) = listed["crews"]
    (stop,) = crew["stops"]
    shown = [(line["name"], line["spec"], line["qc"], line["here"]) for line in stop["lines"]]
    assert (crew["qc_passed"], shown) == (
        False,
        [
            ("地柜", "GT-1/白", "part", 3),
            ("石英石台面", "TM-1/白", "passed", 1),
            ("坐便器", "WC-1/白", "none", 1),
        ],
    )
    assert [entry["line_no"] for entry in crew["load_order"]] == [3, 1, 2]
    assert stop["customer"]["phone"] == "138****1111"


async def test_a_crew_leader_sees_the_own_list_only(client: AsyncClient) -> None:
    """C18"""
    own, others = [
        (await ask(client, "GET", "/checklists/2026-03-13?crew=S1", by=by))[1] for by in ("li.zq", "chen.gd")
    ]
    assert ([crew["crew"] for crew in own["crews"]], others["crews"]) == (["S1"], [])
    assert own["crews"][0]["stops"][0]["customer"]["phone"] == "13800001111"
    assert (await ask(client, "GET", "/checklists/2026-03-14", by="mai.gh"))[1]["code"] == "no_list"


async def test_a_label_is_checked_by_anybody_and_tells_no_contract(client: AsyncClient) -> None:
    """B20, C18"""
    printed = {"line_no": 2, "pieces": [2, 1]}
    assert (await ask(client, "POST", f"/goods/{NO}/labels", printed, "mai.gh"))[0] == 201
    _, labels = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    first = labels["labels"][0]
    assert first["url"] == f"https://songda.example/check/{first['code']}"
    status, checked = await ask(client, "GET", f"/labels/{first['code']}", by=None)
    assert (status, checked) == (
        200,
        {
            "genuine": True,
            "voided": False,
            "zh": "正品标签",
            "en": "A genuine label",
            "name": "地柜",
            "spec": "GT-1/白",
            "quantity": 2,
            "package": 1,
            "packages": 2,
            "cautions": "轻放，勿踩踏，防潮",
            "lot": "",
            "boxes": "",
            "square_metres": "",
            "contract": "HT26****01",
            "printed_on": "2026-03-12",
        },
    )
    assert NO not in first["code"]


async def test_a_label_knows_the_lot_and_both_units(client: AsyncClient, world: World) -> None:
    """D13, D14, B20: of the lots that lie here and the product file, or as the person says."""
    told = {"told": {"per_box": 2, "square_metres": "0.64", "name": "地柜"}}
    sold = next(one for one in world.contracts.documents[NO]["row"]["lines"] if one["line_no"] == 2)
    world.products.documents[sold["sku"]] = {"_id": sold["sku"], "row": told}
    came = {"contract_no": NO, "line_no": 2, "sku": sold["sku"], "arrived_on": NOW.date(), "told_by": "warehouse"}
    for lot, quantity in (("C88", 2), ("D07", 1)):
        world.put(GOODS.key(NO), ReceiveGoods(**came, quantity=quantity, waybill=lot, lot=lot))
    assert (await ask(client, "POST", f"/goods/{NO}/labels", {"line_no": 2, "pieces": [2, 1]}, "mai.gh"))[0] == 201
    _, made = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    named = ("quantity", "lot", "boxes", "square_metres")
    assert [tuple(one[name] for name in named) for one in made["labels"]] == [
        (2, "C88", "1+0", "1.28"),
        (1, "D07", "0+1", "0.64"),
    ]
    again = {"line_no": 2, "pieces": [2, 1], "lots": ["C88", "C88", "C88"], "reason": "看错"}
    status, answer = await ask(client, "POST", f"/goods/{NO}/labels", again, "mai.gh")
    assert (status, answer["code"]) == (409, "lots_of_packages")
    assert (await ask(client, "POST", f"/goods/{NO}/labels", {**again, "lots": ["C88"]}, "mai.gh"))[0] == 201
    _, made = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    assert {one["lot"] for one in made["labels"]} == {"C88"}


async def test_a_label_that_was_printed_anew_is_void_and_a_made_up_one_is_not_ours(client: AsyncClient) -> None:
    """B20"""
    printed: dict[str, Any] = {"line_no": 2, "pieces": [3]}
    await ask(client, "POST", f"/goods/{NO}/labels", printed, "mai.gh")
    _, before = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    await ask(client, "POST", f"/goods/{NO}/labels", {**printed, "reason": "标签淋湿"}, "mai.gh")
    old = before["labels"][0]["code"]
    _, voided = await ask(client, "GET", f"/labels/{old}", by=None)
    assert (voided["genuine"], voided["voided"], voided["name"]) == (False, True, "")
    made_up = old[:-1] + ("0" if old[-1] != "0" else "1")
    assert [(await ask(client, "GET", f"/labels/{code}", by=None))[0] for code in (made_up, "x", "1-" + "0" * 32)] == [
        404
    ] * 3


async def test_the_qr_of_a_label_is_a_picture_and_only_of_a_genuine_one(client: AsyncClient) -> None:
    """B20"""
    await ask(client, "POST", f"/goods/{NO}/labels", {"line_no": 1, "pieces": [1]}, "mai.gh")
    _, labels = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    picture = await client.get(labels["labels"][0]["qr"])
    assert (picture.status_code, picture.headers["content-type"]) == (200, "image/svg+xml")
    assert picture.text.startswith('<svg xmlns="http://www.w3.org/2000/svg"')
    assert (await client.get("/api/labels/1-" + "0" * 32 + "/qr.svg")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"line_no": 9, "pieces": [1]}, 404, "unknown_line"),
        ({"line_no": 2, "pieces": [4]}, 409, "too_many_pieces"),
        ({"line_no": 2, "pieces": []}, 422, "unreadable"),
    ],
)
async def test_labels_of_what_was_not_sold_are_refused(client: AsyncClient, body: Any, status: int, code: str) -> None:
    """B20"""
    answered, answer = await ask(client, "POST", f"/goods/{NO}/labels", body, "mai.gh")
    assert (answered, answer["code"]) == (status, code)


async def test_an_unknown_contract_has_no_labels_and_no_qc(client: AsyncClient) -> None:
    """B20, B21"""
    assert (await ask(client, "POST", "/goods/HT26039999/labels", {"line_no": 1, "pieces": [1]}, "mai.gh"))[1][
        "code"
    ] == "unknown_contract"
    assert (await ask(client, "GET", "/quality/HT26039999"))[0] == 404
    assert (await ask(client, "GET", "/goods/HT26039999/labels"))[1]["labels"] == []


async def test_without_a_key_in_the_settings_one_is_made_once_and_kept(client: AsyncClient, tmp_path: Path) -> None:
    """B20"""
    app: Any = client._transport.app  # type: ignore[attr-defined]
    app.state.settings = Settings(home=tmp_path)
    await ask(client, "POST", f"/goods/{NO}/labels", {"line_no": 1, "pieces": [1]}, "mai.gh")
    _, printed = await ask(client, "GET", f"/goods/{NO}/labels", by="mai.gh")
    del app.state.label_keys
    first = printed["labels"][0]
    assert (await ask(client, "GET", f"/labels/{first['code']}", by=None))[0] == 200
    assert first["url"].startswith("http://songda/check/1-")
    assert (tmp_path / "label_key").exists()
