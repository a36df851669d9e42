"""Warranty or quote (C5): in warranty and our fault is free; all else is quoted, and no visit before it is accepted."""

from dataclasses import replace
from datetime import datetime
from typing import Literal, assert_never

from contracts.bounds import FarDay
from contracts.decision import Command
from contracts.policy import civil_day
from contracts.service_desk_repairs import (
    CoverageJudged,
    FaultOf,
    QuoteAccepted,
    QuoteDeclined,
    QuoteGiven,
    WarrantyState,
)
from service_desk.domain import quote_refusals as refusals
from service_desk.domain.dossier import Dossier, Judged, Quote
from service_desk.domain.situations import Decision, Money, Note, Number, Text, Underway

COVERED = frozenset({"in", "before", "not_asked"})
"""Warranty states in which the goods are ours to make right."""

PRESUMED_OURS = frozenset({"ours", "unknown"})
"""C5: until somebody found otherwise, a fault in warranty is ours."""

NEVER_PAID = frozenset({"complaint", "return", "leftover"})
"""What we left undone or are blamed for is not quoted, unless somebody judged it so."""


class JudgeCoverage(Command):
    """责任认定 (C5). Without `warranty`, what is known of it stays; the API hands in what the contract says."""

    command: Literal["JudgeCoverage"] = "JudgeCoverage"
    fault: FaultOf
    warranty: WarrantyState | None = None
    warranty_ends_on: FarDay | None = None
    reason: Text


class GiveQuote(Command):
    """报价 (C5), in fen."""

    command: Literal["GiveQuote"] = "GiveQuote"
    quote_no: Number
    parts_fen: Money = 0
    travel_fen: Money = 0
    labour_fen: Money = 0
    valid_until: FarDay | None = None
    note: Note = ""


class AcceptQuote(Command):
    """客户接受报价 (C5)."""

    command: Literal["AcceptQuote"] = "AcceptQuote"
    quote_no: Number
    accepted_by: Text
    how: Note = ""


class DeclineQuote(Command):
    """客户不接受报价 (C5)."""

    command: Literal["DeclineQuote"] = "DeclineQuote"
    quote_no: Number
    reason: Text


QuoteCommand = JudgeCoverage | GiveQuote | AcceptQuote | DeclineQuote
QuoteEvent = CoverageJudged | QuoteGiven | QuoteAccepted | QuoteDeclined


def coverage(ticket: Underway) -> Literal["free", "quote", "judge"]:
    """Whether the customer pays (C5); `judge` when it is not known whether the warranty holds."""
    dossier = ticket.dossier
    if dossier.judged is not None:
        return "free" if dossier.judged.free else "quote"
    if ticket.case.kind in NEVER_PAID or dossier.warranty in COVERED:
        return "free"
    return "quote" if dossier.warranty == "out" else "judge"


def visit_is_paid_for(ticket: Underway) -> Decision:
    """Nothing if a visit may be booked (C5). Refuses: coverage_unknown, quote_first, quote_not_accepted."""
    match coverage(ticket):
        case "free":
            return ()
        case "judge":
            return refusals.coverage_unknown()
        case "quote":
            quotes = ticket.dossier.quotes
            if not quotes:
                return refusals.quote_first()
            return () if quotes[-1].stage == "accepted" else refusals.quote_not_accepted(quotes[-1].quote_no)


def decide(command: QuoteCommand, ticket: Underway, at: datetime) -> Decision:
    """Answer a command about warranty and money."""
    match command:
        case JudgeCoverage():
            return judge_coverage(command, ticket, at)
        case GiveQuote():
            return give_quote(command, ticket, at)
        case AcceptQuote():
            return accept_quote(command, ticket, at)
        case DeclineQuote():
            return decline_quote(command, ticket, at)
    assert_never(command)


def judge_coverage(command: JudgeCoverage, ticket: Underway, at: datetime) -> Decision:
    """Say whose fault it is; free in warranty when it is ours (C5). The same judgement again is none."""
    known = ticket.dossier.judged
    warranty = command.warranty or (known.warranty if known else ticket.dossier.warranty)
    judged = Judged(warranty, command.fault, warranty in COVERED and command.fault in PRESUMED_OURS)
    if judged == known:
        return ()
    return (
        CoverageJudged(
            at=at,
            ticket_id=ticket.case.ticket_id,
            warranty=judged.warranty,
            warranty_ends_on=command.warranty_ends_on,
            fault=judged.fault,
            free=judged.free,
            reason=command.reason,
        ),
    )


