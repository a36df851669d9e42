"""Lines of a contract as they are told by hand, in the unit of their sale, counted by the product file (D14, D15).

What is sold in pieces is taken whether the product file can be read or not, and whether it knows the product or not.
"""

from collections.abc import Sequence
from decimal import Decimal

from company import units
from contracts.bounds import OneLine
from contracts.fact import ContractLine, Measure
from contracts.order_products import Exact, ProductDescribed
from order.contract.fields import MAX_PIECES
from order.contract.left_by_list import SOLD, SoldLine
from order.product.aggregate import measure_of, packing_of
from order.product.row import known_products
from order.refusals import no
from runtime.use_case import Asker


class ToldLine(ContractLine):
    """A contract line: `quantity` of `unit`, as "12.5" of ㎡ or 3 of 箱; pieces where no unit is said.

    With `measure`, `quantity` is in pieces.
    """

    quantity: Exact  # type: ignore[assignment]  # what is sold need not be whole; the line that is made of it is
    unit: OneLine = ""


def resized(measure: Measure, pieces: int, packing: units.Packing | None = None) -> Measure:
    """The measure of another number of pieces, in the unit of their sale; in pieces, where that cannot be said."""
    sold = units.sold(pieces, measure.unit, packing or units.Packing(measure.base_unit, measure.per_box))
    unit = measure.base_unit if sold is None else measure.unit
    return measure.model_copy(update={"sold": str(pieces) if sold is None else sold, "unit": unit})


async def changed(asker: Asker, contract_no: str, told: Sequence[ToldLine]) -> tuple[ContractLine, ...]:
    """Changed lines in base pieces: what is told in another number of pieces was sold in the same unit as before, so
    that its price is still one of that unit (D14). Refuses: only_whole_boxes, no_price_of_a_piece (it cannot be said in
    that unit, and the price is the one of before), and see `in_pieces`."""
    if not told:
        return ()
    contract = await asker.if_there(asker.view(SOLD).get(contract_no))
    before = {} if contract is None else {line.line_no: line for line in contract.lines}
    kept = [line for line in told if not line.unit and line.measure in {None, _measure(before, line)}]
    new = {line.line_no: line for line in await in_pieces(asker, [line for line in told if line not in kept])}
    products = await asker.if_there(known_products(asker, {line.sku for line in told})) or {}
    for line in kept:
        if line.quantity != line.quantity.to_integral_value():
            asker.refuse(no("whole_pieces", sku=line.sku, quantity=f"{line.quantity:f}"), 422)
        measure, pieces, product = _measure(before, line), int(line.quantity), products.get(line.sku)
        if measure is not None and pieces != before[line.line_no].quantity:
            measure = resized(measure, pieces, None if product is None else packing_of(product))
        said = line.model_dump(exclude={"quantity", "unit", "measure"})
        new[line.line_no] = ContractLine(**said, quantity=pieces, measure=measure)
    for one in new.values():
        _in_boxes(asker, one, before.get(one.line_no), products.get(one.sku))
    for line in kept:
        _at_its_price(asker, new[line.line_no], before.get(line.line_no))
    return tuple(new[line.line_no] for line in told)


def _in_boxes(asker: Asker, line: ContractLine, before: SoldLine | None, product: ProductDescribed | None) -> None:
    """Another number of pieces is one of whole boxes, where only these are sold; or as many as the customer has, when
    nothing more is owed (A6, D14)."""
    if before is None or product is None or line.quantity in {before.quantity, before.delivered + before.refunded}:
        return
    if (most := units.rounded(line.quantity, packing_of(product))) == line.quantity:
        return
    wrong = no(
        "only_whole_boxes",
        sku=line.sku,
        quantity=line.quantity,
        unit=product.base_unit,
        per_box=product.per_box,
        less=most - product.per_box,
        more=most,
    )
    asker.refuse(wrong, 422)


def _at_its_price(asker: Asker, line: ContractLine, before: SoldLine | None) -> None:
    """Pieces that make no whole unit of their sale are sold as pieces, and not at the price of a unit each (A12, D14);
    of what the customer has already, nothing is paid back."""
    if before is None or before.measure is None or line.measure is None:
        return
    if line.quantity == before.delivered + before.refunded or line.measure.unit == before.measure.unit:
        return
    if line.unit_price_fen == before.unit_price_fen:
        said = {"unit": before.measure.unit, "base_unit": before.measure.base_unit}
        asker.refuse(no("no_price_of_a_piece", line_no=line.line_no, quantity=line.quantity, **said), 422)


def _measure(before: dict[int, SoldLine], line: ToldLine) -> Measure | None:
    return None if (known := before.get(line.line_no)) is None else known.measure


async def in_pieces(asker: Asker, told: Sequence[ToldLine]) -> tuple[ContractLine, ...]:
    """The lines in base pieces, with how they were sold. Refuses: products_away, unknown_product, unit_does_not_fit."""
    wanted = {line.sku for line in told if line.measure is None}
    products = await asker.if_there(known_products(asker, wanted))
    return tuple(_line(asker, line, products) for line in told)


def _line(asker: Asker, line: ToldLine, products: dict[str, ProductDescribed] | None) -> ContractLine:
    unit = units.unit(line.unit.strip())
    product = None if products is None else products.get(line.sku)
    by_unit = unit in {units.BOX, units.SQUARE_METRES} and line.measure is None
    if by_unit and product is None:
        wrong = no("unknown_product", sku=line.sku, unit=line.unit)
        asker.refuse(wrong, 422) if products is not None else asker.refuse(no("products_away"), 503)
    pieces = line.quantity if line.quantity == line.quantity.to_integral_value() else None
    if product is not None and line.measure is None:
        fits = unit is None or by_unit or unit == product.base_unit
        if by_unit:
            counted = units.pieces(line.quantity, unit or "", packing_of(product))
            pieces = None if counted is None or counted > MAX_PIECES else Decimal(counted)
        if pieces is None or not fits:
            sold = f"{line.quantity:f} {line.unit}".rstrip()
            asker.refuse(no("unit_does_not_fit", sku=line.sku, sold=sold, base_unit=product.base_unit), 422)
    if pieces is None:
        asker.refuse(no("whole_pieces", sku=line.sku, quantity=f"{line.quantity:f}"), 422)
    measure = line.measure or measure_of(product, f"{line.quantity:f}", unit or "")
    said = line.model_dump(exclude={"quantity", "unit", "measure"})
    return ContractLine(**said, quantity=int(pieces), measure=measure)
