"""Parts: stock first, a showroom piece with approval, bought, or by leftover order; the expert; repeat repairs."""

from datetime import date, timedelta
from typing import Any

import pytest
from desk_cases import (
    DESK_SUPERVISOR,
    INSTALL_SUPERVISOR,
    MANAGER,
    NINE,
    NOW,
    ON,
    SPECIALIST,
    SYSTEM,
    WINDOW,
    booked,
    completed,
    given,
    names,
    opened,
)

from contracts.service_desk import TicketEvent
from contracts.service_desk_repairs import (
    ExpertAnswered,
    ExpertAsked,
    PartsApproved,
    PartsReady,
    PartsRouted,
    RepeatRepairFound,
)
from service_desk.refusals import no
from service_desk.ticket.part import (
    AnswerAsExpert,
    ApproveParts,
    AskExpert,
    NotePartsReady,
    NoteRepeatRepair,
    RouteParts,
)
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import BookVisit

OPENED = opened()
BOOK = BookVisit(on=ON, window=WINDOW, technician="zhou.jm")
ASKED = ExpertAsked(at=NOW, ticket_id="T-1", reason="never_seen", question="报错 E9")
ANSWERED = ExpertAnswered(at=NOW, ticket_id="T-1", answer="换主板", answered_by="guan.yf")


def routing(route: str = "warehouse", **changes: Any) -> RouteParts:
    return RouteParts.model_validate({"part_no": "P1", "route": route, "sku": "S1", "name": "密封圈", **changes})


def routed(route: str = "warehouse", **changes: Any) -> PartsRouted:
    body = {
        "at": NOW,
        "ticket_id": "T-1",
        "part_no": "P1",
        "route": route,
        "sku": "S1",
        "name": "密封圈",
        "quantity": 1,
        "in_stock": None,
        "reference": "",
        "return_by": None,
        "note": "",
        "asked_by": "liang.my",
    }
    return PartsRouted.model_validate({**body, **changes})


LOAN = {"route": "showroom_loan", "return_by": date(2026, 4, 13), "reference": "JJ1"}
LENT = routed(**LOAN)
APPROVED = PartsApproved(
    at=NOW,
    ticket_id="T-1",
    part_no="P1",
    route="showroom_loan",
    sku="S1",
    name="密封圈",
    quantity=1,
    reference="JJ1",
    return_by=date(2026, 4, 13),
)
READY = PartsReady(at=NOW, ticket_id="T-1", part_no="P1", note="")


@pytest.mark.parametrize(
    ("command", "answer"),
    [
        (routing(in_stock=2), (routed(in_stock=2),)),
        (routing(in_stock=0), no("not_in_stock", sku="S1", free=0, wanted=1)),
        (routing("purchase", in_stock=0), (routed("purchase", in_stock=0),)),
        (routing("purchase", in_stock=1), no("in_stock", sku="S1", free=1)),
        (routing("leftover_order"), (routed("leftover_order"),)),
        (routing(**LOAN), (LENT,)),
        (routing("showroom_loan"), no("return_date_missing")),
        (routing("showroom_loan", return_by=date(2026, 3, 12)), no("return_date_missing")),
    ],
)
def test_a_part_comes_from_stock_if_there_is_some(command: RouteParts, answer: object) -> None:
    """C7"""
    assert given(OPENED).asks(command, SPECIALIST).decided == answer


def test_a_part_is_routed_once() -> None:
    """C7"""
    assert [
        given(OPENED, routed()).asks(routing(), SPECIALIST).decided,
        given(OPENED, routed()).asks(routing("purchase"), SPECIALIST).decided,
    ] == [(), no("part_no_taken", part_no="P1")]


def test_a_showroom_piece_is_lent_with_somebody_elses_approval() -> None:
    """C7, D12"""
    approve = ApproveParts(part_no="P1")
    own = given(OPENED, LENT.model_copy(update={"asked_by": "ou.yl"})).state
    assert [
        given(OPENED, LENT).asks(approve, DESK_SUPERVISOR).decided,
        given(OPENED, LENT, APPROVED).asks(approve, DESK_SUPERVISOR).decided,
        given(OPENED, LENT).asks(approve, SPECIALIST).decided,
        TICKET.decide(approve, own, DESK_SUPERVISOR),
        given(OPENED, routed()).asks(approve, DESK_SUPERVISOR).decided,
        given(OPENED).asks(approve, DESK_SUPERVISOR).decided,
    ] == [
        (APPROVED,),
        (),
        no("may_not_lend", role="cs_specialist"),
        no("own_part", part_no="P1"),
        (),
        no("unknown_part", part_no="P1"),
    ]


