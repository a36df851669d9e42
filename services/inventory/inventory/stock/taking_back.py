"""移位更正 A move that was typed wrong is taken back by a move that names it (D6, D16): stock stays as it is."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from company.context import Context
from contracts.bounds import Few, Nth
from contracts.inventory_stock import Lot, MoveKind, StockEvent
from inventory.fields import Reason
from inventory.refusals import no
from inventory.stock.lots import by_lot, pieces, place
from inventory.stock.moving import has_pieces, voucher
from inventory.stock.state import Decision, Move, NoCard, Stock, moved
from inventory.who import KEEPER
from runtime.decision import Command
from runtime.typed_rows import ByName
from runtime.use_case import Asker, UseCase


class TakeBackMove(Move):
    """移位更正 (D16): the pieces of a line of the card go back to where they came from."""

    command: Literal["TakeBackMove"] = "TakeBackMove"
    move_no: Nth
    taken: Annotated[tuple[Lot, ...], Few(1_000)]
    put: Annotated[tuple[Lot, ...], Few(1_000)]


class MoveWrong(Command):
    """移位更正 Take a move back (D16)

    Names the line of the card and its voucher; the pieces go back to where they came from. Only moves and put-aways:
    a receipt, an issue or a count has a correction of its own.
    """

    command: Literal["TakeBackMove"] = "TakeBackMove"
    depot: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")] = "main"
    move_no: Annotated[Nth, Field(ge=1)]
    voucher_no: Annotated[str, Field(max_length=80)]
    reason: Reason


class MoveSeen(BaseModel):
    """What is asked of a line of the card."""

    card: str
    move_no: int
    kind: MoveKind
    taken: tuple[Lot, ...]
    put: tuple[Lot, ...]


LINES = ByName("moves", MoveSeen)
"""By name: the lines are made of these rules."""


def take_back(command: TakeBackMove, stock: Stock, ctx: Context) -> Decision:
    """The pieces of a move go back, if they still lie where it put them; whose they are, and their lot, stay.

    Rules: D6, D16. Once per line. Refuses: unknown_sku, pieces_moved_on.
    """
    if isinstance(stock, NoCard):
        return no("unknown_sku", sku=command.sku)
    here = {place(lot): lot.quantity for lot in stock.lots}
    for lot in command.put:
        if (there := here.get(place(lot), 0)) < lot.quantity:
            return no("pieces_moved_on", move_no=command.move_no, bin=lot.bin, there=there, wanted=lot.quantity)
    held_for = next((lot.held_for for lot in command.put), None)
    back = moved(
        command,
        "moved",
        stock,
        ctx,
        taken=command.put,
        put=command.taken,
        held_for=held_for,
        corrects=f"{command.voucher_no}#{command.move_no}",
    )
    return (back,)


async def with_line(asker: Asker, number: str, body: MoveWrong) -> TakeBackMove:
    """The line that is taken back, as the card has it."""
    found = await asker.view(LINES).find({"row.voucher_no": body.voucher_no, "row.move_no": body.move_no}, limit=50)
    line = next((one for one in found if one.card.partition(":")[::2] == (body.depot, number)), None)
    if line is None:
        asker.refuse(no("no_such_move", sku=number, move_no=body.move_no, voucher_no=body.voucher_no), 404)
    if line.kind != "moved" or by_lot(line.taken) != by_lot(line.put):  # a lot is what a check found (D13)
        asker.refuse(no("not_a_move", move_no=body.move_no))
    told = {**dict(body), "sku": number, "quantity": pieces(line.put), "taken": line.taken, "put": line.put}
    return TakeBackMove.model_validate({**told, "cause_id": f"take-back/{line.card}/{line.move_no}"})


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
