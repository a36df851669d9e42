"""When a contract is complete (货齐), since when, and how it loses that."""

from datetime import UTC, date, datetime, timedelta
from itertools import permutations
from typing import TypeGuard

import pytest
from order_story import given

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import civil
from contracts.fact import ContractLine, Customer, GoodsLine, LineLot, Measure
from contracts.order import (
    CompletenessLost,
    ContractSigned,
    DamageNoted,
    GoodsCompleted,
    GoodsNoted,
    OrderEvent,
)
from order.contract.goods import NoteDamage, NoteGoods, NoteLot, NoteRelease
from order.contract.state import Complete, Contract, Waiting, lacking, reached_on
from runtime.decision import Command
from runtime.testing import Given

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="system", role="system", policy=policy_book().at(NOW))
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")


def line(line_no: int, quantity: int) -> ContractLine:
    return ContractLine(
        line_no=line_no,
        sku=f"WC-10{line_no}",
        name="连体坐便器",
        spec="",
        category="卫浴",
        quantity=quantity,
        unit_price_fen=135_000,
        to_install=True,
    )


LINES = (line(1, 2), line(2, 1))
SIGNED = ContractSigned(
    at=NOW,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer=CUSTOMER,
    promised_on=date(2026, 3, 10),
    amount_due_fen=500,
    lines=LINES,
)


def goods(line_no: int, quantity: int, day: int, waybill: str) -> NoteGoods:
    on = date(2026, 3, day)
    return NoteGoods(
        at=civil(on, datetime.min.time()),
        contract_no="HT26030001",
        line_no=line_no,
        quantity=quantity,
        waybill=waybill,
        arrived_on=on,
    )


def noted(command: NoteGoods) -> GoodsNoted:
    return GoodsNoted(
        at=command.at or NOW,
        contract_no="HT26030001",
        line_no=command.line_no,
        quantity=command.quantity,
        arrived_on=command.arrived_on,
        waybill=command.waybill,
    )


def damage(line_no: int, quantity: int, damage_id: str = "d1", *, in_warehouse: bool = True) -> NoteDamage:
    return NoteDamage(
        contract_no="HT26030001", line_no=line_no, damage_id=damage_id, quantity=quantity, in_warehouse=in_warehouse
    )


def damage_noted(command: NoteDamage) -> DamageNoted:
    return DamageNoted(
        at=NOW,
        contract_no="HT26030001",
        line_no=command.line_no,
        damage_id=command.damage_id,
        quantity=command.quantity,
        in_warehouse=command.in_warehouse,
    )


def completed(day: int, at: datetime | None = None) -> GoodsCompleted:
    on = date(2026, 3, day)
    return GoodsCompleted(
        at=at or civil(on, datetime.min.time()),
        contract_no="HT26030001",
        store_code="S02",
        customer=CUSTOMER,
        promised_on=date(2026, 3, 10),
        amount_due_fen=500,
        lines=LINES,
        complete_on=on,
    )


FIRST = goods(1, 1, 3, "YD0001")
SECOND = goods(1, 1, 5, "YD0002")
OTHER = goods(2, 1, 4, "YD0003")
COMPLETE = (SIGNED, noted(FIRST), noted(OTHER), noted(SECOND), completed(5))


def test_a_part_shipment_is_noted_and_completes_nothing() -> None:
    """A3"""
    given(SIGNED).asks(FIRST, CTX).then(noted(FIRST))


def test_the_last_piece_completes_the_contract_on_its_day() -> None:
    """A3"""
    state = given(SIGNED, noted(FIRST), noted(OTHER))
    state.asks(SECOND, CTX).then(noted(SECOND), completed(5))


def test_news_of_an_earlier_part_that_comes_last_completes_on_the_latest_day() -> None:
    """A3, X1"""
    state = given(SIGNED, noted(SECOND), noted(OTHER))
    state.asks(FIRST, CTX).then(noted(FIRST), completed(5))


def test_the_order_in_which_parts_become_known_does_not_change_the_day() -> None:
    """A3, X1"""
    days = [given(SIGNED).after(*parts, ctx=CTX).state for parts in permutations((FIRST, SECOND, OTHER))]
    assert [state.on for state in days if isinstance(state, Complete)] == 6 * [date(2026, 3, 5)]


def test_an_earlier_arrival_told_late_moves_the_day_back() -> None:
    """X1"""
    late_news = goods(1, 1, 2, "YD0009")
    given(*COMPLETE).asks(late_news, CTX).then(noted(late_news), completed(4))


def test_more_pieces_later_leave_the_day_as_it_is() -> None:
    """D9"""
    more = goods(1, 3, 9, "YD0009")
    given(*COMPLETE).asks(more, CTX).then(noted(more))


