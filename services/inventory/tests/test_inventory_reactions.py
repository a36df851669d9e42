"""What contracts, plans and departures make the warehouse do."""

from datetime import UTC, date, datetime

from contracts.dispatch_days import DayPublished, Slot
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_road import PiecesRefused
from contracts.dispatch_runs import RunDeparted, RunStop
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, JobKind, Window
from contracts.inventory import PickStop
from contracts.inventory_stock import StockListLine
from contracts.order import ArrivalReported, ContractAmended, ContractCancelled, ContractSigned
from contracts.service_desk_repairs import PartsApproved, PartsRouted
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import AmendGoods, CloseGoods, ExpectGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.loan import AskLoan
from inventory.picklist import IssuePickList
from inventory.reactions import REACTIONS
from inventory.stock_list import MakeStockList
from runtime.decision import Ask

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
META = Meta("e", "", "/songda/order", "contract:HT26030001", NOW, 1, "c", "c", "he.jx", 0)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
SOLD = ContractLine(
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    spec="",
    category="卫浴",
    quantity=2,
    unit_price_fen=100,
    to_install=True,
)
GOODS = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2)
ARRIVAL = ArrivalReported(
    at=NOW,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=2,
    waybill="YD0001",
    carrier="顺途专线",
    arrived_on=date(2026, 3, 9),
)


def asks(event: Fact) -> list[Ask]:
    return [ask for reaction in REACTIONS for ask in reaction.react(event, META)]


def receive(at: datetime, arrived_on: date) -> list[Ask]:
    command = ReceiveGoods(
        at=at,
        contract_no="HT26030001",
        line_no=1,
        sku="WC-100",
        quantity=2,
        waybill="YD0001",
        arrived_on=arrived_on,
        told_by="file",
    )
    return [Ask("goods:HT26030001", command)]


def test_a_signed_contract_is_expected() -> None:
    """A1"""
    signed = ContractSigned(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        store_name="南海店",
        signed_on=date(2026, 2, 8),
        customer=CUSTOMER,
        promised_on=date(2026, 3, 10),
        amount_due_fen=0,
        lines=(SOLD,),
    )
    expect = ExpectGoods(at=NOW, contract_no="HT26030001", customer=CUSTOMER, lines=(GOODS,))
    assert asks(signed) == [Ask("goods:HT26030001", expect)]


def test_more_lines_of_a_contract_are_expected() -> None:
    """A6"""
    amended = ContractAmended(at=NOW, contract_no="HT26030001", added=(SOLD,), reason="客户加单")
    expect = ExpectGoods(at=NOW, contract_no="HT26030001", customer=None, lines=(GOODS,))
    assert asks(amended) == [Ask("goods:HT26030001", expect)]


def test_an_arrival_in_the_file_is_received_at_the_start_of_its_own_day() -> None:
    """A2, X1"""
    assert asks(ARRIVAL) == receive(datetime(2026, 3, 8, 16, 0, tzinfo=UTC), date(2026, 3, 9))


def test_an_arrival_dated_ahead_is_received_when_it_is_told() -> None:
    """A2"""
    ahead = date(2026, 3, 14)
    assert asks(ARRIVAL.model_copy(update={"arrived_on": ahead})) == receive(NOW, ahead)


def slot(kind: JobKind, contract_no: str) -> Slot:
    return Slot(
        job_id=f"{kind[0].upper()}-{contract_no}",
        kind=kind,
        contract_no=contract_no,
        crew="S1",
        half="am",
        position=1,
        window=Window(starts=NOW, ends=NOW),
        volume_l=900,
        lines=(GOODS,),
    )


def test_a_published_plan_lists_for_picking_what_is_delivered_and_nothing_else() -> None:
    """B4, E5"""
    published = DayPublished(
        at=NOW,
        depot="main",
        on=date(2026, 3, 13),
        version=2,
        due=NOW,
        stops=(slot("delivery", "HT26030001"), slot("installation", "HT26030002"), slot("visit", "HT26030003")),
        crews=(),
    )
    stop = PickStop(job_id="D-HT26030001", contract_no="HT26030001", crew="S1", half="am", position=1, lines=(GOODS,))
    issue = IssuePickList(at=NOW, depot="main", on=date(2026, 3, 13), version=2, stops=(stop,))
    assert asks(published) == [Ask("picklist:main:2026-03-13", issue)]


