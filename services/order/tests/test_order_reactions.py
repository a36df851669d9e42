"""What the other services tell a contract."""

from datetime import UTC, date, datetime

import pytest

from contracts.dispatch_jobs import DeliveryCompleted, DeliveryDeparted, DeliveryFailed, InstallationCompleted
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_runs import CashCollected, RunLoaded, RunStop
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, GoodsLine
from contracts.inventory import DamageReported, GoodsArrived, GoodsExpected, GoodsReleased, GoodsReturned, Place
from contracts.notify import CallMade, MessageSent
from order.contract.delays import ExplainDelay, NotePost
from order.contract.fulfilment import NoteDelivery, NoteFailedDelivery, NoteInstallation, NoteLoading
from order.contract.goods import NoteDamage, NoteGoods, NoteRelease, NoteReturn
from order.contract.money import NotePayment
from order.reactions import REACTIONS
from runtime.decision import Ask

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
META = Meta("e", "", "/songda/inventory", "goods:HT26030001", NOW, 1, "c", "c", "mai.gh", 0)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")


def asks(event: Fact) -> list[Ask]:
    return [ask for reaction in REACTIONS for ask in reaction.react(event, META)]


def test_goods_that_arrived_are_noted_at_their_own_time() -> None:
    """A3, X1"""
    arrived = GoodsArrived(
        at=NOW,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=2,
        waybill="YD0001",
        arrived_on=date(2026, 3, 12),
    )
    note = NoteGoods(
        at=NOW, contract_no="HT26030001", line_no=1, quantity=2, waybill="YD0001", arrived_on=date(2026, 3, 12)
    )
    assert asks(arrived) == [Ask("contract:HT26030001", note)]


@pytest.mark.parametrize(
    ("found", "in_warehouse"),
    [("inbound", True), ("loading", True), ("delivery", False), ("installation", False)],
)
def test_damage_is_noted_with_whether_the_goods_had_left(found: Place, *, in_warehouse: bool) -> None:
    """D4"""
    damaged = DamageReported(
        at=NOW,
        damage_id="d1",
        contract_no="HT26030001",
        customer=CUSTOMER,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found=found,
        fault="unknown",
        photos=(),
        note="",
    )
    note = NoteDamage(
        at=NOW, contract_no="HT26030001", line_no=1, damage_id="d1", quantity=1, in_warehouse=in_warehouse
    )
    assert asks(damaged) == [Ask("contract:HT26030001", note)]


def test_what_is_expected_concerns_no_contract() -> None:
    """A3"""
    assert asks(GoodsExpected(at=NOW, contract_no="HT26030001", customer=CUSTOMER, lines=())) == []


NO = "HT26030001"
CONTRACT = f"contract:{NO}"
PIECES = (GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2),)


def test_released_pieces_count_for_the_contract_no_longer() -> None:
    """A6"""
    released = GoodsReleased(at=NOW, contract_no=NO, lines=PIECES, reason="合同变更")
    note = NoteRelease(at=NOW, contract_no=NO, release_id="e", lines=PIECES, reason="合同变更")
    assert asks(released) == [Ask(CONTRACT, note)]
    assert asks(released.model_copy(update={"lines": ()})) == []


def test_pieces_that_are_back_are_noted() -> None:
    """B14, B15"""
    returned = GoodsReturned(
        at=NOW,
        contract_no=NO,
        return_no="R1",
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=2,
        returned_on=date(2026, 3, 12),
        reason="拒收",
    )
    note = NoteReturn(at=NOW, contract_no=NO, return_id="e", line_no=1, quantity=2, returned_on=date(2026, 3, 12))
    assert asks(returned) == [Ask(CONTRACT, note)]
    broken = returned.model_copy(update={"broken": True})
    assert asks(broken) == [Ask(CONTRACT, note.model_copy(update={"broken": True}))]


def test_a_loaded_run_is_noted_by_each_of_its_contracts_once_and_by_no_visit() -> None:
    """A6, B11"""
    stops = tuple(
        RunStop(job_id=job, contract_no=no, half="am", position=position, lines=PIECES)
        for position, (job, no) in enumerate(
            (("D-HT26030002", "HT26030002"), (f"D-{NO}", NO), (f"D-{NO}", NO), ("V-T1-1", "HT26030003")), 1
        )
    )
    loaded = RunLoaded(
        at=NOW,
        on=date(2026, 3, 12),
        crew="S1",
        counted=stops,
        leader_signed="李志强",
        warehouse_signed="麦国华",
        settlement=None,
    )
    assert asks(loaded) == [
        Ask(f"contract:{no}", NoteLoading(at=NOW, contract_no=no, run="2026-03-12:S1", part=1))
        for no in (NO, "HT26030002")
    ]


def test_a_departed_delivery_is_loaded() -> None:
    """A6"""
    departed = DeliveryDeparted(at=NOW, job_id=f"D-{NO}", crew="S1", vehicle="粤E·7K352")
    assert asks(departed) == [Ask(CONTRACT, NoteLoading(at=NOW, contract_no=NO, run=f"D-{NO}", part=1))]
    assert asks(departed.model_copy(update={"job_id": "V-T1-1"})) == []


