"""Lines of a contract as they are told by hand, in the unit of their sale, counted by the product file (D14, D15).

What is sold in pieces is taken whether the product file can be read or not, and whether it knows the product or not.
"""

from collections.abc import Sequence
from decimal import Decimal

from company import units
from contracts.bounds import OneLine
from contracts.fact import ContractLine
from contracts.order_products import Exact, ProductDescribed
from order.contract.fields import MAX_PIECES
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
