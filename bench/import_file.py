"""A contracts file as the company sends it, of any size."""

import csv
import io
from datetime import timedelta

from bench import load
from order.files.contracts_file import LAYOUT


def contracts_file(contracts: int, lines: int, first: int) -> bytes:
    """A contracts file (CSV): so many contracts of `lines` lines each, numbered from `first`."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(LAYOUT.required)
    for number in range(first, first + contracts):
        signed = load.registration(number)
        for line in signed.lines[:lines]:
            writer.writerow(
                (
                    signed.contract_no,
                    f"{signed.store_code} {signed.store_name}",
                    signed.signed_on.isoformat(),
                    signed.customer.name,
                    signed.customer.phone,
                    signed.customer.address,
                    signed.customer.district,
                    (signed.signed_on + timedelta(days=21)).isoformat(),
                    f"{signed.amount_due_fen / 100:.2f}",
                    line.line_no,
                    line.sku,
                    line.name,
                    line.spec,
                    line.category,
                    line.quantity,
                    f"{line.unit_price_fen / 100:.2f}",
                    "是" if line.to_install else "否",
                )
            )
    return text.getvalue().encode()
