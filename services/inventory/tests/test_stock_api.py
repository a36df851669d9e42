"""Slips, stock, loans, scrap, lists and vouchers over HTTP, with the rules, reactions and read models behind them."""

from datetime import date, timedelta
from typing import Any

import pytest
from httpx import AsyncClient
from inventory_world import World
from stock_api import (
    BATH,
    CABINET,
    CHECK,
    CUSTOMER,
    HT,
    NOW,
    SIGNED,
    SLIP,
    TOKENS,
    YEAR_OF_SLIPS,
    done,
    get,
    lots,
    post,
    slip_with_damage,
)

from contracts.dispatch_jobs import DeliveryFailed
from contracts.dispatch_runs import RunDeparted, RunStop
from contracts.fact import GoodsLine, Measure
from contracts.order import ContractAmended, ContractCancelled, PaymentNoted
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.expected import ExpectGoods
from inventory.goods.leaving import IssueGoods
from inventory.stock.aggregate import STOCK, ReportDeadStock, card_no
from inventory.stock.holding import BringIn
from runtime.testing import signs


async def test_a_delivery_with_one_damaged_piece_from_slip_to_papers(client: AsyncClient, world: World) -> None:
    """D1, D2, D4, D5, D6, D11, A3"""
    await slip_with_damage(client)
    goods = await get(client, f"/goods/{HT}")
    cabinet = await get(client, "/stock/BTH-0421")
    hinge = await get(client, "/stock/HDW-0033")
    assert (goods["lines"][0]["here"], goods["missing"]) == (2, 1)
    assert lots(cabinet) == [("B-01-1", HT, False, 2), ("P-01", "", True, 1)]
    assert (cabinet["on_hand"], cabinet["held"], cabinet["pending"], cabinet["free"]) == (3, 2, 1, 0)
    assert lots(hinge) == [("H-01-1", "", False, 10)]
    card = await get(client, "/stock/BTH-0421/card")
    assert [(x["move_no"], x["kind"], x["before"], x["after"], x["voucher_no"]) for x in card["moves"]] == [
        (1, "received", 0, 1, "RK260309001-1"),
        (2, "set_aside", 1, 1, "RK260309001-1"),
        (3, "received", 1, 3, "RK260309001/1/1"),
    ]
    page = await get(client, "/stock/BTH-0421/card?after=1&limit=1")
    assert ([x["move_no"] for x in page["moves"]], page["last_move_no"], page["balance"]) == ([2], 3, 3)
    waiting = await get(client, "/inbound?papers=owed&exceptions=true", "su.kj")
    assert [row["slip_no"] for row in waiting["rows"]] == ["RK260309001"]
    await done(
        client,
        "/inbound/RK260309001/settlements",
        {"exception_id": "RK260309001-1", "outcome": "returned_to_supplier", "note": "厂家补发"},
        "guan.yf",
    )
    await done(client, "/inbound/RK260309001/papers", {"sales_list_no": "XS-1", "second": signs("su.kj")})
    slip = await get(client, "/inbound/RK260309001")
    assert (slip["state"], slip["papers"], slip["open_exceptions"], slip["in_order"]) == (
        "put_away",
        "handed_over",
        0,
        False,
    )
    assert (await get(client, "/stock/BTH-0421"))["pending"] == 0
    assert world.refused == []


