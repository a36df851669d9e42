"""出库更正 What left by a list, a loan or a scrap application was typed wrong: a correction says what did (D8, D16).

Said once for the papers by which free stock leaves. Pieces that never left are in stock again at once; where more left
than was said, stock falls, and a second person agrees.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from company.context import Context
from contracts import inventory_stock as facts
from contracts.bounds import Few, HowMany, Nth, OneLine
from contracts.fact import Value
from contracts.inventory_stock import CorrectionOfPaper, Lot
from inventory.fields import MAX_PIECES, PaperNo, Reason, dated
from inventory.inbound.state import good_bin_flaw
from inventory.refusals import no
from inventory.who import KEEPER, SETTLES
from runtime.agreeing import Proposals
from runtime.decision import Command, Rejected
from runtime.refusal import Term
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

Decision = tuple[CorrectionOfPaper, ...] | Rejected


class PiecesLeft(BaseModel):
    """How many pieces of a line left."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    line_no: Nth
    right: Annotated[int, Field(ge=0, le=MAX_PIECES)]


class There(Value):
    """Pieces of a line's product, and lot, that are nobody's: more can have left than was said, but not more than
    these."""

    line_no: Nth
    free: HowMany
    pending: HowMany


Lines = Annotated[tuple[PiecesLeft, ...], Field(min_length=1, max_length=200)]
Theres = Annotated[tuple[There, ...], Few(1_000)]
BinCode = Annotated[str, Field(max_length=30)]


class AskIssueCorrection(Command):
    """出库更正 (D16): what really left by a paper."""

    command: Literal["AskIssueCorrection"] = "AskIssueCorrection"
    correction_no: PaperNo
    lines: Lines
    bin: OneLine = ""
    reason: Reason
    there: Theres = ()


class IssueWrong(Command):
    """更正出库 Correct what left (D16)

    Names the lines and how many pieces of each really left. What never left is in stock again, in `bin`; more than was
    said waits for a second person.
    """

    command: Literal["AskIssueCorrection"] = "AskIssueCorrection"
    correction_no: PaperNo | None = None
    lines: Lines
    bin: BinCode = ""
    reason: Reason


class ApproveIssueCorrection(Command):
    """同意出库更正 Approve what left besides (D16)

    By another person than who asked for it.
    """

    command: Literal["ApproveIssueCorrection"] = "ApproveIssueCorrection"
    correction_no: PaperNo
    there: Theres = ()


class RefuseIssueCorrection(Command):
    """不同意出库更正 Refuse what left besides (D16)

    The paper stays as it was. Whoever asked for it may withdraw it.
    """

    command: Literal["RefuseIssueCorrection"] = "RefuseIssueCorrection"
    correction_no: PaperNo
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wrong:
    """A correction of what left."""

    correction_no: str
    lines: tuple[facts.LeftPieces, ...]
    bin: str
    reason: str
    asked_by: str
    at: datetime


Corrections = Proposals[Wrong]


def after(known: Corrections, event: CorrectionOfPaper) -> Corrections:
    """Corrections of a paper after an event."""
    if isinstance(event, facts.PaperCorrectionRefused):
        return known.refused()
    one = Wrong(event.correction_no, event.lines, event.bin, event.reason, event.asked_by, event.at)
    return known.asked(one) if isinstance(event, facts.PaperCorrectionAsked) else known.agreed_to(one)


def right(known: Corrections, line_no: int, was: int) -> int:
    """Pieces of a line that really left."""
    told = (line.right for one in reversed(known.agreed) for line in one.lines if line.line_no == line_no)
    return next(told, was)


@dataclass(frozen=True, slots=True)
class Issued:
    """A paper by which pieces left: its lines as they did (`was`), and of each how many are settled since and did leave
    (`least`)."""

    paper: facts.PaperKind
    number: str
    depot: str
    lines: tuple[facts.LeftPieces, ...]
    corrections: Corrections
    least: int = 0
    is_over: bool = False
    """All of it is settled: nothing is corrected any more, and what was is answered again."""


