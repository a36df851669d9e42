"""Loans, scrap applications and lists hold pieces in the stock, take them out, or let them go (D8, D10, D12)."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, assert_never

from contracts.envelope import Meta
from contracts.inventory_stock import (
    LoanAsked,
    LoanHandedOut,
    LoanRefused,
    LoanReturned,
    LotPieces,
    ScrapApplied,
    ScrapExecuted,
    ScrapRefused,
    StockListCancelled,
    StockListIssued,
    StockListLine,
    StockListMade,
    StockMoved,
    StockShortReported,
)
from inventory.loan import LOAN, NoteLoanGoods
from inventory.scrap import SCRAP, NoteScrapGoods
from inventory.stock.aggregate import to_card
from inventory.stock.holding import BringIn, HoldStock, ReleaseStock, TakeOut
from inventory.stock_list import STOCK_LIST, NoteLineGoods
from runtime.decision import Ask
from runtime.reaction import On, Reaction, on_each

Holding = LoanAsked | ScrapApplied | StockListMade
Leaving = LoanHandedOut | ScrapExecuted | StockListIssued
LettingGo = LoanRefused | ScrapRefused | StockListCancelled


class Part(NamedTuple):
    """A line of a paper: the paper's number, and as whose the stock holds the pieces."""

    number: str
    holder: str
    line: StockListLine


def hold(event: Holding, meta: Meta) -> Sequence[Ask]:
    """A paper was made -> its pieces are set apart in the stock."""
    match event:
        case LoanAsked():
            wanted = [Part(event.loan_no, LOAN.key(event.loan_no), _line(event, event.bin))]
        case ScrapApplied():
            number = event.application_no
            wanted = [Part(number, SCRAP.key(number), _line(event, event.bin, pending=event.pending))]
        case StockListMade():
            wanted = [Part(event.list_no, _holder(event.list_no, line), line) for line in event.lines]
        case _:
            assert_never(event)
    return tuple(to_card(HoldStock(**_pieces(event, meta, part), **_place(part.line))) for part in wanted)


def _pieces(event: Holding | Leaving, meta: Meta, part: Part) -> dict[str, Any]:
    """Whose pieces move, how many, when and why."""
    return {
        "at": event.at,
        "depot": event.depot,
        "sku": part.line.sku,
        "name": part.line.name,
        "quantity": part.line.quantity,
        "voucher_no": part.number,
        "cause_id": f"{meta.id}/{part.line.line_no}",
        "held_for": part.holder,
    }


def _place(line: StockListLine) -> dict[str, Any]:
    return {"bin": line.bin or "", "pending": line.pending, "lot": line.lot}


def _line(
    paper: LoanAsked | ScrapApplied | LoanHandedOut | ScrapExecuted, bin_: str | None, *, pending: bool = False
) -> StockListLine:
    """A paper of one sku as the one line that it is."""
    return StockListLine(line_no=1, sku=paper.sku, name=paper.name, quantity=paper.quantity, bin=bin_, pending=pending)


def _holder(list_no: str, line: StockListLine) -> str:
    return f"list:{list_no}/{line.line_no}"


def answer(event: StockMoved | StockShortReported, meta: Meta) -> Sequence[Ask]:
    """The stock set pieces apart for a paper, or has too few -> the paper knows."""
    if not meta.subject.startswith("stock:"):
        return ()
    if isinstance(event, StockShortReported):
        holder, held, available = event.needed_for or "", False, event.available
    elif event.kind == "held":
        holder, held, available = event.held_for or "", True, event.quantity
    else:
        return ()
    kind, _, number = holder.partition(":")
    match kind:
        case "loan":
            return (Ask(holder, NoteLoanGoods(at=event.at, held=held, available=available)),)
        case "scrap":
            return (Ask(holder, NoteScrapGoods(at=event.at, held=held, available=available)),)
        case "list":
            list_no, _, line_no = number.rpartition("/")
            note = NoteLineGoods(at=event.at, line_no=int(line_no), held=held, available=available)
            return (Ask(STOCK_LIST.key(list_no), note),)
        case _:
            return ()


def take_out(event: Leaving, meta: Meta) -> Sequence[Ask]:
    """Pieces left with a borrower, by a list, or for good -> they are off the card."""
    kind: Literal["lent", "scrapped", "sent_back", "issued"]
    match event:
        case LoanHandedOut():
            kind, gone = "lent", [Part(event.loan_no, LOAN.key(event.loan_no), _line(event, None))]
        case ScrapExecuted():
            number = event.application_no
            kind, gone = "scrapped", [Part(number, SCRAP.key(number), _line(event, None))]
        case StockListIssued():
            kind = "sent_back" if event.purpose == "return_to_supplier" else "issued"
            gone = [Part(event.list_no, _holder(event.list_no, line), line) for line in event.lines]
        case _:
            assert_never(event)
    return tuple(to_card(TakeOut(**_pieces(event, meta, part), kind=kind)) for part in gone)


def let_go(event: LettingGo, meta: Meta) -> Sequence[Ask]:
    """A paper was refused, withdrawn or voided -> what was set apart for it is free again."""
    match event:
        case LoanRefused() | ScrapRefused() if not event.held:
            return ()
        case LoanRefused():
            held = [(LOAN.key(event.loan_no), event.loan_no, event.sku, "")]
        case ScrapRefused():
            held = [(SCRAP.key(event.application_no), event.application_no, event.sku, "")]
        case StockListCancelled():
            number = event.list_no
            held = [(f"list:{number}/{x.line_no}", number, x.sku, f"/{x.line_no}") for x in event.lines]
        case _:
            assert_never(event)
    return tuple(
        to_card(
            ReleaseStock(
                at=event.at,
                depot=event.depot,
                sku=sku,
                quantity=ALL,
                voucher_no=number,
                cause_id=f"{meta.id}{part}",
                reason=event.reason,
                held_for=holder,
            )
        )
        for holder, number, sku, part in held
    )


ALL = 999_999
"""All that is held: a release frees what is there."""


def give_back(event: LoanReturned, meta: Meta) -> Sequence[Ask]:
    """A loan came back -> good pieces lie in their bin, damaged ones in the pending zone (D12)."""
    return tuple(
        to_card(
            BringIn(
                at=event.at,
                depot=event.depot,
                sku=event.sku,
                name=event.name,
                quantity=quantity,
                voucher_no=event.loan_no,
                cause_id=f"{meta.id}/{'damaged' if pending else 'good'}",
                reason=event.note,
                kind="lent_back",
                bin="" if pending else event.bin or "",
                pending=pending,
                lots=(LotPieces(lot=event.lot, quantity=quantity),) if event.lot else (),
            )
        )
        for quantity, pending in ((event.good, False), (event.damaged, True))
        if quantity
    )


REACTIONS = (
    Reaction("inventory.hold_for_papers", on_each(hold, LoanAsked, ScrapApplied, StockListMade)),
    Reaction("inventory.answer_papers", on_each(answer, StockMoved, StockShortReported)),
    Reaction("inventory.take_out_by_papers", on_each(take_out, LoanHandedOut, ScrapExecuted, StockListIssued)),
    Reaction("inventory.let_go_by_papers", on_each(let_go, LoanRefused, ScrapRefused, StockListCancelled)),
    Reaction("inventory.give_back_loan", (On(LoanReturned, give_back),)),
)
