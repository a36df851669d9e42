"""Rows of the warehouse as the inventory service keeps them."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from dashboards_story import CUSTOMER
from orders_story import desk_rows, signed

from contracts.envelope import Meta
from contracts.fact import Fact, GoodsLine
from contracts.inventory import PickListIssued, PickStop
from contracts.inventory_counts import CountedLine, CountKey, CountTarget, RecountAsked
from contracts.inventory_inbound import (
    CheckCorrected,
    CheckCorrectionAsked,
    CheckedLine,
    ExceptionLess,
    InboundChecked,
    InboundExceptionOpened,
    LineFound,
    SlipIssued,
    SlipLine,
)
from contracts.inventory_packing import LabelsIssued, PackageLabel
from contracts.inventory_stock import (
    LeftPieces,
    LoanApproved,
    LoanAsked,
    LoanGoodsHeld,
    LoanHandedOut,
    LoanOverdue,
    LoanReturned,
    Lot,
    LotMoved,
    LotPieces,
    MoveKind,
    PaperCorrectionAsked,
    ScrapApplied,
    ScrapApproved,
    ScrapExecuted,
    ScrapGoodsHeld,
    StockListIssued,
    StockListLine,
    StockListLineHeld,
    StockListMade,
)
from contracts.inventory_transfers import (
    TransferArrival,
    TransferAsked,
    TransferCount,
    TransferDifference,
    TransferDifferenceExplained,
    TransferLine,
    TransferLineHeld,
    TransferPieces,
    TransferReceived,
    TransferSent,
)
from inventory.count.file import COUNTS
from inventory.count.state import Closed, Counting, Figure, Line
from inventory.goods.row import PIECES
from inventory.goods.state import Arrival, Awaited, CorrectionWanted, Expected, Stock
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.lot_book_row import LOTS
from inventory.packing import InspectedRow
from inventory.packing_rows import PRINTED
from inventory.picklist_row import PICK_LISTS
from inventory.scrap_row import SCRAPS
from inventory.stock.moves import MoveRow
from inventory.stock.row import STOCKED
from inventory.stock.state import Card
from inventory.stock_list_row import STOCK_LISTS
from inventory.transfer.row import TRANSFERS
from inventory.voucher.register import VoucherRow
from runtime.said import Heard
from runtime.states import StateCodec
from runtime.view import Row, View

AT = "2026-03-12T01:00:00+00:00"
NOW_THEN = datetime.fromisoformat(AT)
ON = "2026-03-13"
META = Meta("e", "", "", "", NOW_THEN, 1, "c", "c", "mai.gh", 0)
"""Of every event that is told here."""


def stored(row_id: str, row: Row, *said: Fact) -> dict[str, Any]:
    """A row's document, with what was said beside it."""
    kept = {name: value for name, value in row.shown().items() if name != "version"}
    heard = Heard(tuple({type(event) for event in said})).facet("inventory", "")
    told: Any = None
    for event in said:
        told = heard.fold(told, event, META)
    return {"_id": row_id, "row": kept, heard.name: told, "_pos": {"row": {"seq": 1}}}


def standing(view: View[Any, Any, Any], row_id: str, state: Any, *said: Fact) -> dict[str, Any]:
    """A row's document as a state gives it, with the state and what was said beside it."""
    row = view.view(state)
    assert row is not None
    return {**stored(row_id, row, *said), "_state": StateCodec(view.aggregate.states).dump(state)}


def lot(bin_name: str, quantity: int, held_for: str | None = None, *, pending: bool = False, lot_no: str = "") -> Lot:
    """Pieces in one place."""
    return Lot(bin=bin_name, held_for=held_for, pending=pending, quantity=quantity, lot=lot_no)


