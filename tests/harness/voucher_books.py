"""The register of vouchers, judged from the streams alone (D11): no gap, no double, a number for each paper."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.dispatch_jobs import DeliveryDeparted
from contracts.dispatch_road import DeliveryListIssued
from contracts.dispatch_runs import RunPlanned
from contracts.inventory import AllocationAsked, DamageReported
from contracts.inventory_counts import CountOpened
from contracts.inventory_inbound import SlipIssued
from contracts.inventory_vouchers import VoucherNumbered
from contracts.order import PaymentNoted, ReturnRefunded
from harness.streams import Happened

PAPERS: Mapping[type, tuple[str, Callable[[Any], str]]] = {
    SlipIssued: ("RK", lambda told: told.slip_no),
    AllocationAsked: ("DP", lambda told: told.allocation_no),
    DamageReported: ("PS", lambda told: told.damage_id),
    CountOpened: ("PD", lambda told: told.count_no),
    RunPlanned: ("FL", lambda _: ""),
    DeliveryListIssued: ("SY", lambda told: told.list_no),
    PaymentNoted: ("SK", lambda told: told.payment_id),
    ReturnRefunded: ("TK", lambda told: told.refund_id),
}
"""What makes a paper, of which kind, and its own number; a trip's receipt (QS) goes by the event that it left with."""


def papers_of(histories: Mapping[str, Iterable[Happened]]) -> dict[str, set[tuple[str, str]]]:
    """Letters -> papers (aggregate, own number) that came into being."""
    papers: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for events in histories.values():
        for one in events:
            if isinstance(one.fact, DeliveryDeparted):
                papers["QS"].add((one.meta.subject, f"#{one.meta.sequence}"))
            elif type(one.fact) in PAPERS:
                letters, own_no = PAPERS[type(one.fact)]
                papers[letters].add((one.meta.subject, own_no(one.fact)))
    return papers


def numbers_are_right(histories: Mapping[str, Iterable[Happened]]) -> list[str]:
    """What is wrong with the numbers that were given: empty when all is right."""
    given: dict[str, list[VoucherNumbered]] = defaultdict(list)
    for one in histories["inventory"]:
        if isinstance(one.fact, VoucherNumbered):
            given[one.fact.letters].append(one.fact)
    wrong = []
    for letters, numbers in given.items():
        for year in {one.year for one in numbers}:
            ordinals = [one.ordinal for one in numbers if one.year == year]
            if ordinals != list(range(1, len(ordinals) + 1)):
                wrong.append(f"{letters} of {year}: {ordinals}")
    for letters, papers in papers_of(histories).items():
        numbered = [(one.paper, one.own_no) for one in given[letters]]
        if sorted(numbered) != sorted(papers):
            wrong.append(f"{letters}: {len(numbered)} numbers for {len(papers)} papers")
    return wrong
