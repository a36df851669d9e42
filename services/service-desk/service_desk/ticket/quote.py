"""Warranty or quote (C5): in warranty and our fault is free; all else is quoted, and no visit before it is accepted."""

from dataclasses import replace
from typing import Annotated, Literal, assert_never

from company.context import Context
from company.roles import Role
from contracts import service_desk_repairs as facts
from contracts.bounds import FarDay
from contracts.civil_time import civil_day
from contracts.service_desk_repairs import FaultOf, WarrantyState
from runtime.decision import Command, Rejected, said_again
from runtime.forms import Widget
from runtime.use_case import UseCase
from service_desk.fields import Money, Note, Number, Text, happened
from service_desk.refusals import no
from service_desk.roles import AT_THE_CUSTOMERS, OFFICE, WORKS
from service_desk.ticket.consultation import is_unhelped
from service_desk.ticket.state import Decision, Judged, Quote, Record, Underway

COVERED = frozenset({"in", "before", "not_asked"})
"""Warranty states in which the goods are ours to make right."""

PRESUMED_OURS = frozenset({"ours", "unknown"})
"""C5: until somebody found otherwise, a fault in warranty is ours."""

NEVER_PAID = frozenset({"complaint", "return", "leftover"})
"""What we left undone or are blamed for is not quoted, unless somebody judged it so."""


OwnQuote = Annotated[Number, Widget("fixed", of="quote_no")]


class JudgeCoverage(Command):
    """责任认定 Judge the coverage (C5)

    In warranty and our fault is free; all else is quoted. Without `warranty`, what is known of it stays.
    """

    command: Literal["JudgeCoverage"] = "JudgeCoverage"
    fault: Annotated[FaultOf, Widget(label="whose")]
    warranty: Annotated[WarrantyState | None, Widget(choices=("in", "before", "out", "unknown"))] = None
    warranty_ends_on: FarDay | None = None
    reason: Text


class GiveQuote(Command):
    """报价 Quote (C5)

    Parts, travel and labour, in fen. No visit before the customer accepts.
    """

    command: Literal["GiveQuote"] = "GiveQuote"
    quote_no: Number
    parts_fen: Money = 0
    travel_fen: Money = 0
    labour_fen: Money = 0
    valid_until: FarDay | None = None
    note: Note = ""


class AcceptQuote(Command):
    """客户接受报价 The customer accepts (C5)

    The last quote that was given, while it is valid.
    """

    command: Literal["AcceptQuote"] = "AcceptQuote"
    quote_no: OwnQuote
    accepted_by: Text
    how: Note = ""


class DeclineQuote(Command):
    """客户不接受报价 The customer declines (C5)

    Another quote may follow, or the ticket is cancelled.
    """

    command: Literal["DeclineQuote"] = "DeclineQuote"
    quote_no: OwnQuote
    reason: Text


QuoteEvent = facts.CoverageJudged | facts.QuoteGiven | facts.QuoteAccepted | facts.QuoteDeclined


def coverage(ticket: Underway) -> Literal["free", "quote", "judge"]:
    """Whether the customer pays (C5); `judge` when it is not known whether the warranty holds."""
    record = ticket.record
    if record.judged is not None:
        return "free" if record.judged.free else "quote"
    if ticket.case.kind in NEVER_PAID or record.warranty in COVERED:
        return "free"
    return "quote" if record.warranty == "out" else "judge"


def may_cost(ticket: Underway) -> bool:
    """Complaints are not judged; advice is when it did not help, and a visit waits for it."""
    if ticket.case.kind not in {"consultation", "complaint"}:
        return True
    return is_unhelped(ticket) and coverage(ticket) == "judge"


def is_paid_for(ticket: Underway) -> Rejected | None:
    """Gate of a visit (C5). Refuses: coverage_unknown, quote_first, quote_not_accepted."""
    if coverage(ticket) == "judge":
        return no("coverage_unknown")
    if not awaits_yes(ticket):
        return None
    quotes = ticket.record.quotes
    return no("quote_not_accepted", quote_no=quotes[-1].quote_no) if quotes else no("quote_first")


def awaits_yes(ticket: Underway) -> bool:
    """It costs the customer something, and they have not accepted it (C5)."""
    quotes = ticket.record.quotes
    return coverage(ticket) == "quote" and (not quotes or quotes[-1].stage != "accepted")


def is_to_be_paid(ticket: Underway) -> Rejected | None:
    """Gate of a quote. Refuses: no_quote_needed."""
    return no("no_quote_needed") if coverage(ticket) == "free" else None


def is_quoted(ticket: Underway) -> bool:
    """The customer's answer is awaited."""
    quotes = ticket.record.quotes
    return bool(quotes) and quotes[-1].stage == "given"


