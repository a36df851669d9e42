"""The product's row."""

from collections.abc import Iterable

from contracts.order_products import ProductDescribed
from order.product.aggregate import PRODUCT, Product, Undescribed
from runtime.use_case import Asker
from runtime.view import Row, View


class ProductRow(Row):
    """A product, as it was described last."""

    sku: str
    category: str
    told: ProductDescribed


def product_row(product: Product) -> ProductRow | None:
    """The view."""
    if isinstance(product, Undescribed):
        return None
    return ProductRow(sku=product.told.sku, category=product.told.category, told=product.told)


PRODUCTS = View(
    "products",
    "order",
    PRODUCT,
    ProductRow,
    product_row,
    indexes=(("row.category", "_id"),),
    said=(ProductDescribed,),
)


async def known_products(asker: Asker, skus: Iterable[str]) -> dict[str, ProductDescribed]:
    """What is known of these products, by sku. Who asks for none needs no database."""
    wanted = sorted(skus)
    rows = await asker.view(PRODUCTS).get_many(wanted) if wanted else {}
    return {sku: row.told for sku, row in rows.items()}
