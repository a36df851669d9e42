"""Whoever asks a read model gets rows by their types: its own, another service's, or with what was said of them."""

from collections.abc import Sequence
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from runtime.typed_rows import ByName, Views


class Priced(BaseModel):
    """As far as this test asks for it."""

    price_fen: int
    colour: str = ""


class Kept:
    """Documents in memory, and what they were asked for."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = list(documents)
        self.asked: list[Any] = []

    async def get(self, row_id: str) -> dict[str, Any] | None:
        return next((one for one in self.documents if one["_id"] == row_id), None)

    async def get_many(self, row_ids: Sequence[str]) -> list[dict[str, Any]]:
        return [one for one in self.documents if one["_id"] in row_ids]

    async def find(self, query: Any = None, **how: Any) -> list[dict[str, Any]]:
        self.asked.append((query, how))
        return self.documents

    async def count(self, query: Any = None) -> int:
        self.asked.append(query)
        return len(self.documents)


PRICED = ByName("priced", Priced)
TILE, BATH = ({"_id": name, "row": {"price_fen": fen, "more": 1}} for name, fen in (("tile", 200), ("bath", 9_900)))


async def test_rows_come_as_what_is_asked_of_them_by_number_and_in_order() -> None:
    """DESIGN §4: a page never sees a document."""
    view = Views(PRICED, Kept(TILE, BATH))
    tile, bath = Priced(price_fen=200), Priced(price_fen=9_900)
    assert (await view.get("tile"), await view.get("none")) == (tile, None)
    assert await view.get_many(["bath", "none"]) == {"bath": bath}
    assert await view.find({"row.price_fen": 1}) == [tile, bath]
    assert await view.by_number({}) == {"tile": tile, "bath": bath}
    assert (await view.numbers({}), await view.count({})) == (["tile", "bath"], 2)


async def test_a_row_that_lacks_what_is_asked_for_is_no_row() -> None:
    """DESIGN §4: another service's row is read by the fields that are asked for, and they are there."""
    with pytest.raises(ValidationError):
        await Views(PRICED, Kept({"_id": "tile", "row": {"colour": "blue"}})).get("tile")


def test_a_condition_names_fields_that_rows_have_and_leaves_out_what_is_not_asked() -> None:
    """DESIGN §4"""
    assert PRICED.where(price_fen={"$gt": 0}, colour=None) == {"row.price_fen": {"$gt": 0}}
    assert PRICED.where(price_fen=False) == {"row.price_fen": False}
    with pytest.raises(KeyError, match="no such fields in Priced: colours"):
        PRICED.where(colours="blue")