def test_a_delivery_is_noted_with_what_was_taken_and_what_was_refused() -> None:
    """A7, B13"""
    completed = DeliveryCompleted(
        at=NOW,
        job_id=f"D-{NO}",
        contract_no=NO,
        customer=CUSTOMER,
        crew="S1",
        leader="李志强",
        delivered=PIECES,
        refused=PIECES,
        lines=(),
        signed_by="马娜",
        signature_ref="",
        taught_use=True,
        cash_fen=0,
        window_ends=NOW,
        install_due=None,
    )
    note = NoteDelivery(at=NOW, contract_no=NO, job_id=f"D-{NO}", delivered=PIECES, refused=PIECES, signed_by="马娜")
    assert asks(completed) == [Ask(CONTRACT, note)]


def test_what_a_customer_collected_is_noted_as_delivered() -> None:
    """A11"""
    picked = PickedUp(
        at=NOW,
        job_id=f"D-{NO}-2",
        contract_no=NO,
        customer=CUSTOMER,
        list_no="ZT-1",
        delivered=PIECES,
        lines=(),
        collected_by="马娜",
        identity="身份证尾号 1234",
        signature_ref="ZT-1",
        taught_use=True,
        handed_by="mai.gh",
        install_due=None,
    )
    note = NoteDelivery(at=NOW, contract_no=NO, job_id=f"D-{NO}-2", delivered=PIECES, signed_by="马娜")
    assert asks(picked) == [Ask(CONTRACT, note)]


def test_a_failed_delivery_is_noted_with_where_the_goods_are() -> None:
    """B14"""
    failed = DeliveryFailed(
        at=NOW,
        job_id=f"D-{NO}",
        contract_no=NO,
        crew="S1",
        leader="李志强",
        cause="客户不在家",
        goods="returned",
        consent_by="何洁欣",
        window_ends=NOW,
    )
    note = NoteFailedDelivery(at=NOW, contract_no=NO, job_id=f"D-{NO}", cause="客户不在家", goods="returned")
    assert asks(failed) == [Ask(CONTRACT, note)]


def test_an_installation_is_noted_with_who_accepted_it() -> None:
    """A7, B10"""
    completed = InstallationCompleted(
        at=NOW,
        job_id=f"I-{NO}",
        contract_no=NO,
        crew="A1",
        leader="黄伟业",
        accepted_by="马娜",
        note="",
        due=None,
    )
    note = NoteInstallation(at=NOW, contract_no=NO, job_id=f"I-{NO}", accepted_by="马娜")
    assert asks(completed) == [Ask(CONTRACT, note)]


@pytest.mark.parametrize(
    ("job_id", "amount_fen", "noted"), [(f"D-{NO}", 500, True), ("V-T1-1", 500, False), (f"D-{NO}", 0, False)]
)
def test_money_collected_at_the_door_is_paid_on_the_contract(job_id: str, amount_fen: int, *, noted: bool) -> None:
    """A7, B13"""
    collected = CashCollected(
        at=NOW, on=date(2026, 3, 12), crew="S1", job_id=job_id, amount_fen=amount_fen, on_vehicle_fen=500
    )
    note = NotePayment(
        at=NOW,
        contract_no=NO,
        payment_id="cash-e",
        amount_fen=500,
        method="cash",
        received_by="mai.gh",
        note="S1",
    )
    assert asks(collected) == ([Ask(CONTRACT, note)] if noted else [])


@pytest.mark.parametrize(
    ("change", "noted"),
    [({}, True), ({"topic": "plan"}, False), ({"topic": "delay", "subject": "day:main:2026-03-12"}, False)],
)
def test_a_post_about_a_delay_is_noted_by_the_delay(change: dict[str, str], *, noted: bool) -> None:
    """A4, K1"""
    sent = MessageSent(
        at=NOW,
        message_id="m",
        attempt=1,
        provider_ref="1",
        channel="group",
        topic="delay",
        ref="1-YD0001",
        subject=CONTRACT,
    ).model_copy(update=change)
    note = NotePost(at=NOW, contract_no=NO, delay_id="1-YD0001", note="品牌群")
    assert asks(sent) == ([Ask(CONTRACT, note)] if noted else [])


@pytest.mark.parametrize(("purpose", "noted"), [("delay_explained", True), ("booking", False)])
def test_an_explanation_call_is_noted_with_its_result(purpose: str, *, noted: bool) -> None:
    """A4"""
    made = CallMade.model_validate(
        {
            "at": NOW,
            "call_id": "c",
            "purpose": purpose,
            "subject": CONTRACT,
            "result": "not_reached",
            "note": "没人接",
            "called_by": "liang.my",
            "next_at": None,
        }
    )
    note = ExplainDelay(at=NOW, contract_no=NO, result="not_reached", note="没人接", called_by="liang.my")
    assert asks(made) == ([Ask(CONTRACT, note)] if noted else [])