def move(number: int, kind: MoveKind, before: int, after: int, **more: Any) -> MoveRow:
    """A line of the bin card."""
    at = datetime(2026, 3, number, 1, tzinfo=UTC)
    base = {
        "card": "main:WC-1",
        "move_no": number,
        "at": at,
        "recorded_at": at + timedelta(seconds=1),
        "by": "mai.gh",
        "kind": kind,
        "quantity": abs(after - before),
        "taken": (),
        "put": (),
        "before": before,
        "after": after,
        "voucher_no": f"RK{number:03}",
        "held_for": None,
        "reason": "",
    }
    return MoveRow.model_validate({**base, **more})


def stock(sku: str = "WC-1", *lots: Lot) -> dict[str, Any]:
    """A row `stock`."""
    card = Card("main", sku, "坐便器", lots, last_move=3, moved_at=NOW_THEN, report_at=NOW_THEN, causes=())
    row = standing(STOCKED, f"main:{sku}", card)
    return {**row, "_pos": {"row": {"seq": card.last_move}}}


def told_of(view: View[Any, Any, Any], row_id: str, *events: Fact) -> dict[str, Any]:
    """A row's document after these events."""
    said = (event for event in events if isinstance(event, view.said))
    return standing(view, row_id, view.aggregate.fold(*events), *said)


def picklist() -> dict[str, Any]:
    """A row `picklists`: two stops of one vehicle."""
    goods = [GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)]
    top = GoodsLine(line_no=1, sku="KC-9", name="石英石台面", quantity=1)
    cabinet = GoodsLine(line_no=2, sku="KC-1", name="地柜柜体", quantity=1)
    stops = [("HT26030001", 1, goods), ("HT26030002", 2, [cabinet, top])]
    issued = PickListIssued(
        at=NOW_THEN,
        depot="main",
        on=date.fromisoformat(ON),
        version=2,
        feedback_due=datetime(2026, 3, 13, 0, 30, tzinfo=UTC),
        stops=tuple(
            PickStop(job_id=f"D-{no}", contract_no=no, crew="S1", half="am", position=position, lines=tuple(lines))
            for no, position, lines in stops
        ),
    )
    return told_of(PICK_LISTS, f"main:{ON}", issued)


def compared(book: int, counted: int, at: str, move_no: int = 2) -> CountedLine:
    """What a comparison said of a line."""
    return CountedLine(
        sku="WC-1",
        name="坐便器",
        bin="B-01-1",
        counted=counted,
        book=book,
        difference=counted - book,
        counted_at=datetime.fromisoformat(at),
        counted_by="mai.gh",
        round=1,
        move_no=move_no,
        within_tolerance=counted == book,
    )


TARGET = CountTarget(sku="WC-1", name="坐便器", zone="B", bin="B-01-1", move_no=2)
LINE = Line(TARGET)
AGAIN = RecountAsked(
    at=NOW_THEN, count_no="PD-1", lines=(CountKey(sku="WC-1", bin="B-01-1"),), reason="beyond_tolerance", note=""
)


def figure(quantity: int, number: int = 1) -> Figure:
    """What was counted in a round."""
    return Figure(quantity, NOW_THEN, "mai.gh", number)


def count(
    number: str = "PD-1", line: Line = LINE, *said: Fact, closed: bool = False, more: tuple[Line, ...] = ()
) -> dict[str, Any]:
    """A row `counts` with one line, or `more`."""
    sheet = Counting(
        number, "main", "cycle", "库区 B", None, NOW_THEN, datetime(2026, 3, 14, 16, tzinfo=UTC), (line, *more)
    )
    return standing(COUNTS, number, Closed(sheet, NOW_THEN) if closed else sheet, *said)


