"""What the day's plan and the runs tell -> what the warehouse does (B4, B9, D8)."""

from collections.abc import Sequence

from contracts.civil_time import civil_day
from contracts.dispatch_corrections import DeliveryCorrected
from contracts.dispatch_days import DayPublished
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryFailed
from contracts.dispatch_pick_up import PickedUp
from contracts.dispatch_road import LoadCorrected, PiecesRefused
from contracts.dispatch_runs import RunDeparted
from contracts.envelope import Meta
from contracts.fact import GoodsLine
from contracts.inventory import PickStop
from inventory.goods.aggregate import GOODS
from inventory.goods.correcting import CorrectIssue
from inventory.goods.damage import ReportDamage
from inventory.goods.deposit import NoteDeposit
from inventory.goods.handover_corrected import CorrectHandover
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.picklist import PICK_LIST, IssuePickList, number_of
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each

PHOTOS, NOTE_CHARACTERS = 20, 500  # what a damage report takes


def issue_pick_list(event: DayPublished) -> Sequence[Ask]:
    """The published plan -> the pick list: what is delivered must be picked, installations and visits not (B4, E5)."""
    stops = tuple(
        PickStop(
            job_id=stop.job_id,
            contract_no=stop.contract_no,
            crew=stop.crew,
            half=stop.half,
            position=stop.position,
            lines=stop.lines,
        )
        for stop in event.stops
        if stop.kind == "delivery"
    )
    command = IssuePickList(at=event.at, depot=event.depot, on=event.on, version=event.version, stops=stops)
    return (Ask(PICK_LIST.key(number_of(event.depot, event.on)), command),)


def issue_goods(event: RunDeparted) -> Sequence[Ask]:
    """A vehicle left -> its goods are issued, contract by contract, by the run's list (B9, D8)."""
    pieces: dict[str, dict[int, GoodsLine]] = {}
    for stop in event.stops:
        lines = pieces.setdefault(stop.contract_no, {})
        for line in stop.lines:
            before = lines[line.line_no].quantity if line.line_no in lines else 0
            lines[line.line_no] = line.model_copy(update={"quantity": before + line.quantity})
    return tuple(
        Ask(
            GOODS.key(contract_no),
            IssueGoods(
                at=event.at,
                contract_no=contract_no,
                list_no=event.list_no,
                lines=tuple(lines.values()),
                partial=True,
            ),
        )
        for contract_no, lines in pieces.items()
        if any(line.quantity for line in lines.values())
    )


