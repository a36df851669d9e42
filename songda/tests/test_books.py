"""Books that add up (A9, A12, D6, B16): each difference is named, with the first event after which it is so."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Literal

import pytest

from contracts.dispatch_jobs import DeliveryCompleted, DeliveryDeparted, DeliveryFailed
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_road import LoadCorrected
from contracts.dispatch_runs import CashCollected, CashHandedIn
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine
from contracts.inventory import DamageReported, GoodsArrived, GoodsExpected, GoodsIssued, GoodsReturned, IssueCorrected
from contracts.inventory_stock import Lot, StockMoved, StockShortReported
from contracts.order import (
    OF_CREWS,
    ContractCancelled,
    ContractSigned,
    DamageNoted,
    DeliveryNoted,
    GoodsNoted,
    GoodsReturnNoted,
    PaymentNoted,
    ReturnRefunded,
)
from songda.books.account import Account
from songda.books.verifying import Books, traced

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
NO, JOB = "HT26030001", "D-HT26030001"
MA = Customer(name="马晓云", phone="13800001234", address="季华五路 10 号", district="禅城")
TILES = ContractLine(
    line_no=1,
    sku="TC-1",
    name="抛釉砖",
    spec="",
    category="陶瓷",
    quantity=10,
    unit_price_fen=5_000,
    to_install=False,
)
SUBJECTS = {"order": f"contract:{NO}", "inventory": f"goods:{NO}", "dispatch": f"job:{JOB}"}


def pieces(quantity: int) -> GoodsLine:
    return GoodsLine(line_no=1, sku="TC-1", name="抛釉砖", quantity=quantity)


def story(*facts: Fact) -> list[tuple[Fact, Meta]]:
    """Events as they came, one a minute."""
    numbers = count(1)
    told = []
    for fact in facts:
        n, subject = next(numbers), SUBJECTS[fact.wire.split(".")[1]]
        subject = f"stock:main:{fact.sku}" if isinstance(fact, StockMoved) else subject
        subject = "run:2026-03-03:S1" if isinstance(fact, CashCollected | CashHandedIn) else subject
        at = T0 + timedelta(minutes=n)
        told.append((fact, Meta(f"e{n}", fact.wire, "", subject, at, n, "c", "c", "he.jx", 0)))
    return told


SIGNED = ContractSigned(
    at=T0,
    contract_no=NO,
    store_code="S01",
    store_name="季华店",
    signed_on=date(2026, 3, 2),
    customer=MA,
    promised_on=date(2026, 3, 14),
    amount_due_fen=50_000,
    lines=(TILES,),
)
EXPECTED = GoodsExpected(at=T0, contract_no=NO, customer=MA, lines=(pieces(10),))
ARRIVED = GoodsArrived(
    at=T0, contract_no=NO, line_no=1, sku="TC-1", name="抛釉砖", quantity=10, waybill="YD1", arrived_on=date(2026, 3, 3)
)
NOTED = GoodsNoted(at=T0, contract_no=NO, line_no=1, quantity=10, arrived_on=date(2026, 3, 3), waybill="YD1")
ISSUED = GoodsIssued(at=T0, contract_no=NO, list_no="SY1", lines=(pieces(10),))
LEFT = DeliveryDeparted(at=T0, job_id=JOB, crew="S1", vehicle="粤E", leader="li.zq", lines=(pieces(10),))
SIGNED_FOR = DeliveryCompleted(
    at=T0,
    job_id=JOB,
    contract_no=NO,
    customer=MA,
    crew="S1",
    leader="li.zq",
    delivered=(pieces(10),),
    lines=(TILES,),
    signed_by="马",
    signature_ref="s",
    taught_use=True,
    cash_fen=50_000,
    window_ends=T0,
    install_due=None,
)
DELIVERED = DeliveryNoted(
    at=T0, contract_no=NO, job_id=JOB, delivered=(pieces(10),), signed_by="马", delivered_on=date(2026, 3, 4)
)


Lots = tuple[Lot, ...]


def moved(kind: str, lots: tuple[Lots, Lots], balances: tuple[int, int], no: int) -> StockMoved:
    """A line of the card: lots taken and put, balance before and after."""
    (taken, put), (before, after) = lots, balances
    return StockMoved.model_validate(
        {
            "at": T0,
            "depot": "main",
            "sku": "TC-1",
            "name": "抛釉砖",
            "move_no": no,
            "kind": kind,
            "quantity": abs(after - before),
            "taken": taken,
            "put": put,
            "before": before,
            "after": after,
            "voucher_no": "YD1",
            "held_for": NO,
            "reason": "",
            "cause_id": "x",
            "report_at": T0,
        }
    )


def damaged(damage_id: str, found: Literal["loading", "delivery"]) -> DamageReported:
    """One piece of the tiles."""
    return DamageReported(
        at=T0,
        contract_no=NO,
        customer=MA,
        damage_id=damage_id,
        line_no=1,
        sku="TC-1",
        name="抛釉砖",
        quantity=1,
        found=found,
        fault="unknown",
        photos=(),
        note="",
    )


KEPT = Lot(bin="A1", held_for=NO, pending=False, quantity=10)
CARD_IN = moved("received", ((), (KEPT,)), (0, 10), 1)
CARD_OUT = moved("issued", ((KEPT,), ()), (10, 0), 2)
HERE = (SIGNED, EXPECTED, ARRIVED, CARD_IN, NOTED)
GONE = (*HERE, ISSUED, CARD_OUT, LEFT)
HOME = (*GONE, SIGNED_FOR, DELIVERED)


def found(*facts: Fact) -> list[tuple[str, str, str]]:
    """What is wrong at the end: in which book, what is said, and since which event."""
    return [(one.book, one.en, one.since.type.split(".")[2]) for one in traced(NO, story(*facts))]


@pytest.mark.parametrize("facts", [HERE, GONE, HOME], ids=["here", "on the road", "with the customer"])
def test_books_of_an_ordinary_life_add_up(facts: Sequence[Fact]) -> None:
    """A9"""
    assert found(*facts) == []


def test_goods_that_the_customer_collected_are_his() -> None:
    """A11, A9: by the pick-up list, on no vehicle."""
    picked = PickedUp(
        at=T0,
        job_id=JOB,
        contract_no=NO,
        customer=MA,
        list_no="SY1",
        delivered=(pieces(10),),
        lines=(TILES,),
        collected_by="马",
        identity="尾号 1234",
        signature_ref="SY1",
        taught_use=True,
        handed_by="mai.gh",
        install_due=None,
    )
    assert found(*HERE, picked, ISSUED, CARD_OUT, DELIVERED) == []


def test_goods_that_were_fetched_out_of_deposit_are_no_longer_there() -> None:
    """B14, B9: the receipt is typed in at the office."""
    deposited = DeliveryFailed(
        at=T0,
        job_id=JOB,
        contract_no=NO,
        crew="S1",
        leader="li.zq",
        cause="不在家",
        goods="deposited",
        consent_by="he.jx",
        window_ends=T0,
        lines=(pieces(10),),
        signature_ref="s",
    )
    assert found(*GONE, deposited, DELIVERED.model_copy(update={"job_id": "QS-1"})) == []


def test_pieces_signed_for_that_never_left_are_named_with_the_receipt() -> None:
    """A9: goods leave by a list; a receipt at the office moved nothing."""
    assert found(*HERE, DELIVERED) == [
        ("pieces", "0 issued and not back, 10 on the road or with the customer", "DeliveryNoted")
    ]


def test_a_tenth_piece_that_is_nowhere_is_named() -> None:
    """A9: nine were signed for, none refused: as older events told it."""
    nine = SIGNED_FOR.model_copy(update={"delivered": (pieces(9),)})
    noted = DELIVERED.model_copy(update={"delivered": (pieces(9),)})
    older = LEFT.model_copy(update={"lines": ()})
    assert found(*HERE, ISSUED, CARD_OUT, older, nine, noted) == [
        ("pieces", "10 issued and not back, 9 on the road or with the customer", "DeliveryCompleted")
    ]


def test_a_piece_that_left_though_the_warehouse_did_not_know_of_it_has_a_name() -> None:
    """A9, D9: it was reported as short when the list was booked."""
    short = StockShortReported(
        at=T0,
        depot="main",
        sku="TC-1",
        name="抛釉砖",
        wanted=10,
        available=9,
        needed_for=NO,
        voucher_no="SY1",
        reason="出库时账上不足",
    )
    nine = ISSUED.model_copy(update={"lines": (pieces(9),)})
    one = KEPT.model_copy(update={"quantity": 1})
    out = CARD_OUT.model_copy(update={"taken": (KEPT.model_copy(update={"quantity": 9}),), "after": 1})
    found_damaged = moved(
        "set_aside", ((one,), (one.model_copy(update={"held_for": None, "pending": True}),)), (1, 1), 3
    )
    broken = damaged("PS2", "loading")
    noted = DamageNoted(at=T0, contract_no=NO, line_no=1, damage_id="PS2", quantity=1, in_warehouse=True)
    gone = (*HERE, broken, found_damaged, noted, nine, out, LEFT)
    assert found(*gone, short) == []
    assert [one for one, _, _ in found(*gone)] == ["pieces"]


def test_refused_pieces_are_on_the_road_until_the_warehouse_has_them() -> None:
    """A9, B15"""
    refused = SIGNED_FOR.model_copy(update={"delivered": (pieces(8),), "refused": (pieces(2),)})
    noted = DELIVERED.model_copy(update={"delivered": (pieces(8),)})
    back = GoodsReturned(
        at=T0,
        contract_no=NO,
        return_no="R1",
        line_no=1,
        sku="TC-1",
        name="抛釉砖",
        quantity=2,
        returned_on=date(2026, 3, 4),
        reason="客户拒收",
    )
    told = GoodsReturnNoted(at=T0, contract_no=NO, return_id="R1", line_no=1, quantity=2, returned_on=date(2026, 3, 4))
    two = KEPT.model_copy(update={"quantity": 2})
    on_the_way = (*GONE, refused, noted)
    assert found(*on_the_way) == []
    assert found(*on_the_way, back, told, moved("returned", ((), (two,)), (0, 2), 3)) == []


def counted_anew(left: int, stayed: int) -> LoadCorrected:
    """Fewer pieces left than were counted at the vehicle."""
    return LoadCorrected(
        at=T0,
        job_id=JOB,
        contract_no=NO,
        crew="S1",
        leader="li.zq",
        lines=(pieces(left),) if left else (),
        stayed=(pieces(stayed),),
        bin="",
        reason="少装",
        corrected_by="mai.gh",
    )


def test_a_count_at_the_vehicle_that_was_corrected_leaves_no_piece_in_two_places() -> None:
    """A9, D16"""
    stayed = counted_anew(left=9, stayed=1)
    here = IssueCorrected(
        at=T0,
        contract_no=NO,
        correction_no="D-1#9",
        list_no="L1",
        line_no=1,
        sku="TC-1",
        name="抛釉砖",
        quantity=1,
        bin="",
        reason="少装",
        corrected_by="mai.gh",
    )
    one = KEPT.model_copy(update={"quantity": 1})
    assert found(*GONE, stayed, here, moved("adjusted", ((), (one,)), (0, 1), 3)) == []
    assert [book for book, _, _ in found(*GONE, here, moved("adjusted", ((), (one,)), (0, 1), 3))] == ["pieces"]


def test_pieces_that_a_crew_hands_over_and_that_never_left_are_named() -> None:
    """A9, B13: here and with the customer at the same time, though contract and warehouse each add up."""
    account = Account(NO)
    for fact, meta in story(LEFT, counted_anew(left=0, stayed=10), SIGNED_FOR):
        account.fold(fact, meta)
    assert [(one.what, one.en) for one in account.differences()][:1] == [("unloaded", "10 handed over that never left")]


def test_pieces_broken_at_the_door_come_back_into_the_pending_zone_and_are_nobodys() -> None:
    """A9, D3, D4"""
    broken = SIGNED_FOR.model_copy(update={"delivered": (pieces(9),), "damaged": (pieces(1),)})
    noted = DELIVERED.model_copy(update={"delivered": (pieces(9),)})
    back = GoodsReturned(
        at=T0,
        contract_no=NO,
        return_no="R1-P",
        line_no=1,
        sku="TC-1",
        name="抛釉砖",
        quantity=1,
        returned_on=date(2026, 3, 4),
        reason="客户拒收：破损",
        broken=True,
    )
    aside = KEPT.model_copy(update={"quantity": 1, "held_for": None, "pending": True})
    at_the_door = (*GONE, broken, noted, damaged("PS1", "delivery"))
    assert found(*at_the_door) == []
    assert found(*at_the_door, back, moved("returned", ((), (aside,)), (0, 1), 3)) == []


def test_pieces_broken_at_the_door_and_deposited_ones_stay_accounted_for() -> None:
    """A9, D4, B14: a deposited piece that leaves with a crew again is not counted twice."""
    broken = SIGNED_FOR.model_copy(update={"delivered": (pieces(9),), "damaged": (pieces(1),)})
    noted = DELIVERED.model_copy(update={"delivered": (pieces(9),)})
    report = damaged("PS1", "delivery")
    assert found(*GONE, broken, noted, report) == []
    deposit = DeliveryFailed(
        at=T0,
        job_id=JOB,
        contract_no=NO,
        crew="S1",
        leader="li.zq",
        cause="客户不在",
        goods="deposited",
        consent_by="he.jx",
        window_ends=T0,
        lines=(pieces(10),),
    )
    assert found(*GONE, deposit) == []
    assert found(*GONE, deposit, LEFT, SIGNED_FOR, DELIVERED) == []


def test_what_contract_and_warehouse_do_not_tell_alike_is_named_since_when() -> None:
    """A9: the contract never heard of four pieces; the card keeps other pieces than the goods say."""
    six = NOTED.model_copy(update={"quantity": 6})
    assert found(SIGNED, EXPECTED, ARRIVED, CARD_IN, six) == [
        ("pieces", "6 noted by the contract, 10 kept by the warehouse", "GoodsArrived")
    ]
    assert found(SIGNED, EXPECTED, ARRIVED, NOTED) == [("pieces", "10 here, 0 held on the card", "GoodsArrived")]
    short = EXPECTED.model_copy(update={"lines": (pieces(9),)})
    assert found(SIGNED, short) == [("pieces", "10 sold, 9 expected by the warehouse", "ContractSigned")]


def test_what_was_wrong_in_between_and_is_right_now_is_no_finding() -> None:
    """A9: since when means: and until now."""
    assert traced(NO, story(SIGNED, EXPECTED, ARRIVED, CARD_IN, NOTED)) == []


def at_the_door(fen: int, owed: int) -> tuple[CashCollected, PaymentNoted]:
    """What a crew collected after all of `HOME`, and the contract's note of it."""
    on = date(2026, 3, 3)
    collected = CashCollected(at=T0, on=on, crew="S1", job_id=JOB, amount_fen=fen, on_vehicle_fen=fen)
    number = f"{OF_CREWS}e{len(HOME) + 1}"
    told = {"at": T0, "contract_no": NO, "payment_id": number, "amount_fen": fen, "method": "cash"}
    return collected, PaymentNoted.model_validate({**told, "received_by": "li.zq", "owed_fen": owed})