async def test_every_voucher_is_found_by_its_number(client: AsyncClient) -> None:
    """D11"""
    await slip_with_damage(client)
    found = {
        number: [(x["kind"], x["id"]) for x in await get(client, f"/vouchers/{number}")]
        for number in ("RK260309001", "SH-7", "RK260309001-1", HT, "RK-2026-000001", "ps-2026-000001")
    }
    cards = [("card", "main:BTH-0421"), ("card", "main:HDW-0033")]
    assert found == {
        "RK260309001": [("inbound_slip", "RK260309001"), ("goods", HT), *cards],
        "SH-7": [("inbound_slip", "RK260309001")],
        "RK260309001-1": [("damage", HT), ("goods", HT), ("card", "main:BTH-0421")],
        HT: [("goods", HT)],
        "RK-2026-000001": [("inbound_slip", "RK260309001"), ("goods", HT), *cards],
        "ps-2026-000001": [("damage", HT), ("goods", HT), ("card", "main:BTH-0421")],
    }
    missing = await client.get("/api/vouchers/XX-99", headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"})
    assert missing.status_code == 404


async def test_papers_are_numbered_without_a_gap_and_a_refused_one_takes_no_number(client: AsyncClient) -> None:
    """D11: the third slip is refused; the second is cancelled, and keeps its number as a void one."""
    slips = [{**SLIP, "slip_no": number, "waybill": f"YD{number}"} for number in ("RK1", "RK2", "RK3", "RK4")]
    for slip in (slips[0], slips[1]):
        await done(client, "/inbound", slip, "su.kj")
    await done(client, "/inbound", slips[0], "su.kj")
    status, _ = await post(client, "/inbound", {**slips[2], "lines": []}, "su.kj")
    assert status == 422
    status, _ = await post(client, "/inbound/RK2/cancellation", {"reason": "重复开单"}, "su.kj")
    assert status == 201
    await done(client, "/inbound", slips[3], "su.kj")
    shown = [(x["number"], x["own_no"], x["void"], x["void_because"]) for x in await get(client, YEAR_OF_SLIPS)]
    assert shown == [
        ("RK-2026-000001", "RK1", False, ""),
        ("RK-2026-000002", "RK2", True, "重复开单"),
        ("RK-2026-000003", "RK4", False, ""),
    ]
    assert [x["number"] for x in await get(client, f"{YEAR_OF_SLIPS}&after=2")] == ["RK-2026-000003"]


async def test_papers_about_money_are_found_by_whom_money_concerns_alone(client: AsyncClient, world: World) -> None:
    """D11, C18"""
    paid = PaymentNoted(
        at=NOW, contract_no=HT, payment_id="P-1", amount_fen=60_000, method="cash", received_by="su.kj", owed_fen=0
    )
    world.tell("order", f"contract:{HT}", paid)
    keeper = {"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"}
    for number in ("SK-2026-000001", "P-1"):
        [found] = await get(client, f"/vouchers/{number}", "su.kj")
        assert (found["kind"], found["address"]) == ("payment", f"/api/contracts/{HT}")
        keeper = await client.get(
            f"/api/vouchers/{number}", headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"}
        )
        assert keeper.status_code == 404
    register = await client.get(
        "/api/vouchers?letters=SK&year=2026", headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"}
    )
    assert register.status_code == 403


async def test_what_a_contract_lacks_is_shown_with_the_free_stock_and_allocated(
    client: AsyncClient, world: World
) -> None:
    """D8, D9"""
    free = BringIn(
        depot="main",
        sku="BTH-0421",
        name="浴室柜",
        quantity=5,
        voucher_no="RK0",
        cause_id="c",
        kind="received",
        bin="B-02-1",
    )
    world.put(STOCK.key(card_no("main", "BTH-0421")), free)
    lacking = (await get(client, "/shortages"))["rows"][0]["lines"][0]
    assert (lacking["missing"], lacking["free"]) == (3, 5)
    answer = await done(client, f"/goods/{HT}/allocations", {"line_no": 1, "quantity": 2}, "tan.zw")
    goods = await get(client, f"/goods/{HT}")
    assert (goods["lines"][0]["here"], goods["moves"][-1]["waybill"]) == (2, answer["body"]["allocation_no"])
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-02-1", "", False, 3), ("B-02-1", HT, False, 2)]
    status, refused = await post(client, f"/goods/{HT}/releases", {"line_no": 1, "quantity": 1, "reason": "多"})
    assert (status, refused["code"]) == (409, "not_excess")


async def test_a_second_purchase_gets_the_lot_first_that_the_customer_has_at_home(
    client: AsyncClient, world: World
) -> None:
    """D13, D8: by the customer's telephone, be the lot the larger one; another customer's lots say nothing."""
    card = {"depot": "main", "sku": "BTH-0421", "name": "浴室柜", "kind": "received", "bin": "B-02-1"}
    for lot, quantity in (("A1", 5), ("C88", 20), ("E11", 20)):
        of_lot = ({"lot": lot, "quantity": quantity},)
        free = BringIn(**card, quantity=quantity, voucher_no="RK0", cause_id=lot, lots=of_lot)
        world.put(STOCK.key(card_no("main", "BTH-0421")), free)
    line = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=2)
    has = ReceiveGoods(
        contract_no="", line_no=1, sku=line.sku, quantity=2, waybill="YD1", arrived_on=NOW.date(), told_by="file"
    )
    for number, phone, lot in (("HT26020001", CUSTOMER.phone, "C88"), ("HT26020002", "13800002222", "E11")):
        customer = CUSTOMER.model_copy(update={"phone": phone})
        world.put(GOODS.key(number), ExpectGoods(contract_no=number, customer=customer, lines=(line,)))
        came = has.model_copy(update={"contract_no": number, "lot": lot})
        world.put(GOODS.key(number), came)
        world.put(GOODS.key(number), IssueGoods(contract_no=number, list_no=f"L-{number}", lines=(line,)))
    await done(client, f"/goods/{HT}/allocations", {"line_no": 1, "quantity": 2}, "tan.zw")
    (mine,) = (await get(client, f"/goods/{HT}"))["lines"][0]["lots"]
    assert (mine["lot"], mine["here"]) == ("C88", 2)