def hand_out(event: PickedUp) -> Sequence[Ask]:
    """A customer collected goods -> they are issued, by the pick-up list (A11, D8)."""
    command = IssueGoods(
        at=event.at, contract_no=event.contract_no, list_no=event.list_no, lines=event.delivered, partial=True
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def return_goods(event: DeliveryFailed | DeliveryCompleted, meta: Meta) -> Sequence[Ask]:
    """Goods of a delivery that failed, or that the customer refused at the door, are on their way back (B14, B15), and
    so are those refused as damaged (D4); deposited ones are not: they lie there."""
    if isinstance(event, DeliveryFailed):
        if event.lines and not any(line.quantity for line in event.lines):  # nothing had left, by a corrected count
            return ()
        if event.goods == "returned":
            return (_on_its_way(event, meta, event.lines, event.cause),)
        if event.goods != "deposited" or not event.lines:  # older events do not say what lies there
            return ()
        deposit_no = f"{event.job_id}#{meta.sequence}"
        lying = NoteDeposit(at=event.at, contract_no=event.contract_no, deposit_no=deposit_no, lines=event.lines)
        return (Ask(GOODS.key(event.contract_no), lying),)
    whole = (_on_its_way(event, meta, event.refused, "客户拒收"),) if event.refused else ()
    broken = (_on_its_way(event, meta, event.damaged, "客户拒收：破损", broken=True),) if event.damaged else ()
    return (*whole, *broken)


def _on_its_way(
    event: DeliveryFailed | DeliveryCompleted,
    meta: Meta,
    lines: tuple[GoodsLine, ...],
    reason: str,
    *,
    broken: bool = False,
) -> Ask:
    command = ReturnGoods(
        at=event.at,
        contract_no=event.contract_no,
        return_no=f"{event.job_id}#{meta.sequence}{'-P' if broken else ''}",
        lines=lines,
        returned_on=civil_day(event.at),
        reason=reason,
        told_by="run",
        keep=True,
        broken=broken,
        crew=event.crew,
    )
    return Ask(GOODS.key(event.contract_no), command)


def report_damage(event: PiecesRefused, meta: Meta) -> Sequence[Ask]:
    """Pieces that the customer refused as damaged, photographed at the door, are a damage report (B13, D4)."""
    if not event.damaged:
        return ()
    return tuple(
        Ask(
            GOODS.key(event.contract_no),
            ReportDamage(
                at=event.at,
                contract_no=event.contract_no,
                damage_id=f"{event.job_id}-{meta.sequence}-{line.line_no}",
                line_no=line.line_no,
                quantity=line.quantity,
                found="delivery",
                photos=event.photos[:PHOTOS],
                note=event.reason[:NOTE_CHARACTERS],
            ),
        )
        for line in event.lines
    )


def correct_issue(event: LoadCorrected, meta: Meta) -> Sequence[Ask]:
    """The count at a vehicle was wrong -> what never left is here (D16)."""
    command = CorrectIssue(
        at=event.at,
        contract_no=event.contract_no,
        correction_no=f"{event.job_id}#{meta.sequence}",
        lines=event.stayed,
        bin=event.bin,
        reason=f"装车点数更正：{event.reason}",
        corrected_by=event.corrected_by,
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def correct_handover(event: DeliveryCorrected, meta: Meta) -> Sequence[Ask]:
    """What was signed for was typed wrong -> the warehouse awaits what really comes back (D3, D16); what a customer did
    not collect after all never left, and what he took besides did (A11)."""
    number = f"{event.job_id}#{meta.sequence}"
    if event.picked_up:
        return _of_pick_up(event, number)
    whole, broken = _more(event.refused, event.was_refused), _more(event.damaged, event.was_damaged)
    command = CorrectHandover(
        at=event.at,
        contract_no=event.contract_no,
        job_id=event.job_id,
        correction_no=event.correction_no,
        return_no=number,
        back=whole,
        broken_back=broken,
        not_back=_more(event.was_refused, event.refused),
        not_broken=_more(event.was_damaged, event.damaged),
        crew=event.crew,
        reason=f"送达更正：{event.reason}",
        reverses=event.reverses,
    )
    return (Ask(GOODS.key(event.contract_no), command),)


def _of_pick_up(event: DeliveryCorrected, number: str) -> Sequence[Ask]:
    fewer, more = _more(event.was_delivered, event.delivered), _more(event.delivered, event.was_delivered)
    asks: list[Ask] = []
    if fewer:
        never_left = CorrectIssue(
            at=event.at,
            contract_no=event.contract_no,
            correction_no=number,
            lines=fewer,
            reason=f"自提更正：{event.reason}",
            corrected_by=event.asked_by,
        )
        asks.append(Ask(GOODS.key(event.contract_no), never_left))
    if more:
        left = IssueGoods(
            at=event.at, contract_no=event.contract_no, list_no=event.correction_no, lines=more, partial=True
        )
        asks.append(Ask(GOODS.key(event.contract_no), left))
    return asks


def _more(lines: tuple[GoodsLine, ...], than: tuple[GoodsLine, ...]) -> tuple[GoodsLine, ...]:
    """Pieces that one count has and another has not."""
    has = {line.line_no: line.quantity for line in than}
    more = ((line, line.quantity - has.get(line.line_no, 0)) for line in lines)
    return tuple(line.model_copy(update={"quantity": pieces}) for line, pieces in more if pieces > 0)


REACTIONS = (
    Reaction("inventory.issue_pick_list", (On(DayPublished, issue_pick_list),)),
    Reaction("inventory.issue_goods", (On(RunDeparted, issue_goods),)),
    Reaction("inventory.hand_out", (On(PickedUp, hand_out),)),
    Reaction("inventory.correct_handover", (On(DeliveryCorrected, correct_handover),)),
    Reaction("inventory.correct_issue", (On(LoadCorrected, correct_issue),)),
    Reaction("inventory.return_goods", on_each(return_goods, DeliveryFailed, DeliveryCompleted)),
    Reaction("inventory.report_refused_damage", (On(PiecesRefused, report_damage),)),
)