def test_a_receipt_counts_once() -> None:
    """A3"""
    given(*COMPLETE).asks(FIRST, CTX).nothing_new()


def test_a_waybill_received_with_another_quantity_is_refused() -> None:
    """A3"""
    given(*COMPLETE).asks(FIRST.model_copy(update={"quantity": 2}), CTX).refuses("receipt_contradicts")


def test_damage_in_the_warehouse_takes_completeness_away_and_says_how_much_lacks() -> None:
    """A3, D4"""
    broken = damage(1, 2)
    given(*COMPLETE).asks(broken, CTX).then(
        damage_noted(broken), CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=2, reason="破损")
    )


def test_a_replacement_completes_the_contract_again_on_its_own_day() -> None:
    """A3, D4"""
    broken = damage(1, 1)
    lost = CompletenessLost(at=NOW, contract_no="HT26030001", line_no=1, quantity=1, reason="破损")
    replacement = goods(1, 1, 12, "YD0010")
    state = given(*COMPLETE, damage_noted(broken), lost)
    state.asks(replacement, CTX).then(noted(replacement), completed(12))


def test_damage_to_spare_pieces_moves_the_day_to_when_enough_good_ones_were_there() -> None:
    """A3, D4"""
    more = goods(1, 3, 9, "YD0009")
    broken = damage(1, 1)
    state = given(*COMPLETE, noted(more))
    state.asks(broken, CTX).then(damage_noted(broken), completed(9, at=NOW))


def test_damage_before_completeness_is_noted_and_counts_later() -> None:
    """A3, D4"""
    broken = damage(1, 1)
    state = given(SIGNED, noted(FIRST), damage_noted(broken), noted(OTHER))
    state.asks(SECOND, CTX).then(noted(SECOND))


def test_damage_after_the_goods_left_takes_nothing_from_completeness() -> None:
    """D4"""
    broken = damage(1, 1, in_warehouse=False)
    given(*COMPLETE).asks(broken, CTX).then(damage_noted(broken))


def test_a_damage_report_counts_once() -> None:
    """D4"""
    broken = damage(1, 1, in_warehouse=False)
    given(*COMPLETE, damage_noted(broken)).asks(broken, CTX).nothing_new()


def test_a_damage_report_with_other_content_is_refused() -> None:
    """D4"""
    broken = damage(1, 1, in_warehouse=False)
    given(*COMPLETE, damage_noted(broken)).asks(damage(1, 2, in_warehouse=False), CTX).refuses("damage_contradicts")


@pytest.mark.parametrize("command", [FIRST, damage(1, 1)])
def test_goods_and_damage_of_an_unknown_contract_are_refused(command: Command) -> None:
    """A3, D4"""
    given().asks(command, CTX).refuses("unknown_contract")


@pytest.mark.parametrize("command", [goods(9, 1, 3, "YD0001"), damage(9, 1)])
def test_goods_and_damage_of_an_unknown_line_are_refused(command: Command) -> None:
    """A3, D4"""
    given(SIGNED).asks(command, CTX).refuses("unknown_line")


def test_completion_is_never_dated_after_the_moment_it_was_decided() -> None:
    """X1: a day that has only just begun elsewhere is no future."""
    ahead = NOW.date() + timedelta(days=3)
    last = NoteGoods(contract_no="HT26030001", line_no=1, quantity=2, waybill="YD0001", arrived_on=ahead)
    decision = given(SIGNED, noted(OTHER)).asks(last, CTX).events
    assert [event.at for event in decision] == [NOW, NOW]


@pytest.mark.parametrize(
    ("quantity", "receipts", "damaged", "expected"),
    [
        (2, [], 0, None),
        (2, [(3, 1)], 0, None),
        (2, [(3, 1), (5, 1)], 0, 5),
        (2, [(5, 1), (3, 1)], 0, 5),
        (2, [(3, 9)], 0, 3),
        (2, [(3, 2), (8, 1)], 1, 8),
        (2, [(3, 2)], 1, None),
    ],
)
def test_a_line_is_reached_on_the_first_day_with_enough_good_pieces(
    quantity: int, receipts: list[tuple[int, int]], damaged: int, expected: int | None
) -> None:
    """A3"""
    days = [(date(2026, 3, day), pieces) for day, pieces in receipts]
    assert reached_on(quantity, days, damaged) == (None if expected is None else date(2026, 3, expected))


def test_what_lacks_is_never_negative() -> None:
    """A3"""
    assert (lacking(5, 3, 1), lacking(5, 9, 1), lacking(5, 0, 0)) == (3, 0, 5)


