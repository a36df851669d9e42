"""Money, advice, parts, expert, supplier and complaint in a ticket's row (C5-C8, C12, C13)."""

from typing import Any

from contracts.service_desk_duties import ClocksReckoned, Watch
from contracts.service_desk_repairs import (
    ConsultationAnswered,
    CoverageJudged,
    ExpertAnswered,
    ExpertAsked,
    FollowedUp,
    PartsApproved,
    PartsReady,
    PartsRouted,
    QuoteAccepted,
    QuoteDeclined,
    QuoteGiven,
    RepeatRepairFound,
    SupplierWaitEnded,
    SupplierWaitStarted,
)
from contracts.service_desk_tickets import (
    ComplaintAnswered,
    ComplaintEscalated,
    ComplaintInvestigated,
    ComplaintRegistered,
    ComplaintSettled,
    ConductReported,
    InformationTaken,
)
from service_desk.clocks import COMPLAINT, FOLLOW_UP, REPLY
from service_desk.projections.duties import begun, done, iso
from service_desk.ticket.quote import COVERED, NEVER_PAID

Json = dict[str, Any]

MoneyEvent = CoverageJudged | QuoteGiven | QuoteAccepted | QuoteDeclined
AdviceEvent = ConsultationAnswered | FollowedUp | InformationTaken
PartEvent = PartsRouted | PartsApproved | PartsReady | ExpertAsked | ExpertAnswered | RepeatRepairFound
WaitEvent = SupplierWaitStarted | SupplierWaitEnded | ClocksReckoned
ComplaintEvent = (
    ComplaintRegistered
    | ComplaintInvestigated
    | ComplaintAnswered
    | ComplaintSettled
    | ComplaintEscalated
    | ConductReported
)


def who_pays(kind: str, warranty: str) -> str:
    """`free`, `quote` or `judge` (C5), before anybody judged."""
    if kind in NEVER_PAID or warranty in COVERED:
        return "free"
    return "quote" if warranty == "out" else "judge"


def money_folded(facet: Json, event: MoneyEvent) -> Json:
    """After warranty or money went on."""
    match event:
        case CoverageJudged():
            return {
                **facet,
                "warranty": event.warranty,
                "coverage": {"fault": event.fault, "free": event.free, "reason": event.reason, "at": iso(event.at)},
                "pays": "free" if event.free else "quote",
            }
        case QuoteGiven():
            quote = {
                "quote_no": event.quote_no,
                "parts_fen": event.parts_fen,
                "travel_fen": event.travel_fen,
                "labour_fen": event.labour_fen,
                "total_fen": event.total_fen,
                "valid_until": None if event.valid_until is None else event.valid_until.isoformat(),
                "note": event.note,
                "given_at": iso(event.at),
                "stage": "given",
                "accepted_by": None,
                "reason": "",
            }
            return {**facet, "quotes": [*facet["quotes"], quote]}
        case QuoteAccepted():
            return _on(facet, "quotes", "quote_no", event.quote_no, stage="accepted", accepted_by=event.accepted_by)
        case QuoteDeclined():
            return _on(facet, "quotes", "quote_no", event.quote_no, stage="declined", reason=event.reason)


def advice_folded(facet: Json, event: AdviceEvent) -> Json:
    """After a consultation or the information form went on."""
    match event:
        case ConsultationAnswered():
            advice = {
                "answer_no": event.answer_no,
                "answer": event.answer,
                "at": iso(event.at),
                "solved": None,
                "followed_up_at": None,
                "note": "",
            }
            return begun({**done(facet, FOLLOW_UP), "advice": advice}, event.watch, since=iso(event.at))
        case FollowedUp():
            told = {"solved": event.solved, "followed_up_at": iso(event.at), "note": event.note}
            return done({**facet, "advice": {**(facet["advice"] or {}), **told}}, FOLLOW_UP)
        case InformationTaken():
            information = {
                "findings": event.findings,
                "order_needed": event.order_needed,
                "items": event.items,
                "photos": list(event.photos),
                "by": event.taken_by,
                "at": iso(event.at),
            }
            return {**facet, "information": information}