def test_parts_come_in_once_and_a_loan_only_with_its_approval() -> None:
    """C7"""
    ready = NotePartsReady(part_no="P1")
    assert [
        given(OPENED, routed("purchase")).asks(ready, SPECIALIST).decided,
        given(OPENED, routed("purchase"), READY).asks(ready, SPECIALIST).decided,
        given(OPENED, LENT).asks(ready, SPECIALIST).decided,
        given(OPENED, LENT, APPROVED).asks(ready, SPECIALIST).decided,
        given(OPENED).asks(ready, SPECIALIST).decided,
    ] == [(READY,), (), no("part_not_approved", part_no="P1"), (READY,), no("unknown_part", part_no="P1")]


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ((routed("purchase"),), no("parts_not_ready", part_no="P1")),
        ((LENT,), no("parts_not_ready", part_no="P1")),
        ((ASKED,), no("expert_first")),
    ],
)
def test_a_visit_waits_for_its_parts_and_for_the_expert(events: tuple[TicketEvent, ...], answer: object) -> None:
    """C7"""
    assert given(OPENED, *events).asks(BOOK, SPECIALIST).decided == answer


@pytest.mark.parametrize(
    "events",
    [(routed(),), (routed("purchase"), READY), (LENT, APPROVED), (ASKED, ANSWERED), (routed("leftover_order"),)],
)
def test_a_visit_is_agreed_once_they_are_here(events: tuple[TicketEvent, ...]) -> None:
    """C7"""
    assert names(given(OPENED, *events).asks(BOOK, SPECIALIST).decided) == ["VisitBooked"]


def test_the_installation_manager_is_asked_first_and_answers_once() -> None:
    """C7"""
    ask, answer = AskExpert(reason="never_seen", question="报错 E9"), AnswerAsExpert(answer="换主板")
    assert [
        given(OPENED).asks(ask, SPECIALIST).decided,
        given(OPENED, ASKED).asks(ask, SPECIALIST).decided,
        given(OPENED, ASKED).asks(routing(), SPECIALIST).decided,
        given(OPENED, ASKED).asks(answer, INSTALL_SUPERVISOR).decided,
        given(OPENED, ASKED).asks(answer, MANAGER).decided,
        given(OPENED, ASKED, ANSWERED).asks(answer, MANAGER).decided,
        given(OPENED).asks(answer, MANAGER).decided,
    ] == [
        (ASKED,),
        (),
        no("expert_first"),
        no("not_the_expert", role="install_supervisor"),
        (ANSWERED,),
        (),
        no("no_question"),
    ]


# --- repeat repairs ---------------------------------------------------------------------------------------------------

REPAIRED_AT = NINE - timedelta(days=30)
REPEAT = NoteRepeatRepair(
    earlier_ticket="T-0", earlier_visit_no=1, earlier_visit_technician="zhou.jm", repaired_at=REPAIRED_AT
)
FOUND = RepeatRepairFound(
    at=NOW,
    ticket_id="T-1",
    contract_no="HT26030001",
    earlier_ticket="T-0",
    earlier_visit_no=1,
    earlier_visit_technician="zhou.jm",
    repaired_at=REPAIRED_AT,
    days=30,
)


def test_a_problem_that_came_back_counts_against_the_earlier_visit_and_goes_to_the_expert() -> None:
    """C7, C8"""
    came_back = ExpertAsked(at=NOW, ticket_id="T-1", reason="came_back", question="重复修理：T-0 第 1 次上门修过。漏水")
    assert [
        given(OPENED).asks(REPEAT, SYSTEM).decided,
        given(OPENED, FOUND, came_back).asks(REPEAT, SYSTEM).decided,
        given(OPENED, ASKED).asks(REPEAT, SYSTEM).decided,
        given(OPENED, booked(), completed()).asks(REPEAT, SYSTEM).decided,
    ] == [(FOUND, came_back), (), (FOUND,), (FOUND,)]


@pytest.mark.parametrize(
    "changes",
    [
        {"repaired_at": REPAIRED_AT - timedelta(seconds=1)},
        {"repaired_at": NINE + timedelta(seconds=1)},
        {"earlier_ticket": "T-1"},
    ],
)
def test_what_was_repaired_too_long_ago_or_afterwards_is_no_repeat(changes: dict[str, Any]) -> None:
    """C8"""
    given(OPENED).asks(REPEAT.model_copy(update=changes), SYSTEM).refuses(no("not_a_repeat", days=30))
