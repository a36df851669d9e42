"""Counts over HTTP, with the rules, reactions and read models behind them."""

import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import openpyxl
import pytest
from httpx import AsyncClient
from inventory_world import World
from stock_api import TOKENS, asking, get, post

from company.policy import policy_book
from inventory.stock.aggregate import STOCK, card_no
from inventory.stock.holding import BringIn
from runtime.commands import Asked
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.uploads import Uploads

NOW = datetime(2026, 3, 20, 4, 0, tzinfo=UTC)
PEOPLE = [
    Person(id="mai.gh", name="麦国华", role="warehouse"),
    Person(id="lin.ck", name="林仓库", role="warehouse"),
    Person(id="su.kj", name="苏可佳", role="accountant"),
    Person(id="guan.yf", name="关永锋", role="manager"),
    Person(id="wu.xm", name="吴晓敏", role="store", store="S02"),
]
ZONES = {zone.zone: zone for zone in policy_book().at(NOW).depots[0].zones}
A1, A2 = ZONES["A"].bins[:2]
B1 = ZONES["B"].bins[0]


def bring(world: World, sku: str, bin_: str, quantity: int, cause: str) -> None:
    command = BringIn(
        depot="main",
        sku=sku,
        name=f"货 {sku}",
        quantity=quantity,
        voucher_no=f"RK-{cause}",
        cause_id=cause,
        kind="received",
        bin=bin_,
    )
    outcome = world.put(STOCK.key(card_no("main", sku)), command)
    assert outcome.status == "accepted", world.refused


@pytest.fixture
def world() -> World:
    world = World(NOW - timedelta(hours=2))
    bring(world, "TIL-0918", A1, 60, "c1")
    bring(world, "TIL-0918", B1, 10, "c2")
    bring(world, "WC-100", A2, 4, "c3")
    world.now = NOW - timedelta(hours=1)
    return world


@pytest.fixture
async def client(world: World) -> AsyncIterator[AsyncClient]:
    async with asking(world, {person.id: person for person in PEOPLE}, uploads=Uploads()) as client:
        yield client


async def opened(client: AsyncClient, zone: str = "A") -> str:
    status, answer = await post(client, "/counts", {"chosen": {"zones": [zone]}})
    assert status == 201, answer
    return str(answer["body"]["counts"][0])


def statuses(count: Any) -> dict[str, str]:
    return {line["bin"]: line["status"] for line in count["lines"]}


async def test_a_count_goes_from_the_blind_sheet_to_a_card_that_agrees(client: AsyncClient, world: World) -> None:
    """D7: two of 60 tiles are missing; five more come in while the count goes on."""
    no = await opened(client)
    blind = await get(client, f"/counts/{no}")
    assert statuses(blind) == {A1: "to_count", A2: "to_count"}
    assert "60" not in str([line for line in blind["lines"] if line["bin"] == A1])

    tiles = {"sku": "TIL-0918", "bin": A1, "quantity": 58}
    assert (await post(client, f"/counts/{no}/figures", tiles))[0] == 201
    assert (await post(client, f"/counts/{no}/comparison"))[1]["code"] == "lines_open"
    assert (await post(client, f"/counts/{no}/figures", {"sku": "WC-100", "bin": A2, "quantity": 4}))[0] == 201
    world.now += timedelta(minutes=5)
    bring(world, "TIL-0918", A1, 5, "c4")
    assert (await post(client, f"/counts/{no}/comparison"))[1]["events"] == ["StockCounted", "RecountAsked"]

    recount = await get(client, f"/counts/{no}")
    line = next(line for line in recount["lines"] if line["bin"] == A1)
    assert (line["status"], line["figures"], line["compared"]) == ("recount", [], None)
    again = {**tiles, "quantity": 63}
    assert (await post(client, f"/counts/{no}/figures", again))[1]["code"] == "recount_by_another"
    assert (await post(client, f"/counts/{no}/figures", again, "lin.ck"))[0] == 201
    assert (await post(client, f"/counts/{no}/comparison"))[1]["events"] == ["StockCounted"]

    key = {"sku": "TIL-0918", "bin": A1}
    assert (await post(client, f"/counts/{no}/approvals", key, "su.kj"))[1]["code"] == "not_explained"
    said = {**key, "reason": "damage", "note": "摔碎两片"}
    assert (await post(client, f"/counts/{no}/explanations", said))[0] == 201
    assert (await post(client, f"/counts/{no}/approvals", key))[0] == 403
    assert (await post(client, f"/counts/{no}/approvals", {**key, "note": "同意"}, "su.kj"))[0] == 201

    done = await get(client, f"/counts/{no}")
    assert (done["status"], statuses(done)) == ("closed", {A1: "booked", A2: "agrees"})
    assert done["accuracy"] == {"lines": 2, "lines_right": 1, "pieces_book": 69, "pieces_off": 2}
    stock = world.rows["stock"].documents["main:TIL-0918"]["row"]
    assert (stock["on_hand"], world.refused[-1].code) == (73, "not_explained")


