"""移位更正、上架更正 A move, put-away or decision on the card that was typed wrong is taken back by a move (D6, D16).

The move names it: pieces lie where they lay, or in the bin where they really are. Nothing leaves the stock."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from company.context import Context
from company.depots import SPELT
from contracts.bounds import Few, Nth, OneLine
from contracts.inventory_stock import Lot, MoveKind, StockEvent
from inventory.fields import MAX_PIECES, Reason
from inventory.inbound.resting import LINES, MoveSeen, later_lines, named
from inventory.refusals import no
from inventory.stock.lots import Lots, at_place, may_go_back, pieces, place, plus, take, without
from inventory.stock.moving import BinCode, bin_flaw, has_pieces, voucher
from inventory.stock.state import Decision, Move, NoCard, Stock, moved
from inventory.who import KEEPER
from runtime.decision import Command
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase

PLACED: tuple[MoveKind, ...] = ("received", "returned", "moved", "lent_back", "settled", "adjusted")
"""Kinds of lines by which pieces came to lie in a bin."""


class TakeBackMove(Move):
    """移位更正、上架更正 (D16): pieces of a line of the card go back, or to where they really are (`bin`)."""

    command: Literal["TakeBackMove"] = "TakeBackMove"
    move_no: Nth
    kind: MoveKind = "moved"
    taken: Annotated[tuple[Lot, ...], Few(1_000)]
    """Where the pieces are to lie ..."""
    put: Annotated[tuple[Lot, ...], Few(1_000)]
    """... and where they do."""
    bin: OneLine = ""
    later: OneLine = ""
    """The line by which pieces left there since."""


class MoveWrong(Command):
    """移位更正、上架更正 Take a move back, or say where pieces lie (D16)

    Names the voucher, and its line of the card. A move goes back to where the pieces came from. With `bin`, good pieces
    that the voucher brought (from `from_bin`, and so many of them, if that is said) lie there instead. A receipt, an
    issue or a count has a correction of its own.
    """

    command: Literal["TakeBackMove"] = "TakeBackMove"
    depot: Annotated[str, Field(pattern=SPELT)] = "main"
    move_no: Annotated[Nth, Field(ge=1)] | None = None
    voucher_no: Annotated[str, Field(max_length=80)]
    bin: BinCode = ""
    from_bin: BinCode = ""
    quantity: Annotated[int, Field(ge=1, le=MAX_PIECES)] | None = None
    reason: Reason


class _Slip(BaseModel):
    slip_no: str


SLIPS = ByName("slips", _Slip)
"""By name: the lines, and slips, are made of these rules."""


def take_back(command: TakeBackMove, stock: Stock, ctx: Context) -> Decision:
    """The pieces of a move or put-away go back, or to the bin where they are, if they still lie where it put them;
    whose they are, and their lot, stay.

    Rules: D6, D16. A move once per line. Refuses: unknown_sku, bad_bin, bin_is_pending, pieces_moved_on.
    """
    if isinstance(stock, NoCard):
        return no("unknown_sku", sku=command.sku)
    flaw = bin_flaw(ctx, command.depot, command.bin, pending=False) if command.bin else None
    if flaw is not None:
        return flaw
    here = {place(lot): lot.quantity for lot in stock.lots}
    for lot in command.put:
        if (there := here.get(place(lot), 0)) < lot.quantity:
            return no(
                "pieces_moved_on",
                move_no=command.move_no,
                bin=lot.bin,
                there=there,
                wanted=lot.quantity,
                later=command.later or "—",
            )
    held_for = next((lot.held_for for lot in command.put), None)
    back = moved(
        command,
        command.kind,
        stock,
        ctx,
        taken=command.put,
        put=command.taken,
        held_for=held_for,
        corrects=f"{command.voucher_no}#{command.move_no}",
    )
    return (back,)


async def with_line(asker: Asker, number: str, body: MoveWrong) -> TakeBackMove:
    """The lines that are meant, as the card has them, and what took pieces away since."""
    told = await asker.view(LINES).find(
        {"row.card": f"{body.depot}:{number}", "row.voucher_no": body.voucher_no}, sort=[("row.move_no", 1)], limit=50
    )
    meant = [one for one in told if body.move_no in {None, one.move_no}]
    if not meant or (body.move_no is None and not body.bin):
        asker.refuse(no("no_such_move", sku=number, move_no=body.move_no or 0, voucher_no=body.voucher_no), 404)
    first = meant[0].move_no
    if body.bin:
        lying = _lying(asker, body, told, first)
        moved_to = {"put": lying, "taken": at_place(lying, bin=body.bin), "cause_id": asker.fresh_id("placing", number)}
    else:
        lying = await _of_a_move(asker, meant[0])
        moved_to = {"put": lying, "taken": meant[0].taken, "cause_id": f"take-back/{meant[0].card}/{first}"}
    bins = {lot.bin for lot in lying}
    since = await later_lines(asker, f"{body.depot}:{number}", first)
    later = (one for one in since if one.voucher_no != body.voucher_no and {x.bin for x in one.taken} & bins)
    kind = "moved" if body.bin else meant[0].kind
    told_of = {
        **body.model_dump(exclude={"from_bin"}),
        "sku": number,
        "move_no": first,
        "quantity": pieces(lying) or pieces(meant[0].taken),
    }
    return TakeBackMove.model_validate({**told_of, **moved_to, "kind": kind, "later": next(map(named, later), "")})


def _lying(asker: Asker, body: MoveWrong, told: list[MoveSeen], first: int) -> Lots:
    """Good pieces that a voucher brought, in other bins than the right one."""
    lying: Lots = ()
    for line in told:
        if line.kind in PLACED:
            lying = plus(without(lying, line.taken), line.put)
    there = tuple(x for x in lying if not x.pending and x.bin != body.bin and body.from_bin in {"", x.bin})
    wanted = take(there, body.quantity or pieces(there), lambda _lot: True)
    if not wanted or pieces(wanted) < (body.quantity or 1):
        there_now = pieces(there)
        asker.refuse(no("not_put_there", voucher_no=body.voucher_no, move_no=first, there=there_now))
    return wanted


async def _of_a_move(asker: Asker, line: MoveSeen) -> Lots:
    is_move = may_go_back(line.kind, line.taken, line.put)
    if is_move and line.kind != "moved":  # what was decided of an exception of a slip, its slip says
        is_move = await asker.view(SLIPS).get(line.voucher_no.rpartition("-")[0]) is None
    if not is_move:
        asker.refuse(no("not_a_move", move_no=line.move_no))
    return line.put


USE_CASES: tuple[UseCase[Any, Any, StockEvent], ...] = (
    UseCase(
        TakeBackMove,
        take_back,
        KEEPER,
        "corrections",
        body=MoveWrong,
        prepare=with_line,
        says=voucher,
        status=201,
        wanted=has_pieces,
    ),
)