def ask(command: AskIssueCorrection, paper: Issued | None, ctx: Context) -> Decision:
    """Somebody says what really left. Rules: D16, D8, X7."""
    if paper is None:
        return no("nothing_left_by_it")
    wanted = _wanted(command, paper, ctx)
    if isinstance(wanted, Rejected):
        return wanted
    contradicts = no("correction_contradicts", correction_no=wanted.correction_no)
    before = paper.corrections.asked_before(wanted, lambda one: _told(one) == _told(wanted), contradicts)
    if before is not None:
        return before
    if paper.is_over:
        return no("nothing_left_by_it")
    if (waits := paper.corrections.waits) is not None:
        return no("other_correction_waits", number=paper.number, correction_no=waits.correction_no)
    if all(line.right == line.was for line in wanted.lines):
        return no("issue_is_so", number=paper.number)
    flaw = good_bin_flaw(ctx.policy, paper.depot, command.bin) if command.bin else None
    flaw = flaw or _resting(wanted, paper, command.there)
    if flaw is not None:
        return flaw
    if all(line.right <= line.was for line in wanted.lines):
        return (_corrected(paper, wanted, wanted.at),)
    return (
        facts.PaperCorrectionAsked(
            at=wanted.at,
            paper=paper.paper,
            number=paper.number,
            correction_no=wanted.correction_no,
            lines=wanted.lines,
            bin=wanted.bin,
            reason=wanted.reason,
            asked_by=wanted.asked_by,
        ),
    )


def agree(command: ApproveIssueCorrection, paper: Issued | None, ctx: Context) -> Decision:
    """A second person agrees that more left than was said. Rules: D16, B23, X7."""
    if paper is None:
        return no("nothing_left_by_it")
    number = command.correction_no
    own = no("own_correction", correction_no=number)
    wanted = paper.corrections.to_agree(number, ctx.by, _unknown(number, paper), own)
    if not isinstance(wanted, Wrong):
        return wanted
    flaw = _resting(wanted, paper, command.there)
    return flaw or (_corrected(paper, wanted, command.at or ctx.now, ctx.by),)


def refuse(command: RefuseIssueCorrection, paper: Issued | None, ctx: Context) -> Decision:
    """What was said stays. Rules: D16, X7. Refused already is no event."""
    if paper is None:
        return no("nothing_left_by_it")
    number = command.correction_no
    wanted = paper.corrections.to_refuse(number, _unknown(number, paper))
    if not isinstance(wanted, Wrong):
        return wanted
    return (
        facts.PaperCorrectionRefused(
            at=command.at or ctx.now,
            paper=paper.paper,
            number=paper.number,
            correction_no=wanted.correction_no,
            reason=command.reason,
            refused_by=ctx.by,
        ),
    )


def _unknown(correction_no: str, paper: Issued) -> Rejected:
    return no("no_open_correction", number=paper.number, correction_no=correction_no)


def _told(wrong: Wrong) -> object:
    return ({line.line_no: line.right for line in wrong.lines}, wrong.bin, wrong.reason)


def _wanted(command: AskIssueCorrection, paper: Issued, ctx: Context) -> Wrong | Rejected:
    lines = {line.line_no: line for line in paper.lines}
    for told in command.lines:
        if told.line_no not in lines:
            return no("line_did_not_leave", number=paper.number, line_no=told.line_no)
    if len({told.line_no for told in command.lines}) < len(command.lines):
        return no("bad_list_line")
    left = tuple(lines[one.line_no].model_copy(update={"right": one.right}) for one in command.lines)
    return Wrong(command.correction_no, left, command.bin, command.reason, ctx.by, command.at or ctx.now)


def _resting(wanted: Wrong, paper: Issued, there: Iterable[There]) -> Rejected | None:
    """Later facts that rest on what is taken back: pieces came back by the paper, or are not there to have left."""
    found, taken = {one.line_no: one for one in there}, Counter[tuple[str, str, bool]]()
    for line in wanted.lines:
        said: dict[str, Any] = {"line_no": line.line_no, "name": Term.of(line.name)}
        if line.right < paper.least:
            return no("correction_came_back", **said, number=paper.number, least=paper.least)
        at = found.get(line.line_no)
        if at is None:
            continue
        of, more = (line.sku, line.lot, line.pending), max(0, line.right - line.was)
        here = max(0, (at.pending if line.pending else at.free) - taken[of])  # lines before take of the same pieces
        if more > here:
            return no("correction_not_in_stock", **said, here=here, more=more)
        taken[of] += more
    return None


