"""Labels of packages, as pages that count by scanner know them (B20)."""

from collections.abc import Collection

from dashboards.seat import Seat
from inventory.api.labels import label_keys
from inventory.label_code import code_of
from inventory.packing_rows import PRINTED


async def labels_of(seat: Seat, contracts: Collection[str]) -> dict[tuple[str, int], dict[str, int]]:
    """Codes of the good labels of each line, by contract and number, with the pieces in the package."""
    keys, printed = label_keys(seat.request), await seat.caller.view(PRINTED).get_many(sorted(contracts))
    return {
        (contract_no, line.line_no): {code_of(label.serial, keys): label.quantity for label in line.labels}
        for contract_no, row in printed.items()
        for line in row.lines
    }
