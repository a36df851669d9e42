"""What a contract says of a product's warranty (C5, A7), from the contract's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pydantic import BaseModel

from contracts.service_desk_repairs import WarrantyState
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class WarrantySpan(BaseModel):
    """A line's warranty."""

    ends_on: date


class SoldLine(BaseModel):
    """A line of a contract, as far as we ask for it."""

    sku: str
    name: str
    warranty: WarrantySpan | None = None


class SoldContract(BaseModel):
    """The order service's row of a contract, as far as we ask for it."""

    store_code: str
    lines: tuple[SoldLine, ...] = ()


SOLD = ByName("contracts", SoldContract)


async def sold(asker: Asker, contract_no: str | None) -> SoldContract | None:
    """A contract, if there is one."""
    return None if contract_no is None else await asker.view(SOLD).get(contract_no)


@dataclass(frozen=True, slots=True)
class Warranty:
    """Whether the warranty holds, its last day, and the product's sku if the contract shows which it is."""

    state: WarrantyState
    ends_on: date | None = None
    sku: str = ""


UNKNOWN = Warranty("unknown")


async def contracts_warranty(asker: Asker, contract_no: str | None, *, sku: str, product: str, on: date) -> Warranty:
    """The warranty of a product of this contract on a day; nothing is known of it without one."""
    return warranty_of(await sold(asker, contract_no), sku=sku, product=product, on=on)


def warranty_of(contract: SoldContract | None, *, sku: str, product: str, on: date) -> Warranty:
    """The warranty of a product on a day (C5).

    Found by sku, else by the product's name, else from all lines if they agree. Before acceptance nothing has started:
    the goods are still ours to make right.
    """
    if contract is None:
        return UNKNOWN
    lines = contract.lines
    named = [line for line in lines if (line.sku == sku if sku else line.name == product)]
    if sku and not named:
        return UNKNOWN
    found = _agreed(named or lines, on)
    skus = {line.sku for line in named}
    return Warranty(found.state, found.ends_on, skus.pop() if len(skus) == 1 else "")


def _agreed(lines: Sequence[SoldLine], on: date) -> Warranty:
    """What all of these lines say, if they say the same."""
    said = [_of_line(line, on) for line in lines]
    states = {warranty.state for warranty in said}
    if len(states) != 1:
        return UNKNOWN
    ends = {warranty.ends_on for warranty in said}
    return Warranty(states.pop(), ends.pop() if len(ends) == 1 else None)


def _of_line(line: SoldLine, on: date) -> Warranty:
    if line.warranty is None:
        return Warranty("before")
    return Warranty("in" if on <= line.warranty.ends_on else "out", line.warranty.ends_on)
