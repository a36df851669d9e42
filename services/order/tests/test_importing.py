"""The import shell: rows into commands, every row counted once."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from company.context import Context
from company.policy import policy_book
from order import importing
from order.contract.aggregate import CONTRACT
from order.contract.fields import MAX_LINES
from order.draft.aggregate import DRAFT
from order.files.contracts_file import ContractRow
from order.files.logistics_file import LogisticsRow, ShipmentStatus
from order.importing import Put, Report, import_contracts, import_logistics
from runtime.decision import Command, Rejected
from runtime.errors import NotReady, Overloaded
from runtime.file_refusals import Refused
from runtime.outcome import Outcome

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
ROW = ContractRow(
    row=2,
    contract_no="HT26030001",
    store_code="S02",
    store_name="南海店",
    signed_on=date(2026, 2, 8),
    customer_name="马娜",
    phone="13800001111",
    address="海八东路1号",
    district="南海区",
    promised_on=date(2026, 3, 10),
    amount_due_fen=0,
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    spec="",
    category="卫浴",
    quantity="2",
    unit_price_fen=100,
    to_install=True,
)
ARRIVAL = LogisticsRow(
    row=2,
    contract_no="HT26030001",
    line_no=1,
    sku="WC-100",
    quantity=2,
    waybill="YD0001",
    carrier="顺途专线",
    status=ShipmentStatus.ARRIVED,
    eta=None,
    arrived_on=date(2026, 3, 9),
    note="",
)


class Contracts:
    """The contract rules with a memory and nothing else; counts what is under way at a time."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}
        self.steps: list[str] = []
        self.under_way = 0
        self.most_under_way = 0

    async def put(self, asked: Sequence[Put]) -> list[Outcome]:
        self.under_way += len(asked)
        self.most_under_way = max(self.most_under_way, self.under_way)
        await asyncio.sleep(0)
        self.under_way -= len(asked)
        return [self._decide(aggregate_id, command, step) for aggregate_id, command, step in asked]

    def _decide(self, aggregate_id: str, command: Command, step: str) -> Outcome:
        self.steps.append(step)
        of: Any = CONTRACT if aggregate_id.startswith("contract:") else DRAFT
        state = self.states.get(aggregate_id, of.initial)
        decision = of.decide(command, state, CTX)
        if isinstance(decision, Rejected):
            return Outcome(step, aggregate_id, "rejected", rejected=decision)
        for event in decision:
            state = of.evolve(state, event)
        self.states[aggregate_id] = state
        return Outcome(step, aggregate_id, "accepted", events=tuple(type(event).__name__ for event in decision))


def counts(report: Report) -> tuple[int, int, list[tuple[int, str]]]:
    return report.taken, report.repeated, [(refusal.row, refusal.rule) for refusal in report.refused]


async def test_the_rows_of_a_new_contract_are_taken_in_one_command() -> None:
    """A1"""
    contracts = Contracts()
    rows = [ROW, replace(ROW, row=3, line_no=2)]
    report = await import_contracts(rows, [], contracts.put)
    assert (counts(report), contracts.steps) == ((2, 0, []), ["contracts/2/register"])


async def test_the_same_contracts_file_again_takes_nothing() -> None:
    """A1, A2"""
    contracts = Contracts()
    rows = [ROW, replace(ROW, row=3, line_no=2), replace(ROW, row=4, contract_no="HT26030002")]
    await import_contracts(rows, [], contracts.put)
    assert counts(await import_contracts(rows, [], contracts.put)) == (0, 3, [])


async def test_a_known_contract_gets_its_new_lines_and_refuses_the_ones_that_contradict() -> None:
    """A1, A6"""
    contracts = Contracts()
    await import_contracts([ROW, replace(ROW, row=3, line_no=2)], [], contracts.put)
    rows = [ROW, replace(ROW, row=3, line_no=2, quantity=9), replace(ROW, row=4, line_no=3)]
    assert counts(await import_contracts(rows, [], contracts.put)) == (1, 1, [(3, "A6")])