def test_what_a_customer_collects_is_issued_by_the_pick_up_list() -> None:
    """A11, B9, D8"""
    picked = PickedUp(
        at=NOW,
        job_id="D-HT26030001",
        contract_no="HT26030001",
        customer=CUSTOMER,
        list_no="ZT-1",
        delivered=(GOODS,),
        lines=(SOLD,),
        collected_by="马娜",
        identity="身份证尾号 1234",
        signature_ref="ZT-1",
        taught_use=True,
        handed_by="mai.gh",
        install_due=None,
    )
    issue = IssueGoods(at=NOW, contract_no="HT26030001", list_no="ZT-1", lines=(GOODS,), partial=True)
    assert asks(picked) == [Ask("goods:HT26030001", issue)]


def test_a_departure_issues_the_goods_of_each_contract_by_the_runs_list() -> None:
    """B9, D8"""
    floor = GoodsLine(line_no=2, sku="FL-101", name="实木复合", quantity=5)
    departed = RunDeparted(
        at=NOW,
        on=date(2026, 3, 13),
        crew="S1",
        leader="li.zq",
        vehicle="粤E·7K352",
        job_ids=("D-HT26030001", "D-HT26030002", "X"),
        list_no="SY-1",
        stops=(
            RunStop(job_id="D-HT26030001", contract_no="HT26030001", half="am", position=1, lines=(GOODS,)),
            RunStop(job_id="D-HT26030002", contract_no="HT26030002", half="am", position=2, lines=(floor,)),
            RunStop(job_id="X", contract_no="HT26030001", half="pm", position=1, lines=(GOODS, floor)),
        ),
    )
    assert asks(departed) == [
        Ask(
            "goods:HT26030001",
            IssueGoods(
                at=NOW,
                contract_no="HT26030001",
                list_no="SY-1",
                lines=(GOODS.model_copy(update={"quantity": 4}), floor),
                partial=True,
            ),
        ),
        Ask(
            "goods:HT26030002",
            IssueGoods(at=NOW, contract_no="HT26030002", list_no="SY-1", lines=(floor,), partial=True),
        ),
    ]


def test_an_amended_contract_is_expected_as_it_is_now() -> None:
    """A6"""
    amended = ContractAmended(
        at=NOW, contract_no="HT26030001", added=(), removed=(2,), lines=(SOLD,), customer=CUSTOMER, reason="减一行"
    )
    amend = AmendGoods(at=NOW, contract_no="HT26030001", customer=CUSTOMER, lines=(GOODS,), reason="减一行")
    assert asks(amended) == [Ask("goods:HT26030001", amend)]


def test_nothing_is_kept_for_a_cancelled_contract() -> None:
    """A6"""
    cancelled = ContractCancelled(
        at=NOW,
        contract_no="HT26030001",
        store_code="S02",
        customer=CUSTOMER,
        lines=(SOLD,),
        paid_fen=0,
        reason="退单",
    )
    close = CloseGoods(at=NOW, contract_no="HT26030001", reason="退单")
    assert asks(cancelled) == [Ask("goods:HT26030001", close)]


def failed(goods: str) -> DeliveryFailed:
    return DeliveryFailed.model_validate(
        {
            "at": NOW,
            "job_id": "D-HT26030001",
            "contract_no": "HT26030001",
            "crew": "S1",
            "leader": "li.zq",
            "cause": "客户不在家",
            "goods": goods,
            "consent_by": "he.jx",
            "window_ends": NOW,
        }
    )


def back(reason: str, lines: tuple[GoodsLine, ...] = ()) -> list[Ask]:
    command = ReturnGoods(
        at=NOW,
        contract_no="HT26030001",
        return_no="D-HT26030001#1",
        lines=lines,
        returned_on=date(2026, 3, 12),
        reason=reason,
        told_by="run",
        keep=True,
        crew="S1",
    )
    return [Ask("goods:HT26030001", command)]


