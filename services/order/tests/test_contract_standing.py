"""Row `contracts`: where a contract stands, what is still to be done for it, and the customer file."""

from datetime import date, timedelta
from typing import Any

import pytest
from order_rows import document_of
from order_story import (
    ALL_IN,
    LOADED,
    NOW,
    NUMBER,
    SYSTEM,
    TILES,
    delivered,
    goods_in,
    installed,
    line,
    paid,
    pieces,
    signed,
)

from order.contract.aggregate import CONTRACT, evolve
from order.contract.delays import AcceptError, ExplainDelay, FollowUp, HandOver, NotePost, ReportDelay
from order.contract.fulfilment import NoteFailedDelivery
from order.contract.goods import NoteDamage, NoteReturn
from order.contract.heard import CONTRACT_FILES, ContractFile
from order.contract.logistics import AnnounceShipment, NoticeDelay
from order.contract.money import RefundReturn
from order.contract.promise import PostponeDelivery, WarnOfPromise
from order.contract.row import CONTRACTS, state_of
from order.contract.state import INITIAL
from order.contract.terms import AmendContract, CancelContract
from order.views import contract_detail, customer_file, customers_of, shipping_form, why_in_words
from runtime.decision import Command, Rejected

CANCEL = CancelContract(contract_no=NUMBER, reason="退房")
STORE_ERROR = ReportDelay(contract_no=NUMBER, fault="store", reason="尺寸写错")
REACHED = ExplainDelay(contract_no=NUMBER, delay_id="H1", result="reached")
HAND_OVER = HandOver(contract_no=NUMBER, delay_id="H1", reason="门店写错")
ACCEPT = AcceptError(contract_no=NUMBER, delay_id="H1")
SETTLED = FollowUp(contract_no=NUMBER, delay_id="H1", note="已改", settled=True)
POSTED = NotePost(contract_no=NUMBER)
BROKEN = WarnOfPromise(promised_on=signed().promised_on)
LATE_LINE = NoticeDelay.model_validate(
    {
        "contract_no": NUMBER,
        "line_no": 1,
        "sku": "WC-101",
        "waybill": "YD0001",
        "carrier": "德邦",
        "eta": "2026-03-15",
        "reason": "雨",
    }
)


def row(*commands: Command, first: Any = None) -> Any:
    """The row after a contract was signed and these commands were taken."""
    event = first or signed()
    state, events = evolve(INITIAL, event), [event]
    for command in commands:
        decision = CONTRACT.decide(command, state, SYSTEM)
        assert not isinstance(decision, Rejected), decision.zh
        for told in decision:
            state = evolve(state, told)
            events.append(told)
    return document_of(*events)


def shown(*commands: Command) -> ContractFile:
    """All that is known of it, as pages show it."""
    return CONTRACT_FILES.read(row(*commands))


@pytest.mark.parametrize(
    ("commands", "state", "todo"),
    [
        ((), "waiting", []),
        (ALL_IN, "complete", []),
        ((*ALL_IN, LOADED), "loaded", []),
        ((*ALL_IN, LOADED, delivered(pieces(1, 1))), "partly_delivered", ["installation", "rest"]),
        ((*ALL_IN, LOADED, delivered()), "delivered", ["payment", "installation"]),
        ((*ALL_IN, LOADED, delivered(), paid()), "delivered", ["installation"]),
        ((*ALL_IN, LOADED, delivered(), installed(), paid()), "fulfilled", []),
        ((CANCEL,), "cancelled", []),
        ((paid(200), CANCEL), "cancelled", ["refund"]),
        ((BROKEN,), "waiting", ["promise_broken"]),
        ((STORE_ERROR,), "waiting", ["delay_post", "delay_call"]),
        ((STORE_ERROR, POSTED), "waiting", ["delay_call"]),
        ((STORE_ERROR, POSTED, REACHED), "waiting", []),
        ((STORE_ERROR, POSTED, REACHED, HAND_OVER), "waiting", ["store_accept"]),
        ((STORE_ERROR, POSTED, REACHED, HAND_OVER, ACCEPT), "waiting", ["store_follow_up"]),
        ((STORE_ERROR, POSTED, REACHED, HAND_OVER, ACCEPT, SETTLED), "waiting", []),
    ],
)
def test_where_a_contract_stands_and_what_is_still_to_be_done(
    commands: tuple[Command, ...], state: str, todo: list[str]
) -> None:
    """A4-A8"""
    document = row(*commands)
    order = CONTRACTS.read(document)
    assert (state_of(order), list(order.todo)) == (state, todo)
    assert set(document["row"]["tags"]) >= {state, *todo}