def tiles(line_no: int, quantity: int) -> ContractLine:
    measure = Measure(sold=str(quantity), unit="片", base_unit="片", by_lot=True)
    return line(line_no, quantity).model_copy(update={"measure": measure})


def lot_found(quantity: int, lot: str, was: str = "", note_id: str = "n1", waybill: str = "YD1") -> NoteLot:
    return NoteLot(
        at=NOW,
        contract_no="HT26030001",
        note_id=note_id,
        line_no=1,
        quantity=quantity,
        waybill=waybill,
        was=was,
        lot=lot,
    )


def in_lots(*commands: NoteGoods) -> Given[Contract, OrderEvent]:
    story = given(SIGNED.model_copy(update={"lines": (tiles(1, 10),)}))
    return story.after(*commands, ctx=CTX)


def test_a_line_of_two_lots_by_the_file_is_complete_when_the_check_finds_one() -> None:
    """D13, A3: and the customer is not asked any more."""
    story = in_lots(goods(1, 6, 9, "YD1"), goods(1, 4, 9, "YD2").model_copy(update={"lot": "C88"}))
    assert isinstance(story.state, Waiting)
    assert story.state.lines[0].asks_consent_since() == date(2026, 3, 9)
    after = story.asks(lot_found(6, "C88"), CTX).accepted()
    assert isinstance(after.state, Complete)
    assert after.state.on == date(2026, 3, 9)


def test_a_line_of_one_lot_by_the_file_asks_the_customer_when_the_check_finds_two() -> None:
    """D13, A3: once per finding; of what came in no such lot nothing is found."""
    story = in_lots(goods(1, 10, 9, "YD1"))
    assert isinstance(story.state, Complete)
    found = lot_found(4, "D07")
    after = story.asks(found, CTX).accepted()
    assert isinstance(after.state, Waiting)
    assert after.state.lines[0].asks_consent_since() == date(2026, 3, 9)
    after.asks(found, CTX).nothing_new()
    after.asks(lot_found(4, "D07", was="C86", note_id="n2"), CTX).nothing_new()
    back = after.asks(lot_found(6, "D07", note_id="n3"), CTX).accepted()
    assert isinstance(back.state, Complete)


def test_the_receipt_that_is_told_again_is_known_by_the_lot_that_was_told_first() -> None:
    """D13, X7: and what is released goes off the lot that the check found."""
    came = goods(1, 10, 9, "YD1")
    story = in_lots(came).after(lot_found(4, "D07"), ctx=CTX)
    story.asks(came, CTX).nothing_new()
    piece = GoodsLine(line_no=1, sku="WC-101", name="连体坐便器", quantity=4)
    lots = (LineLot(line_no=1, lot="D07", quantity=4),)
    gone = NoteRelease(contract_no="HT26030001", release_id="r1", lines=(piece,), reason="多出", lots=lots)
    state = story.after(gone, ctx=CTX).state
    assert isinstance(state, Waiting)
    assert {lot: sum(one.kept for one in came) for lot, came in state.lines[0].lots().items()} == {"": 6, "D07": 0}


def test_the_depot_is_the_one_that_the_goods_came_to_and_a_change_is_told_also_while_pieces_lack() -> None:
    """D17, A3: who plans the delivery hears from the contract which depot has its goods."""
    came = [replace_depot(goods(number, quantity, 9, "YD1"), "shunde") for number, quantity in ((1, 2), (2, 1))]
    (told,) = [one for one in given(SIGNED).after(came[0], ctx=CTX).asks(came[1], CTX).made if completes(one)]
    assert told.depot == "shunde"
    there = given(SIGNED).after(*came, ctx=CTX)
    piece = GoodsLine(line_no=1, sku="WC-101", name="连体坐便器", quantity=1)
    back = NoteRelease(contract_no="HT26030001", release_id="r1", lines=(piece,), reason="改仓", to_depot="main")
    lost = [one for one in there.asks(back, CTX).made if isinstance(one, CompletenessLost)]
    assert [(one.line_no, one.quantity, one.depot) for one in lost] == [(1, 1, "main")]
    lacking_before = there.after(back.model_copy(update={"release_id": "r0", "to_depot": ""}), ctx=CTX)
    late = [one for one in lacking_before.asks(back, CTX).made if isinstance(one, CompletenessLost)]
    assert [one.depot for one in late] == ["main"]


def replace_depot(came: NoteGoods, depot: str) -> NoteGoods:
    return came.model_copy(update={"depot": depot})


def completes(event: OrderEvent) -> TypeGuard[GoodsCompleted]:
    return isinstance(event, GoodsCompleted)