def test_goods_of_a_failed_delivery_come_back_but_not_deposited_ones() -> None:
    """B14; and nothing of which nothing had left, by a corrected count (D16)."""
    assert (asks(failed("returned")), asks(failed("deposited"))) == (back("客户不在家"), [])
    none = GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=0)
    assert asks(failed("returned").model_copy(update={"lines": (none,)})) == []


def test_pieces_refused_at_the_door_come_back() -> None:
    """B13, B15"""
    completed = DeliveryCompleted(
        at=NOW,
        job_id="D-HT26030001",
        contract_no="HT26030001",
        customer=CUSTOMER,
        crew="S1",
        leader="li.zq",
        delivered=(),
        lines=(SOLD,),
        signed_by="马娜",
        signature_ref="",
        taught_use=True,
        cash_fen=0,
        window_ends=NOW,
        install_due=None,
        refused=(GOODS,),
    )
    assert asks(completed) == back("客户拒收", (GOODS,))


def test_a_part_that_the_warehouse_has_leaves_by_a_list_of_its_ticket() -> None:
    """C7, D8"""
    routed = PartsRouted(
        at=NOW,
        ticket_id="T-7",
        part_no="1",
        route="warehouse",
        sku="HDW-0033",
        name="铰链",
        quantity=2,
        in_stock=10,
        reference="",
        return_by=None,
        note="左门",
        asked_by="周建民",
    )
    make = MakeStockList(
        at=NOW,
        list_no="LL-T-7-1",
        purpose="repair",
        lines=(StockListLine(line_no=1, sku="HDW-0033", name="铰链", quantity=2),),
        ticket_id="T-7",
        receiver="周建民",
        note="左门",
    )
    assert asks(routed) == [Ask("stocklist:LL-T-7-1", make)]
    assert asks(routed.model_copy(update={"route": "purchase"})) == []
    assert asks(routed.model_copy(update={"name": ""})) == []
    (long,) = asks(routed.model_copy(update={"ticket_id": "T-" + "x" * 60}))
    assert len(long.aggregate_id) == len("stocklist:LL-") + 16


def test_a_showroom_piece_that_may_be_taken_is_lent_to_its_ticket() -> None:
    """C7, D12"""
    approved = PartsApproved(
        at=NOW,
        ticket_id="T-7",
        part_no="1",
        route="showroom_loan",
        sku="BTH-0421",
        name="门板",
        quantity=1,
        reference="",
        return_by=date(2026, 3, 20),
    )
    lend = AskLoan(
        at=NOW,
        loan_no="JY-T-7-1",
        sku="BTH-0421",
        name="门板",
        quantity=1,
        ticket_id="T-7",
        borrower="工单 T-7",
        purpose="维修借件",
        due_on=date(2026, 3, 20),
        approved_by="he.jx",
    )
    passed = approved.model_copy(update={"return_by": date(2026, 3, 11)})
    assert asks(approved) == [Ask("loan:JY-T-7-1", lend)]
    assert asks(passed) == [Ask("loan:JY-T-7-1", lend.model_copy(update={"due_on": None}))]


def test_pieces_refused_as_damaged_are_a_damage_report_and_undamaged_ones_come_back_otherwise() -> None:
    """B13, D4"""
    refused = PiecesRefused(
        at=NOW,
        job_id="D-HT26030001",
        contract_no="HT26030001",
        customer=CUSTOMER,
        crew="S1",
        leader="li.zq",
        lines=(GOODS,),
        damaged=True,
        reason="磕角",
        photos=("sha256:1",),
    )
    report = ReportDamage(
        at=NOW,
        contract_no="HT26030001",
        damage_id=f"D-HT26030001-{META.sequence}-1",
        line_no=1,
        quantity=GOODS.quantity,
        found="delivery",
        photos=("sha256:1",),
        note="磕角",
    )
    assert [asks(one) for one in (refused, refused.model_copy(update={"damaged": False}))] == [
        [Ask("goods:HT26030001", report)],
        [],
    ]
