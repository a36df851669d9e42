"""What several routes of the warehouse share: numbers in addresses, pages of lists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query
from pydantic import BaseModel, Field

from company.depots import SPELT
from contracts.spelling import Spelt, sku
from runtime.http import Caller
from runtime.typed_rows import Model

T = TypeVar("T")

ContractNoInPath = Annotated[str, Path(pattern=r"^[A-Z]{2}[0-9]{6,12}$", examples=["HT26030001"])]


PaperInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{2,39}$")]
SkuInPath = Annotated[str, Path(min_length=1, max_length=80, examples=["BTH-0421", "TC60/60-A"]), Spelt(sku)]
"""In an address as `{sku:path}`: it may hold slashes, and has no small letters: no word of an address is part of it."""
CountInPath = Annotated[str, Path(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$", examples=["PD-260320-1a2b3c"])]
Depot = Annotated[str, Query(pattern=SPELT)]
DepotInBody = Annotated[str, Field(pattern=SPELT)]


class Rows(BaseModel):
    """One page of a list: `rows` in order, and how many match in all."""

    rows: list[dict[str, Any]]
    total: int


@dataclass(frozen=True, slots=True)
class _Paging:
    limit: Annotated[int, Query(ge=1, le=500)] = 100
    skip: Annotated[int, Query(ge=0, le=100_000)] = 0


Paging = Annotated[_Paging, Depends()]
"""Which page of a list: `limit` rows after `skip`."""


async def page(
    caller: Caller, model: Model[T], query: dict[str, Any], sort: Sequence[tuple[str, int]], paging: _Paging
) -> tuple[list[T], int]:
    """One page of what is read of them, and how many there are in all."""
    rows = caller.view(model)
    found = await rows.find(query, sort=[*sort, ("_id", 1)], limit=paging.limit, skip=paging.skip)
    return found, await rows.count(query)
