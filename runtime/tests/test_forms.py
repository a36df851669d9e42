"""A form is made of a command's own types, and offered where the gates are open to whom it is open (DESIGN §3)."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal

from company.context import Context
from contracts.fact import Fact, Window
from runtime.aggregate import Aggregate
from runtime.decision import Command
from runtime.forms import Field, Widget, forms_of
from runtime.offers import Offering, Offers
from runtime.use_case import UseCase


class Role(StrEnum):
    """Who asks here."""

    MANAGER = "manager"


class Packed(Command):
    """What a person fills in."""

    command: Literal["Packed"] = "Packed"
    box_no: Annotated[str, Widget("fixed", of="box_no")]
    note: Annotated[str, Widget("long", label="why")] = ""
    on: date
    window: Window
    sealed: bool
    heavy: bool = False
    how: Literal["tape", "glue"] = "tape"
    marks: tuple[Literal["top", "glass"], ...] = ()
    pieces: int | None = None
    free: Annotated[int | None, Widget("hidden")] = None


def pack(command: Packed, state: Any, ctx: Context) -> tuple[Fact, ...]:
    return ()


def evolve(state: None, event: Fact) -> None:
    return None


def test_a_form_is_made_of_the_commands_own_types() -> None:
    case = UseCase(Packed, pack, frozenset({Role.MANAGER}), "packing", steps=("pack",))
    [form] = forms_of(Aggregate[None, Fact]("box", None, (), evolve, (case,)))
    assert (form.code, form.path, form.may, form.steps) == ("pack", "packing", {"manager"}, ("pack",))
    assert form.fields == (
        Field("box_no", "fixed", required=True, word="box_no", of="box_no"),
        Field("note", "long", required=False, word="why"),
        Field("on", "day", required=True, word="on"),
        Field("window.starts", "hour", required=True, word="starts"),
        Field("window.ends", "hour", required=True, word="ends"),
        Field("sealed", "yes_no", required=True, word="sealed"),
        Field("heavy", "tick", required=False, word="heavy"),
        Field("how", "choice", required=False, word="how", choices=("tape", "glue"), default="tape"),
        Field("marks", "many", required=False, word="marks", choices=("top", "glass")),
        Field("pieces", "number", required=False, word="pieces", number=True),
    )
    offers: dict[bytes, Offers] = {b"all": {"pack": None}, b"crew": {"pack": ["crew"]}, b"nothing": {}}
    offering = Offering((form,), offers.__getitem__)
    offered = [(state, role) for state in offers for role in ("manager", "crew") if offering.offered(state, role)]
    assert offered == [(b"all", "manager"), (b"crew", "crew")]
