"""What the benches put in: commands of contracts' lives, the same for every round and every side.

A contract has three lines and gets ten commands: registered, announced, delayed, arrived, received line by line until
it is complete. One of the ten is refused (a wrong sku) and one says what is known already. So ten commands make nine
events, ten answers and one refusal. Commands come round robin over the contracts, as a file import sends them.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from aiokafka import AIOKafkaProducer

from contracts.civil_time import civil_day
from contracts.fact import ContractLine, Customer
from order.contract.aggregate import CONTRACT
from order.contract.goods import NoteGoods
from order.contract.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from order.contract.terms import RegisterContract
from runtime import kafka
from runtime.clock import utc_now
from runtime.command_keys import CommandKeys
from runtime.commands import Request, to_headers
from runtime.decision import Command
from runtime.settings import Settings

COMMANDS_OF_A_CONTRACT = 10
EVENTS_OF_A_CONTRACT = 9

SIGNED = date(2026, 3, 2)
RECEIVED = utc_now()
"""Commands come now: what falls due by them (a delay's post, a promise) does so after the measurement."""
PROMISED = civil_day(RECEIVED) + timedelta(days=30)
LINES = (
    ContractLine(
        line_no=1,
        sku="FL-101",
        name="实木复合",
        spec="910x125x15 (包)",
        category="地板",
        quantity=12,
        unit_price_fen=17_800,
        to_install=True,
    ),
    ContractLine(
        line_no=2,
        sku="SR-100",
        name="钻石型淋浴房",
        spec="900x900x1950",
        category="沐浴房",
        quantity=1,
        unit_price_fen=260_000,
        to_install=True,
    ),
    ContractLine(
        line_no=3,
        sku="WC-100",
        name="连体坐便器",
        spec="700x390x650",
        category="卫浴",
        quantity=2,
        unit_price_fen=135_000,
        to_install=False,
    ),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One command as a Kafka record."""

    key: str
    value: bytes
    headers: list[tuple[str, bytes]]


def contract_no(number: int) -> str:
    """The n-th contract's number."""
    return f"HT{26_000_000 + number:08d}"


def registration(number: int) -> RegisterContract:
    """The n-th contract."""
    return RegisterContract(
        contract_no=contract_no(number),
        store_code="S02",
        store_name="南海店",
        signed_on=SIGNED,
        customer=Customer(
            name="马娜",
            phone=f"177{number % 100_000_000:08d}",
            address="佛山市南海区海八东路150号滨河花园17栋801",
            district="南海区",
        ),
        promised_on=PROMISED,
        amount_due_fen=210_200,
        lines=LINES,
    )


def life(number: int) -> tuple[Command, ...]:
    """The ten commands of the n-th contract, in order."""
    no, day = contract_no(number), SIGNED + timedelta(days=7)
    floor, shower, toilet = LINES
    way = f"YD{number:010d}"

    def received(line: ContractLine, waybill: str) -> NoteGoods:
        return NoteGoods(contract_no=no, line_no=line.line_no, quantity=line.quantity, waybill=waybill, arrived_on=day)

    def arrived(line: ContractLine, sku: str) -> ReportArrival:
        return ReportArrival(
            contract_no=no,
            line_no=line.line_no,
            sku=sku,
            quantity=line.quantity,
            waybill=f"{way}-1",
            carrier="德邦物流",
            arrived_on=day,
        )

    def announced(line: ContractLine, waybill: str) -> AnnounceShipment:
        return AnnounceShipment(
            contract_no=no,
            line_no=line.line_no,
            sku=line.sku,
            quantity=line.quantity,
            waybill=waybill,
            carrier="德邦物流",
            eta=day,
        )

    return (
        registration(number),
        announced(floor, f"{way}-1"),
        announced(shower, f"{way}-2"),
        NoticeDelay(
            contract_no=no, line_no=3, sku=toilet.sku, waybill=f"{way}-3", carrier="德邦物流", eta=day, reason="缺货"
        ),
        arrived(floor, floor.sku),
        received(floor, f"{way}-1"),
        arrived(floor, "XX-999"),  # refused: sku_differs
        arrived(floor, floor.sku),  # known already: accepted, no event
        received(shower, f"{way}-2"),
        received(toilet, f"{way}-3"),  # and with it the contract is complete: two events
    )


def lives(contracts: int, first: int = 0) -> Iterator[Row]:
    """All commands of `contracts` contracts, round robin."""
    whole = [life(number) for number in range(first, first + contracts)]
    for step in range(COMMANDS_OF_A_CONTRACT):
        for number, commands in enumerate(whole, first):
            yield row(number, step, commands[step])


def registrations(contracts: int, first: int = 0) -> Iterator[Row]:
    """Only the first command of each contract."""
    for number in range(first, first + contracts):
        yield row(number, 0, registration(number))


def row(number: int, step: int, command: Command) -> Row:
    """A command as the gateway would write it; its id follows from number and step."""
    command_id = str(uuid.UUID(int=number * 16 + step + (1 << 127), version=4))
    received = RECEIVED + timedelta(seconds=step)
    request = Request(command_id, received, "liang.my", "cs_specialist", f"{number:012x}")
    value = command.__pydantic_serializer__.to_json(command)
    return Row(CONTRACT.key(contract_no(number)), value, to_headers(request))


async def fill(settings: Settings, topic: str, rows: Iterator[Row]) -> int:
    """Write rows to their partitions, in record batches of about 200 KB; returns how many there were."""
    count = 0
    keys = CommandKeys.of(settings)
    async with kafka.sending(settings) as producer:
        open_batches = {p: producer.create_batch() for p in range(settings.partitions)}
        for entry in rows:
            p = kafka.partition_of(entry.key, settings.partitions)
            batch = open_batches[p]
            key = entry.key.encode()
            headers = keys.signed(topic, key, entry.value, entry.headers)
            batch.append(timestamp=None, key=key, value=entry.value, headers=headers)
            if batch.size() > 200_000:
                await _send(producer, batch, topic, p)
                open_batches[p] = producer.create_batch()
            count += 1
        for p, batch in open_batches.items():
            if batch.record_count():
                await _send(producer, batch, topic, p)
    return count


async def _send(producer: AIOKafkaProducer, batch: object, topic: str, partition: int) -> None:
    batch.close()  # type: ignore[attr-defined]
    await (await producer.send_batch(batch, topic, partition=partition))
