"""A leftover ticket for what a delivery left to come ends with that rest, and not before it (A10)."""

import pytest
from desk_cases import CUSTOMER, NOW, SPECIALIST, SYSTEM, booked, given, meta, names, opened, opening

from company.reasons import REST_DELIVERED
from contracts.fact import GoodsLine
from contracts.order import DeliveryNoted, RestOwed
from contracts.service_desk import TicketEvent
from contracts.service_desk_tickets import LeftoverOrderPlaced, RestNoted, TicketCancelled
from runtime.decision import Ask
from service_desk.reactions import REACTIONS
from service_desk.refusals import no
from service_desk.ticket.ending import CancelTicket, EndWithRest
from service_desk.ticket.state import Cancelled, Received

REST = opened(kind="leftover", channel="damage", of_rest=True, quantity=2)
AGAIN = opening(kind="leftover", channel="damage", of_rest=True, quantity=2, problem="还缺 2 件")
END = EndWithRest(reason="客户不要了")
CANCEL = CancelTicket(cause="other", reason="清理")
react = next(one.react for one in REACTIONS if one.name == "service_desk.end_with_rest")
ordered = LeftoverOrderPlaced(
    at=NOW,
    ticket_id="T-1",
    contract_no="HT26030001",
    order_no="YL-1",
    items="浴室柜",
    expected_on=None,
    placed_by="liang.my",
    customer=CUSTOMER,
)


def test_lines_of_which_nothing_is_owed_any_more_end_their_tickets() -> None:
    """A10, B15: told by a refund or an amendment, or by the delivery that brought the whole rest."""
    line = GoodsLine(line_no=1, sku="BTH-0421", name="浴室柜", quantity=1)
    owed = RestOwed(
        at=NOW,
        contract_no="HT1",
        store_code="CC01",
        customer=CUSTOMER,
        part=2,
        lines=(line,),
        to_come=(line,),
        reason="客户不要了",
        settled=(2,),
    )
    brought = DeliveryNoted(
        at=NOW,
        contract_no="HT1",
        job_id="HT1-D2",
        delivered=(line,),
        signed_by="马娜",
        delivered_on=NOW.date(),
        settled=(1,),
    )
    assert [react(owed, meta()), react(brought, meta()), react(brought.model_copy(update={"settled": ()}), meta())] == [
        (Ask("ticket:T-HT1-R2", EndWithRest(at=NOW, reason="客户不要了")),),
        (Ask("ticket:T-HT1-R1", EndWithRest(at=NOW, reason=REST_DELIVERED)),),
        (),
    ]


def test_the_ticket_ends_with_its_rest_once() -> None:
    """A10: asked again, or of a line of which nothing was to come, it is no event."""
    ended = given(REST).after(END, ctx=SYSTEM)
    assert isinstance(ended.state, Cancelled)
    ended.asks(END, SYSTEM).nothing_new()
    given().asks(END, SYSTEM).nothing_new()
    given(opened(kind="leftover", channel="damage")).asks(END, SYSTEM).nothing_new()


@pytest.mark.parametrize("story", [(ordered,), (booked(),)])
def test_where_goods_are_ordered_or_somebody_is_to_come_a_person_ends_it(story: tuple[TicketEvent, ...]) -> None:
    """A10, C9: it is noted that nothing is owed."""
    decided = given(REST, *story).asks(END, SYSTEM)
    decided.then(RestNoted(at=NOW, ticket_id="T-1", left=0, reason="客户不要了"))


def test_a_person_cancels_it_only_once_nothing_is_owed() -> None:
    """A10: a ticket for pieces that are still to come is refused in words."""
    given(REST).asks(CANCEL, SPECIALIST).refuses("rest_is_owed")
    assert given(REST).asks(CANCEL, SPECIALIST).decided == no("rest_is_owed", ticket_id="T-1", left=2)
    assert names(given(REST, ordered).after(END, ctx=SYSTEM).asks(CANCEL, SPECIALIST).decided) == ["TicketCancelled"]


def test_fewer_pieces_to_come_are_noted_and_asked_again_change_nothing() -> None:
    """A10, X7"""
    fewer = AGAIN.model_copy(update={"quantity": 1, "problem": "还缺 1 件"})
    given(REST).asks(AGAIN, SYSTEM).nothing_new()
    noted = given(REST).asks(fewer, SYSTEM)
    noted.then(RestNoted(at=NOW, ticket_id="T-1", left=1, reason="还缺 1 件"))
    given(REST).after(fewer, ctx=SYSTEM).asks(fewer, SYSTEM).nothing_new()


def test_a_settled_rest_that_is_owed_after_all_goes_on_and_one_that_a_person_ended_does_not() -> None:
    """A10, D16: a delivery was corrected."""
    ended = given(REST).after(END, ctx=SYSTEM)
    assert names(ended.asks(AGAIN, SYSTEM).decided) == ["TicketReopened", "RestNoted"]
    again = ended.after(AGAIN, ctx=SYSTEM)
    assert isinstance(again.state, Received)
    again.asks(CANCEL, SPECIALIST).refuses("rest_is_owed")
    again.asks(AGAIN, SYSTEM).nothing_new()
    by_contract = TicketCancelled(
        at=NOW,
        ticket_id="T-1",
        kind="leftover",
        contract_no="HT26030001",
        customer=CUSTOMER,
        sku="WC-100",
        cause="contract_cancelled",
        into=None,
        reason="退订",
    )
    given(REST, by_contract).asks(AGAIN, SYSTEM).nothing_new()