async def test_other_terms_refuse_all_rows_of_that_contract_and_no_other() -> None:
    """A1"""
    contracts = Contracts()
    await import_contracts([ROW], [], contracts.put)
    rows = [
        replace(ROW, amount_due_fen=1),
        replace(ROW, row=3, amount_due_fen=1, line_no=2),
        replace(ROW, row=4, contract_no="HT26030002"),
    ]
    assert counts(await import_contracts(rows, [], contracts.put)) == (1, 0, [(2, "A1"), (3, "A1")])


async def test_a_row_that_repeats_an_earlier_one_shares_its_fate() -> None:
    """A1"""
    contracts = Contracts()
    await import_contracts([ROW], [], contracts.put)
    rows = [
        replace(ROW, amount_due_fen=1),
        replace(ROW, row=3, amount_due_fen=1, repeats=2),
        replace(ROW, row=4, contract_no="HT26030002"),
        replace(ROW, row=5, contract_no="HT26030002", repeats=4),
    ]
    assert counts(await import_contracts(rows, [], contracts.put)) == (1, 1, [(2, "A1"), (3, "A1")])


async def test_a_contract_with_more_lines_than_any_is_refused_without_being_asked() -> None:
    """A1"""
    contracts = Contracts()
    rows = [replace(ROW, row=n + 1, line_no=n) for n in range(1, MAX_LINES + 2)]
    report = await import_contracts(rows, [], contracts.put)
    assert (report.taken, report.repeated, len(report.refused), contracts.steps) == (0, 0, MAX_LINES + 1, [])


async def test_rows_that_the_reader_refused_are_in_the_report_by_their_number() -> None:
    """A2, X6"""
    contracts = Contracts()
    misread = Refused(3, "数量不对", "wrong quantity", "A2")
    report = await import_logistics([ARRIVAL, replace(ARRIVAL, row=9)], [misread], contracts.put, filename="a.csv")
    unknown = "没有合同 HT26030001。请核对合同号，或先登记合同"
    assert (report.filename, report.taken, report.repeated) == ("a.csv", 0, 0)
    assert [(no.row, no.reason, no.rule) for no in report.refused] == [
        (2, unknown, "A2"),
        (3, "数量不对", "A2"),
        (9, unknown, "A2"),
    ]


async def test_logistics_rows_are_taken_once() -> None:
    """A2"""
    contracts = Contracts()
    await import_contracts([ROW], [], contracts.put)
    rows = [
        replace(ARRIVAL, status=ShipmentStatus.ANNOUNCED, arrived_on=None, eta=date(2026, 3, 9)),
        replace(ARRIVAL, row=3, status=ShipmentStatus.DELAYED, arrived_on=None, quantity=0),
        replace(ARRIVAL, row=4),
        replace(ARRIVAL, row=5, repeats=4),
    ]
    first = await import_logistics(rows, [], contracts.put)
    again = await import_logistics(rows, [], contracts.put)
    assert (counts(first), counts(again)) == ((3, 1, []), (0, 4, []))


async def test_many_contracts_are_under_way_at_once_but_never_more_than_allowed() -> None:
    """A2"""
    contracts = Contracts()
    rows = [replace(ROW, row=n, contract_no=f"HT{n:08}") for n in range(2, 202)]
    report = await import_contracts(rows, [], contracts.put, at_once=20)
    assert (report.taken, contracts.most_under_way) == (200, 20 * importing.LANES)


async def test_rows_of_one_contract_are_put_in_the_order_of_the_file() -> None:
    """A2"""
    contracts = Contracts()
    numbers = [f"HT{n:08}" for n in range(1, 8)]
    rows = [replace(ARRIVAL, row=row, contract_no=numbers[row % 7]) for row in range(2, 702)]
    await import_logistics(rows, [], contracts.put, at_once=30)
    for number in range(7):
        of_one = [int(step.partition("/")[2]) for step in contracts.steps if int(step.partition("/")[2]) % 7 == number]
        assert of_one == sorted(of_one)