async def test_a_full_count_has_a_sheet_for_each_zone(client: AsyncClient) -> None:
    """D7"""
    status, answer = await post(client, "/counts", {"kind": "full"})
    numbers = answer["body"]["counts"]
    assert (status, [number[-2:] for number in numbers]) == (201, ["-A", "-B"])
    listed = await get(client, "/counts?status=open")
    assert [(count["kind"], count["lines"], count["to_count"]) for count in listed["counts"]] == [
        ("full", 2, 2),
        ("full", 1, 1),
    ]


async def test_a_full_count_of_which_a_sheet_is_not_decided_yet_is_not_told_as_open(
    client: AsyncClient, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D7, X7: whichever sheet it is; all of them are put before any is waited for."""
    put: list[str] = []

    async def first_is_late(_: str, asked: Sequence[Asked]) -> list[Outcome]:
        put.extend(one.aggregate_id for one in asked)
        late = Outcome(asked[0].request.command_id, asked[0].aggregate_id, "pending")
        return [late, *(world.put(one.aggregate_id, one.command) for one in asked[1:])]

    monkeypatch.setattr(world, "ask_all", first_is_late)
    status, answer = await post(client, "/counts", {"kind": "full"})
    assert (status, [f"count:{number}" for number in answer["body"]["counts"]]) == (202, put)


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "choose_or_full"),
        ({"kind": "full", "chosen": {"zones": ["A"]}}, 422, "choose_or_full"),
        ({"chosen": {"zones": ["Z"]}}, 409, "nothing_to_count"),
        ({"plan": "Z"}, 404, "unknown_plan"),
        ({"chosen": {"surprise": 1}}, 422, "choose_or_full"),
    ],
)
async def test_a_count_of_nothing_is_refused(client: AsyncClient, body: Any, status: int, code: str) -> None:
    """D7"""
    answered, answer = await post(client, "/counts", body)
    assert (answered, answer["code"]) == (status, code)


async def test_a_planned_count_keeps_the_plan(client: AsyncClient, world: World) -> None:
    """K19"""
    assert (await post(client, "/countplans/main", by="guan.yf"))[0] == 201
    _, answer = await post(client, "/counts", {"plan": "A", "at": world.now.isoformat()})
    (no,) = answer["body"]["counts"]
    before = {item["plan"]: item for item in (await get(client, "/countplans/main"))["items"]}
    for line in (await get(client, f"/counts/{no}"))["lines"]:
        figure = {"sku": line["sku"], "bin": line["bin"], "quantity": 60 if line["bin"] == A1 else 10}
        await post(client, f"/counts/{no}/figures", figure)
    assert (await post(client, f"/counts/{no}/comparison"))[1]["events"] == ["StockCounted", "CountClosed"]
    after = {item["plan"]: item for item in (await get(client, "/countplans/main"))["items"]}
    assert (before["A"]["out"], after["A"]["out"], after["A"]["last_count"]) == ([no], [], no)


async def test_goods_found_in_another_bin_get_a_line(client: AsyncClient) -> None:
    """D6, D7"""
    no = await opened(client)
    found = {"sku": "WC-100", "bin": A1}
    assert (await post(client, f"/counts/{no}/lines", {**found, "bin": "Z-99"}))[1]["code"] == "unknown_bin"
    assert (await post(client, f"/counts/{no}/lines", {**found, "sku": "NEW-1"}))[1]["code"] == "name_wanted"
    assert (await post(client, f"/counts/{no}/lines", found))[1]["events"] == ["CountLineAdded"]
    assert (await post(client, f"/counts/{no}/lines", {"sku": "NEW-1", "bin": A1, "name": "新货"}))[0] == 201
    assert len((await get(client, f"/counts/{no}"))["lines"]) == 4


async def test_an_unknown_count_is_answered_with_404(client: AsyncClient) -> None:
    """D7"""
    assert (await post(client, "/counts/PD-9/comparison"))[0] == 404


async def test_others_than_warehouse_and_office_see_and_count_nothing(client: AsyncClient) -> None:
    """C18"""
    figure = {"sku": "WC-100", "bin": A2, "quantity": 4}
    assert [
        (await post(client, "/counts", {"kind": "full"}, "wu.xm"))[0],
        (await post(client, "/counts/PD-1/figures", figure, "wu.xm"))[0],
        (await post(client, "/countplans/main", by="mai.gh"))[0],
        (await client.get("/api/counts")).status_code,
    ] == [403, 403, 403, 401]


async def test_the_sheet_goes_out_as_a_workbook_and_comes_back_filled_in(client: AsyncClient, world: World) -> None:
    """D7, X6"""
    no = await opened(client)
    headers = {"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"}
    out = await client.get(f"/api/counts/{no}/sheet.xlsx", headers=headers)
    workbook = openpyxl.load_workbook(io.BytesIO(out.content))
    sheet = workbook.worksheets[0]
    rows = list(sheet.iter_rows(min_row=3, values_only=True))
    assert [(row[1], row[2], row[6]) for row in rows] == [(A1, "TIL-0918", None), (A2, "WC-100", None)]
    sheet["G3"], sheet["H3"], sheet["G4"] = 60, "mai.gh", "四件"
    sheet.append(["A", "Z-99", "WC-100", "x", None, 1, 3])
    filled = io.BytesIO()
    workbook.save(filled)
    answers = []
    for _ in range(2):
        files = {"file": ("盘点表.xlsx", filled.getvalue())}
        answers.append((await client.post(f"/api/counts/{no}/sheet", files=files, headers=headers)).json())
    refused = [(row["row"], row["code"]) for row in answers[0]["refused"]]
    assert ([(x["taken"], x["repeated"]) for x in answers], refused) == (
        [(1, 0), (0, 1)],
        [(4, "unreadable_row"), (5, "not_on_sheet")],
    )
    line = (await get(client, f"/counts/{no}"))["lines"][0]
    assert [(figure["by"], figure["typed_by"]) for figure in line["figures"]] == [("mai.gh", "mai.gh")]


async def test_a_workbook_sent_bare_is_taken_too_and_nonsense_is_refused(client: AsyncClient) -> None:
    """X6"""
    no = await opened(client)
    headers = {"Authorization": f"Bearer {TOKENS.issue('mai.gh')}", "Content-Type": "application/octet-stream"}
    answer = await client.post(f"/api/counts/{no}/sheet", content=b"no workbook", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_columns")
    del headers["Content-Type"]
    for form in ({"data": {"a": "b"}}, {"files": {"other": ("x.xlsx", b"x")}}):
        answer = await client.post(f"/api/counts/{no}/sheet", headers=headers, **form)  # type: ignore[arg-type]
        assert (answer.status_code, answer.json()["code"]) == (422, "one_file_please")


async def test_the_report_of_ledger_card_and_goods_names_where_they_part(client: AsyncClient, world: World) -> None:
    """D7: the toilets' receipt was written on the card without a paper; one of them is not there."""
    no = await opened(client)
    await post(client, f"/counts/{no}/figures", {"sku": "TIL-0918", "bin": A1, "quantity": 60})
    await post(client, f"/counts/{no}/figures", {"sku": "WC-100", "bin": A2, "quantity": 3})
    await post(client, f"/counts/{no}/comparison")
    await post(client, f"/counts/{no}/figures", {"sku": "WC-100", "bin": A2, "quantity": 3}, "lin.ck")
    await post(client, f"/counts/{no}/comparison")
    report = await get(client, f"/agreement?count_no={no}&only=parted", "su.kj")
    toilets = next(sku for sku in report["skus"] if sku["sku"] == "WC-100")
    assert (report["parted"], toilets["ledger"], toilets["card"], toilets["goods"]) == (2, 0, 4, 3)
    assert [(x["between"], x["voucher_no"], x["move_no"], x["difference"]) for x in toilets["partings"]] == [
        ("ledger_card", "RK-c3", 1, -4),
        ("card_goods", no, 1, -1),
    ]
    one = await get(client, "/agreement?sku=TIL-0918", "su.kj")
    assert [(sku["sku"], sku["goods"]) for sku in one["skus"]] == [("TIL-0918", 70)]


async def test_two_counts_of_one_bin_do_not_adjust_it_twice(client: AsyncClient, world: World) -> None:
    """D7"""
    first, second = await opened(client), await opened(client)
    key = {"sku": "WC-100", "bin": A2}
    for no in (first, second):
        await post(client, f"/counts/{no}/figures", {"sku": "TIL-0918", "bin": A1, "quantity": 60})
        await post(client, f"/counts/{no}/figures", {**key, "quantity": 3})
        await post(client, f"/counts/{no}/comparison")
        await post(client, f"/counts/{no}/figures", {**key, "quantity": 3}, "lin.ck")
        await post(client, f"/counts/{no}/comparison")
        await post(client, f"/counts/{no}/explanations", {**key, "reason": "loss"})
    world.now += timedelta(minutes=5)
    approved = [(await post(client, f"/counts/{no}/approvals", key, "su.kj"))[1] for no in (first, second)]
    assert (approved[0]["events"], approved[1]["code"]) == (["CountAdjusted"], "adjusted_meanwhile")
    assert world.rows["stock"].documents["main:WC-100"]["row"]["on_hand"] == 3