def test_each_collection_at_the_door_is_noted_once_by_the_contract() -> None:
    """A12, B13"""
    collected, paid = at_the_door(50_000, owed=0)
    assert found(*HOME, collected, paid) == []
    assert found(*HOME, collected) == [
        ("money", "50000 fen collected at the door, 0 noted by the contract", "CashCollected")
    ]
    wrong = paid.model_copy(update={"owed_fen": 1})
    assert found(*HOME, collected, wrong) == [("money", "0 fen owed, 1 said", "PaymentNoted")]


def test_a_collection_that_the_contract_noted_twice_is_named() -> None:
    """A12, X7: the contract's own sums agree with one another, and not with the vehicle."""
    collected, paid = at_the_door(20_000, owed=30_000)
    assert found(*HOME, collected, paid) == []
    again = paid.model_copy(update={"owed_fen": 10_000})
    assert found(*HOME, collected, paid, again) == [
        ("money", "20000 fen collected at the door, 40000 noted by the contract", "PaymentNoted")
    ]


PAID = PaymentNoted(
    at=T0, contract_no=NO, payment_id="SJ1", amount_fen=52_000, method="transfer", received_by="su.kj", owed_fen=0
)
MONEY_BACK = ReturnRefunded(
    at=T0, contract_no=NO, refund_id="TK1", line_no=0, quantity=0, refund_fen=2_000, owed_fen=0, reason="多收"
)


