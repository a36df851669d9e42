"""Checks, put-aways, lists, loans and scrappings that were typed wrong, corrected over HTTP: all books follow (D16)."""

from typing import Any

import pytest
from httpx import AsyncClient
from inventory_world import World
from stock_api import CHECK, DAMAGE, HT, SLIP, done, get, lots, post, slip_with_damage

from contracts.fact import GoodsLine
from contracts.inventory import DamageReported
from inventory.goods.aggregate import GOODS
from inventory.goods.leaving import IssueGoods
from inventory.goods.state import Expected
from inventory.inbound import resting
from runtime.testing import signs

RK = "/inbound/RK260309001"
NONE_BROKEN = {"lines": [{"line_no": 1, "counted": 3}], "reason": "只是纸箱破了，货是好的"}


async def agrees(client: AsyncClient, sku: str) -> None:
    """Ledger and card say the same of a sku, line by line."""
    (report,) = (await get(client, f"/agreement?sku={sku}", "su.kj"))["skus"]
    assert (report["ledger"], report["partings"]) == (report["card"], []), report


async def test_damage_that_was_none_ends_its_exception_and_the_piece_waits_for_a_bin(
    client: AsyncClient, world: World
) -> None:
    """D16, D2, D4: no piece is damaged by any book, and nobody else is asked: none is gone."""
    await slip_with_damage(client)
    told = await done(client, f"{RK}/corrections", NONE_BROKEN)
    assert told["body"]["correction_no"].startswith("GZ")
    slip = await get(client, RK)
    assert (slip["open_exceptions"], slip["state"], slip["lines"][0]["good"]) == (0, "checked", 3)
    line = (await get(client, f"/goods/{HT}"))["lines"][0]
    assert (line["here"], line["damaged"], line["arrived"]) == (2, 0, 2)
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-1", HT, False, 2)]
    await done(client, f"{RK}/put-aways", {"line_no": 1, "quantity": 1, "bin": "B-01-2"})
    line = (await get(client, f"/goods/{HT}"))["lines"][0]
    assert (line["here"], line["missing"], line["excess"]) == (3, 0, 0)
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-1", HT, False, 2), ("B-01-2", HT, False, 1)]
    await agrees(client, "BTH-0421")
    status, refused = await post(
        client, f"{RK}/settlements", {"exception_id": "RK260309001-1", "outcome": "to_scrap"}, "guan.yf"
    )
    assert (status, refused["code"]) == (409, "exception_was_none")
    assert world.refused == [world.refused[-1]]


async def test_the_same_correction_twice_is_one_and_with_other_content_it_is_refused(client: AsyncClient) -> None:
    """D16, N: a double click changes nothing."""
    await slip_with_damage(client)
    numbered = NONE_BROKEN | {"correction_no": "GZ260309-1"}
    await done(client, f"{RK}/corrections", numbered)
    before = await get(client, f"/goods/{HT}")
    await done(client, f"{RK}/corrections", numbered)
    assert await get(client, f"/goods/{HT}") == before
    other = {"lines": [{"line_no": 2, "counted": 10}], "correction_no": "GZ260309-1", "reason": "x"}
    status, refused = await post(client, f"{RK}/corrections", other)
    assert (status, refused["code"]) == (409, "correction_contradicts")
    status, refused = await post(client, f"{RK}/corrections", numbered | {"reason": "another reason"})
    assert (status, refused["code"]) == (409, "correction_contradicts")
    status, refused = await post(client, f"{RK}/corrections", NONE_BROKEN)
    assert (status, refused["code"]) == (409, "check_is_so")


async def test_more_damaged_than_was_said_is_reported_now_and_taken_off_the_shelf(client: AsyncClient) -> None:
    """D16, D2, D4: of two cabinets on the shelf one is broken too: it counts once."""
    await slip_with_damage(client)
    two = {"lines": [{"line_no": 1, "counted": 3, "findings": [DAMAGE | {"quantity": 2}]}], "reason": "又一件破的"}
    await done(client, f"{RK}/corrections", two)
    line = (await get(client, f"/goods/{HT}"))["lines"][0]
    assert (line["here"], line["damaged"], line["excess"]) == (1, 2, 0)
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-1", HT, False, 1), ("P-01", "", True, 2)]
    slip = await get(client, RK)
    assert (slip["open_exceptions"], slip["state"]) == (2, "put_away")
    await agrees(client, "BTH-0421")