async def test_a_contract_with_more_rows_than_go_at_once_is_put_in_pieces() -> None:
    """A2"""
    contracts = Contracts()
    rows = [replace(ARRIVAL, row=row, waybill=f"YD{row:06}") for row in range(2, 1302)]
    await import_contracts([ROW], [], contracts.put)
    report = await import_logistics(rows, [], contracts.put)
    assert (report.taken, contracts.most_under_way) == (1300, importing.AT_ONCE)


async def test_one_waybill_that_serves_two_contracts_arrives_for_each_of_them_once() -> None:
    """A2, A3: the same line number, article and waybill; each contract counts its own, the file again none."""
    contracts, other = Contracts(), "HT26030002"
    await import_contracts([ROW, replace(ROW, row=3, contract_no=other, quantity="5")], [], contracts.put)
    rows = [ARRIVAL, replace(ARRIVAL, row=3, contract_no=other, quantity=5)]
    first = await import_logistics(rows, [], contracts.put)
    again = await import_logistics(rows, [], contracts.put)
    assert (counts(first), counts(again)) == ((2, 0, []), (0, 2, []))
    told = [contracts.states[f"contract:{number}"].lines[0].told for number in (ROW.contract_no, other)]
    assert [[(one.waybill, one.quantity) for one in of] for of in told] == [[("YD0001", 2)], [("YD0001", 5)]]


async def test_progress_is_told_up_to_the_last_row() -> None:
    """A2"""
    told: list[tuple[int, int]] = []
    rows = [ROW, replace(ROW, row=3, contract_no="HT26030002")]
    refused = [Refused(4, "空", "empty", "A1")]
    await import_contracts(rows, refused, Contracts().put, progress=lambda done, total: told.append((done, total)))
    assert told == [(3, 3)]


def answering(outcome: Callable[[str], Outcome]) -> Any:
    async def put(asked: Sequence[Put]) -> list[Outcome]:
        return [outcome(aggregate_id) for aggregate_id, _, _ in asked]

    return put


async def test_a_row_that_is_not_decided_in_time_is_refused_with_the_advice_to_import_again() -> None:
    """A2: nothing is lost in silence."""
    put = answering(lambda aggregate_id: Outcome("c", aggregate_id, "pending"))
    report = await import_logistics([ARRIVAL], [], put)
    assert report.refused == [Refused(2, "还没有定论，请再导一次", "Not decided yet; please import the file again", "")]


async def test_a_row_that_breaks_the_rules_code_is_refused_and_the_others_go_on() -> None:
    """A2: one bad row never stops the others."""
    put = answering(
        lambda aggregate_id: Outcome(
            "c", aggregate_id, "broken" if aggregate_id.endswith("1") else "accepted", events=("ArrivalReported",)
        )
    )
    report = await import_logistics([ARRIVAL, replace(ARRIVAL, row=3, contract_no="HT26030002")], [], put)
    assert counts(report) == (1, 0, [(2, "")])


async def test_a_busy_service_is_asked_again(monkeypatch: Any) -> None:
    """A2"""
    monkeypatch.setattr(importing, "PAUSE_S", 0.0)
    contracts = Contracts()
    busy = iter([True, True, False, False])

    async def put(asked: Sequence[Put]) -> list[Outcome]:
        if next(busy):
            raise Overloaded("2000 requests wait")
        return await contracts.put(asked)

    assert counts(await import_contracts([ROW], [], put)) == (1, 0, [])


async def test_a_row_that_could_not_be_sent_is_refused_as_undecided() -> None:
    """A2"""

    async def put(asked: Sequence[Put]) -> list[Outcome]:
        raise NotReady("Kafka did not take the request")

    assert counts(await import_contracts([ROW], [], put)) == (0, 0, [(2, "")])