async def test_who_has_a_lot_is_told_and_of_a_lot_that_nobody_knows_that_it_is_unknown(
    client: AsyncClient, world: World
) -> None:
    """D13"""
    came = {"depot": "main", "sku": "BTH-0421", "kind": "received", "quantity": 4, "voucher_no": "RK0", "cause_id": "c"}
    world.put(STOCK.key(card_no("main", "BTH-0421")), BringIn(**came, lots=({"lot": "C88", "quantity": 4},)))
    known = await get(client, "/lots/C88")
    assert (known["rows"], [one["quantity"] for one in known["stock"]]) == ([], [4])
    answer = await client.get("/api/lots/C99", headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_lot")
    assert "没有批号 C99 的货" in answer.json()["zh"]


async def test_a_move_that_was_typed_wrong_goes_back_and_names_the_line_once(client: AsyncClient, world: World) -> None:
    """D6, D16"""
    free = {"depot": "main", "sku": "BTH-0421", "name": "浴室柜", "quantity": 5, "kind": "received", "bin": "B-02-1"}
    world.put(STOCK.key(card_no("main", "BTH-0421")), BringIn(**free, voucher_no="RK0", cause_id="c"))
    wrong = {"quantity": 2, "from_bin": "B-02-1", "to_bin": "A-01-1", "voucher_no": "YW1"}
    await done(client, "/stock/BTH-0421/moves", wrong, "mai.gh")
    line = (await get(client, "/stock/BTH-0421/card"))["moves"][-1]
    back = {"move_no": line["move_no"], "voucher_no": "YW1", "reason": "放错库位"}
    await done(client, "/stock/BTH-0421/corrections", back, "mai.gh")
    await done(client, "/stock/BTH-0421/corrections", back, "mai.gh")
    card = (await get(client, "/stock/BTH-0421/card"))["moves"]
    assert [(one["kind"], one["corrects"], one["after"]) for one in card][-2:] == [
        ("moved", "", 5),
        ("moved", "YW1#2", 5),
    ]
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-02-1", "", False, 5)]
    receipt = {"move_no": 1, "voucher_no": "RK0", "reason": "多收"}
    status, refused = await post(client, "/stock/BTH-0421/corrections", receipt)
    assert (status, refused["code"]) == (409, "not_a_move")
    await done(client, "/stock/BTH-0421/moves", wrong | {"voucher_no": "YW2"}, "mai.gh")
    await done(client, "/stock/BTH-0421/moves", wrong | {"from_bin": "A-01-1", "to_bin": "B-01-1"}, "mai.gh")
    status, refused = await post(client, "/stock/BTH-0421/corrections", back | {"move_no": 4, "voucher_no": "YW2"})
    assert (status, refused["code"]) == (409, "pieces_moved_on")


async def test_what_a_check_found_of_a_lot_is_not_taken_back_on_the_card(client: AsyncClient, world: World) -> None:
    """D13, D16: the pieces of a waybill without a lot are of the one that the person at the check says."""
    world.put(GOODS.key(HT), ExpectGoods(contract_no=HT, customer=CUSTOMER, lines=(BATH,)))
    told = {"contract_no": HT, "line_no": 1, "sku": BATH.sku, "quantity": 2, "waybill": "YD1", "arrived_on": NOW.date()}
    world.put(GOODS.key(HT), ReceiveGoods(**told, told_by="file"))
    world.put(GOODS.key(HT), ReceiveGoods(**told, told_by="warehouse", lot="C88"))
    (place,) = (await get(client, f"/stock/{BATH.sku}"))["lots"]
    assert (place["lot"], place["held_for"], place["quantity"]) == ("C88", HT, 2)
    line = (await get(client, f"/stock/{BATH.sku}/card"))["moves"][-1]
    back = {"move_no": line["move_no"], "voucher_no": line["voucher_no"], "reason": "看错"}
    status, refused = await post(client, f"/stock/{BATH.sku}/corrections", back)
    assert (status, refused["code"]) == (409, "not_a_move")


async def test_a_number_on_one_contracts_papers_is_no_other_contracts(client: AsyncClient, world: World) -> None:
    """D11"""
    other = "HT26030099"
    line = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=3)
    world.put(GOODS.key(other), ExpectGoods(contract_no=other, customer=CUSTOMER, lines=(line,)))
    asked = {"allocation_no": "DP-1", "line_no": 1, "quantity": 1}
    await done(client, f"/goods/{HT}/allocations", asked, "tan.zw")
    status, refused = await post(client, f"/goods/{other}/allocations", asked)
    assert (status, refused["code"], refused["facts"]["contract_no"]) == (409, "number_of_another", HT)