SHORT = {"kind": "short", "quantity": 2, "cause": "少两件", "liability": "factory", "factory_contact": "李工，承认少发"}
EIGHT = {"lines": [{"line_no": 2, "counted": 8, "findings": [SHORT]}], "reason": "点错了"}


async def test_fewer_pieces_than_were_counted_wait_for_a_second_person(client: AsyncClient) -> None:
    """D16, B23: ten hinges for the stock were put away, eight came; nothing falls before another person agrees."""
    await slip_with_damage(client)
    number = (await done(client, f"{RK}/corrections", EIGHT))["body"]["correction_no"]
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 10
    status, refused = await post(client, f"{RK}/corrections", EIGHT | {"reason": "再来"})
    assert (status, refused["code"]) == (409, "other_correction_waits")
    assert (await post(client, f"{RK}/corrections/approval", {"correction_no": number}, "mai.xh"))[0] == 403
    await done(client, f"{RK}/corrections/approval", {"correction_no": number}, "su.kj")
    assert lots(await get(client, "/stock/HDW-0033")) == [("H-01-1", "", False, 8)]
    slip = await get(client, RK)
    assert ([x["quantity"] for x in slip["lines"][1]["put_away"]], slip["state"]) == ([8], "put_away")
    assert [(x["kind"], x["quantity"], x["liability"]) for x in slip["exceptions"]][1:] == [("short", 2, "factory")]
    await agrees(client, "HDW-0033")
    await done(client, f"{RK}/corrections/approval", {"correction_no": number}, "su.kj")
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 8


async def test_a_contracts_pieces_fall_too_and_the_withdrawn_correction_changes_nothing(client: AsyncClient) -> None:
    """D16, A3: two of three came; withdrawn by whoever asked, then asked and agreed to."""
    await slip_with_damage(client)
    short = SHORT | {"quantity": 1}
    two = {"lines": [{"line_no": 1, "counted": 2, "findings": [DAMAGE, short]}], "reason": "点错了"}
    number = (await done(client, f"{RK}/corrections", two))["body"]["correction_no"]
    await done(client, f"{RK}/corrections/refusal", {"correction_no": number, "reason": "再数"})
    await done(client, f"{RK}/corrections/refusal", {"correction_no": number, "reason": "再数"})  # a double click
    assert (await get(client, f"/goods/{HT}"))["lines"][0]["here"] == 2
    number = (await done(client, f"{RK}/corrections", two | {"correction_no": "GZ9001"}))["body"]["correction_no"]
    await done(client, f"{RK}/corrections/approval", {"correction_no": number}, "tan.zw")
    line = (await get(client, f"/goods/{HT}"))["lines"][0]
    assert (line["here"], line["damaged"], line["missing"], line["arrived"]) == (1, 1, 2, 2)
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-1", HT, False, 1), ("P-01", "", True, 1)]
    await agrees(client, "BTH-0421")


async def two_lots(client: AsyncClient) -> None:
    """The three cabinets of the contract came in two lots, each a line of the slip, and lie in one bin."""
    line = SLIP["lines"][0]  # type: ignore[index]
    lines = [line | {"quantity": 2, "lot": "C88"}, line | {"line_no": 2, "quantity": 1, "lot": "C89"}]
    await done(client, "/inbound", {**SLIP, "lines": lines}, "su.kj")
    await done(client, f"{RK}/check", {"lines": [{"line_no": 1, "counted": 2}, {"line_no": 2, "counted": 1}]})
    await done(client, f"{RK}/put-aways", {"line_no": 1, "quantity": 2, "bin": "B-01-1"})
    await done(client, f"{RK}/put-aways", {"line_no": 2, "quantity": 1, "bin": "B-01-1"})