def test_goods_that_came_back_are_loaded_no_longer() -> None:
    """A6, B14"""
    back = NoteFailedDelivery(contract_no=NUMBER, job_id=f"D-{NUMBER}", cause="不在家", goods="returned")
    order = shown(*ALL_IN, LOADED, back)
    assert (state_of(order.row), [failure.cause for failure in order.failures]) == ("complete", ["不在家"])


def test_a_refunded_cancellation_has_nothing_left_to_do() -> None:
    """A6, B15"""
    back = RefundReturn(contract_no=NUMBER, refund_id="TK-1", refund_fen=200, reason="退房")
    order = shown(paid(200), CANCEL, back)
    assert order.cancelled is not None
    assert (order.row.todo, order.cancelled.refund_fen, order.row.refunded_fen) == ((), 200, 200)


ANNOUNCED = AnnounceShipment.model_validate(
    {
        "contract_no": NUMBER,
        "line_no": 1,
        "sku": "WC-101",
        "quantity": 2,
        "waybill": "YD0001",
        "carrier": "德邦",
        "eta": "2026-03-11",
    }
)
DAMAGED = NoteDamage(contract_no=NUMBER, line_no=1, damage_id="d", quantity=1, in_warehouse=True)


@pytest.mark.parametrize(
    ("commands", "why"),
    [
        ((), ("not_shipped", None)),
        ((ANNOUNCED,), ("on_the_way", "2026-03-11")),
        ((ANNOUNCED, LATE_LINE), ("delayed", "2026-03-15")),
        ((goods_in(1, 1),), ("partly_arrived", None)),
        ((goods_in(1, 2), DAMAGED), ("damaged", None)),
        ((goods_in(1, 2),), None),
    ],
)
def test_why_a_line_is_not_complete_and_when_it_is_expected(
    commands: tuple[Command, ...], why: tuple[str, str | None] | None
) -> None:
    """A3"""
    told = why_in_words(CONTRACTS.read(row(*commands)).lines[0])
    assert (None if told is None else (told.code, told.eta and told.eta.isoformat())) == why
    assert told is None or (told.zh and told.en)


def test_an_amendment_is_shown_with_who_why_and_what() -> None:
    """A6"""
    change = AmendContract(
        contract_no=NUMBER,
        reason="客户加购",
        add=(line(3),),
        change=(TILES.model_copy(update={"quantity": 1}),),
        remove=(1,),
        amount_due_fen=900,
    )
    order = shown(goods_in(2, 3), paid(200), change)
    assert [one.model_dump(mode="json") for one in order.amendments] == [
        {
            "at": NOW.isoformat(),
            "by": "liang.my",
            "reason": "客户加购",
            "added": [3],
            "changed": [2],
            "removed": [1],
            "terms": ["amount_due_fen"],
        }
    ]
    assert [(one.line_no, one.missing, one.excess) for one in order.row.lines] == [(2, 0, 2), (3, 1, 0)]
    assert ([one.line_no for one in order.row.removed_lines], order.row.owed_fen) == ([1], 700)


def test_another_customer_is_found_by_his_own_number_and_no_longer_by_the_old_one() -> None:
    """A1, A6"""
    moved = signed().customer.model_copy(update={"name": "李雷", "phone": "139-2222-3333"})
    order = CONTRACTS.read(row(AmendContract(contract_no=NUMBER, reason="更正", customer=moved)))
    assert (order.phone, list(order.search)) == (
        "13922223333",
        sorted(["HT26030001", "26030001", "李雷", "13922223333", "3333"]),
    )