def _corrected(paper: Issued, wrong: Wrong, at: datetime, witness: str = "") -> facts.PaperCorrected:
    return facts.PaperCorrected(
        at=at,
        paper=paper.paper,
        number=paper.number,
        depot=paper.depot,
        correction_no=wrong.correction_no,
        lines=wrong.lines,
        bin=wrong.bin,
        reason=wrong.reason,
        asked_by=wrong.asked_by,
        witness=witness,
    )


class _Card(BaseModel):
    lots: tuple[Lot, ...] = ()


class _Line(BaseModel):
    line_no: int = 1
    sku: str
    lot: str = ""


class _Paper(BaseModel):
    """A paper's row, which is made of these use cases, as far as a correction needs it."""

    depot: str
    sku: str = ""
    lines: tuple[_Line, ...] = ()


CARDS = ByName("stock", _Card)


def use_cases(model: str, issued_of: Callable[[Any], Issued | None]) -> tuple[UseCase[Any, Any, Any], ...]:
    """Those of one kind of paper: its read model, and what left by it, if anything did."""
    rows = ByName(model, _Paper)

    def correct_issue(command: AskIssueCorrection, paper: Any, ctx: Context) -> Decision:
        """Rules: D16. Refuses: nothing_left_by_it, line_did_not_leave, correction_contradicts, other_correction_waits,
        issue_is_so, bad_bin, bin_is_pending, correction_came_back, correction_not_in_stock."""
        return ask(command, issued_of(paper), ctx)

    def agree_to_issue(command: ApproveIssueCorrection, paper: Any, ctx: Context) -> Decision:
        """Rules: D16, B23. Refuses: nothing_left_by_it, no_open_correction, own_correction, correction_not_in_stock."""
        return agree(command, issued_of(paper), ctx)

    def refuse_issue(command: RefuseIssueCorrection, paper: Any, ctx: Context) -> Decision:
        """Rules: D16. Refuses: nothing_left_by_it, no_open_correction."""
        return refuse(command, issued_of(paper), ctx)

    def can_be_wrong(paper: Any) -> bool:
        issued = issued_of(paper)
        return issued is not None and not issued.is_over and issued.corrections.waits is None

    def waits(paper: Any) -> bool:
        issued = issued_of(paper)
        return issued is not None and issued.corrections.waits is not None

    async def there(asker: Asker, number: str) -> list[There]:
        paper = await asker.view(rows).get(number)
        if paper is None:
            return []
        found = []
        for line in paper.lines or (_Line(sku=paper.sku),):
            card = await asker.view(CARDS).get(f"{paper.depot}:{line.sku}") or _Card()
            free, pending = (
                sum(
                    lot.quantity
                    for lot in card.lots
                    if (lot.held_for, lot.pending) == (None, aside) and (not line.lot or lot.lot in {line.lot, ""})
                )
                for aside in (False, True)
            )
            found.append(There(line_no=line.line_no, free=free, pending=pending))
        return found

    async def asked(asker: Asker, number: str, body: IssueWrong) -> AskIssueCorrection:
        told = dict(body) | {"correction_no": body.correction_no or dated("GZ")(asker, body)}
        return AskIssueCorrection(**told, there=tuple(await there(asker, number)))

    async def looked_at(asker: Asker, number: str, body: Command) -> ApproveIssueCorrection:
        return ApproveIssueCorrection.model_validate(dict(body) | {"there": await there(asker, number)})

    return (
        UseCase(
            AskIssueCorrection,
            correct_issue,
            KEEPER,
            "corrections",
            body=IssueWrong,
            prepare=asked,
            says=lambda said: {"correction_no": said.correction_no},
            status=201,
            wanted=can_be_wrong,
        ),
        UseCase(
            ApproveIssueCorrection,
            agree_to_issue,
            SETTLES,
            "corrections/approval",
            body="IssueCorrectionApproval",
            unsaid=("there",),
            prepare=looked_at,
            status=201,
            wanted=waits,
        ),
        UseCase(
            RefuseIssueCorrection,
            refuse_issue,
            SETTLES | KEEPER,
            "corrections/refusal",
            body="IssueCorrectionRefusal",
            status=201,
            wanted=waits,
        ),
    )