async def test_two_lines_of_a_slip_for_one_line_of_a_contract_are_both_corrected(client: AsyncClient) -> None:
    """D16, D13: the contract hears of both at once, and keeps what neither of them takes back."""
    await two_lots(client)
    short = SHORT | {"quantity": 1}
    lines = [
        {"line_no": 1, "counted": 1, "findings": [short], "lot": "C88"},
        {"line_no": 2, "counted": 0, "findings": [short], "lot": "C89"},
    ]
    number = (await done(client, f"{RK}/corrections", {"lines": lines, "reason": "点错了"}))["body"]["correction_no"]
    await done(client, f"{RK}/corrections/approval", {"correction_no": number}, "tan.zw")
    line = (await get(client, f"/goods/{HT}"))["lines"][0]
    assert (line["here"], line["lots"]) == (1, [{"lot": "C88", "here": 1, "outside": 0}])
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-1", HT, False, 1)]
    await agrees(client, "BTH-0421")


async def test_two_lines_of_a_slip_take_back_no_more_than_is_there_for_both(client: AsyncClient) -> None:
    """D16: of ten hinges on two lines six have left; three fewer of each would be six of the four that are there."""
    hinges = [{"line_no": number, "sku": "HDW-0033", "name": "铰链", "quantity": 5} for number in (1, 2)]
    await done(client, "/inbound", {**SLIP, "lines": hinges}, "su.kj")
    await done(client, f"{RK}/check", {"lines": [{"line_no": 1, "counted": 5}, {"line_no": 2, "counted": 5}]})
    for number, bin_ in ((1, "H-01-1"), (2, "H-01-2")):
        await done(client, f"{RK}/put-aways", {"line_no": number, "quantity": 5, "bin": bin_})
    await _issued(client, 6)
    short = SHORT | {"quantity": 3}
    lines = [{"line_no": number, "counted": 2, "findings": [short]} for number in (1, 2)]
    status, refused = await post(client, f"{RK}/corrections", {"lines": lines, "reason": "点错了"})
    assert (status, refused["code"]) == (409, "correction_taken_since")
    assert {name: refused["facts"][name] for name in ("line_no", "there", "wanted")} == {
        "line_no": 2,
        "there": 1,
        "wanted": 3,
    }
    number = (await done(client, f"{RK}/corrections", {"lines": lines[:1], "reason": "点错了"}))["body"][
        "correction_no"
    ]
    await done(client, f"{RK}/corrections/approval", {"correction_no": number}, "su.kj")
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 1
    await agrees(client, "HDW-0033")


async def test_pieces_of_another_lot_lie_where_they_lay_and_need_no_second_person(client: AsyncClient) -> None:
    """D16, D13: of a contract, and free ones."""
    slip = {**SLIP, "lines": [{**line, "lot": "C88"} for line in SLIP["lines"]]}  # type: ignore[union-attr]
    await done(client, "/inbound", slip, "su.kj")
    await done(client, f"{RK}/check", {"lines": [{"line_no": 1, "counted": 3}, {"line_no": 2, "counted": 10}]})
    await done(client, f"{RK}/put-aways", {"line_no": 1, "quantity": 2, "bin": "B-01-1"})
    await done(client, f"{RK}/put-aways", {"line_no": 2, "quantity": 10, "bin": "H-01-1"})
    lines = [{"line_no": 1, "counted": 3, "lot": "C89"}, {"line_no": 2, "counted": 10, "lot": "C89"}]
    await done(client, f"{RK}/corrections", {"lines": lines, "reason": "色号看错"})
    assert (await get(client, f"/goods/{HT}"))["lines"][0]["lots"] == [{"lot": "C89", "here": 2, "outside": 0}]
    for sku, pieces in (("BTH-0421", 2), ("HDW-0033", 10)):
        found = (await get(client, f"/stock/{sku}"))["lots"]
        assert [(one["lot"], one["quantity"]) for one in found] == [("C89", pieces)]
        await agrees(client, sku)
    await done(client, f"{RK}/put-aways", {"line_no": 1, "quantity": 1, "bin": "B-01-1"})
    assert (await get(client, f"/goods/{HT}"))["lines"][0]["lots"] == [{"lot": "C89", "here": 3, "outside": 0}]


