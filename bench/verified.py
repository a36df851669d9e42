"""10. `songda verify books`: how long it takes over whole streams (A9, A12).

Contracts' whole lives as all services tell them, three lines each, from signing to payment, on bin cards that many of
them share. The events are written as workers write them; the books add up.
"""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

from bench import load
from bench.measuring import Figure, Section, figure
from contracts.dispatch_jobs import DeliveryCompleted, DeliveryDeparted
from contracts.envelope import Meta, to_headers, wire_source
from contracts.fact import Fact, GoodsLine
from contracts.inventory import GoodsArrived, GoodsExpected, GoodsIssued
from contracts.inventory_stock import Lot, StockMoved
from contracts.job_ids import delivery_of
from contracts.order import ContractSigned, DeliveryNoted, GoodsNoted, PaymentNoted
from runtime import kafka
from runtime.collecting import set_up_collector
from runtime.commands import deterministic_id
from runtime.settings import Settings
from songda.books.verifying import SERVICES, verify
from songda.streams import event_spans

LIMIT_SECONDS = 60.0
"""For a million events, on two cores."""
MILLION = 1_000_000
CARDS = 2_000
AT, DAY = load.RECEIVED, load.SIGNED + timedelta(days=7)

Told = tuple[str, Fact]
"""The aggregate, and what it tells."""


class Cards:
    """The bin cards: the next line of each."""

    def __init__(self) -> None:
        self._balance: Counter[str] = Counter()
        self._moves: Counter[str] = Counter()

    def line(self, piece: GoodsLine, no: str, *, came: bool) -> Told:
        """Pieces of a contract come to their card, or leave it."""
        before = self._balance[piece.sku]
        self._balance[piece.sku] += piece.quantity if came else -piece.quantity
        self._moves[piece.sku] += 1
        lots = (Lot(bin="A-01", quantity=piece.quantity, held_for=no, pending=False),)
        return f"stock:main:{piece.sku}", StockMoved(
            at=AT,
            depot="main",
            sku=piece.sku,
            name=piece.name,
            move_no=self._moves[piece.sku],
            kind="received" if came else "issued",
            quantity=piece.quantity,
            taken=() if came else lots,
            put=lots if came else (),
            before=before,
            after=self._balance[piece.sku],
            voucher_no="SY1",
            held_for=no,
            reason="",
            cause_id="x",
            report_at=AT,
        )


def told(contracts: int) -> Iterator[Told]:
    """All lives, stage by stage of fifty contracts at a time, so that streams mix as those of a company do."""
    cards = Cards()
    for first in range(0, contracts, 50):
        for stage in (_signed, _arrived, _left, _handed_over):
            for number in range(first, min(first + 50, contracts)):
                yield from stage(number, cards)


def _lines(number: int) -> tuple[GoodsLine, ...]:
    return tuple(
        GoodsLine(line_no=line.line_no, sku=f"{line.sku}-{number % CARDS}", name=line.name, quantity=line.quantity)
        for line in load.LINES
    )


def _signed(number: int, _: Cards) -> Iterator[Told]:
    sold, pieces = load.registration(number), _lines(number)
    lines = tuple(line.model_copy(update={"sku": one.sku}) for line, one in zip(sold.lines, pieces, strict=True))
    terms = sold.model_dump(exclude={"command", "at", "lines"}) | {"lines": lines, "at": AT}
    yield f"contract:{sold.contract_no}", ContractSigned.model_validate(terms)
    no = sold.contract_no
    yield f"goods:{no}", GoodsExpected(at=AT, contract_no=no, customer=sold.customer, lines=pieces)


def _arrived(number: int, cards: Cards) -> Iterator[Told]:
    no = load.contract_no(number)
    for piece in _lines(number):
        came = {"at": AT, "contract_no": no, "line_no": piece.line_no, "quantity": piece.quantity}
        came |= {"waybill": f"YD{number:08d}-{piece.line_no}", "arrived_on": DAY}
        yield f"goods:{no}", GoodsArrived.model_validate({**came, "sku": piece.sku, "name": piece.name})
        yield cards.line(piece, no, came=True)
        yield f"contract:{no}", GoodsNoted.model_validate(came)


def _left(number: int, cards: Cards) -> Iterator[Told]:
    no, lines = load.contract_no(number), _lines(number)
    for piece in lines:
        yield cards.line(piece, no, came=False)
    yield f"goods:{no}", GoodsIssued(at=AT, contract_no=no, list_no="SY1", lines=lines)
    job = delivery_of(no)
    yield f"job:{job}", DeliveryDeparted(at=AT, job_id=job, crew="S1", vehicle="粤E", leader="li.zq", lines=lines)


def _handed_over(number: int, _: Cards) -> Iterator[Told]:
    sold, lines = load.registration(number), _lines(number)
    no, job = sold.contract_no, delivery_of(sold.contract_no)
    done = {"at": AT, "job_id": job, "contract_no": no, "delivered": lines, "signed_by": "马"}
    by = {"customer": sold.customer, "crew": "S1", "leader": "li.zq", "lines": sold.lines, "signature_ref": "s"}
    rest = {"taught_use": True, "cash_fen": 0, "window_ends": AT, "install_due": None}
    yield f"job:{job}", DeliveryCompleted.model_validate({**done, **by, **rest})
    yield f"contract:{no}", DeliveryNoted.model_validate({**done, "delivered_on": DAY})
    paid = {"payment_id": f"P{number}", "amount_fen": sold.amount_due_fen, "method": "transfer", "received_by": "su.kj"}
    yield f"contract:{no}", PaymentNoted.model_validate({"at": AT, "contract_no": no, "owed_fen": 0, **paid})


async def fill(settings: Settings, contracts: int) -> int:
    """Write the events to their streams, as many as there were."""
    count, versions = 0, Counter[str]()
    async with kafka.sending(settings) as producer:
        for subject, fact in told(contracts):
            count += 1
            versions[subject] += 1
            service = fact.wire.split(".")[1]
            meta = Meta(
                id=deterministic_id(str(count)),
                type=fact.wire,
                source=wire_source(service),
                subject=subject,
                time=AT,
                sequence=versions[subject],
                causation_id="c",
                correlation_id="c",
                actor="system",
                command_offset=count,
            )
            await producer.send(
                f"{service}.events",
                key=subject.encode(),
                value=fact.__pydantic_serializer__.to_json(fact),
                headers=to_headers(meta),
                partition=kafka.partition_of(subject, settings.partitions),
            )
    return count


async def measure(settings: Settings, contracts: int) -> Section:
    """One run over streams that hold these contracts' lives and nothing else."""
    await kafka.provision(settings, SERVICES)
    written = await fill(settings, contracts)
    spans = await event_spans(settings, SERVICES)
    set_up_collector()  # as the command does
    begun, cpu = time.perf_counter(), time.process_time()
    report = await verify(settings, spans, lambda _: None)
    seconds, used = time.perf_counter() - begun, time.process_time() - cpu
    if report.findings or report.unreadable or report.events != written:
        raise AssertionError(f"{written} events written: {report.events}, {report.findings[:3]}, {report.unreadable}")
    figures: tuple[Figure, ...] = (
        figure("verify books", "events/s", [written / seconds]),
        figure("its CPU", "us an event", [used / written * 1e6]),
        figure("a million events", "s", [seconds / written * MILLION], at_most=LIMIT_SECONDS),
    )
    return Section("books", f"verify books: {written} events of {contracts} contracts", figures, ())
