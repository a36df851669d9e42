"""Contracts that wait over HTTP: the import tells them, the list shows them, mended rows are sent again (A13)."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from order_rows import Json, MemoryRows
from test_order_api import PEOPLE, TILE, TOKENS, Rules, describe, sign_in, upload
from test_whole_or_waiting import FILE, NAMES, line

from company.policy import policy_book
from order.api import router
from order.draft.row import draft_row
from order.files.products_file import LAYOUT as OF_PRODUCTS
from runtime.http_errors import add_error_handling
from runtime.uploads import Uploads

MENDED = {"place": 2, "cells": {"数量": "1"}}


class Rows(MemoryRows):
    """The drafts as their states say."""

    def __init__(self, rules: Rules) -> None:
        super().__init__([])
        self.rules = rules

    @property
    def documents(self) -> dict[str, Json]:
        rows = {key.partition(":")[2]: draft_row(s) for key, s in self.rules.states.items() if key.startswith("draft:")}
        return {number: {"_id": number, "row": row.shown()} for number, row in rows.items() if row is not None}

    @documents.setter
    def documents(self, _: object) -> None:
        """They follow from the states."""


@pytest.fixture
async def office() -> AsyncIterator[tuple[AsyncClient, Rules]]:
    app, rules = FastAPI(), Rules()
    app.state.policies = policy_book()
    app.include_router(router)
    app.state.owners = {"contract": "order", "draft": "order", "product": "order"}
    app.state.gateway = rules
    app.state.rows = {"products": MemoryRows([]), "drafts": Rows(rules)}
    app.state.people = PEOPLE
    app.state.tokens = TOKENS
    app.state.uploads = Uploads()
    add_error_handling(app, 25 << 20)
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://songda") as client:
        sign_in(client, "specialist")
        yield client, rules


def csv_of(*rows: list[str]) -> bytes:
    return "\n".join(",".join(row) for row in (NAMES, *rows)).encode()


async def bring(client: AsyncClient, *rows: list[str]) -> Any:
    return (await upload(client, "contracts", ("合同.csv", csv_of(*rows)))).json()


async def mend(client: AsyncClient, draft_no: str, *rows: dict[str, Any]) -> Any:
    return await client.post(f"/api/drafts/{draft_no}/mend", json={"rows": list(rows)})


async def listed(client: AsyncClient) -> list[Any]:
    found: list[Any] = (await client.get("/api/drafts")).json()["rows"]
    return found


async def test_the_import_says_which_contracts_wait_for_which_rows(office: tuple[AsyncClient, Rules]) -> None:
    """A13: every row is counted once."""
    client, rules = office
    told = await bring(client, *FILE[:3], line(1, 2, 数量="1.5", 电话="138ABC12345"), FILE[4], FILE[5])
    assert (told["taken"], told["waiting_rows"], [no["row"] for no in told["refused"]]) == (3, 2, [5])
    assert told["waiting"] == [
        {"draft_no": "HT26030001", "good": [4, 6], "refused": [5], "file": "合同.csv"},
    ]
    assert "contract:HT26030001" not in rules.states
    faults = told["refused"][0]["faults"]
    assert [(fault["column"], fault["value"]) for fault in faults] == [("电话", "138****2345"), ("数量", "1.5")]
    assert told["files"][0]["waiting_rows"] == 2


async def test_mended_rows_register_the_whole_contract(office: tuple[AsyncClient, Rules]) -> None:
    """A13"""
    client, rules = office
    await bring(client, line(1, 1), line(1, 2, 数量="1.5", 型号=""), line(1, 3))
    (draft,) = await listed(client)
    assert [(row["place"], row["columns"]) for row in draft["rows"]] == [(1, []), (2, ["型号", "数量"]), (3, [])]
    half = (await mend(client, "HT26030001", {"place": 2, "cells": {"数量": "3"}})).json()
    assert (half["taken"], [no["row"] for no in half["refused"]]) == (0, [3])
    assert [row["cells"]["数量"] for row in (await listed(client))[0]["rows"]] == ["2", "3", "2"]
    whole = (await mend(client, "HT26030001", {"place": 2, "cells": {"型号": "wc-2"}})).json()
    assert (whole["taken"], whole["refused"], await listed(client)) == (3, [], [])
    lines = rules.states["contract:HT26030001"].lines
    assert [(one.sold.line_no, one.sold.sku, one.sold.quantity) for one in lines] == [
        (1, "WC-1", 2),
        (2, "WC-2", 3),
        (3, "WC-3", 2),
    ]


async def test_a_row_that_is_none_of_the_contract_is_left_out(office: tuple[AsyncClient, Rules]) -> None:
    """A13"""
    client, rules = office
    await bring(client, line(1, 1), line(1, 2, 数量="见附件"))
    assert (await mend(client, "HT26030001", {"place": 2, "leave_out": True})).json()["taken"] == 1
    assert len(rules.states["contract:HT26030001"].lines) == 1


async def test_rows_without_a_number_are_registered_under_the_one_that_they_are_given(
    office: tuple[AsyncClient, Rules],
) -> None:
    """A13: with what waits under that number, and not before all of it is good."""
    client, rules = office
    await bring(client, line(1, 1), line(1, 2, 数量="1.5"), line(2, 3, 合同号="?"))
    ours, other = await listed(client)
    assert (ours["draft_no"], other["contract_no"], other["draft_no"][0]) == ("HT26030001", None, "X")
    same = dict(zip(("客户姓名", "电话", "地址"), ("李雷", "13800002222", "祖庙路2号"), strict=True))
    moved = (await mend(client, other["draft_no"], {"place": 1, "cells": {"合同号": "HT26030001", **same}})).json()
    assert (moved["taken"], moved["waiting_rows"]) == (0, 1)
    assert "contract:HT26030001" not in rules.states
    (ours,) = await listed(client)
    places = {row["cells"]["行号"]: row["place"] for row in ours["rows"]}
    told = (await mend(client, "HT26030001", {"place": places["2"], "cells": {"数量": "1"}})).json()
    assert (told["taken"], await listed(client)) == (3, [])


async def test_a_contract_that_waits_can_be_dropped_with_a_reason(office: tuple[AsyncClient, Rules]) -> None:
    """A13"""
    client, _ = office
    await bring(client, line(1, 1, 数量="1.5"))
    without = await client.post("/api/drafts/HT26030001/drop", json={"reason": " "})
    dropped = await client.post("/api/drafts/HT26030001/drop", json={"reason": "门店撤回"})
    late = await mend(client, "HT26030001", {"place": 1, "cells": {"数量": "1"}})
    assert (without.status_code, dropped.json()["events"], await listed(client)) == (422, ["DraftDropped"], [])
    assert (late.status_code, late.json()["code"]) == (409, "draft_over")


@pytest.mark.parametrize(
    ("rows", "status", "code"),
    [
        ([{"place": 9}], 409, "draft_row"),
        ([{"place": 1, "cells": {"颜色": "红"}}], 422, "draft_column"),
        ([{"place": 1, "leave_out": True}, {"place": 2, "leave_out": True}], 409, "draft_empty"),
        (
            [{"place": 1, "cells": {"合同号": "HT26030009"}}, {"place": 2, "cells": {"数量": "1"}}],
            409,
            "draft_of_several",
        ),
        ([{"place": 1, "cells": {"数量": "x" * 501}}], 422, "out_of_bounds"),
    ],
)
async def test_what_does_not_fit_a_draft_is_refused(
    office: tuple[AsyncClient, Rules], rows: list[dict[str, Any]], status: int, code: str
) -> None:
    """A13, X8"""
    client, rules = office
    await bring(client, line(1, 1), line(1, 2, 数量="1.5"))
    before = dict(rules.states)
    answer = await mend(client, "HT26030001", *rows)
    assert (answer.status_code, answer.json()["code"], rules.states) == (status, code, before)


async def test_who_does_not_import_sees_and_mends_nothing(office: tuple[AsyncClient, Rules]) -> None:
    """C18: the rows name customers."""
    client, _ = office
    await bring(client, line(1, 1, 数量="1.5"))
    sign_in(client, "warehouse")
    answers = [
        await client.get("/api/drafts"),
        await mend(client, "HT26030001"),
        await client.post("/api/drafts/HT26030001/drop", json={"reason": "x"}),
    ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
    sign_in(client, "specialist")
    assert (await mend(client, "HT26030009")).status_code == 404


async def test_boxes_of_a_product_that_nobody_described_wait_and_go_on_once_it_is_known(
    office: tuple[AsyncClient, Rules],
) -> None:
    """A13, D14, D15: the reason says what to import; the page's form, sent once more as it stands, registers it."""
    client, rules = office
    heads, row = [*NAMES, "单位"], [*line(1, 1, 型号=TILE.sku, 数量="5"), "箱"]
    data = "\n".join(",".join(one) for one in (heads, row)).encode()
    told = (await upload(client, "contracts", ("合同.csv", data))).json()
    assert (told["taken"], told["waiting_rows"], len(told["waiting"])) == (0, 0, 1)
    (kept,) = (await listed(client))[0]["rows"]
    assert "请先导入商品档案" in kept["reason"]
    form = {"place": 1, "cells": kept["cells"], "leave_out": False}
    again = (await mend(client, "HT26030001", form)).json()
    assert (again["taken"], len(await listed(client))) == (0, 1)
    describe(client)
    whole = (await mend(client, "HT26030001", form)).json()
    assert (whole["taken"], await listed(client)) == (1, [])
    (sold,) = rules.states["contract:HT26030001"].lines
    assert sold.sold.quantity == 5 * TILE.per_box