async def test_a_failed_delivery_a_smaller_contract_and_a_cancelled_one_leave_nothing_reserved(
    client: AsyncClient, world: World
) -> None:
    """A6, B14, D8"""
    await slip_with_damage(client)
    piece = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=3)
    stop = RunStop(job_id=f"D-{HT}", contract_no=HT, half="am", position=1, lines=(piece,))
    departed = RunDeparted(
        at=NOW,
        on=date(2026, 3, 13),
        crew="S1",
        leader="li.zq",
        vehicle="粤E·7K352",
        job_ids=(f"D-{HT}",),
        list_no="2026-03-13:S1",
        stops=(stop,),
    )
    world.tell("dispatch", "run:2026-03-13:S1", departed)
    assert (await get(client, "/stock/BTH-0421"))["held"] == 0
    failed = DeliveryFailed(
        at=NOW,
        job_id=f"D-{HT}",
        contract_no=HT,
        crew="S1",
        leader="li.zq",
        cause="客户不在家",
        goods="returned",
        consent_by="he.jx",
        window_ends=NOW,
    )
    world.tell("dispatch", f"job:D-{HT}", failed)
    assert (await get(client, "/stock/BTH-0421"))["held"] == 0, "on the road until it is received (D3)"
    (back,) = (await get(client, f"/goods/{HT}"))["coming_back"]
    looks = {"line_no": 1, "good": 2, "package_whole": True, "condition_good": True, "mark_present": True}
    await done(client, f"/goods/{HT}/returns", {"return_no": back["return_no"], "lines": [looks]}, "mai.gh")
    assert (await get(client, "/stock/BTH-0421"))["held"] == 2
    less = CABINET.model_copy(update={"quantity": 1})
    amended = ContractAmended(at=NOW, contract_no=HT, added=(), changed=(less,), lines=(less,), reason="减单")
    world.tell("order", f"contract:{HT}", amended)
    row = await get(client, "/stock/BTH-0421")
    assert (row["held"], row["free"]) == (1, 1)
    cancelled = ContractCancelled(
        at=NOW, contract_no=HT, store_code="S02", customer=CUSTOMER, lines=(less,), paid_fen=0, reason="退单"
    )
    world.tell("order", f"contract:{HT}", cancelled)
    row = await get(client, "/stock/BTH-0421")
    assert (row["held"], row["free"], row["pending"], row["holders"]) == (0, 2, 1, [])
    goods = await get(client, f"/goods/{HT}")
    assert (goods["cancelled"], goods["missing"]) == (True, 0)


