"""What holds for a contract's goods whatever is asked, in whatever order."""

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.fact import Customer, GoodsLine
from contracts.inventory import GoodsEvent
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import ExpectGoods
from inventory.goods.leaving import IssueGoods
from inventory.goods.moves import moves_of
from inventory.goods.row import PIECES
from inventory.goods.state import Expected, Goods
from runtime.decision import Command
from runtime.said import Saying
from runtime.states import StateCodec
from runtime.testing import Given

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
CODEC = StateCodec(GOODS.states)
NUMBER = st.just("HT26030001")
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
LINE_NOS = st.sampled_from([1, 2, 1, 2, 3])
LINES = st.lists(
    st.builds(
        GoodsLine,
        line_no=LINE_NOS,
        sku=st.just("WC-100"),
        name=st.just("连体坐便器"),
        quantity=st.integers(0, 3),
    ),
    min_size=1,
    max_size=2,
    unique_by=lambda line: line.line_no,
).map(tuple)
RECEIVE = st.builds(
    ReceiveGoods,
    contract_no=NUMBER,
    line_no=LINE_NOS,
    sku=st.just("WC-100"),
    quantity=st.integers(0, 4),
    waybill=st.sampled_from(["YD0001", "YD0002", "YD0003"]),
    arrived_on=st.just(date(2026, 3, 9)),
    told_by=st.sampled_from(["file", "warehouse"]),
)
CALLS: st.SearchStrategy[Command] = st.one_of(
    RECEIVE,
    RECEIVE,
    st.builds(ExpectGoods, contract_no=NUMBER, customer=st.none() | st.just(CUSTOMER), lines=LINES),
    st.builds(
        ReportDamage,
        contract_no=NUMBER,
        damage_id=st.sampled_from(["d1", "d2", "d3", "d4"]),
        line_no=LINE_NOS,
        quantity=st.integers(0, 3),
        found=st.sampled_from(["inbound", "loading", "delivery", "installation"]),
    ),
    st.builds(IssueGoods, contract_no=NUMBER, list_no=st.sampled_from(["a", "b", "c"]), lines=LINES),
)
EXPECT = ExpectGoods(
    contract_no="HT26030001",
    customer=CUSTOMER,
    lines=(
        GoodsLine(line_no=1, sku="WC-100", name="连体坐便器", quantity=2),
        GoodsLine(line_no=2, sku="WC-100", name="连体坐便器", quantity=1),
    ),
)
STORY = st.lists(CALLS, min_size=6, max_size=25).map(lambda calls: [EXPECT, *calls])


def play(commands: list[Command]) -> tuple[list[Goods], list[GoodsEvent]]:
    """All states on the way, and the events."""
    states, history = [GOODS.initial], list[GoodsEvent]()
    for command in commands:
        for event in Given(GOODS, states[-1]).asks(command, CTX).made:
            states.append(GOODS.evolve(states[-1], event))
            history.append(event)
    return states, history


@given(STORY)
def test_no_balance_is_ever_below_zero(commands: list[Command]) -> None:
    """D8"""
    for state in play(commands)[0]:
        if isinstance(state, Expected):
            assert all(stock.here >= 0 and stock.outside >= 0 for stock in state.stock)


@given(STORY)
def test_pieces_are_here_outside_or_damaged_and_nowhere_else(commands: list[Command]) -> None:
    """D6, D8"""
    state = play(commands)[0][-1]
    assert isinstance(state, Expected)
    for stock in state.stock:
        arrived = sum(arrival.quantity for arrival in stock.arrivals)
        assert arrived == stock.here + stock.outside + stock.damaged_here + stock.damaged_outside


@given(STORY)
def test_asking_everything_twice_changes_nothing(commands: list[Command]) -> None:
    """A2, D4, D8: each fact holds once, however often it is told."""
    once = play(commands)
    assert play([command for command in commands for _ in range(2)]) == once


@given(STORY)
def test_the_row_counts_what_the_rules_count(commands: list[Command]) -> None:
    """D6, D9, D11: and finds every number that the history names."""
    states, history = play(commands)
    state, row = states[-1], PIECES.after(history)
    assert isinstance(state, Expected)
    assert row is not None
    assert [(line.here, line.issued - line.returned - line.damaged_outside) for line in row.lines] == [
        (stock.here, stock.outside) for stock in state.stock
    ]
    assert all(line.missing == 0 or line.excess == 0 for line in row.lines)
    moves = moves_of(PIECES.heard.of(Saying("mai.gh", event, NOW) for event in history))
    assert all(any(move.has(number) for number in row.vouchers) for move in moves if move.kind != "excess")


@given(STORY)
def test_a_state_survives_its_checkpoint(commands: list[Command]) -> None:
    """X1"""
    state = play(commands)[0][-1]
    assert CODEC.load(CODEC.dump(state)) == state


@given(st.lists(CALLS, max_size=8), STORY)
def test_any_event_folds_on_any_state_without_an_error(commands: list[Command], other: list[Command]) -> None:
    """X1"""
    state = play(commands)[0][-1]
    for event in play(other)[1]:
        state = GOODS.evolve(state, event)
    assert GOODS.due(state) == ()