def give_quote(command: GiveQuote, ticket: Underway, at: datetime) -> Decision:
    """Tell the customer what it costs (C5). A later quote stands in the place of an earlier one.

    Refuses: quote_no_taken, no_quote_needed, quote_expired.
    """
    asked = Quote(
        command.quote_no, command.parts_fen, command.travel_fen, command.labour_fen, command.valid_until, "given"
    )
    known = _quote(ticket, command.quote_no)
    if known is not None:
        return () if replace(known, stage="given") == asked else refusals.quote_no_taken(command.quote_no)
    if coverage(ticket) == "free":
        return refusals.no_quote_needed()
    if command.valid_until is not None and command.valid_until < civil_day(at):
        return refusals.quote_expired(command.quote_no, command.valid_until.isoformat())
    return (
        QuoteGiven(
            at=at,
            ticket_id=ticket.case.ticket_id,
            quote_no=command.quote_no,
            customer=ticket.case.customer,
            parts_fen=command.parts_fen,
            travel_fen=command.travel_fen,
            labour_fen=command.labour_fen,
            total_fen=asked.total_fen,
            valid_until=command.valid_until,
            note=command.note,
        ),
    )


def accept_quote(command: AcceptQuote, ticket: Underway, at: datetime) -> Decision:
    """The customer accepts (C5). Refuses: unknown_quote, quote_superseded, quote_declined, quote_expired."""
    quote = _quote(ticket, command.quote_no)
    if quote is None:
        return refusals.no_such_quote(command.quote_no)
    if quote.stage == "accepted":
        return ()
    latest = ticket.dossier.quotes[-1].quote_no
    if latest != quote.quote_no:
        return refusals.quote_superseded(quote.quote_no, latest)
    if quote.stage == "declined":
        return refusals.quote_declined(quote.quote_no)
    if quote.valid_until is not None and quote.valid_until < civil_day(at):
        return refusals.quote_expired(quote.quote_no, quote.valid_until.isoformat())
    return (
        QuoteAccepted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            quote_no=quote.quote_no,
            total_fen=quote.total_fen,
            accepted_by=command.accepted_by,
            how=command.how,
        ),
    )


def decline_quote(command: DeclineQuote, ticket: Underway, at: datetime) -> Decision:
    """The customer declines (C5). Refuses: unknown_quote, quote_accepted."""
    quote = _quote(ticket, command.quote_no)
    if quote is None:
        return refusals.no_such_quote(command.quote_no)
    match quote.stage:
        case "declined":
            return ()
        case "accepted":
            return refusals.quote_accepted(quote.quote_no)
        case "given":
            declined = QuoteDeclined(
                at=at, ticket_id=ticket.case.ticket_id, quote_no=quote.quote_no, reason=command.reason
            )
            return (declined,)
    assert_never(quote.stage)


def after(dossier: Dossier, event: QuoteEvent) -> Dossier:
    """The dossier after warranty or money were settled further."""
    match event:
        case CoverageJudged():
            judged = Judged(event.warranty, event.fault, event.free)
            return dossier.having(warranty=event.warranty, judged=judged)
        case QuoteGiven():
            given = Quote(event.quote_no, event.parts_fen, event.travel_fen, event.labour_fen, event.valid_until)
            return dossier.having(quotes=(*dossier.quotes, given))
        case QuoteAccepted():
            return _staged(dossier, event.quote_no, "accepted")
        case QuoteDeclined():
            return _staged(dossier, event.quote_no, "declined")
    assert_never(event)


def _staged(dossier: Dossier, quote_no: str, stage: Literal["accepted", "declined"]) -> Dossier:
    quotes = tuple(replace(one, stage=stage) if one.quote_no == quote_no else one for one in dossier.quotes)
    return dossier.having(quotes=quotes)


def _quote(ticket: Underway, quote_no: str) -> Quote | None:
    return next((quote for quote in ticket.dossier.quotes if quote.quote_no == quote_no), None)