async def test_a_loan_from_the_technicians_wish_to_the_empty_promise(client: AsyncClient, world: World) -> None:
    """C7, D12"""
    await slip_with_damage(client)
    wish = {"sku": "HDW-0033", "name": "铰链", "quantity": 2, "purpose": "换铰链", "due_on": "2026-03-20"}
    no = (await done(client, "/loans", wish, "zhou.jm"))["body"]["loan_no"]
    assert (await get(client, f"/loans/{no}"))["state"] == "held"
    assert (await get(client, "/stock/HDW-0033"))["free"] == 8
    early, _ = await post(client, f"/loans/{no}/handout", {"second": signs("zhou.jm")})
    own, _ = await post(client, f"/loans/{no}/approval", {}, "zhou.jm")
    await done(client, f"/loans/{no}/approval", {}, "tan.zw")
    await done(client, f"/loans/{no}/handout", {"signature_ref": "sha256:s", "second": signs("zhou.jm")})
    assert (early, own, (await get(client, "/stock/HDW-0033"))["on_hand"]) == (409, 403, 8)
    await done(client, f"/loans/{no}/returns", {"good": 1, "bin": "H-01-1"})
    charge = {"quantity": 1, "amount_fen": 500, "charged_to": "客户", "reason": "留用"}
    await done(client, f"/loans/{no}/charges", charge, "su.kj")
    loan = await get(client, f"/loans/{no}")
    assert (loan["state"], loan["open"], loan["charged_fen"], len(loan["history"])) == ("charged", 0, 500, 6)
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 9
    short = (await done(client, "/loans", {**wish, "quantity": 99}, "zhou.jm"))["body"]["loan_no"]
    assert [row["loan_no"] for row in (await get(client, "/loans?state=short"))["rows"]] == [short]
    assert (await get(client, "/stock/HDW-0033"))["short"][0]["available"] == 9


async def test_scrap_of_a_pending_piece_is_applied_for_approved_and_executed(client: AsyncClient) -> None:
    """D10"""
    await slip_with_damage(client)
    wish = {"sku": "BTH-0421", "name": "浴室柜", "quantity": 1, "pending": True, "reason": "不可修"}
    no = (await done(client, "/scraps", wish))["body"]["application_no"]
    assert lots(await get(client, "/stock/BTH-0421"))[1] == ("P-01", f"scrap:{no}", True, 1)
    keeper, _ = await post(client, f"/scraps/{no}/approval", {})
    await done(client, f"/scraps/{no}/approval", {}, "guan.yf")
    await done(client, f"/scraps/{no}/execution", {"second": signs("su.kj")})
    assert (keeper, (await get(client, "/stock/BTH-0421"))["pending"]) == (403, 0)
    assert (await get(client, f"/scraps/{no}"))["state"] == "executed"