def test_more_than_was_overpaid_is_not_paid_back() -> None:
    """A12: 20.00 were too much; the 1.00 beyond it is named, whatever the contract says is owed then."""
    assert found(*HOME, PAID, MONEY_BACK) == []
    more = MONEY_BACK.model_copy(update={"refund_fen": 2_100, "owed_fen": 100})
    assert found(*HOME, PAID, more) == [("money", "100 fen paid back too much", "ReturnRefunded")]


def test_of_a_cancelled_contract_no_more_goes_back_than_was_paid() -> None:
    """A6, A12"""
    cancelled = ContractCancelled(
        at=T0, contract_no=NO, store_code="S01", customer=MA, lines=(TILES,), paid_fen=52_000, reason="退房"
    )
    all_of_it = MONEY_BACK.model_copy(update={"refund_fen": 52_000})
    assert found(SIGNED, EXPECTED, PAID, cancelled, all_of_it) == []
    again = MONEY_BACK.model_copy(update={"refund_id": "TK2", "refund_fen": 1})
    assert found(SIGNED, EXPECTED, PAID, cancelled, all_of_it, again) == [
        ("money", "1 fen paid back too much", "ReturnRefunded")
    ]


def test_how_much_of_a_refund_goes_back_is_reckoned_again() -> None:
    """A12, B15: nothing was paid, so nothing goes back; older events do not say."""
    piece = MONEY_BACK.model_copy(update={"line_no": 1, "quantity": 1, "refund_fen": 5_000, "owed_fen": 45_000})
    assert (
        found(SIGNED, EXPECTED, piece) == found(SIGNED, EXPECTED, piece.model_copy(update={"paid_back_fen": 0})) == []
    )
    said = piece.model_copy(update={"paid_back_fen": 5_000})
    assert found(SIGNED, EXPECTED, said) == [("money", "0 fen go back, 5000 said", "ReturnRefunded")]


