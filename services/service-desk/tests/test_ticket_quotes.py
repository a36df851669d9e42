"""Warranty or quote first: who pays, and no visit before the customer accepts."""

from datetime import date

import pytest
from desk_cases import CUSTOMER, MANAGER, NOW, ON, SPECIALIST, WINDOW, given, names, opened

from contracts.service_desk import TicketEvent
from contracts.service_desk_repairs import CoverageJudged, QuoteAccepted, QuoteDeclined, QuoteGiven
from service_desk.refusals import no
from service_desk.ticket.quote import AcceptQuote, DeclineQuote, GiveQuote, JudgeCoverage, coverage
from service_desk.ticket.state import Received
from service_desk.ticket.ticket import TICKET
from service_desk.ticket.visit import BookVisit

OUT = opened(warranty="out", warranty_ends_on=date(2026, 1, 31))
BOOK = BookVisit(on=ON, window=WINDOW, technician="zhou.jm")
QUOTE = GiveQuote(quote_no="B1", parts_fen=12000, travel_fen=5000, labour_fen=8000, valid_until=date(2026, 3, 31))
QUOTED = QuoteGiven(
    at=NOW,
    ticket_id="T-1",
    quote_no="B1",
    customer=CUSTOMER,
    parts_fen=12000,
    travel_fen=5000,
    labour_fen=8000,
    total_fen=25000,
    valid_until=date(2026, 3, 31),
    note="",
)
ACCEPTED = QuoteAccepted(at=NOW, ticket_id="T-1", quote_no="B1", total_fen=25000, accepted_by="马娜", how="电话")
DECLINED = QuoteDeclined(at=NOW, ticket_id="T-1", quote_no="B1", reason="太贵")


def judged(fault: str, warranty: str = "in", *, free: bool) -> CoverageJudged:
    return CoverageJudged.model_validate(
        {
            "at": NOW,
            "ticket_id": "T-1",
            "warranty": warranty,
            "warranty_ends_on": None,
            "fault": fault,
            "free": free,
            "reason": "看过",
        }
    )


@pytest.mark.parametrize(
    ("kind", "warranty", "pays"),
    [
        ("repair", "in", "free"),
        ("repair", "before", "free"),
        ("repair", "out", "quote"),
        ("repair", "unknown", "judge"),
        ("maintenance", "out", "quote"),
        ("leftover", "out", "free"),
        ("complaint", "unknown", "free"),
        ("return", "out", "free"),
    ],
)
def test_who_pays_until_somebody_judges(kind: str, warranty: str, pays: str) -> None:
    """C5"""
    ticket = given(opened(kind=kind, warranty=warranty)).state
    assert isinstance(ticket, Received)
    assert coverage(ticket) == pays


@pytest.mark.parametrize(
    ("fault", "warranty", "free"),
    [
        ("ours", "in", True),
        ("unknown", "in", True),
        ("ours", "before", True),
        ("customer", "in", False),
        ("wear", "in", False),
        ("ours", "out", False),
    ],
)
def test_in_warranty_and_our_fault_is_free_and_nothing_else(fault: str, warranty: str, *, free: bool) -> None:
    """C5"""
    judge = JudgeCoverage.model_validate({"fault": fault, "warranty": warranty, "reason": "看过"})
    given(opened(warranty="unknown")).asks(judge, SPECIALIST).then(judged(fault, warranty, free=free))


def test_a_judgement_keeps_the_warranty_that_is_known_and_holds_once() -> None:
    """C5"""
    judge = JudgeCoverage(fault="customer", reason="看过")
    before = given(opened(warranty="in")).state
    after = given(opened(warranty="in"), judged("customer", free=False)).state
    assert [TICKET.decide(judge, before, SPECIALIST), TICKET.decide(judge, after, SPECIALIST)] == [
        (judged("customer", free=False),),
        (),
    ]


@pytest.mark.parametrize(
    ("events", "answer"),
    [
        ((OUT,), no("quote_first")),
        ((OUT, QUOTED), no("quote_not_accepted", quote_no="B1")),
        ((OUT, QUOTED, DECLINED), no("quote_not_accepted", quote_no="B1")),
        ((opened(warranty="unknown"),), no("coverage_unknown")),
        ((opened(warranty="in"), judged("customer", free=False)), no("quote_first")),
    ],
)
def test_no_visit_before_the_customer_accepts(events: tuple[TicketEvent, ...], answer: object) -> None:
    """C5"""
    assert given(*events).asks(BOOK, SPECIALIST).decided == answer


@pytest.mark.parametrize(
    "events", [(OUT, QUOTED, ACCEPTED), (opened(warranty="in"),), (OUT, judged("ours", "in", free=True))]
)
def test_a_visit_is_agreed_once_it_is_free_or_accepted(events: tuple[TicketEvent, ...]) -> None:
    """C5"""
    assert names(given(*events).asks(BOOK, SPECIALIST).decided) == ["VisitBooked"]


def test_a_quote_adds_up_and_is_given_once() -> None:
    """C5"""
    other = QUOTE.model_copy(update={"labour_fen": 1})
    assert [
        given(OUT).asks(QUOTE, SPECIALIST).decided,
        given(OUT, QUOTED, ACCEPTED).asks(QUOTE, SPECIALIST).decided,
        given(OUT, QUOTED).asks(other, SPECIALIST).decided,
        given(opened(warranty="in")).asks(QUOTE, SPECIALIST).decided,
    ] == [(QUOTED,), (), no("quote_no_taken", quote_no="B1"), no("no_quote_needed")]


def test_a_customer_accepts_the_last_quote_while_it_is_valid() -> None:
    """C5"""
    accept = AcceptQuote(quote_no="B1", accepted_by="马娜", how="电话")
    second = QUOTED.model_copy(update={"quote_no": "B2"})
    expired = QUOTED.model_copy(update={"valid_until": date(2026, 3, 12)})
    assert [
        given(OUT, QUOTED).asks(accept, SPECIALIST).decided,
        given(OUT, QUOTED, ACCEPTED).asks(accept, SPECIALIST).decided,
        given(OUT, QUOTED, second).asks(accept, SPECIALIST).decided,
        given(OUT, QUOTED, DECLINED).asks(accept, SPECIALIST).decided,
        given(OUT, expired).asks(accept, SPECIALIST).decided,
        given(OUT).asks(accept, SPECIALIST).decided,
    ] == [
        (ACCEPTED,),
        (),
        no("quote_superseded", quote_no="B1", latest="B2"),
        no("quote_declined", quote_no="B1"),
        no("quote_expired", quote_no="B1", valid_until="2026-03-12"),
        no("unknown_quote", quote_no="B1"),
    ]


def test_a_customer_declines_and_another_quote_may_follow() -> None:
    """C5"""
    decline = DeclineQuote(quote_no="B1", reason="太贵")
    cheaper = QUOTE.model_copy(update={"quote_no": "B2", "travel_fen": 0})
    assert [
        given(OUT, QUOTED).asks(decline, MANAGER).decided,
        given(OUT, QUOTED, DECLINED).asks(decline, MANAGER).decided,
        given(OUT, QUOTED, ACCEPTED).asks(decline, MANAGER).decided,
        names(given(OUT, QUOTED, DECLINED).asks(cheaper, MANAGER).decided),
    ] == [(DECLINED,), (), no("quote_accepted", quote_no="B1"), ["QuoteGiven"]]
