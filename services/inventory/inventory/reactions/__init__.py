"""What other streams tell -> what the warehouse does: one module per source of news, each with its `REACTIONS`."""

from inventory.reactions import (
    cards,
    contracts,
    corrections,
    counts,
    inbound,
    lots,
    packing,
    papers,
    runs,
    tickets,
    transfers,
    vouchers,
)

REACTIONS = (
    *contracts.REACTIONS,
    *runs.REACTIONS,
    *cards.REACTIONS,
    *inbound.REACTIONS,
    *papers.REACTIONS,
    *tickets.REACTIONS,
    *counts.REACTIONS,
    *packing.REACTIONS,
    *lots.REACTIONS,
    *vouchers.REACTIONS,
    *transfers.REACTIONS,
    *corrections.REACTIONS,
)
