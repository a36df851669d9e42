"""What a page offers of a ticket: the rules' own gates, so that no button is dead."""

import pytest
from desk_cases import CUSTOMER, NOW, POLICY, booked, completed, opened

from contracts.service_desk import TicketEvent
from contracts.service_desk_repairs import ExpertAsked, QuoteGiven
from contracts.service_desk_tickets import ComplaintRegistered, TicketCancelled, TicketClosed, TicketReplied
from contracts.service_desk_visits import PapersPrepared, TechnicianArrived
from runtime.testing import given
from service_desk.clocks import complaint_watch
from service_desk.ticket.ticket import TICKET

REPLIED = TicketReplied(at=NOW, ticket_id="T-1", note="好", due=NOW)
QUOTED = QuoteGiven(
    at=NOW,
    ticket_id="T-1",
    quote_no="B1",
    customer=CUSTOMER,
    parts_fen=1,
    travel_fen=0,
    labour_fen=0,
    total_fen=1,
    valid_until=None,
    note="",
)
ASKED = ExpertAsked(at=NOW, ticket_id="T-1", reason="never_seen", question="?")
PAPERS = PapersPrepared(at=NOW, ticket_id="T-1", visit_no=1, papers=("repair_feedback",))
THERE = TechnicianArrived(
    at=NOW, ticket_id="T-1", visit_no=1, technician="zhou.jm", identity_shown=True, due=booked().window.ends
)
CLOSED = TicketClosed(at=NOW, ticket_id="T-1", kind="repair", contract_no=None, customer=CUSTOMER, how="visit")
CANCELLED = TicketCancelled(
    at=NOW,
    ticket_id="T-1",
    kind="repair",
    contract_no=None,
    customer=CUSTOMER,
    sku="",
    cause="other",
    into=None,
    reason="x",
)
COMPLAINT = ComplaintRegistered(
    at=NOW,
    ticket_id="T-1",
    level=1,
    owner_role="cs_specialist",
    department="",
    conduct=False,
    contract_no=None,
    customer=CUSTOMER,
    problem="x",
    watch=complaint_watch(NOW, 1, "cs_specialist", POLICY),
)
ALWAYS = {"close_ticket", "link_ticket", "merge_duplicate", "note_repeat_repair"}
REPAIR = ALWAYS | {"take_information", "judge_coverage", "route_parts", "ask_expert", "start_wait", "cancel_ticket"}


@pytest.mark.parametrize(
    ("events", "offered"),
    [
        ((opened(),), REPAIR | {"reply"}),
        ((opened(), REPLIED), REPAIR | {"book_visit"}),
        ((opened(warranty="out"), REPLIED), REPAIR | {"give_quote"}),
        ((opened(warranty="out"), REPLIED, QUOTED), REPAIR | {"give_quote", "accept_quote", "decline_quote"}),
        ((opened(), REPLIED, ASKED), REPAIR - {"route_parts", "ask_expert"} | {"answer_as_expert"}),
        (
            (opened(), REPLIED, booked()),
            REPAIR - {"cancel_ticket"}
            | {"assign_visit", "prepare_papers", "arrive", "complete_visit", "move_visit", "cancel_visit"},
        ),
        (
            (opened(), REPLIED, booked(), PAPERS, THERE),
            REPAIR - {"cancel_ticket"} | {"prepare_papers", "confirm_visit", "complete_visit"},
        ),
        (
            (opened(), REPLIED, booked(), completed()),
            REPAIR - {"cancel_ticket"}
            | {"book_visit", "accept_repair", "give_rating", "hand_in_form", "sign_by_supervisor", "call_back"},
        ),
        ((opened(), REPLIED, booked(), completed(), CLOSED), {"give_rating", "hand_in_form", "reopen_ticket"}),
        ((opened(), REPLIED, CANCELLED), {"reopen_ticket"}),
        ((opened(), CANCELLED.model_copy(update={"cause": "duplicate", "into": "T-2"})), set()),
        ((), set()),
    ],
)
def test_what_makes_sense_is_offered_and_nothing_else(events: tuple[TicketEvent, ...], offered: set[str]) -> None:
    """C5-C11"""
    assert given(TICKET, *events).offers() == offered


@pytest.mark.parametrize(
    ("events", "signs", "cancels"),
    [
        ((booked(), completed()), ("cs_supervisor", "install_supervisor"), None),
        ((COMPLAINT, booked(), completed()), ("cs_supervisor", "install_supervisor", "manager"), None),
        ((), None, ("cs_specialist", "cs_supervisor", "manager")),
        ((COMPLAINT,), None, ("cs_supervisor", "manager")),
    ],
)
def test_a_button_is_for_whom_the_rules_would_hear(
    events: tuple[TicketEvent, ...], signs: tuple[str, ...] | None, cancels: tuple[str, ...] | None
) -> None:
    """C9, C12"""
    offers = TICKET.offers(TICKET.fold(opened(), REPLIED, *events))
    assert (offers.get("sign_by_supervisor"), offers.get("cancel_ticket")) == (signs, cancels)