def test_a_consent_is_shown_with_the_date_before_and_heals_a_warning() -> None:
    """A8"""
    consent = PostponeDelivery.model_validate(
        {
            "contract_no": NUMBER,
            "promised_on": "2026-03-20",
            "consented_by": "马娜",
            "consented_how": "phone",
            "reason": "装修未完",
        }
    )
    order = shown(BROKEN, consent)
    told = order.postponements[0].model_dump(mode="json")
    assert (order.row.promised_on, order.row.promise_broken, told["from"], told["to"], told["late"]) == (
        date(2026, 3, 20),
        False,
        "2026-03-12",
        "2026-03-20",
        False,
    )


def test_the_detail_shows_the_warranty_of_each_line() -> None:
    """A7"""
    detail = contract_detail(shown(*ALL_IN, delivered(), installed(), paid()), "manager").model_dump(mode="json")
    assert [one["warranty"] for one in detail["lines"]] == [
        {"starts_on": "2026-03-09", "ends_on": "2028-03-09"},
        {"starts_on": "2026-03-09", "ends_on": "2028-03-09"},
    ]
    assert (detail["fulfilled_on"], detail["owed_fen"], detail["accepted_by"]) == ("2026-03-09", 0, "马娜")


def test_the_shipping_form_notes_what_is_missing_and_what_was_signed_for() -> None:
    """A8"""
    form = shipping_form(shown(ANNOUNCED, goods_in(2, 3), delivered(pieces(2, 3))).row, "cs_specialist")
    assert [(one.name, one.spec, one.quantity, one.notes) for one in form.lines] == [
        ("连体坐便器", "700x390x650", 2, "缺 2：已发货（德邦），预计 2026-03-11"),
        ("连体坐便器", "700x390x650", 3, "已签收"),
    ]


def other(number: str, phone: str, days: int) -> ContractFile:
    contract = signed()
    document = row(
        first=contract.model_copy(
            update={
                "contract_no": number,
                "signed_on": contract.signed_on + timedelta(days=days),
                "customer": contract.customer.model_copy(update={"phone": phone, "name": f"马{days}"}),
            }
        )
    )
    return CONTRACT_FILES.read(document)


def test_contracts_of_one_number_are_one_customer_as_the_latest_names_him() -> None:
    """A1, C18"""
    contracts = [other("HT26030001", "13800001111", 0), other("HT26030002", "13800001111", 9)]
    others = [other("HT26030003", "13900001111", 1)]
    listed = customers_of([one.row for one in (*contracts, *others)], "warehouse")
    assert [(one.id, one.contracts, one.open, one.customer.phone) for one in listed] == [
        ("HT26030001", 2, 2, "138****1111"),
        ("HT26030003", 1, 1, "139****1111"),
    ]
    file = customer_file(contracts, "cs_specialist")
    assert (file.customer.name, [one.contract_no for one in file.history], file.owed_fen) == (
        "马9",
        ["HT26030002", "HT26030001"],
        1000,
    )


def test_the_history_of_a_customer_shows_what_happened_in_each_contract() -> None:
    """A1, A4, A7"""
    done = shown(STORE_ERROR, *ALL_IN, delivered(), installed(), paid())
    entry = customer_file([done], "cs_specialist").history[0]
    assert (entry.state, entry.fulfilled_on, len(entry.delays), len(entry.warranties)) == (
        "fulfilled",
        date(2026, 3, 9),
        1,
        2,
    )


def test_a_piece_broken_at_the_door_is_damaged_outside_until_it_is_brought_back() -> None:
    """D3, D4, A9: damaged in the warehouse from then on, as the warehouse's own row says, and still owed."""
    outside = NoteDamage(contract_no=NUMBER, line_no=1, damage_id="d1", quantity=1, in_warehouse=False)
    back = NoteReturn(
        contract_no=NUMBER, return_id="r1", line_no=1, quantity=1, returned_on=date(2026, 3, 9), broken=True
    )
    told = delivered(pieces(1, 1)).model_copy(update={"damaged": (pieces(1, 1),)})

    def said(*commands: Command) -> tuple[int, ...]:
        file = shown(*ALL_IN, LOADED, told, outside, *commands)
        detail = contract_detail(file, "manager").lines[0]
        return (detail.damaged, detail.damaged_outside, detail.returned, detail.owed)

    assert said() == (0, 1, 0, 1)
    assert said(back) == (1, 0, 1, 1)
