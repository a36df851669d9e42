"""Whatever moves during a count, and however late it is recorded, the card ends where the goods are."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.inventory_counts import CountAdjusted, CountedLine, CountTarget, StockCounted
from inventory.count.aggregate import COUNT
from inventory.count.card import BinChange, Card, CardMove, Place, book_at, is_gapless
from inventory.count.counting import AddLine, CompareCount, CountPieces, OpenCount
from inventory.count.settling import ApproveAdjustment, ExplainDifference, NoteBooked
from inventory.count.state import Closed, Count, Counting, tolerance
from runtime.decision import Command
from runtime.testing import Given

START = datetime(2026, 3, 20, 0, 0, tzinfo=UTC)
POLICY = policy_book().at(START)
BINS = ("A-01", "A-02", "B-01")


@dataclass
class House:
    """One sku: what really lies in each bin, and what the card says."""

    goods: dict[str, int]
    book: dict[str, int]
    moves: list[CardMove] = field(default_factory=list)
    unrecorded: list[tuple[datetime, str, int]] = field(default_factory=list)

    def card(self) -> Card:
        balances = tuple(BinChange(bin=name, quantity=pieces) for name, pieces in self.book.items())
        return Card(sku="X", move_no=len(self.moves), balances=balances, since=tuple(self.moves))

    def record(self, at: datetime, bin_: str, pieces: int) -> None:
        self.book[bin_] += pieces
        change = BinChange(bin=bin_, quantity=pieces)
        self.moves.append(CardMove(move_no=len(self.moves) + 1, at=at, changes=(change,)))


def context(minute: int, by: str = "mai.gh") -> Context:
    return Context(now=START + timedelta(minutes=minute), by=by, role="warehouse", policy=POLICY)


def decided(command: Command, state: Count, ctx: Context) -> Count:
    return Given(COUNT, state).asks(command, ctx).accepted().state


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.sampled_from(BINS), st.integers(-4, 6)),
        st.tuples(st.just("count"), st.sampled_from(BINS), st.just(0)),
        st.tuples(st.just("record"), st.just(BINS[0]), st.integers(0, 3)),
    ),
    max_size=25,
)


@settings(max_examples=150)
@given(
    real=st.tuples(*(st.integers(0, 30) for _ in BINS)),
    wrong=st.tuples(*(st.integers(-5, 5) for _ in BINS)),
    steps=STEPS,
)
def test_after_the_count_the_card_says_what_lies_there(
    real: tuple[int, ...], wrong: tuple[int, ...], steps: list[tuple[str, str, int]]
) -> None:
    """D7, D6, X1: bins are counted at any moment between moves; moves are recorded late, in any order of recording."""
    house = House(
        dict(zip(BINS, real, strict=True)),
        {name: max(0, there + off) for name, there, off in zip(BINS, real, wrong, strict=True)},
    )
    targets = tuple(CountTarget(sku="X", name="砖", zone="A", bin=name, move_no=0) for name in BINS[:2])
    opening = OpenCount(count_no="PD-1", depot="main", kind="cycle", chosen="A", targets=targets)
    state = decided(opening, COUNT.initial, context(0))
    state = decided(AddLine(target=targets[0].model_copy(update={"bin": BINS[2]})), state, context(0))
    for minute, (what, bin_, pieces) in enumerate([*steps, *(("count", name, 0) for name in BINS)], start=1):
        now = START + timedelta(minutes=minute)
        if what == "move" and house.goods[bin_] + pieces >= 0:
            house.goods[bin_] += pieces
            house.unrecorded.append((now, bin_, pieces))
        elif what == "count":
            state = decided(CountPieces(sku="X", bin=bin_, quantity=house.goods[bin_]), state, context(minute))
        elif what == "record" and house.unrecorded:
            house.record(*house.unrecorded.pop(pieces % len(house.unrecorded)))
    for late in house.unrecorded:
        house.record(*late)
    state = decided(CompareCount(cards=(house.card(),)), state, context(100))
    for minute, by in ((110, "guan.yf"), (120, "deng.w")):
        waiting = [line for line in state.lines if line.figure is None] if isinstance(state, Counting) else []
        for line in waiting:
            bin_ = line.target.bin
            state = decided(CountPieces(sku="X", bin=bin_, quantity=house.goods[bin_]), state, context(minute, by))
        if waiting:
            state = decided(CompareCount(cards=(house.card(),)), state, context(minute + 1))
    for line in state.lines if isinstance(state, Counting) else ():
        if line.is_settled:
            continue
        bin_ = line.target.bin
        state = decided(ExplainDifference(sku="X", bin=bin_, reason="unrecorded_move"), state, context(130))
        approval = ApproveAdjustment(sku="X", bin=bin_, card=house.card())
        (adjusted,) = Given(COUNT, state).asks(approval, context(131, "su.kj")).events
        assert isinstance(adjusted, CountAdjusted)
        state = COUNT.evolve(state, adjusted)
        house.record(START + timedelta(minutes=132), bin_, adjusted.quantity)
        booked = NoteBooked(adjustment_id=adjusted.adjustment_id, move_no=len(house.moves))
        state = decided(booked, state, context(133))
    assert (house.book, isinstance(state, Closed)) == (house.goods, True)


@given(st.integers(0, 10_000), st.integers(0, 10_000))
def test_a_recount_is_asked_for_exactly_beyond_tolerance(book: int, counted: int) -> None:
    """D7"""
    target = CountTarget(sku="X", name="砖", zone="A", bin="A-01", move_no=0)
    opening = OpenCount(count_no="PD-1", depot="main", kind="cycle", chosen="A", targets=(target,))
    state = decided(opening, COUNT.initial, context(0))
    state = decided(CountPieces(sku="X", bin="A-01", quantity=counted), state, context(1))
    card = Card(sku="X", move_no=0, balances=(BinChange(bin="A-01", quantity=book),), since=())
    told = Given(COUNT, state).asks(CompareCount(cards=(card,)), context(2)).events
    names = [type(event).__name__ for event in told]
    beyond = abs(counted - book) > tolerance(book, POLICY)
    assert ("RecountAsked" in names, "CountClosed" in names) == (beyond, counted == book)
    line: CountedLine = next(event for event in told if isinstance(event, StockCounted)).lines[0]
    assert (line.book, line.difference) == (book, counted - book)


@given(
    st.lists(st.tuples(st.integers(0, 50), st.sampled_from(BINS), st.integers(-5, 5)), max_size=20), st.integers(0, 50)
)
def test_the_book_of_a_moment_is_the_sum_of_the_moves_until_then(told: list[tuple[int, str, int]], minute: int) -> None:
    """D6, D7"""
    house = House(dict.fromkeys(BINS, 0), dict.fromkeys(BINS, 0))
    for when, bin_, pieces in told:
        house.record(START + timedelta(minutes=when), bin_, pieces)
    moment = START + timedelta(minutes=minute)
    summed = {name: sum(pieces for when, bin_, pieces in told if bin_ == name and when <= minute) for name in BINS}
    assert {name: book_at(house.card(), Place(name), moment) for name in BINS} == summed
    assert is_gapless(house.card(), 0)