async def test_what_rests_on_a_check_is_named_and_corrected_before(client: AsyncClient, world: World) -> None:
    """D16: pieces that left by a list, were settled, or were counted since."""
    await slip_with_damage(client)
    line = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=2)
    world.put(GOODS.key(HT), IssueGoods(contract_no=HT, list_no="FL-1", lines=(line,)))
    gone = {"lines": [{"line_no": 1, "counted": 1, "findings": [DAMAGE, SHORT]}], "reason": "点错了"}
    status, refused = await post(client, f"{RK}/corrections", gone)
    assert (status, refused["code"], refused["facts"]["later"]) == (409, "correction_taken_since", "FL-1（第 4 行 #4）")
    settled = {"exception_id": "RK260309001-1", "outcome": "returned_to_supplier"}
    await done(client, f"{RK}/settlements", settled, "guan.yf")
    status, refused = await post(client, f"{RK}/corrections", NONE_BROKEN)
    assert (status, refused["code"], refused["facts"]["exception_id"]) == (409, "correction_settled", "RK260309001-1")


async def test_a_counted_bin_is_not_corrected_below_its_count(client: AsyncClient) -> None:
    """D16, D7: the count is named."""
    await slip_with_damage(client)
    opened = await done(client, "/counts", {"chosen": {"skus": ["HDW-0033"]}}, "su.kj")
    number = opened["body"]["counts"][0]
    await done(client, f"/counts/{number}/figures", {"sku": "HDW-0033", "bin": "H-01-1", "quantity": 10})
    await done(client, f"/counts/{number}/comparison", {}, "su.kj")
    status, refused = await post(client, f"{RK}/corrections", EIGHT)
    assert (status, refused["code"], refused["facts"]["count_no"]) == (409, "correction_counted", number)


