"""The papers that go with goods to the customer say lot and both units: 发货单, 签收单, 自提单 (A8, D13, D14)."""

import pytest
from dashboards_site import browser, site
from dashboards_story import (
    CUSTOMER,
    EARLIER,
    ON,
    booked,
    delivered,
    in_slot,
    line,
    opened,
    published_stop,
    rows_of,
    told,
)
from dashboards_story import window as window_of
from orders_story import signed
from test_products import TILE

from contracts.dispatch_jobs import DeliveryDeparted
from contracts.dispatch_pick_up import PickUpArranged
from contracts.fact import GoodsLine, LineLot
from contracts.inventory import GoodsArrived, GoodsExpected, GoodsIssued

SUPERVISOR, NUMBER, JOB = "tan.zw", "HT26030001", "D-HT26030001"
BOXED = told("product:WC-1", TILE.model_copy(update={"sku": "WC-1", "name": "坐便器"}))
TWO = GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)


def goods(event):
    return told(f"goods:{NUMBER}", event)


def arrived(lot: str, quantity: int):
    told_of = {"contract_no": NUMBER, "line_no": 1, "sku": "WC-1", "name": "坐便器", "waybill": f"YD{lot}"}
    return goods(GoodsArrived(at=EARLIER, **told_of, quantity=quantity, arrived_on=ON, lot=lot))


HERE = [
    signed(),
    BOXED,
    goods(GoodsExpected(at=EARLIER, contract_no=NUMBER, customer=CUSTOMER, lines=(TWO,))),
    arrived("C88", 2),
    opened(),
]
COLLECTS = PickUpArranged(
    at=EARLIER, job_id=JOB, contract_no=NUMBER, customer=CUSTOMER, on=ON, lines=(line(quantity=2),)
)
PICK_UP = told(f"job:{JOB}", COLLECTS)
ISSUED = GoodsIssued(
    at=EARLIER,
    contract_no=NUMBER,
    list_no="SY1",
    lines=(TWO,),
    lots=(LineLot(line_no=1, lot="C88", quantity=2),),
)
LEFT = told(f"job:{JOB}", DeliveryDeparted(at=EARLIER, job_id=JOB, crew="S1", vehicle="粤E·7K352"))
DELIVERED = [
    *HERE,
    booked(),
    *in_slot(),
    published_stop(),
    LEFT,
    goods(ISSUED),
    told(f"job:{JOB}", delivered(at=window_of().ends)[2].model_copy(update={"cash_fen": 100_000})),
    arrived("C90", 1),
]


async def paper(path: str, story) -> str:
    async with browser(site(rows_of(story)), SUPERVISOR) as client:
        answer = await client.get(f"/forms/{path}")
    assert answer.status_code == 200
    return answer.text


@pytest.mark.parametrize(
    ("path", "story"),
    [
        (f"shipping/{NUMBER}", HERE),
        (f"receipt/{JOB}", HERE),
        (f"pick-up/{JOB}", [*HERE, PICK_UP]),
        (f"receipt/{JOB}", DELIVERED),
    ],
)
async def test_a_paper_for_the_customer_says_the_lot_and_both_units(path, story):
    """D13, D14: both figures on paper."""
    text = await paper(path, story)
    assert ("箱+片 0+2 · 0.72 ㎡" in text, "C88" in text) == (True, True)


@pytest.mark.parametrize(("path", "tells"), [(f"receipt/{JOB}", False), (f"shipping/{NUMBER}", True)])
async def test_a_receipt_names_the_lots_that_left_and_the_shipping_form_all(path, tells):
    """D13: what came after the delivery is on no receipt of it."""
    text = await paper(path, DELIVERED)
    assert ("C88" in text, "C90" in text) == (True, tells)


async def test_a_signed_receipt_says_what_was_received_and_not_what_is_owed_since():
    """B13, A12: what is still owed after the money is not what was to be collected."""
    before, after = await paper(f"receipt/{JOB}", HERE), await paper(f"receipt/{JOB}", DELIVERED)
    assert [("应收" in text, "¥1,000" in text) for text in (before, after)] == [(True, False), (False, True)]