TILE_ROW = {"型号": TILE.sku, "品名": "抛釉砖", "类别": "陶瓷", "基本单位": "片", "每箱": "3", "每片㎡": "0.64"}


async def products(client: AsyncClient, **cells: str) -> Any:
    said = TILE_ROW | cells
    data = "\n".join((",".join(OF_PRODUCTS.names), ",".join(said.get(name, "") for name in OF_PRODUCTS.names)))
    return (await upload(client, "products", ("商品.csv", data.encode()))).json()


async def boxes(client: AsyncClient, *rows: list[str]) -> None:
    data = "\n".join(",".join(one) for one in ([*NAMES, "单位"], *rows)).encode()
    await upload(client, "contracts", ("合同.csv", data))


async def test_what_waits_for_a_product_goes_on_by_itself_once_its_file_comes(
    office: tuple[AsyncClient, Rules],
) -> None:
    """A13, D15: with all its rows; the importer is told which contracts went on, and which need more than that."""
    client, rules = office
    await boxes(
        client,
        [*line(1, 1, 型号=TILE.sku, 数量="5"), "箱"],
        [*line(1, 2), ""],
        [*line(2, 1, 型号=TILE.sku, 数量="5"), "箱"],
        [*line(2, 2, 型号="QQ-1", 数量="2"), "箱"],
        [*line(0, 1, 数量="1.5"), ""],
    )
    assert len(await listed(client)) == 3
    told = await products(client)
    assert (told["taken"], told["went_on"], told["waits_still"]) == (1, ["HT26030001"], ["HT26030002"])
    assert told["files"][0]["went_on"] == ["HT26030001"]
    assert [one["contract_no"] for one in await listed(client)] == ["HT26030000", "HT26030002"]
    sold = [one.sold.quantity for one in rules.states["contract:HT26030001"].lines]
    assert sold[0] == 5 * 3
    assert len(sold) == 2


async def test_the_same_products_file_again_brings_nothing_on_twice(office: tuple[AsyncClient, Rules]) -> None:
    """A13, X7"""
    client, rules = office
    await boxes(client, [*line(1, 1, 型号=TILE.sku, 数量="5"), "箱"])
    await products(client)
    before = dict(rules.states)
    again = await products(client)
    assert (again["repeated"], again["went_on"], again["waits_still"], rules.states) == (1, [], [], before)


async def test_a_product_that_is_refused_brings_nothing_on(office: tuple[AsyncClient, Rules]) -> None:
    """A13, D15"""
    client, _ = office
    await boxes(client, [*line(1, 1, 型号=TILE.sku, 数量="5"), "箱"])
    told = await products(client, 基本单位="桶")
    assert (told["taken"], told["went_on"], len(await listed(client))) == (0, [], 1)