def judge_coverage(command: JudgeCoverage, ticket: Underway, ctx: Context) -> Decision:
    """Say whose fault it is; free in warranty when it is ours (C5). The same judgement again is none."""
    known = ticket.record.judged
    warranty = command.warranty or (known.warranty if known else ticket.record.warranty)
    judged = Judged(warranty, command.fault, warranty in COVERED and command.fault in PRESUMED_OURS)
    if known is not None and judged == known:
        return said_again(known.reason, command.reason)
    return (
        facts.CoverageJudged(
            at=happened(command, ctx),
            ticket_id=ticket.case.ticket_id,
            warranty=judged.warranty,
            warranty_ends_on=command.warranty_ends_on,
            fault=judged.fault,
            free=judged.free,
            reason=command.reason,
        ),
    )


def give_quote(command: GiveQuote, ticket: Underway, ctx: Context) -> Decision:
    """Tell the customer what it costs (C5). A later quote stands in the place of an earlier one.

    Refuses: quote_no_taken, no_quote_needed, quote_expired.
    """
    at = happened(command, ctx)
    asked = Quote(
        command.quote_no, command.parts_fen, command.travel_fen, command.labour_fen, command.valid_until, "given"
    )
    known = _quote(ticket, command.quote_no)
    if known is not None:
        same = replace(known, stage="given", answer="") == asked
        return () if same else no("quote_no_taken", quote_no=command.quote_no)
    if (free := is_to_be_paid(ticket)) is not None:
        return free
    if command.valid_until is not None and command.valid_until < civil_day(at):
        return no("quote_expired", quote_no=command.quote_no, valid_until=command.valid_until)
    return (
        facts.QuoteGiven(
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


def accept_quote(command: AcceptQuote, ticket: Underway, ctx: Context) -> Decision:
    """The customer accepts (C5). Refuses: unknown_quote, quote_superseded, quote_declined, quote_expired."""
    at = happened(command, ctx)
    quote = _quote(ticket, command.quote_no)
    if quote is None:
        return no("unknown_quote", quote_no=command.quote_no)
    if quote.stage == "accepted":
        return said_again(quote.answer, command.accepted_by)
    latest = ticket.record.quotes[-1].quote_no
    if latest != quote.quote_no:
        return no("quote_superseded", quote_no=quote.quote_no, latest=latest)
    if quote.stage == "declined":
        return no("quote_declined", quote_no=quote.quote_no)
    if quote.valid_until is not None and quote.valid_until < civil_day(at):
        return no("quote_expired", quote_no=quote.quote_no, valid_until=quote.valid_until)
    return (
        facts.QuoteAccepted(
            at=at,
            ticket_id=ticket.case.ticket_id,
            quote_no=quote.quote_no,
            total_fen=quote.total_fen,
            accepted_by=command.accepted_by,
            how=command.how,
        ),
    )


def decline_quote(command: DeclineQuote, ticket: Underway, ctx: Context) -> Decision:
    """The customer declines (C5). Refuses: unknown_quote, quote_accepted."""
    quote = _quote(ticket, command.quote_no)
    if quote is None:
        return no("unknown_quote", quote_no=command.quote_no)
    match quote.stage:
        case "declined":
            return said_again(quote.answer, command.reason)
        case "accepted":
            return no("quote_accepted", quote_no=quote.quote_no)
        case "given":
            declined = facts.QuoteDeclined(
                at=happened(command, ctx),
                ticket_id=ticket.case.ticket_id,
                quote_no=quote.quote_no,
                reason=command.reason,
            )
            return (declined,)
    assert_never(quote.stage)


def after(record: Record, event: QuoteEvent) -> Record:
    """The record after warranty or money were settled further."""
    match event:
        case facts.CoverageJudged():
            judged = Judged(event.warranty, event.fault, event.free, event.reason)
            return record.having(warranty=event.warranty, judged=judged)
        case facts.QuoteGiven():
            given = Quote(event.quote_no, event.parts_fen, event.travel_fen, event.labour_fen, event.valid_until)
            return record.having(quotes=(*record.quotes, given))
        case facts.QuoteAccepted():
            return _staged(record, event.quote_no, "accepted", event.accepted_by)
        case facts.QuoteDeclined():
            return _staged(record, event.quote_no, "declined", event.reason)
    assert_never(event)


def _staged(record: Record, quote_no: str, stage: Literal["accepted", "declined"], answer: str) -> Record:
    staged = (replace(one, stage=stage, answer=answer) if one.quote_no == quote_no else one for one in record.quotes)
    return record.having(quotes=tuple(staged))


def _quote(ticket: Underway, quote_no: str) -> Quote | None:
    return next((quote for quote in ticket.record.quotes if quote.quote_no == quote_no), None)


USE_CASES = (
    UseCase(JudgeCoverage, judge_coverage, WORKS, "coverage", wanted=may_cost, steps=("judge_coverage",)),
    UseCase(
        GiveQuote,
        give_quote,
        OFFICE | {Role.INSTALL_SUPERVISOR},
        "quote",
        gate=is_to_be_paid,
        steps=("quote", "quote_again"),
    ),
    UseCase(AcceptQuote, accept_quote, AT_THE_CUSTOMERS, "quote/acceptance", wanted=is_quoted, steps=("quote_answer",)),
    UseCase(DeclineQuote, decline_quote, AT_THE_CUSTOMERS, "quote/refusal", wanted=is_quoted),
)