async def test_free_stock_leaves_by_a_list_alone(client: AsyncClient) -> None:
    """C7, D8"""
    await slip_with_damage(client)
    wish = {
        "purpose": "repair",
        "receiver": "周建民",
        "ticket_id": "T-7",
        "lines": [
            {"line_no": 1, "sku": "HDW-0033", "name": "铰链", "quantity": 4},
            {"line_no": 2, "sku": "NO-1", "name": "没有的", "quantity": 1},
        ],
    }
    no = (await done(client, "/stock-lists", wish, "tan.zw"))["body"]["list_no"]
    assert [line["goods"] for line in (await get(client, f"/stock-lists/{no}"))["lines"]] == ["held", "short"]
    await done(client, f"/stock-lists/{no}/issue", {"received_by": "周建民"})
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 6
    assert (await get(client, f"/stock-lists/{no}"))["state"] == "issued"
    other = (await done(client, "/stock-lists", wish, "tan.zw"))["body"]["list_no"]
    await done(client, f"/stock-lists/{other}/cancellation", {"reason": "工单取消"}, "tan.zw")
    assert (await get(client, "/stock/HDW-0033"))["free"] == 6


async def test_pieces_move_aside_and_back_and_a_repeated_request_moves_nothing(client: AsyncClient) -> None:
    """D3, D6"""
    await slip_with_damage(client)
    move = {"from_bin": "H-01-1", "to_bin": "H-01-2", "quantity": 3, "reason": "整理"}
    token = {"Authorization": f"Bearer {TOKENS.issue('mai.gh')}", "Idempotency-Key": "k1"}
    first = await client.post("/api/stock/HDW-0033/moves", json=move, headers=token)
    again = await client.post("/api/stock/HDW-0033/moves", json=move, headers=token)
    assert (first.json()["events"], again.json()["events"]) == (["StockMoved"], [])
    await done(client, "/stock/HDW-0033/asides", {"bin": "H-01-2", "quantity": 2, "reason": "生锈"})
    settle = {"outcome": "good", "quantity": 1, "to_bin": "H-01-1", "reason": "除锈"}
    keeper, _ = await post(client, "/stock/HDW-0033/settlements", settle)
    await done(client, "/stock/HDW-0033/settlements", settle, "tan.zw")
    assert keeper == 403
    assert lots(await get(client, "/stock/HDW-0033")) == [
        ("H-01-1", "", False, 8),
        ("H-01-2", "", False, 1),
        ("P-01", "", True, 1),
    ]
    found = await get(client, "/stock?bin=H-01-2")
    assert ([row["sku"] for row in found["rows"]], found["total"]) == (["HDW-0033"], 1)
    assert [row["sku"] for row in (await get(client, "/stock?q=BTH&pending=true"))["rows"]] == ["BTH-0421"]
    assert [row["sku"] for row in (await get(client, f"/stock?held_for={HT}"))["rows"]] == ["BTH-0421"]


async def test_dead_stock_is_told_to_finance_with_where_it_lies(client: AsyncClient, world: World) -> None:
    """D10"""
    await slip_with_damage(client)
    world.now = NOW + timedelta(days=120)
    world.put(STOCK.key(card_no("main", "HDW-0033")), ReportDeadStock())
    found = await get(client, "/dead-stock?month=2026-07", "su.kj")
    assert [(row["sku"], row["bins"], row["idle_days"]) for row in found["rows"]] == [("HDW-0033", ["H-01-1"], 113)]
    assert (await get(client, "/dead-stock", "su.kj"))["total"] == 1
    await done(client, "/stock/HDW-0033/moves", {"from_bin": "H-01-1", "to_bin": "H-01-2", "quantity": 1})
    assert (await get(client, "/dead-stock", "su.kj"))["total"] == 0
    pages = [await get(client, f"/stock/HDW-0033/card?after={after}&limit=2") for after in (0, 1, 2, 9)]
    assert [[one["move_no"] for one in page["moves"]] for page in pages] == [[1, 2], [2], [], []]


