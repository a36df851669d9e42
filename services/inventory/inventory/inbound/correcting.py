"""验收更正 A check that was typed wrong is taken back by a correction that names the lines (D2, D16).

It says how a line ought to have been checked: counted, what is wrong with it, its lot. What was booked by it follows:
exceptions that were none end, and their pieces wait for a bin, if they are there; put-aways beyond what was good are
taken back; pieces of another lot are told so. Where fewer pieces came than were counted, a second person agrees. Later
facts that rest on it are corrected before.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Annotated, Any, Literal, assert_never

from pydantic import Field

from company.context import Context
from contracts import inventory_inbound as facts
from contracts.bounds import HowMany, ManyLines, Nth, OneLine
from contracts.inventory_inbound import InboundEvent
from inventory.fields import PaperNo, Reason, dated
from inventory.inbound.check import Finding, LineCheck, check_flaw, checked_line, opened_exceptions
from inventory.inbound.resting import Standing, Standings, standing_of
from inventory.inbound.state import Checked, Decision, Inbound, OpenException, Part, WrongCheck
from inventory.refusals import no
from inventory.who import HANDLES, SETTLES
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.use_case import Asker, UseCase

Lines = Annotated[tuple[LineCheck, ...], Field(min_length=1, max_length=300)]


class AskCheckCorrection(Command):
    """验收更正 (D16): these lines, as they ought to have been checked."""

    command: Literal["AskCheckCorrection"] = "AskCheckCorrection"
    correction_no: PaperNo
    lines: Lines
    reason: Reason
    standing: Standings = ()


class FindingTold(Finding):
    """What is wrong with pieces of a line; none of it, where `quantity` is 0."""

    quantity: HowMany


class LineTold(LineCheck):
    """A line as it ought to have been checked."""

    findings: Annotated[tuple[FindingTold, ...], Field(max_length=50)] = ()

    @property
    def check(self) -> LineCheck:
        """Without what is none."""
        real = tuple(Finding.model_validate(dict(one)) for one in self.findings if one.quantity)
        return LineCheck.model_validate({**dict(self), "findings": real})


class CheckWrong(Command):
    """更正验收 Correct a check (D16)

    The lines as they ought to have been checked: counted, all that is wrong with them, their lot. Fewer pieces than
    were counted wait for a second person; all else is so at once. Nobody outside is told of damage that was none.
    """

    command: Literal["AskCheckCorrection"] = "AskCheckCorrection"
    correction_no: PaperNo | None = None
    lines: Annotated[tuple[LineTold, ...], Field(min_length=1, max_length=300)]
    reason: Reason


class ApproveCheckCorrection(Command):
    """同意验收更正 Approve a check's correction (D16)

    By another person than who asked for it: what was booked by the check follows.
    """

    command: Literal["ApproveCheckCorrection"] = "ApproveCheckCorrection"
    correction_no: PaperNo
    standing: Standings = ()


class RefuseCheckCorrection(Command):
    """不同意验收更正 Refuse a check's correction (D16)

    The check stays as it was. Whoever asked for it may withdraw it.
    """

    command: Literal["RefuseCheckCorrection"] = "RefuseCheckCorrection"
    correction_no: PaperNo
    reason: Reason


def correct_check(command: AskCheckCorrection, inbound: Checked, ctx: Context) -> Decision:
    """Somebody says how lines ought to have been checked.

    Rules: D16, D2, X7. The same again is no event. Refuses: unknown_slip, slip_cancelled, not_checked,
    correction_contradicts, other_correction_waits, check_is_so, all that a check is refused for, and what rests on it.
    """
    slip_no = inbound.slip.slip_no
    wanted = WrongCheck(
        command.correction_no,
        tuple(facts.LineFound.model_validate(line.model_dump(exclude={"returned"})) for line in command.lines),
        command.reason,
        ctx.by,
        command.at or ctx.now,
    )
    contradicts = no("correction_contradicts", correction_no=wanted.correction_no)
    before = inbound.corrections.asked_before(wanted, _is_same(wanted), contradicts)
    if before is not None:
        return before
    if (waits := inbound.corrections.waits) is not None:
        return no("other_correction_waits", number=slip_no, correction_no=waits.correction_no)
    named = {line.line_no for line in wanted.lines}
    expected = tuple(line for line in inbound.slip.lines if line.line_no in named)
    flaw = check_flaw(inbound.slip.reason, expected, command.lines)
    if flaw is not None:
        return flaw
    corrected = _corrected(inbound, wanted, command.standing, ctx, at=wanted.at)
    if isinstance(corrected, Rejected):
        return corrected
    if not _falls(corrected.event):
        return corrected.events
    return (
        facts.CheckCorrectionAsked(
            at=wanted.at,
            slip_no=slip_no,
            correction_no=wanted.correction_no,
            lines=wanted.lines,
            reason=wanted.reason,
            asked_by=wanted.asked_by,
        ),
    )


def agree_to_check(command: ApproveCheckCorrection, inbound: Checked, ctx: Context) -> Decision:
    """A second person agrees that fewer pieces came.

    Rules: D16, B23, X7. Approved already is no event. Refuses: no_open_correction, own_correction, and what rests on it
    by now.
    """
    number = command.correction_no
    own = no("own_correction", correction_no=number)
    wanted = inbound.corrections.to_agree(number, ctx.by, _unknown(number, inbound), own)
    if not isinstance(wanted, WrongCheck):
        return wanted
    corrected = _corrected(inbound, wanted, command.standing, ctx, at=command.at or ctx.now, witness=ctx.by)
    return corrected if isinstance(corrected, Rejected) else corrected.events


def refuse_check(command: RefuseCheckCorrection, inbound: Checked, ctx: Context) -> Decision:
    """The check stays as it was. Rules: D16, X7. Refused already is no event. Refuses: no_open_correction."""
    number = command.correction_no
    wanted = inbound.corrections.to_refuse(number, _unknown(number, inbound))
    if not isinstance(wanted, WrongCheck):
        return wanted
    return (
        facts.CheckCorrectionRefused(
            at=command.at or ctx.now,
            slip_no=inbound.slip.slip_no,
            correction_no=wanted.correction_no,
            reason=command.reason,
            refused_by=ctx.by,
        ),
    )


def _is_same(wanted: WrongCheck) -> Callable[[WrongCheck], bool]:
    return lambda one: (one.lines, one.reason) == (wanted.lines, wanted.reason)


def _unknown(correction_no: str, inbound: Checked) -> Rejected:
    return no("no_open_correction", number=inbound.slip.slip_no, correction_no=correction_no)


@dataclass
class _Corrected:
    """What a correction comes to, line by line."""

    lines: list[facts.CheckedLine] = field(default_factory=list)
    was: list[facts.CheckedLine] = field(default_factory=list)
    ended: list[facts.ExceptionLess] = field(default_factory=list)
    taken_back: list[facts.PutAwayLess] = field(default_factory=list)
    renamed: list[facts.LotRight] = field(default_factory=list)
    found: list[tuple[facts.SlipLine, str, Finding]] = field(default_factory=list)


@dataclass(frozen=True)
class _Told:
    event: facts.CheckCorrected
    more: tuple[InboundEvent, ...]

    @property
    def events(self) -> tuple[InboundEvent, ...]:
        """The correction, and what it finds besides."""
        return (self.event, *self.more)


def _falls(event: facts.CheckCorrected) -> bool:
    """Whether fewer pieces came than were counted: a second person agrees to that."""
    return any(right.counted < was.counted for right, was in zip(event.lines, event.was, strict=True))


def _corrected(
    inbound: Checked, wrong: WrongCheck, standing: Iterable[Standing], ctx: Context, *, at: datetime, witness: str = ""
) -> _Told | Rejected:
    """What follows of it for what was booked, or what stands against it."""
    slip, made, stands = inbound.slip, _Corrected(), {one.line_no: one for one in standing}
    lines, taken = {line.line_no: line for line in slip.lines}, Counter[Pool]()
    for told in wrong.lines:
        was = next(line for line in inbound.lines if line.line_no == told.line_no)
        flaw = _of_line(made, inbound, lines[told.line_no], was, told)
        flaw = flaw or _resting(made, was, stands.get(told.line_no), taken)
        if flaw is not None:
            return flaw
    if not made.lines:
        return no("check_is_so", slip_no=slip.slip_no)
    event = facts.CheckCorrected(
        at=at,
        slip_no=slip.slip_no,
        depot=slip.depot,
        slip_reason=slip.reason,
        correction_no=wrong.correction_no,
        lines=tuple(made.lines),
        was=tuple(made.was),
        told=wrong.lines,
        ended=tuple(made.ended),
        taken_back=tuple(made.taken_back),
        renamed=tuple(made.renamed),
        reason=wrong.reason,
        asked_by=wrong.asked_by,
        witness=witness,
    )
    more = opened_exceptions(made.found, slip, at, ctx, first=len(inbound.exceptions) + 1)
    return _Told(event, more)


def _of_line(
    made: _Corrected, inbound: Checked, line: facts.SlipLine, was: facts.CheckedLine, told: facts.LineFound
) -> Rejected | None:
    check = LineCheck.model_validate(told.model_dump())
    right = checked_line(line, check)
    of_line = [one for one in inbound.exceptions if one.opened.line_no == line.line_no]
    gone = _findings(made, of_line, line, check)
    if isinstance(gone, Rejected):
        return gone
    if right != was or gone or any(line is one for one, _, _ in made.found):
        made.was.append(was)
        made.lines.append(right)
    over = inbound.done(line.line_no)[0] - right.good
    parts = [one for one in inbound.put_away if one.line_no == line.line_no]
    left: list[tuple[Part, int]] = []
    for one in reversed(parts):
        less = max(0, min(one.quantity, over))
        over -= less
        left.append((one, one.quantity - less))
        if less:
            made.taken_back.append(
                facts.PutAwayLess(line_no=line.line_no, part=one.part, quantity=less, bin=one.bin, lot=one.lot)
            )
    if right.lot == was.lot:
        return None
    slip_no = inbound.slip.slip_no
    lying = [(f"{slip_no}/{one.line_no}/{one.part}", one.lot, pieces, False) for one, pieces in left]
    lying += [(x.opened.exception_id, x.lot, x.aside - gone[x.opened.exception_id], True) for x in _unsettled(of_line)]
    made.renamed.extend(
        facts.LotRight(
            line_no=line.line_no, voucher_no=number, quantity=pieces, was=lot, lot=right.lot, pending=pending
        )
        for number, lot, pieces, pending in lying
        if lot == was.lot and pieces > 0
    )
    return None


def _unsettled(found: Iterable[OpenException]) -> Iterable[OpenException]:
    return (one for one in found if one.settled is None)


Kind = tuple[facts.ExceptionKind, bool]
"""Kind of a finding, and whether its pieces lie in the pending zone."""


def _findings(
    made: _Corrected, of_line: list[OpenException], line: facts.SlipLine, check: LineCheck
) -> Counter[str] | Rejected:
    """Exceptions that were none, the newest first, and what is wrong besides; by exception, how many pieces leave the
    pending zone. What was settled of an exception is not taken back by this."""
    wanted: Counter[Kind] = Counter()
    first: dict[Kind, Finding] = {}
    for finding in check.findings:
        key = (finding.kind, finding.aside > 0)
        wanted[key] += finding.quantity
        first.setdefault(key, finding)
    gone: Counter[str] = Counter()
    for known in reversed(of_line):
        opened = known.opened
        key = (opened.kind, opened.pieces_aside > 0)
        wanted[key] -= known.left
    for known in reversed(of_line):
        opened = known.opened
        key = (opened.kind, opened.pieces_aside > 0)
        less = min(known.left, max(0, -wanted[key]))
        if not less:
            continue
        if known.settled is not None and known.settled.outcome != "noted":
            return no("correction_settled", exception_id=opened.exception_id, line_no=line.line_no, name=line.name)
        wanted[key] += less
        left = known.left - less
        aside = known.aside - min(left, opened.pieces_aside)
        gone[opened.exception_id] = aside
        made.ended.append(
            facts.ExceptionLess(
                exception_id=opened.exception_id,
                line_no=line.line_no,
                kind=opened.kind,
                quantity=less,
                left=left,
                aside=aside,
            )
        )
    made.found.extend(
        (line, check.lot, first[key].model_copy(update={"quantity": more})) for key, more in wanted.items() if more > 0
    )
    return gone


Pool = tuple[str | None, int | None, str, bool]
"""Pieces that lines of a slip have in common: whose they are (contract and line, or nobody's), the product, and whether
they lie in the pending zone."""


def _resting(
    made: _Corrected, line: facts.CheckedLine, standing: Standing | None, taken: Counter[Pool]
) -> Rejected | None:
    """Later facts that rest on what is taken back: they are taken back before (D16). `taken`: what lines before this
    one take of the same pieces."""
    if standing is None:
        return None
    said: dict[str, Any] = {"line_no": line.line_no, "name": Term.of(line.name)}
    of_line = [one for one in made.renamed if one.line_no == line.line_no]
    back = sum(one.quantity for one in made.taken_back if one.line_no == line.line_no)
    aside = sum(one.aside for one in made.ended if one.line_no == line.line_no)
    shelved = back + sum(one.quantity for one in of_line if not one.pending)
    pending = aside + sum(one.quantity for one in of_line if one.pending)
    if (back or aside) and standing.counted:
        return no("correction_counted", **said, count_no=standing.counted)
    shelf, zone = (line.contract_no, line.contract_line_no, line.sku, False), (None, None, line.sku, True)
    for pool, wanted, there in ((shelf, shelved, standing.here), (zone, pending, standing.pending)):
        left = max(0, there - taken[pool])
        if wanted > left:
            by = standing.later or "—"
            return no("correction_taken_since", **said, there=left, wanted=wanted, later=by)
        taken[pool] += wanted
    return None


Event = facts.CheckCorrectionAsked | facts.CheckCorrectionRefused | facts.CheckCorrected


def evolve(inbound: Checked, event: Event) -> Checked:
    """The check as it is right."""
    match event:
        case facts.CheckCorrectionAsked():
            wrong = WrongCheck(event.correction_no, event.lines, event.reason, event.asked_by, event.at)
            return replace(inbound, corrections=inbound.corrections.asked(wrong))
        case facts.CheckCorrectionRefused():
            return replace(inbound, corrections=inbound.corrections.refused())
        case facts.CheckCorrected():
            done = WrongCheck(event.correction_no, event.told, event.reason, event.asked_by, event.at)
            right = {line.line_no: line for line in event.lines}
            return replace(
                inbound,
                lines=tuple(right.get(line.line_no, line) for line in inbound.lines),
                put_away=tuple(_part_right(part, inbound, event) for part in inbound.put_away),
                exceptions=tuple(_exception_right(one, event) for one in inbound.exceptions),
                corrections=inbound.corrections.agreed_to(done),
            )
    assert_never(event)


def _part_right(part: Part, inbound: Checked, event: facts.CheckCorrected) -> Part:
    less = sum(
        one.quantity
        for one in event.taken_back
        if (one.line_no, one.part, one.bin, one.lot) == (part.line_no, part.part, part.bin, part.lot)
    )
    voucher = f"{inbound.slip.slip_no}/{part.line_no}/{part.part}"
    lot = next((one.lot for one in event.renamed if (one.voucher_no, one.was) == (voucher, part.lot)), part.lot)
    return replace(part, quantity=part.quantity - less, lot=lot)


def _exception_right(one: OpenException, event: facts.CheckCorrected) -> OpenException:
    number = one.opened.exception_id
    none = sum(less.quantity for less in event.ended if less.exception_id == number)
    lot = next((right.lot for right in event.renamed if right.pending and right.voucher_no == number), one.lot)
    return replace(one, none=one.none + none, lot=lot)


def moved(inbound: Checked, event: facts.PutAwayMoved) -> Checked:
    """The pieces of a put-away lie in another bin."""
    here = next(
        (x for x in inbound.put_away if (x.line_no, x.part, x.bin) == (event.line_no, event.part, event.from_bin)), None
    )
    if here is None:
        return inbound
    pieces = min(here.quantity, event.quantity)
    rest = replace(here, quantity=here.quantity - pieces)
    parts = tuple(rest if x is here else x for x in inbound.put_away)
    return replace(inbound, put_away=parts).with_part(replace(here, bin=event.bin, quantity=pieces))


class NotePutAwayMoved(Command):
    """上架更正入单 (D6, D16): line `move_no` of the bin card says that pieces of a put-away lie elsewhere."""

    command: Literal["NotePutAwayMoved"] = "NotePutAwayMoved"
    line_no: Nth
    part: Nth
    quantity: HowMany
    from_bin: OneLine
    bin: OneLine
    move_no: Nth
    reason: ManyLines


def note_moved(command: NotePutAwayMoved, inbound: Inbound, ctx: Context) -> Decision:
    """The slip says where its pieces lie. Rules: D6, D16."""
    if not isinstance(inbound, Checked):
        return ()
    told = command.model_dump(exclude={"command", "at"})
    return (facts.PutAwayMoved(at=command.at or ctx.now, slip_no=inbound.slip.slip_no, **told),)


def can_be_wrong(inbound: Inbound) -> bool:
    """Checked, and nobody's correction of it waits."""
    return isinstance(inbound, Checked) and inbound.corrections.waits is None


def waits(inbound: Inbound) -> bool:
    """A correction waits for a second person."""
    return isinstance(inbound, Checked) and inbound.corrections.waits is not None


async def asked(asker: Asker, slip_no: str, body: CheckWrong) -> AskCheckCorrection:
    """With its number, and with what rests on the check by now."""
    correction_no = body.correction_no or dated("GZ")(asker, body)
    told = {**dict(body), "correction_no": correction_no, "lines": tuple(line.check for line in body.lines)}
    return AskCheckCorrection(**told, standing=await standing_of(asker, slip_no))


async def looked_at(asker: Asker, slip_no: str, body: Command) -> ApproveCheckCorrection:
    """With what rests on the check by now."""
    return ApproveCheckCorrection.model_validate(dict(body) | {"standing": await standing_of(asker, slip_no)})


USE_CASES: tuple[UseCase[Any, Any, InboundEvent], ...] = (
    UseCase(
        AskCheckCorrection,
        correct_check,
        HANDLES,
        "corrections",
        body=CheckWrong,
        prepare=asked,
        says=lambda said: {"correction_no": said.correction_no},
        status=201,
        wanted=can_be_wrong,
    ),
    UseCase(
        ApproveCheckCorrection,
        agree_to_check,
        SETTLES,
        "corrections/approval",
        body="CheckCorrectionApproval",
        unsaid=("standing",),
        prepare=looked_at,
        status=201,
        wanted=waits,
    ),
    UseCase(
        RefuseCheckCorrection,
        refuse_check,
        SETTLES | HANDLES,
        "corrections/refusal",
        body="CheckCorrectionRefusal",
        status=201,
        wanted=waits,
    ),
    UseCase(NotePutAwayMoved, note_moved),
)
