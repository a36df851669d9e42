"""What holds for a contract whatever is asked of it, in whatever order."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from order_rows import document_of
from pydantic import TypeAdapter

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer
from contracts.order import CompletenessLost, GoodsCompleted, OrderEvent
from order.contract.aggregate import CONTRACT, due, evolve
from order.contract.goods import NoteDamage, NoteGoods
from order.contract.logistics import AnnounceShipment, NoticeDelay, ReportArrival
from order.contract.row import CONTRACTS
from order.contract.state import INITIAL, Complete, Contract, Unsigned
from order.contract.terms import AddLines, RegisterContract
from order.main import SERVICE
from runtime.commands import Request, command_reader
from runtime.deciding import Outgoing, Rules
from runtime.decision import Command, Rejected
from runtime.testing import decided_in_batches

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
NUMBER = "HT26030001"
META = Meta(
    id="e",
    type="",
    source="/songda/order",
    subject=f"contract:{NUMBER}",
    time=NOW,
    sequence=1,
    causation_id="c",
    correlation_id="c",
    actor="he.jx",
    command_offset=0,
)
DAYS = st.integers(1, 19).map(lambda day: date(2026, 3, day))
WAYBILLS = st.sampled_from(["YD0001", "YD0002", "YD0003", "YD0004"])
LINE_NOS = st.sampled_from([1, 2, 3, 1, 2, 3, 0])
SKUS = st.sampled_from(["WC-100", "WC-100", "WC-100", "FL-101"])
PIECES = st.integers(-1, 6)
LINE = st.builds(
    ContractLine,
    line_no=LINE_NOS,
    sku=st.just("WC-100"),
    name=st.just("连体坐便器"),
    spec=st.just(""),
    category=st.just("卫浴"),
    quantity=st.integers(1, 4),
    unit_price_fen=st.just(100),
    to_install=st.booleans(),
)
LINES = st.lists(LINE, min_size=1, max_size=3).map(tuple)
REGISTER = st.builds(
    RegisterContract,
    contract_no=st.just(NUMBER),
    store_code=st.just("S02"),
    store_name=st.just("南海店"),
    signed_on=st.just(date(2026, 2, 8)),
    customer=st.just(Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")),
    promised_on=st.sampled_from([date(2026, 3, 10), date(2026, 3, 11)]),
    amount_due_fen=st.just(0),
    lines=LINES,
)
NOTE_GOODS = st.builds(
    NoteGoods,
    contract_no=st.just(NUMBER),
    line_no=LINE_NOS,
    quantity=st.integers(1, 6),
    waybill=WAYBILLS,
    arrived_on=DAYS,
)
CALLS: st.SearchStrategy[Command] = st.one_of(
    REGISTER,
    st.builds(AddLines, contract_no=st.just(NUMBER), lines=LINES, reason=st.just("加单")),
    st.builds(
        AnnounceShipment,
        contract_no=st.just(NUMBER),
        line_no=LINE_NOS,
        sku=SKUS,
        quantity=PIECES,
        waybill=WAYBILLS,
        carrier=st.just(""),
        eta=DAYS,
    ),
    st.builds(
        NoticeDelay,
        contract_no=st.just(NUMBER),
        line_no=LINE_NOS,
        sku=SKUS,
        waybill=WAYBILLS,
        carrier=st.just(""),
        eta=st.none() | DAYS,
    ),
    st.builds(
        ReportArrival,
        contract_no=st.just(NUMBER),
        line_no=LINE_NOS,
        sku=SKUS,
        quantity=PIECES,
        waybill=WAYBILLS,
        carrier=st.just(""),
        arrived_on=DAYS,
    ),
    NOTE_GOODS,
    NOTE_GOODS,
    st.builds(
        NoteDamage,
        contract_no=st.just(NUMBER),
        line_no=LINE_NOS,
        damage_id=st.sampled_from(["d1", "d2", "d3"]),
        quantity=st.integers(1, 3),
        in_warehouse=st.booleans(),
    ),
)
GOOD_LINES = st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=2, unique=True).flatmap(
    lambda numbers: st.tuples(*(LINE.map(lambda line, n=n: line.model_copy(update={"line_no": n})) for n in numbers))
)
SIGNING = st.builds(lambda command, lines: command.model_copy(update={"lines": lines}), REGISTER, GOOD_LINES)
STORY = st.tuples(SIGNING, st.lists(CALLS, min_size=6, max_size=25)).map(lambda story: [story[0], *story[1]])


def play(commands: list[Command]) -> tuple[Contract, list[OrderEvent]]:
    state, history = INITIAL, list[OrderEvent]()
    for command in commands:
        decision = CONTRACT.decide(command, state, CTX)
        if isinstance(decision, Rejected):
            continue
        for event in decision:
            state = evolve(state, event)
            history.append(event)
    return state, history


def fold(history: list[OrderEvent]) -> Contract:
    state = INITIAL
    for event in history:
        state = evolve(state, event)
    return state


@given(STORY)
def test_a_contract_is_complete_exactly_when_every_line_is_covered_by_good_pieces(commands: list[Command]) -> None:
    """A3"""
    state, _ = play(commands)
    if isinstance(state, Unsigned):
        return
    good = {
        line.sold.line_no: sum(r.quantity for r in line.receipts)
        - sum(d.quantity for d in line.damages if d.in_warehouse)
        for line in state.lines
    }
    covered = all(good[line.sold.line_no] >= line.sold.quantity for line in state.lines)
    assert isinstance(state, Complete) == covered
    assert covered == all(line.lacking() == 0 for line in state.lines)


@given(STORY)
def test_the_day_of_completeness_is_the_latest_day_on_which_a_line_was_reached(commands: list[Command]) -> None:
    """A3, X1"""
    state, history = play(commands)
    told = [event for event in history if isinstance(event, GoodsCompleted | CompletenessLost)]
    last = told[-1] if told else None
    if isinstance(state, Complete):
        assert isinstance(last, GoodsCompleted)
        assert (last.complete_on, last.lines) == (state.on, tuple(line.sold for line in state.lines))
        assert state.on == max(day for line in state.lines if (day := line.reached_on()))
    else:
        assert not isinstance(last, GoodsCompleted)


@given(st.lists(st.tuples(LINE_NOS, st.integers(1, 4), WAYBILLS, DAYS), max_size=12), st.randoms())
def test_receipts_of_different_waybills_end_the_same_in_any_order(
    receipts: list[tuple[int, int, str, date]], rng: Any
) -> None:
    """A3, X1"""
    register = REGISTER_TWO_LINES
    commands: list[Command] = list(
        {
            (line_no, waybill): NoteGoods(
                contract_no=NUMBER, line_no=line_no, quantity=pieces, waybill=waybill, arrived_on=day
            )
            for line_no, pieces, waybill, day in receipts
        }.values()
    )
    shuffled = list(commands)
    rng.shuffle(shuffled)
    one, other = play([register, *commands])[0], play([register, *shuffled])[0]
    assert type(one) is type(other)
    assert getattr(one, "on", None) == getattr(other, "on", None)


REGISTER_TWO_LINES = RegisterContract(
    contract_no=NUMBER,
    store_code="S02",
    store_name="",
    signed_on=date(2026, 2, 8),
    customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
    promised_on=date(2026, 3, 10),
    amount_due_fen=0,
    lines=tuple(
        ContractLine(
            line_no=line_no,
            sku="WC-100",
            name="连体坐便器",
            spec="",
            category="卫浴",
            quantity=line_no + 1,
            unit_price_fen=100,
            to_install=True,
        )
        for line_no in (1, 2)
    ),
)


@given(STORY)
def test_asking_everything_twice_changes_nothing(commands: list[Command]) -> None:
    """A1, A2, A3: each fact holds once, however often it is told."""
    once, history = play(commands)
    twice, history_twice = play([command for command in commands for _ in range(2)])
    assert (twice, history_twice) == (once, history)


@given(STORY)
def test_folding_the_events_gives_the_state_that_the_decisions_left(commands: list[Command]) -> None:
    """X1"""
    state, history = play(commands)
    assert fold(history) == state


@given(STORY)
def test_a_state_survives_its_checkpoint(commands: list[Command]) -> None:
    """X1"""
    state, _ = play(commands)
    adapter: TypeAdapter[Any] = TypeAdapter(type(state))
    assert adapter.validate_json(adapter.dump_json(state)) == state


@given(st.lists(CALLS, max_size=10), STORY)
def test_any_event_folds_on_any_state_without_an_error(commands: list[Command], other: list[Command]) -> None:
    """X1"""
    state, _ = play(commands)
    for event in play(other)[1]:
        state = evolve(state, event)
    assert len({timer.name for timer in due(state)}) == len(due(state))


@given(STORY)
def test_the_row_shows_as_missing_what_the_contract_lacks(commands: list[Command]) -> None:
    """A3"""
    state, history = play(commands)
    if isinstance(state, Unsigned):
        return
    row = CONTRACTS.read(document_of(*history))
    assert [line.missing for line in row.lines] == [line.lacking() for line in state.lines]
    assert row.complete_on == (state.on if isinstance(state, Complete) else None)


def in_batches(commands: list[Command], size: int) -> tuple[list[Outgoing], list[Outgoing]]:
    rules = Rules(
        service="order",
        deciders={"contract": SERVICE.deciders[0]},
        readers=command_reader(SERVICE.deciders),
        policies=policy_book(),
        max_event_bytes=1_000_000,
    )
    requests = (Request(f"c{number}", NOW, "he.jx", "install_assistant", "r") for number in range(len(commands)))
    return decided_in_batches(rules, f"contract:{NUMBER}", zip(commands, requests, strict=True), size)


@settings(max_examples=50, deadline=None)
@given(STORY, st.integers(2, 30))
def test_a_batch_decides_what_one_by_one_decides(commands: list[Command], size: int) -> None:
    """X1"""
    assert in_batches(commands, size) == in_batches(commands, 1)


@settings(max_examples=50)
@given(STORY, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_fact_told_late_keeps_its_own_time(commands: list[Command], ago: timedelta) -> None:
    """X1"""
    at = NOW - ago
    _, history = play([command.model_copy(update={"at": at}) for command in commands])
    assert all(at <= event.at <= NOW for event in history)
    assert all(event.at == at for event in history if not isinstance(event, GoodsCompleted))