async def test_a_slip_gets_a_number_and_may_be_voided(client: AsyncClient) -> None:
    """D1"""
    wish = {"reason": "transfer", "source": "二号仓", "lines": [SLIP["lines"][1]]}
    no = (await done(client, "/inbound", wish, "su.kj"))["body"]["slip_no"]
    await done(client, f"/inbound/{no}/cancellation", {"reason": "开错"}, "su.kj")
    assert [row["slip_no"] for row in (await get(client, "/inbound?state=cancelled"))["rows"]] == [no]


async def test_a_customers_return_comes_off_what_left_and_is_free_stock(client: AsyncClient, world: World) -> None:
    """B15, D3"""
    line = {"line_no": 1, "sku": "BTH-0421", "name": "浴室柜", "quantity": 1, "contract_no": HT, "contract_line_no": 1}
    no = (await done(client, "/inbound", {"reason": "customer_return", "source": "客户", "lines": [line]}, "su.kj"))[
        "body"
    ]["slip_no"]
    looks = {"package_whole": True, "condition_good": True, "mark_present": True}
    await done(client, f"/inbound/{no}/check", {"lines": [{"line_no": 1, "counted": 1, "returned": looks}]})
    await done(client, f"/inbound/{no}/put-aways", {"line_no": 1, "quantity": 1, "bin": "B-01-1"})
    row = await get(client, "/stock/BTH-0421")
    assert (row["free"], row["held"], world.refused) == (1, 0, [])


def in_lots(world: World, *skus: str) -> None:
    """The product file says that lots of these products matter."""
    for sku in skus:
        world.products.documents[sku] = {"_id": sku, "row": {"told": {"by_lot": True}}}


async def test_a_receipt_by_hand_says_the_lot_of_a_product_whose_lots_matter(client: AsyncClient, world: World) -> None:
    """D13, A2: of the others, and where the file tells of the arrival, nobody is asked."""
    told = {"line_no": 1, "sku": "BTH-0421", "quantity": 1, "waybill": "YD0001", "arrived_on": "2026-03-09"}
    in_lots(world, "HDW-0033")
    await done(client, f"/goods/{HT}/arrivals", told)
    in_lots(world, "BTH-0421")
    status, answer = await post(client, f"/goods/{HT}/arrivals", {**told, "waybill": "YD0002"})
    assert (status, answer["code"], answer["rule"]) == (409, "lot_unsaid", "D13")
    assert [line["arrived"] for line in (await get(client, f"/goods/{HT}"))["lines"]] == [1]
    await done(client, f"/goods/{HT}/arrivals", {**told, "waybill": "YD0002", "lot": "C88"})
    (line,) = (await get(client, f"/goods/{HT}"))["lines"]
    assert (line["arrived"], line["lots"]) == (2, [{"lot": "C88", "here": 1, "outside": 0}])


async def test_a_slip_comes_without_a_lot_and_whoever_puts_away_says_it_at_last(
    client: AsyncClient, world: World
) -> None:
    """D13, D2: the delivery note need not know it; the check may find it, or each part that is put away."""
    in_lots(world, "BTH-0421", "HDW-0033")
    await done(client, "/inbound", SLIP, "su.kj")
    counted = [{"line_no": 1, "counted": 3}, {"line_no": 2, "counted": 10, "lot": "D07"}]
    await done(client, "/inbound/RK260309001/check", {"lines": counted})
    bath = {"line_no": 1, "quantity": 2, "bin": "B-01-1"}
    status, answer = await post(client, "/inbound/RK260309001/put-aways", bath)
    assert (status, answer["code"], answer["rule"]) == (409, "lot_unsaid", "D13")
    await done(client, "/inbound/RK260309001/put-aways", {**bath, "lot": "C88"})
    await done(client, "/inbound/RK260309001/put-aways", {**bath, "lot": "C89", "quantity": 1})
    await done(client, "/inbound/RK260309001/put-aways", {"line_no": 2, "quantity": 10, "bin": "H-01-1"})
    (line,) = (await get(client, f"/goods/{HT}"))["lines"]
    assert [(one["lot"], one["here"]) for one in line["lots"]] == [("C88", 2), ("C89", 1)]
    assert [one["lot"] for one in (await get(client, "/stock/HDW-0033"))["lots"]] == ["D07"]