def part_folded(facet: Json, event: PartEvent) -> Json:
    """After parts, the expert or a repeat repair went on."""
    match event:
        case PartsRouted():
            part = {
                "part_no": event.part_no,
                "route": event.route,
                "sku": event.sku,
                "name": event.name,
                "quantity": event.quantity,
                "in_stock": event.in_stock,
                "reference": event.reference,
                "return_by": None if event.return_by is None else event.return_by.isoformat(),
                "stage": "ready" if event.route == "warehouse" else "asked",
                "asked_by": event.asked_by,
                "note": event.note,
            }
            return {**facet, "parts": [*facet["parts"], part]}
        case PartsApproved():
            return _on(facet, "parts", "part_no", event.part_no, stage="approved")
        case PartsReady():
            return _on(facet, "parts", "part_no", event.part_no, stage="ready")
        case ExpertAsked():
            return {
                **facet,
                "expert": {"reason": event.reason, "question": event.question, "answer": None, "by": None},
            }
        case ExpertAnswered():
            answered = {**(facet["expert"] or {}), "answer": event.answer, "by": event.answered_by}
            return {**facet, "expert": answered}
        case RepeatRepairFound():
            repeat = {
                "ticket_id": event.earlier_ticket,
                "visit_no": event.earlier_visit_no,
                "technician": event.earlier_visit_technician,
                "repaired_at": iso(event.repaired_at),
            }
            return {**facet, "repeat_of": [*facet["repeat_of"], repeat]}


def wait_folded(facet: Json, event: WaitEvent) -> Json:
    """After a wait for a supplier began or ended (C13)."""
    match event:
        case SupplierWaitStarted():
            wait = {
                "wait_no": event.wait_no,
                "supplier": event.supplier,
                "reason": event.reason,
                "expected_on": None if event.expected_on is None else event.expected_on.isoformat(),
                "since": iso(event.at),
                "until": None,
                "outcome": "",
            }
            return {**facet, "waits": [*facet["waits"], wait], "waiting": event.supplier}
        case SupplierWaitEnded():
            ended = _on(facet, "waits", "wait_no", event.wait_no, until=iso(event.at), outcome=event.outcome)
            return _reckoned({**ended, "waiting": None}, event.watches)
        case ClocksReckoned():
            return _reckoned(facet, event.watches)


def _reckoned(facet: Json, watches: tuple[Watch, ...]) -> Json:
    """Clocks that run go on to another due time; each keeps where it began."""
    since = {(one["duty"], one["item"]): one["since"] for one in facet["duties"]}
    for watch in watches:
        began = since.get((watch.duty, watch.item))
        if began is not None:
            facet = begun(facet, watch, since=began)
            facet = {**facet, "reply_due": iso(watch.due)} if watch.duty == REPLY else facet
    return facet


def complaint_folded(facet: Json, event: ComplaintEvent) -> Json:
    """After a complaint went on (C12, C15)."""
    if isinstance(event, ConductReported):
        return facet
    if isinstance(event, ComplaintRegistered):
        complaint: Json = {
            "level": event.level,
            "owner_role": event.owner_role,
            "department": event.department,
            "conduct": event.conduct,
            "finding": None,
            "solution": None,
            "settled_at": None,
            "history": [],
        }
        return begun({**facet, "complaint": complaint}, event.watch, since=iso(event.at))
    known = facet["complaint"]
    entry = {"at": iso(event.at), "level": event.level, "what": type(event).__name__, "text": _text(event)}
    known = {**known, "history": [*known["history"], entry]}
    match event:
        case ComplaintInvestigated():
            return {**facet, "complaint": {**known, "finding": event.finding}}
        case ComplaintAnswered():
            return done({**facet, "complaint": {**known, "solution": event.solution}}, COMPLAINT)
        case ComplaintSettled():
            return done({**facet, "complaint": {**known, "settled_at": iso(event.at)}}, COMPLAINT)
        case ComplaintEscalated():
            higher = {"level": event.level, "owner_role": event.owner_role, "solution": None, "settled_at": None}
            return begun({**done(facet, COMPLAINT), "complaint": {**known, **higher}}, event.watch, since=iso(event.at))


def _text(event: ComplaintInvestigated | ComplaintAnswered | ComplaintSettled | ComplaintEscalated) -> str:
    match event:
        case ComplaintInvestigated():
            return event.finding
        case ComplaintAnswered():
            return event.solution
        case ComplaintSettled():
            return event.note
        case ComplaintEscalated():
            return event.reason


def _on(facet: Json, collection: str, key: str, value: object, **change: object) -> Json:
    return {**facet, collection: [{**one, **change} if one[key] == value else one for one in facet[collection]]}