def rows(**of: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rows by read model, with two contracts behind them."""
    behind = desk_rows(signed(), signed("HT26030002"))
    return {**behind, **{name: {row["_id"]: row for row in found} for name, found in of.items()}}


def lines(*moves: MoveRow) -> list[dict[str, Any]]:
    """Rows `moves`."""
    return [stored(f"{one.card}#{one.move_no:06}", one) for one in moves]


def numbered(letters: str, ordinal: int, paper: str, own_no: str, *, void: str = "") -> list[dict[str, Any]]:
    """Rows `vouchers`: a paper with its number, and why it is void."""
    number = f"{letters}-2026-{ordinal:06}"
    of = {
        "letters": letters,
        "number": number,
        "paper": paper,
        "own_no": own_no,
        "at": NOW_THEN,
        "recorded_at": NOW_THEN,
    }
    given = VoucherRow.model_validate({**of, "void": False, "year": 2026, "ordinal": ordinal, "on": NOW_THEN.date()})
    taken = [VoucherRow.model_validate({**of, "void": True, "reason": void})] if void else []
    return [stored(f"{letters}#{ordinal:06}{'-void' * row.void}", row) for row in (given, *taken)]


# --- papers ----------------------------------------------------------------------------------------------------------


SLIP_LINE = SlipLine(line_no=1, sku="WC-1", name="坐便器", quantity=2, contract_no="HT26030001", contract_line_no=1)
FOUND = InboundExceptionOpened(
    at=NOW_THEN,
    exception_id="RK1-1",
    slip_no="RK1",
    depot="main",
    line_no=1,
    sku="WC-1",
    name="坐便器",
    kind="damage",
    quantity=1,
    contract_no="HT26030001",
    contract_line_no=1,
    cause="磕角",
    photos=("sha256:ab",),
    liability="carrier",
    carrier_signed_by="老王",
    carrier_signature_ref=None,
    factory_contact=None,
    pieces_aside=1,
    level=1,
    told_role="manager",
)


def checked(good: int = 2) -> InboundChecked:
    """A check that found so many good pieces of two."""
    line = CheckedLine(line_no=1, sku="WC-1", name="坐便器", expected=2, counted=2, good=good, aside=2 - good, short=0)
    return InboundChecked(
        at=NOW_THEN,
        slip_no="RK1",
        depot="main",
        reason="purchase",
        in_order=good == 2,
        lines=(line,),
        checked_by="lu.qc",
        signature_ref="",
        delivery_note_ref="",
        papers_due=NOW_THEN,
        note="",
    )


WRONG_CHECK = CheckCorrectionAsked(
    at=NOW_THEN,
    slip_no="RK1",
    correction_no="GZ1",
    lines=(LineFound(line_no=1, counted=1),),
    reason="点错了",
    asked_by="mai.gh",
)
"""Of two, one came, somebody says."""
CHECK_RIGHT = CheckCorrected(
    at=NOW_THEN,
    slip_no="RK1",
    depot="main",
    slip_reason="purchase",
    correction_no="GZ3",
    lines=checked().lines,
    was=checked(good=1).lines,
    told=(LineFound(line_no=1, counted=2),),
    ended=(ExceptionLess(exception_id=FOUND.exception_id, line_no=1, kind=FOUND.kind, quantity=1, left=0, aside=1),),
    taken_back=(),
    renamed=(),
    reason="只是纸箱破",
    asked_by="lu.qc",
    witness="",
)
"""The piece that was said to be damaged is good."""


def slip(*events: Fact) -> dict[str, Any]:
    """A row `slips`: what became of a slip."""
    issued = SlipIssued(
        at=NOW_THEN,
        slip_no="RK1",
        depot="main",
        reason="purchase",
        source="某厂",
        delivery_note_no="SH-77",
        carrier="德邦",
        waybill="YD0001",
        lines=(SLIP_LINE,),
        issued_by="su.kj",
        note="",
    )
    return told_of(SLIPS, "RK1", issued, *events)


ASKED = LoanAsked(
    at=NOW_THEN,
    loan_no="JY1",
    depot="main",
    sku="HS-1",
    name="花洒",
    quantity=1,
    bin=None,
    ticket_id=None,
    borrower="周建民",
    purpose="维修",
    due_on=date(2026, 3, 20),
)
OUT = LoanHandedOut(
    at=NOW_THEN,
    loan_no="JY1",
    depot="main",
    sku="HS-1",
    name="花洒",
    quantity=1,
    borrower="周建民",
    signature_ref="",
    due=NOW_THEN,
)
LATE = LoanOverdue(at=NOW_THEN, loan_no="JY1", sku="HS-1", name="花洒", quantity=1, borrower="周建民", due=NOW_THEN)
BACK = LoanReturned(
    at=NOW_THEN,
    loan_no="JY1",
    depot="main",
    sku="HS-1",
    name="花洒",
    good=1,
    damaged=0,
    bin=None,
    open=0,
    late=True,
    note="",
)
LOAN_STORY = {
    "asked": ASKED,
    "held": LoanGoodsHeld(at=NOW_THEN, loan_no="JY1"),
    "approved": LoanApproved(at=NOW_THEN, loan_no="JY1", approved_by="tan.zw", due_on=date(2026, 3, 20), note=""),
    "out": OUT,
    "overdue": LATE,
    "returned": BACK,
}


def loan(state: str = "held") -> dict[str, Any]:
    """A row `loans`, as far as it came."""
    return told_of(LOANS, "JY1", *_until(LOAN_STORY, state))


SCRAP_STORY = {
    "applied": ScrapApplied(
        at=NOW_THEN,
        application_no="BF1",
        depot="main",
        sku="WC-1",
        name="坐便器",
        quantity=1,
        bin="D-01",
        pending=True,
        reason="破损不可修",
        photos=(),
        applied_by="mai.gh",
        value_fen=100_00,
    ),
    "held": ScrapGoodsHeld(at=NOW_THEN, application_no="BF1"),
    "approved": ScrapApproved(at=NOW_THEN, application_no="BF1", approved_by="guan.yf", note=""),
    "executed": ScrapExecuted(
        at=NOW_THEN,
        application_no="BF1",
        depot="main",
        sku="WC-1",
        name="坐便器",
        quantity=1,
        executed_by="mai.gh",
        witness="苏可佳",
        photos=(),
        proceeds_fen=0,
    ),
}


def scrap(state: str = "held") -> dict[str, Any]:
    """A row `scraps`, as far as it came."""
    return told_of(SCRAPS, "BF1", *_until(SCRAP_STORY, state))


def _until(story: Mapping[str, Fact], state: str) -> list[Fact]:
    names = list(story)
    return [story[name] for name in names[: names.index(state) + 1]]


LIST_ISSUED = StockListIssued(
    at=NOW_THEN,
    list_no="LL1",
    depot="main",
    purpose="repair",
    lines=(StockListLine(line_no=1, sku="WC-1", name="坐便器", quantity=1),),
    received_by="周建民",
    signature_ref="",
)
LIST_WRONG = PaperCorrectionAsked(
    at=NOW_THEN,
    paper="stocklist",
    number="LL1",
    correction_no="GZ2",
    lines=(LeftPieces(line_no=1, sku="WC-1", name="坐便器", was=1, right=2),),
    bin="",
    reason="两件",
    asked_by="mai.gh",
)


def stock_list(*events: Fact) -> dict[str, Any]:
    """A row `stocklists`: all its lines are set apart; and what became of it."""
    made = StockListMade(
        at=NOW_THEN,
        list_no="LL1",
        depot="main",
        purpose="repair",
        lines=(StockListLine(line_no=1, sku="WC-1", name="坐便器", quantity=1),),
        ticket_id=None,
        receiver="周建民",
        made_by="tan.zw",
        note="",
    )
    return told_of(STOCK_LISTS, "LL1", made, StockListLineHeld(at=NOW_THEN, list_no="LL1", line_no=1), *events)


def transfer(*more: Fact) -> dict[str, Any]:
    """A row `transfers`: two of three pieces are on the road from the main depot, as far as nothing more was told."""
    wanted = TransferLine(line_no=1, sku="WC-1", name="坐便器", quantity=3, lot="C88")
    told = {"at": NOW_THEN, "transfer_no": "DB1"}
    way = {"from_depot": "main", "to_depot": "shunde"}
    asked = TransferAsked(**told, **way, lines=(wanted,), reason="顺德缺货", asked_by="tan.zw")
    held = TransferLineHeld(**told, line_no=1, lots=(LotPieces(lot="C88", quantity=3),))
    sent = TransferSent(
        **told,
        **way,
        lines=(wanted,),
        sent=(TransferPieces(line_no=1, lot="C88", quantity=2),),
        left=(TransferPieces(line_no=1, lot="C88", quantity=1),),
        carrier="陈师傅",
        note="",
        sent_by="mai.gh",
    )
    return told_of(TRANSFERS, "DB1", asked, held, sent, *more)


ONE_LACKS = TransferReceived(
    at=NOW_THEN,
    transfer_no="DB1",
    part=1,
    depot="shunde",
    told=(TransferCount(line_no=1, good=1, lot="C88"),),
    counted=(
        TransferArrival(
            line_no=1,
            sku="WC-1",
            name="坐便器",
            lot="C88",
            good=1,
            damaged=0,
            over=0,
            bin="",
            contract_no="",
            contract_line_no=0,
        ),
    ),
    last=True,
    differences=(TransferDifference(line_no=1, sku="WC-1", name="坐便器", lot="C88", kind="lacking", quantity=1),),
    photos=(),
    note="",
    received_by="lu.qc",
)
LOST = TransferDifferenceExplained(
    at=NOW_THEN,
    transfer_no="DB1",
    line_no=1,
    lot="C88",
    kind="lacking",
    cause="lost",
    answers="carrier",
    reason="途中掉落",
    explained_by="lu.qc",
)


def inspected(*passed: int, number: str = "HT26030001") -> dict[str, Any]:
    """A row of what QC passed, line by line."""
    lines = (
        GoodsLine(line_no=line_no, sku="", name="", quantity=pieces) for line_no, pieces in enumerate(passed, start=1)
    )
    return stored(number, InspectedRow(passed=tuple(lines)))


def printed(number: str = "HT26030001") -> dict[str, Any]:
    """A row `labels`: two packages of one line."""
    issued = LabelsIssued(
        at=NOW_THEN,
        contract_no=number,
        line_no=1,
        edition=1,
        labels=tuple(
            PackageLabel(
                serial=f"S{package}",
                line_no=1,
                package=package,
                packages=2,
                sku="WC-1",
                name="坐便器",
                spec="305",
                category="卫浴",
                quantity=1,
                cautions="",
            )
            for package in (1, 2)
        ),
        voided=(),
        reason="",
    )
    return told_of(PRINTED, number, issued)


def lot_book() -> dict[str, Any]:
    """A row `lots`: one contract has a piece of lot C88 at home."""
    told = {"lot": "C88", "depot": "main", "sku": "WC-1", "name": "坐便器", "holder": "HT26030001"}
    return told_of(LOTS, "C88", LotMoved(at=NOW_THEN, **told, move_no=2, quantity=1))


def goods(
    number: str = "HT26030001", awaited: tuple[Awaited, ...] = (), corrections: tuple[CorrectionWanted, ...] = ()
) -> dict[str, Any]:
    """A row `goods`: one piece of two is missing; `awaited`: what is on its way back."""
    sold = GoodsLine(line_no=1, sku="WC-1", name="坐便器", quantity=2)
    arrived = Arrival("YD0001", 1, NOW_THEN.date(), "C88")
    stock = Stock(sold, (arrived,), lots_here={"C88": 1})
    row = PIECES.view(Expected(number, CUSTOMER, (stock,), awaited=awaited, corrections=corrections))
    assert row is not None
    return stored(number, row)