async def test_a_customer_brings_back_whole_boxes(client: AsyncClient, world: World) -> None:
    """D14, B15: a product that comes in boxes of 3."""
    boxed = CABINET.model_copy(update={"measure": Measure(sold="3", unit="件", base_unit="件", per_box=3)})
    world.tell("order", f"contract:{HT}", SIGNED.model_copy(update={"lines": (boxed,)}))
    line = {"line_no": 1, "sku": "BTH-0421", "name": "浴室柜", "quantity": 1, "contract_no": HT, "contract_line_no": 1}
    wish = {"reason": "customer_return", "source": "客户", "lines": [line]}
    headers = {"Authorization": f"Bearer {TOKENS.issue('su.kj')}", "Idempotency-Key": "loose"}
    answer = await client.post("/api/inbound", json=wish, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "loose_pieces")
    await done(client, "/inbound", {**wish, "lines": [{**line, "quantity": 3}]}, "su.kj")


@pytest.mark.parametrize(
    ("path", "body", "by"),
    [
        ("/inbound", SLIP, "mai.gh"),
        ("/inbound/RK1/check", CHECK, "su.kj"),
        ("/inbound/RK1/put-aways", {"line_no": 1, "quantity": 1, "bin": "A-01-1"}, "su.kj"),
        ("/inbound/RK1/settlements", {"exception_id": "RK1-1", "outcome": "noted"}, "mai.gh"),
        ("/inbound/RK1/papers", {"received_by": "x", "sales_list_no": "y"}, "zhou.jm"),
        ("/stock/X/moves", {"from_bin": "A", "to_bin": "B", "quantity": 1}, "su.kj"),
        ("/stock-lists/LL1/issue", {"received_by": "x"}, "tan.zw"),
        ("/scraps/BF1/execution", {"witness": "x"}, "su.kj"),
        ("/loans/JY1/charges", {"quantity": 1, "amount_fen": 1, "charged_to": "x", "reason": "y"}, "mai.gh"),
    ],
)
async def test_others_than_those_whose_work_it_is_are_refused(
    client: AsyncClient, path: str, body: Any, by: str
) -> None:
    """C18"""
    status, answer = await post(client, path, body, by)
    assert (status, answer["code"]) == (403, "not_your_role")


@pytest.mark.parametrize(
    "path", ["/inbound/RK9", "/stock/NO-1", "/stock/NO-1/card", "/loans/JY9", "/scraps/BF9", "/stock-lists/LL9"]
)
async def test_what_is_not_there_is_answered_with_404_and_words(client: AsyncClient, path: str) -> None:
    """D11"""
    answer = await client.get(f"/api{path}", headers={"Authorization": f"Bearer {TOKENS.issue('mai.gh')}"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_there")


@pytest.mark.parametrize(
    "path", ["/inbound", "/stock", "/loans", "/shortages", "/dead-stock", "/depots", "/vouchers/RK1"]
)
async def test_a_store_sees_nothing_of_the_warehouse(client: AsyncClient, path: str) -> None:
    """C18"""
    answer = await client.get(f"/api{path}", headers={"Authorization": f"Bearer {TOKENS.issue('wu.xm')}"})
    assert answer.status_code == 403