async def test_a_count_is_found_however_many_lines_the_card_has_since(
    client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """D16, D7: a product that moves a lot is corrected no otherwise than one that lies."""
    monkeypatch.setattr(resting, "LOOKED_AT", 2)
    await test_a_counted_bin_is_not_corrected_below_its_count(client)
    for from_bin, to_bin in (("H-01-1", "H-01-2"), ("H-01-2", "H-01-1")) * 2:
        moved = {"from_bin": from_bin, "to_bin": to_bin, "quantity": 10, "reason": "整理"}
        await done(client, "/stock/HDW-0033/moves", moved)
    status, refused = await post(client, f"{RK}/corrections", EIGHT)
    assert (status, refused["code"]) == (409, "correction_counted")


async def test_a_put_away_in_the_wrong_bin_is_one_persons_correction_and_the_slip_says_the_right_one(
    client: AsyncClient,
) -> None:
    """D16, D6: nothing leaves the stock."""
    await slip_with_damage(client)
    wrong = {"voucher_no": "RK260309001/2/1", "bin": "H-01-2", "quantity": 4, "reason": "放错库位"}
    await done(client, "/stock/HDW-0033/corrections", wrong)
    assert lots(await get(client, "/stock/HDW-0033")) == [("H-01-1", "", False, 6), ("H-01-2", "", False, 4)]
    put = (await get(client, RK))["lines"][1]["put_away"]
    assert sorted((one["bin"], one["quantity"], one["by"]) for one in put) == [
        ("H-01-1", 6, "mai.gh"),
        ("H-01-2", 4, "mai.gh"),
    ]
    move = (await get(client, "/stock/HDW-0033/card"))["moves"][-1]
    assert (move["kind"], move["corrects"], move["after"]) == ("moved", "RK260309001/2/1#1", 10)
    await agrees(client, "HDW-0033")
    contracts = {"voucher_no": "RK260309001/1/1", "bin": "B-01-2", "reason": "放错库位"}
    await done(client, "/stock/BTH-0421/corrections", contracts)
    assert lots(await get(client, "/stock/BTH-0421")) == [("B-01-2", HT, False, 2), ("P-01", "", True, 1)]
    eight = EIGHT | {"correction_no": "GZ9001"}
    await done(client, f"{RK}/corrections", eight)
    await done(client, f"{RK}/corrections/approval", {"correction_no": "GZ9001"}, "su.kj")
    assert lots(await get(client, "/stock/HDW-0033")) == [("H-01-1", "", False, 6), ("H-01-2", "", False, 2)]


async def test_a_bin_of_which_pieces_left_since_is_refused_and_says_by_what(client: AsyncClient) -> None:
    """D16, D6"""
    await slip_with_damage(client)
    await _issued(client, 7)
    wrong = {"voucher_no": "RK260309001/2/1", "bin": "H-01-2", "reason": "放错库位"}
    status, refused = await post(client, "/stock/HDW-0033/corrections", wrong)
    assert (status, refused["code"], refused["facts"]["there"]) == (409, "pieces_moved_on", 3)
    assert refused["facts"]["later"].startswith("LL9001")
    for bad, code in (({"bin": "Z-99"}, "bad_bin"), ({"bin": "P-01"}, "wrong_zone")):
        status, refused = await post(client, "/stock/HDW-0033/corrections", wrong | bad | {"quantity": 1})
        assert (status, refused["code"]) == (409, code)


async def _issued(client: AsyncClient, quantity: int) -> None:
    line = {"line_no": 1, "sku": "HDW-0033", "name": "铰链", "quantity": quantity}
    made = {"list_no": "LL9001", "purpose": "other", "receiver": "样板间", "lines": [line]}
    await done(client, "/stock-lists", made, "tan.zw")
    await done(client, "/stock-lists/LL9001/issue", {"received_by": "样板间"})


async def test_a_list_by_which_fewer_left_brings_them_back_and_more_wait_for_a_second_person(
    client: AsyncClient,
) -> None:
    """D16, D8, B23"""
    await slip_with_damage(client)
    await _issued(client, 5)
    fewer = {"lines": [{"line_no": 1, "right": 3}], "bin": "H-01-1", "reason": "多写两件"}
    await done(client, "/stock-lists/LL9001/corrections", fewer)
    assert lots(await get(client, "/stock/HDW-0033")) == [("H-01-1", "", False, 7)]
    more = {"lines": [{"line_no": 1, "right": 4}], "reason": "还有一件"}
    number = (await done(client, "/stock-lists/LL9001/corrections", more))["body"]["correction_no"]
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 7
    await done(client, "/stock-lists/LL9001/corrections/approval", {"correction_no": number}, "guan.yf")
    assert (await get(client, "/stock/HDW-0033"))["on_hand"] == 6
    made = await get(client, "/stock-lists/LL9001")
    assert (made["lines"][0]["left"], made["lines"][0]["quantity"], made["wrong"]) == (4, 5, None)
    await agrees(client, "HDW-0033")
    beyond = {"lines": [{"line_no": 1, "right": 90}], "reason": "x"}
    status, refused = await post(client, "/stock-lists/LL9001/corrections", beyond)
    assert (status, refused["code"], refused["facts"]["here"]) == (409, "correction_not_in_stock", 6)


async def test_lines_of_one_list_do_not_both_take_the_same_pieces(client: AsyncClient) -> None:
    """D16, D8: more can have left than was said, but in all no more than are free."""
    await slip_with_damage(client)
    line = {"sku": "HDW-0033", "name": "铰链", "quantity": 2}
    lines = [line | {"line_no": 1}, line | {"line_no": 2}]
    made = {"list_no": "LL9001", "purpose": "other", "receiver": "样板间", "lines": lines}
    await done(client, "/stock-lists", made, "tan.zw")
    await done(client, "/stock-lists/LL9001/issue", {"received_by": "样板间"})
    more = [{"line_no": number, "right": 6} for number in (1, 2)]
    status, refused = await post(client, "/stock-lists/LL9001/corrections", {"lines": more, "reason": "少写了"})
    assert (status, refused["code"], refused["facts"]["here"]) == (409, "correction_not_in_stock", 2)
    assert (await get(client, "/stock-lists/LL9001"))["wrong"] is None


async def test_more_of_a_lot_has_not_left_than_there_is_of_it(client: AsyncClient) -> None:
    """D16, D13: eight free hinges are of another lot."""
    hinges = [
        {"line_no": number, "sku": "HDW-0033", "name": "铰链", "quantity": pieces, "lot": lot}
        for number, pieces, lot in ((1, 2, "C88"), (2, 8, "C89"))
    ]
    await done(client, "/inbound", {**SLIP, "lines": hinges}, "su.kj")
    await done(client, f"{RK}/check", {"lines": [{"line_no": 1, "counted": 2}, {"line_no": 2, "counted": 8}]})
    for number, pieces in ((1, 2), (2, 8)):
        await done(client, f"{RK}/put-aways", {"line_no": number, "quantity": pieces, "bin": "H-01-1"})
    line = {"line_no": 1, "sku": "HDW-0033", "name": "铰链", "quantity": 2, "lot": "C88"}
    made = {"list_no": "LL9001", "purpose": "other", "receiver": "样板间", "lines": [line]}
    await done(client, "/stock-lists", made, "tan.zw")
    await done(client, "/stock-lists/LL9001/issue", {"received_by": "样板间"})
    more = {"lines": [{"line_no": 1, "right": 3}], "reason": "还有一件"}
    status, refused = await post(client, "/stock-lists/LL9001/corrections", more)
    assert (status, refused["code"], refused["facts"]["here"]) == (409, "correction_not_in_stock", 0)


async def lent(client: AsyncClient) -> None:
    """Four hinges are with the technician."""
    asked = {"loan_no": "JY9001", "sku": "HDW-0033", "name": "铰链", "quantity": 4, "purpose": "换"}
    await slip_with_damage(client)
    await done(client, "/loans", asked | {"borrower": "zhou.jm"}, "zhou.jm")
    await done(client, "/loans/JY9001/approval", {}, "tan.zw")
    await done(client, "/loans/JY9001/handout", {"second": signs("zhou.jm")})


async def test_a_loan_that_a_correction_ended_answers_it_again(client: AsyncClient) -> None:
    """D16, D12, N: a double click, or the same number with other content; nothing else is corrected of it any more."""
    await lent(client)
    none = {"correction_no": "GZ9001", "lines": [{"line_no": 1, "right": 0}], "reason": "没有借出"}
    await done(client, "/loans/JY9001/corrections", none)
    before = await get(client, "/loans/JY9001"), await get(client, "/stock/HDW-0033")
    assert (before[0]["state"], before[1]["on_hand"]) == ("refused", 10)
    await done(client, "/loans/JY9001/corrections", none)
    assert (await get(client, "/loans/JY9001"), await get(client, "/stock/HDW-0033")) == before
    other = none | {"lines": [{"line_no": 1, "right": 1}]}
    status, refused = await post(client, "/loans/JY9001/corrections", other)
    assert (status, refused["code"]) == (409, "correction_contradicts")
    status, refused = await post(client, "/loans/JY9001/corrections", other | {"correction_no": "GZ9002"})
    assert (status, refused["code"]) == (409, "nothing_left_by_it")


@pytest.mark.parametrize(
    ("path", "body", "by"),
    [
        ("returns", {"good": 4}, "mai.gh"),
        ("charges", {"quantity": 4, "amount_fen": 100, "charged_to": "周", "reason": "丢"}, "su.kj"),
    ],
)
async def test_a_loan_is_not_over_while_more_is_said_to_have_left(
    client: AsyncClient, path: str, body: Any, by: str
) -> None:
    """D16, D12: the correction waits for a second person; it is decided first, and is not lost."""
    await lent(client)
    six = {"lines": [{"line_no": 1, "right": 6}], "reason": "拿了六件"}
    number = (await done(client, "/loans/JY9001/corrections", six))["body"]["correction_no"]
    status, refused = await post(client, f"/loans/JY9001/{path}", body, by)
    assert (status, refused["code"], refused["facts"]["correction_no"]) == (409, "other_correction_waits", number)
    assert (await get(client, "/loans/JY9001"))["open"] == 4
    await done(client, "/loans/JY9001/corrections/approval", {"correction_no": number}, "su.kj")
    await done(client, f"/loans/JY9001/{path}", body, by)
    assert (await get(client, "/loans/JY9001"))["open"] == 2


async def test_a_loan_of_which_fewer_left_owes_fewer_but_not_fewer_than_are_back(client: AsyncClient) -> None:
    """D16, D12"""
    await slip_with_damage(client)
    asked = {
        "loan_no": "JY9001",
        "sku": "HDW-0033",
        "name": "铰链",
        "quantity": 4,
        "purpose": "换",
        "borrower": "zhou.jm",
    }
    await done(client, "/loans", asked, "zhou.jm")
    await done(client, "/loans/JY9001/approval", {}, "tan.zw")
    await done(client, "/loans/JY9001/handout", {"second": signs("zhou.jm")})
    three = {"lines": [{"line_no": 1, "right": 3}], "reason": "只拿了三件"}
    await done(client, "/loans/JY9001/corrections", three)
    loan = await get(client, "/loans/JY9001")
    assert (loan["open"], loan["left"], (await get(client, "/stock/HDW-0033"))["on_hand"]) == (3, 3, 7)
    await done(client, "/loans/JY9001/returns", {"good": 2})
    status, refused = await post(client, "/loans/JY9001/corrections", three | {"lines": [{"line_no": 1, "right": 1}]})
    assert (status, refused["code"], refused["facts"]["least"]) == (409, "correction_came_back", 2)
    await done(client, "/loans/JY9001/corrections", three | {"lines": [{"line_no": 1, "right": 2}]})
    assert (await get(client, "/loans/JY9001"))["state"] == "returned"
    await agrees(client, "HDW-0033")


async def test_what_was_not_scrapped_after_all_waits_in_the_pending_zone(client: AsyncClient) -> None:
    """D16, D10"""
    await slip_with_damage(client)
    scrap = {
        "application_no": "BF9001",
        "sku": "BTH-0421",
        "name": "浴室柜",
        "quantity": 1,
        "pending": True,
        "reason": "碎",
    }
    await done(client, "/scraps", scrap)
    await done(client, "/scraps/BF9001/approval", {}, "su.kj")
    await done(client, "/scraps/BF9001/execution", {"second": signs("guan.yf")})
    assert (await get(client, "/stock/BTH-0421"))["pending"] == 0
    none = {"lines": [{"line_no": 1, "right": 0}], "reason": "还在"}
    await done(client, "/scraps/BF9001/corrections", none)
    assert ((await get(client, "/stock/BTH-0421"))["pending"], (await get(client, "/scraps/BF9001"))["left"]) == (1, 0)
    await agrees(client, "BTH-0421")


@pytest.mark.parametrize("path", ["/loans/JY9001", "/scraps/BF9001", "/stock-lists/LL9001", RK])
async def test_of_what_never_was_nothing_is_corrected(client: AsyncClient, path: str) -> None:
    """D16"""
    lines: Any = NONE_BROKEN["lines"] if path == RK else [{"line_no": 1, "right": 0}]
    status, refused = await post(client, f"{path}/corrections", {"lines": lines, "reason": "x"})
    assert status in {404, 409}
    assert refused["zh"]


async def test_a_decision_on_the_card_goes_back_and_nobody_is_told_again(client: AsyncClient, world: World) -> None:
    """D16, D3: pieces set aside, and sent back, by hand; and nothing of it was damage of a contract."""
    await done(client, "/inbound", SLIP, "su.kj")
    await done(client, f"{RK}/check", CHECK)
    await done(client, f"{RK}/put-aways", {"line_no": 2, "quantity": 10, "bin": "H-01-1"})
    aside = {"quantity": 3, "bin": "H-01-1", "reason": "锈", "voucher_no": "DC1"}
    await done(client, "/stock/HDW-0033/asides", aside)
    await done(
        client,
        "/stock/HDW-0033/settlements",
        {"quantity": 2, "outcome": "sent_back", "reason": "退", "voucher_no": "CL1"},
        "guan.yf",
    )
    for number, voucher in ((3, "CL1"), (2, "DC1")):
        back = {"move_no": number, "voucher_no": voucher, "reason": "不是它"}
        await done(client, "/stock/HDW-0033/corrections", back)
    assert lots(await get(client, "/stock/HDW-0033")) == [("H-01-1", "", False, 10)]
    await agrees(client, "HDW-0033")
    goods = world.states[GOODS.key(HT)]
    assert isinstance(goods, Expected)
    assert [one.damage_id for one in goods.damages] == ["RK260309001-1"]
    assert DamageReported.__name__