def test_refunds_of_pieces_lower_what_is_owed_and_money_alone_goes_back() -> None:
    """A12, B15"""
    refund = ReturnRefunded(
        at=T0,
        contract_no=NO,
        refund_id="TK1",
        line_no=1,
        quantity=1,
        refund_fen=5_000,
        owed_fen=45_000,
        reason="不要",
    )
    account = Account(NO)
    for fact, meta in story(SIGNED, refund):
        account.fold(fact, meta)
    assert (account.balance_fen, next(account.differences()).en) == (45_000, "10 sold, 0 expected by the warehouse")


def test_a_card_with_a_gap_or_pieces_that_do_not_lie_there_is_wrong_after_that_very_move() -> None:
    """D6"""
    books = Books()
    there = KEPT.model_copy(update={"held_for": None})
    jump = moved("issued", ((there.model_copy(update={"bin": "B9", "quantity": 3}),), ()), (12, 9), 3)
    for fact, meta in story(moved("received", ((), (there,)), (0, 10), 1), jump):
        books.fold(fact, meta)
    assert [(one.what, one.since.id) for one in books.findings] == [
        ("continuous", "e2"),
        ("below 0", "e2"),
        ("balance", "e2"),
    ]


def test_cash_on_a_vehicle_is_what_was_collected_and_not_handed_in() -> None:
    """B16"""
    books = Books()
    on = date(2026, 3, 3)
    collected = CashCollected(at=T0, on=on, crew="S1", job_id=JOB, amount_fen=500, on_vehicle_fen=500)
    paid = CashHandedIn(at=T0, on=on, crew="S1", amount_fen=500, on_vehicle_fen=0, received_by="su.kj")
    for fact, meta in story(collected, paid.model_copy(update={"on_vehicle_fen": 100})):
        books.fold(fact, meta)
    assert [(one.where, one.since.id) for one in books.findings] == [("2026-03-03 S1", "e2")]
    again = Books()
    for fact, meta in story(collected, paid):
        again.fold(fact, replace(meta, subject="run:2026-03-03:S1"))
    assert again.findings == []
