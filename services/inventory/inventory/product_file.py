"""The order service's product file (商品档案), as far as the warehouse asks it (D13-D15)."""

from pydantic import BaseModel, ConfigDict

from contracts.bounds import HowMany
from contracts.order_products import Exact
from runtime.typed_rows import ByName
from runtime.use_case import Asker


class Packed(BaseModel):
    """How a product is packed (D14): pieces in a box, square metres of a piece; and whether its lots matter (D13)."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    per_box: HowMany = 1
    square_metres: Exact | None = None
    by_lot: bool = False


class ProductOnFile(BaseModel):
    """A product as the warehouse packs it."""

    told: Packed


PRODUCT_FILE = ByName("products", ProductOnFile)
"""The order service's products, by sku (D15)."""


async def comes_in_lots(asker: Asker, sku: str) -> bool:
    """Whether the lot of its pieces is asked for (D13). What came is taken where the product file cannot be read."""
    product = await asker.if_there(asker.view(PRODUCT_FILE).get(sku))
    return product is not None and product.told.by_lot
