"""What contracts, plans and departures make the warehouse do."""

from datetime import UTC, date, datetime

from contracts.decision import Ask
from contracts.dispatch import DayPublished, RunDeparted, RunStop, Slot
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, JobKind, Window
from contracts.inventory import PickStop
from contracts.order import ArrivalReported, ContractAmended, ContractSigned
from inventory.domain.goods import ExpectGoods, IssueGoods, ReceiveGoods
from inventory.domain.picklist import IssuePickList
from inventory.reactions import REACTIONS

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
