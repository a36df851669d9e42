"""Books of transfers: papers of both counts beside the cards of both depots, alone and in random lives (D17)."""

from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from test_books_of_random_lives import (
    LINES,
    NO,
    POLICY,
    Company,
    all_in_one_place,
    amend,
    arrive,
    begun,
    cancel,
    refund,
)

from company.policy import DepotPolicy, Policy, ZonePolicy
from contracts.envelope import Meta
from contracts.fact import ContractLine, Fact
from contracts.inventory_stock import Lot, LotPieces, StockMoved, StockShortReported
from contracts.inventory_transfers import (
    Cause,
    TransferArrival,
    TransferCount,
    TransferDifferenceSettled,
    TransferLine,
    TransferPieces,
    TransferReceived,
    TransferSent,
)
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.redirecting import ChangeDepot
from inventory.stock.counting import AdjustStock
from inventory.stock.holding import BringIn
from inventory.stock.state import lots_of
from inventory.transfer.differences import CAUSES, ExplainDifference, RefuseExplanation, SettleDifference
from inventory.transfer.receiving import ReceiveTransfer
from inventory.transfer.sending import AskTransfer, CancelTransfer, SendTransfer, TurnTransferBack
from inventory.transfer.state import Asked, Differs, Done, OnTheRoad
from runtime.decision import Command
from songda.books.verifying import Books, traced

T0 = datetime(2026, 3, 2, 2, tzinfo=UTC)
SKU = LINES[0].sku
TILES = TransferLine(line_no=1, sku=SKU, name="砖", quantity=8, lot="C88")
HOLDER = "transfer:DB1/1"

# --- one by one -----------------------------------------------------------------------------------------------------


def sent(quantity: int) -> TransferSent:
    return TransferSent(
        at=T0,
        transfer_no="DB1",
        from_depot="main",
        to_depot="shunde",
        lines=(TILES,),
        sent=(TransferPieces(line_no=1, quantity=quantity, lot="C88"),),
        left=(),
        carrier="车",
        note="",
        sent_by="mai.gh",
    )


def received(good: int = 0, damaged: int = 0, over: int = 0, *, depot: str = "shunde", last: bool = True) -> Fact:
    told: dict[str, Any] = {"sku": SKU, "name": "砖", "bin": "", "contract_no": "", "contract_line_no": 0}
    return TransferReceived(
        at=T0,
        transfer_no="DB1",
        part=1,
        depot=depot,
        told=(TransferCount(line_no=1, good=good + over, damaged=damaged),),
        counted=(TransferArrival(line_no=1, lot="C88", good=good, damaged=damaged, over=over, **told),),
        last=last,
        differences=(),
        photos=(),
        note="",
        received_by="lu.qc",
    )


def settled(cause: Cause, quantity: int) -> TransferDifferenceSettled:
    return TransferDifferenceSettled(
        at=T0,
        transfer_no="DB1",
        line_no=1,
        sku=SKU,
        name="砖",
        lot="C88",
        kind="over" if cause in CAUSES["over"] else "lacking",
        quantity=quantity,
        contract_no="",
        contract_line_no=0,
        cause=cause,
        answers="carrier",
        from_depot="main",
        depot="shunde",
        reason="查过",
        explained_by="lu.qc",
        settled_by="su.kj",
    )


def card(depot: str, quantity: int, voucher_no: str = "DB1") -> StockMoved:
    """A line of a depot's card, signed."""
    places = (Lot(bin="A1", held_for=None, pending=False, quantity=abs(quantity), lot="C88"),)
    return StockMoved(
        at=T0,
        depot=depot,
        sku=SKU,
        name="砖",
        move_no=1,
        kind="received" if quantity > 0 else "issued",
        quantity=abs(quantity),
        taken=() if quantity > 0 else places,
        put=places if quantity > 0 else (),
        before=20,
        after=20 + quantity,
        voucher_no=voucher_no,
        held_for=None,
        reason="",
        cause_id="c",
        report_at=T0,
    )


def short(wanted: int, available: int, needed_for: str | None = HOLDER) -> StockShortReported:
    told: dict[str, Any] = {"depot": "main", "sku": SKU, "name": "砖", "voucher_no": "DB1", "reason": ""}
    return StockShortReported(at=T0, wanted=wanted, available=available, needed_for=needed_for, **told)


def apart(*facts: Fact) -> list[tuple[str, str, str]]:
    """Where papers and cards of the transfer do not agree at the end, what they say, and since which event."""
    story = []
    for n, fact in enumerate(facts, start=1):
        subject = f"stock:{fact.depot}:{SKU}" if isinstance(fact, StockMoved | StockShortReported) else "transfer:DB1"
        story.append((fact, Meta(f"e{n}", fact.wire, "", subject, T0 + timedelta(minutes=n), n, "c", "c", "he.jx", 0)))
    return [(one.where, one.en, one.since.id) for one in traced("DB1", story)]


def test_pieces_on_the_road_lie_on_no_card_and_no_book_misses_them() -> None:
    """D17, A9"""
    assert apart(sent(8), card("main", -8)) == []
    assert apart(sent(8), card("main", -8), received(good=5, last=False), card("shunde", 5, "DB1/1-1")) == []
    assert apart(sent(8), card("main", -8), received(7, 1), card("shunde", 7), card("shunde", 1)) == []


def test_what_came_back_is_on_the_card_of_the_depot_that_sent_it() -> None:
    """D17"""
    assert apart(sent(8), card("main", -8), received(8, depot="main"), card("main", 8)) == []


def test_a_card_that_does_not_follow_a_count_is_named_with_the_event_after_which_it_is_so() -> None:
    """D17, A9"""
    assert apart(sent(8)) == [(f"DB1 main {SKU}", "-8 by the papers, +0 on the card", "e1")]
    assert apart(sent(8), card("main", -8), received(6), card("shunde", 8)) == [
        (f"DB1 shunde {SKU}", "+6 by the papers, +8 on the card", "e3")
    ]
    assert apart(card("main", -8)) == [(f"DB1 main {SKU}", "+0 by the papers, -8 on the card", "e1")]


def test_pieces_beyond_what_left_are_on_the_card_where_they_were_counted() -> None:
    """D17"""
    assert apart(sent(8), card("main", -8), received(8, over=2), card("shunde", 10)) == []
    assert apart(sent(8), card("main", -8), received(8, over=2), card("shunde", 8)) != []


@pytest.mark.parametrize(
    ("cause", "follows"),
    [
        ("never_left", [card("main", 2)]),
        ("came_late", [card("shunde", 2, "DB1/late-7")]),
        ("lost", []),
        ("uncounted", [card("main", -2)]),
        ("found", []),
    ],
)
def test_the_cards_follow_what_two_people_agreed_became_of_a_difference(cause: Cause, follows: list[Fact]) -> None:
    """D17: never left, came late, lost; uncounted, found. Until the card follows, they are apart."""
    is_over = cause in CAUSES["over"]
    counted = [received(8, over=2), card("shunde", 10)] if is_over else [received(6), card("shunde", 6)]
    before = [sent(8), card("main", -8), *counted, settled(cause, 2)]
    assert apart(*before, *follows) == []
    assert bool(apart(*before)) == bool(follows)


def test_pieces_that_the_sending_card_did_not_know_of_are_no_difference_once_they_left() -> None:
    """D9, D17: the card told that it is short of them; a line that was short when it was asked for moved nothing."""
    assert apart(sent(8), card("main", -5), short(8, 5)) == []
    assert apart(sent(8), card("main", -5)) != []
    assert apart(short(8, 5)) == []
    over = [received(8, over=2), card("shunde", 10), settled("uncounted", 2)]
    assert apart(sent(8), card("main", -8), *over, short(2, 0, needed_for=None)) == []


# --- random lives ---------------------------------------------------------------------------------------------------

SHUNDE = DepotPolicy(
    depot="shunde",
    name="顺德仓",
    zones=(
        ZonePolicy(zone="R", name="收货区", kind="receiving", bins=("S-R-01",)),
        ZonePolicy(zone="S", name="存放区", kind="goods", bins=("S-01-1",)),
        ZonePolicy(zone="P", name="待处理仓", kind="pending", bins=("S-P-01",)),
    ),
    districts=("顺德区",),
)
TWO_DEPOTS: Policy = POLICY.model_copy(update={"depots": (*POLICY.depots, SHUNDE)})
LOTS = ("", "C88", "D07")
NUMBERS = ("DB1", "DB2", "DB3")


@dataclass
class TwoDepots(Company):
    """A company whose news travels in channels from one aggregate to another: in order within each, late or early
    between them. It remembers what people asked, and all that was told."""

    policy: Policy = TWO_DEPOTS
    channels: dict[tuple[str, str], deque[Command]] = field(default_factory=dict)
    asked: list[tuple[str, Command, str, str]] = field(default_factory=list)
    log: list[tuple[Fact, Meta]] = field(default_factory=list)
    teller: str = ""

    def ask(self, aggregate_id: str, command: Command, by: str = "system", role: str = "system") -> bool:
        if by != "system":
            self.asked.append((aggregate_id, command, by, role))
        return super().ask(aggregate_id, command, by, role)

    def tell(self, subject: str, event: Fact) -> None:
        super().tell(subject, event)
        meta, _ = self.unread[-1]
        self.log.append((event, meta))
        self.teller = subject
        super().settle()

    def follow(self, one: Any) -> None:
        self.channels.setdefault((self.teller, one.aggregate_id), deque()).append(one)

    def deliver(self, which: int) -> None:
        """The oldest news of one channel arrives."""
        waiting = sorted(channel for channel, news in self.channels.items() if news)
        if waiting:
            super().follow(self.channels[waiting[which % len(waiting)]].popleft())

    def settle(self) -> None:
        """All news arrives."""
        while any(self.channels.values()):
            self.deliver(0)


Deed = Callable[[TwoDepots, ContractLine, int, int], None]


def number_of(way: int) -> str:
    return f"transfer:{NUMBERS[way % len(NUMBERS)]}"


def free_stock(company: TwoDepots, line: ContractLine, pieces: int, way: int) -> None:
    """Pieces for nobody come in, in one depot."""
    number, depot = company.fresh("QC"), ("main", "shunde")[way % 2]
    told = BringIn(
        depot=depot,
        sku=line.sku,
        name=line.name,
        quantity=2 * pieces,
        voucher_no=number,
        cause_id=number,
        kind="received",
        lots=(LotPieces(lot=LOTS[way % 3], quantity=2 * pieces),) if way % 3 else (),
    )
    company.ask(f"stock:{depot}:{line.sku}", told)


def in_other_depot(company: TwoDepots, line: ContractLine, pieces: int, way: int) -> None:
    """The contract's pieces come to the depot that does not deliver it: a transfer opens by itself."""
    number = f"RK{company.number}/1/1"
    told = ReceiveGoods(
        contract_no=NO,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=pieces,
        waybill=number,
        carrier_waybill=number.replace("RK", "YD"),
        arrived_on=company.now.date(),
        told_by="slip",
        lot=LOTS[way % 3],
        depot=("main", "shunde")[way % 2],
    )
    company.ask(f"goods:{NO}", told)


def wanted(company: TwoDepots, line: ContractLine, pieces: int, way: int) -> None:
    """Asked for, either way, of free stock; for the other depot's, or for the contract."""
    there, back = ("main", "shunde") if way % 4 else ("shunde", "main")
    of = (NO, line.line_no) if way % 2 else ("", 0)
    lines = tuple(
        TransferLine(
            line_no=no,
            sku=line.sku,
            name=line.name,
            quantity=pieces,
            contract_no=of[0],
            contract_line_no=of[1],
            lot=LOTS[way % 3] if no == 1 else "",
        )
        for no in range(1, 2 + way // 4)
    )
    number = number_of(way)
    told = AskTransfer(
        transfer_no=number.removeprefix("transfer:"), from_depot=there, to_depot=back, lines=lines, reason="缺货"
    )
    company.ask(number, told, "mai.gh", "warehouse")


def one_of(company: TwoDepots, way: int, *states: Any) -> tuple[str, Any] | None:
    """A transfer that is in one of these states."""
    found = sorted(
        number
        for number, state in company.states.items()
        if number.startswith("transfer:") and isinstance(state, states)
    )
    number = found[way % len(found)] if found else None
    return None if number is None else (number, company.states[number])


def counted_out(company: TwoDepots, _: ContractLine, pieces: int, way: int) -> None:
    """Counted into the vehicle: all that was set apart, or fewer; told at once or a day late."""
    found = one_of(company, way, Asked)
    if found is None or not found[1].held:
        return
    fewer = pieces - 1 if way % 3 == 0 else 0
    counted = tuple(one.model_copy(update={"quantity": max(0, one.quantity - fewer)}) for one in found[1].held)
    at = company.now - timedelta(days=1) if way == 5 else None
    company.ask(found[0], SendTransfer(at=at, counted=counted, carrier="车"), "mai.gh", "warehouse")


def counted_in(company: TwoDepots, _: ContractLine, pieces: int, way: int) -> None:
    """Counted where it goes: all, a part with more to come, some broken, fewer, or more than left."""
    found = one_of(company, way // 2, OnTheRoad)
    if found is None:
        return
    number, state = found
    road = {one.line_no: one for one in state.road} or {1: TransferPieces(line_no=1, quantity=0)}
    counts = []
    for line_no, one in road.items():
        here = max(0, one.quantity - pieces) if way in {1, 2, 3} else one.quantity + (pieces if way == 4 else 0)
        broken = min(here, 1) if way in {2, 5} else 0
        lot = one.lot if way % 2 else ""
        counts.append(TransferCount(line_no=line_no, good=here - broken, damaged=broken, lot=lot))
    told = ReceiveTransfer(part=len(state.parts) + 1, counted=tuple(counts), last=way not in {1, 2})
    company.ask(number, told, "lu.qc", "qc")


def explained(company: TwoDepots, line: ContractLine, pieces: int, way: int) -> None:
    """Somebody says what became of pieces, and another one agrees at once or later; or nobody believes it."""
    found = one_of(company, 0, Differs)
    if found is None:
        return
    of = found[1].open[pieces % len(found[1].open)].difference
    which: dict[str, Any] = {"line_no": of.line_no, "lot": of.lot, "kind": of.kind}
    if way == 7:
        company.ask(found[0], RefuseExplanation(**which, reason="不信"), "su.kj", "accountant")
        return
    cause = CAUSES[of.kind][way % len(CAUSES[of.kind])]
    told = ExplainDifference(**which, cause=cause, answers="carrier", reason="查过")
    company.ask(found[0], told, "lu.qc", "qc")
    if way % 2 == 0:
        agreed(company, line, pieces, way)


def agreed(company: TwoDepots, _: ContractLine, pieces: int, __: int) -> None:
    """A second person agrees."""
    found = one_of(company, 0, Differs)
    if found is not None:
        of = found[1].open[pieces % len(found[1].open)].difference
        told = SettleDifference(line_no=of.line_no, lot=of.lot, kind=of.kind)
        company.ask(found[0], told, "su.kj", "accountant")


def void(company: TwoDepots, _: ContractLine, __: int, way: int) -> None:
    """Not sent after all."""
    if way % 3 == 0:
        company.ask(number_of(way // 3), CancelTransfer(reason="不要了"), "guan.yf", "manager")


def turned_back(company: TwoDepots, _: ContractLine, __: int, way: int) -> None:
    """It comes back to where it was sent from."""
    found = one_of(company, way, OnTheRoad)
    if found is not None and way % 2:
        company.ask(found[0], TurnTransferBack(reason="停电"), "guan.yf", "manager")


def moved_house(company: TwoDepots, _: ContractLine, __: int, way: int) -> None:
    """Another depot delivers the contract from now on."""
    depot = ("main", "shunde")[way % 2]
    told = ChangeDepot(contract_no=NO, transfer_no=company.fresh("DB"), depot=depot, reason="客户搬家")
    company.ask(f"goods:{NO}", told, "guan.yf", "manager")


def stock_taken(company: TwoDepots, line: ContractLine, pieces: int, way: int) -> None:
    """A count finds more or fewer pieces in a bin, also of those that are set apart for a transfer (D7)."""
    depot = ("main", "shunde")[way % 2]
    aggregate_id = f"stock:{depot}:{line.sku}"
    lots = lots_of(company.state(aggregate_id))
    if not lots:
        return
    number, lot = company.fresh("PD"), lots[way % len(lots)]
    told = AdjustStock(
        depot=depot,
        sku=line.sku,
        name=line.name,
        quantity=pieces if way < 2 else -pieces,
        voucher_no=number,
        cause_id=number,
        reason="盘点",
        bin=lot.bin,
        lot=lot.lot,
    )
    company.ask(aggregate_id, told)


def said_again(company: TwoDepots, _: ContractLine, pieces: int, way: int) -> None:
    """A click too many, or a day late (X7, X1)."""
    if company.asked:
        company.ask(*company.asked[-1 - (pieces * way) % len(company.asked)])


def news(company: TwoDepots, _: ContractLine, pieces: int, way: int) -> None:
    """Some of what was told is heard of; or all."""
    for _ in range(20 if way == 7 else 3 * pieces):
        company.deliver(way)


DEEDS: tuple[Deed, ...] = (
    free_stock,
    arrive,
    in_other_depot,
    wanted,
    wanted,
    counted_out,
    counted_out,
    counted_out,
    counted_in,
    counted_in,
    counted_in,
    explained,
    explained,
    explained,
    agreed,
    void,
    turned_back,
    moved_house,
    said_again,
    refund,
    amend,
    cancel,
    news,
    news,
    news,
)
STORY = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from(LINES), st.integers(1, 3), st.integers(0, 7)),
    min_size=20,
    max_size=50,
)
WITH_COUNTS = st.lists(
    st.tuples(st.sampled_from((*DEEDS, stock_taken)), st.sampled_from(LINES), st.integers(1, 3), st.integers(0, 7)),
    min_size=20,
    max_size=50,
)


def lived(story: list[Any]) -> TwoDepots:
    """All that people did, and all news of it."""
    company = TwoDepots()
    begun(company, district="顺德区")
    for way in range(6):
        free_stock(company, LINES[0], 3, way)
    wanted(company, LINES[0], 4, 1)
    wanted(company, LINES[0], 3, 6)
    company.settle()
    counted_out(company, LINES[0], 1, 1)
    for deed, line, pieces, way in story:
        deed(company, line, pieces, way)
    company.settle()
    for state in company.states.values():
        if isinstance(state, Asked | OnTheRoad | Differs | Done):
            event(f"{type(state).__name__} {getattr(state, 'how', '')}")
            for one in getattr(state, "settled", ()):
                event(one.cause)
    return company


def has_left(company: TwoDepots, fact: StockShortReported) -> bool:
    """Whether the pieces that a card did not have were counted out; else they were short when they were asked for."""
    number, _, line_no = (fact.needed_for or "").rpartition("/")
    if not number:
        return True
    sent = getattr(company.states[number], "sent", None)
    return sent is not None and int(line_no) in {line.line_no for line in sent.lines}


def off_the_cards(company: TwoDepots) -> dict[str, int]:
    """Pieces of each product that transfers took from cards, less what they brought there, with those that a card
    should have given and did not have (D9)."""
    found: Counter[str] = Counter()
    for fact, _ in company.log:
        if isinstance(fact, StockMoved) and fact.voucher_no.startswith("DB"):
            found[fact.sku] += fact.before - fact.after
        if isinstance(fact, StockShortReported) and fact.voucher_no.startswith("DB") and has_left(company, fact):
            found[fact.sku] += fact.wanted - fact.available
    return {sku: pieces for sku, pieces in found.items() if pieces}


def nowhere(company: TwoDepots) -> dict[str, int]:
    """Pieces of each product that left one depot and are on no card, as the transfers say: on the road, lacking, or
    lost; those that came and did not leave count against them."""
    found: Counter[str] = Counter()
    for state in company.states.values():
        if isinstance(state, OnTheRoad):
            skus = {line.line_no: line.sku for line in state.asked.lines}
            for one in state.road:
                found[skus[one.line_no]] += one.quantity
        if isinstance(state, OnTheRoad | Differs | Done):
            for came in (one for part in state.parts for one in part.counted):
                found[came.sku] -= came.over
        if isinstance(state, Differs):
            for lacks in (one.difference for one in state.open if one.difference.kind == "lacking"):
                found[lacks.sku] += lacks.quantity
        if isinstance(state, Differs | Done):
            for agreed_on in state.settled:
                found[agreed_on.sku] += agreed_on.quantity if agreed_on.cause in {"lost", "uncounted"} else 0
    return {sku: pieces for sku, pieces in found.items() if pieces}


@settings(max_examples=150)
@given(STORY)
def test_no_book_misses_a_piece_of_any_transfer_whatever_people_do(story: list[Any]) -> None:
    """D17, A9, X1, X7: asked for, counted out, counted in by parts, broken, turned back, void, differences settled;
    what left less what came is on the road, lacking or lost, and papers and cards of both depots agree."""
    company = lived(story)
    all_in_one_place(company, "all")
    assert off_the_cards(company) == nowhere(company)


@settings(max_examples=75)
@given(WITH_COUNTS)
def test_counts_of_stock_between_the_counts_of_a_transfer_leave_no_book_apart(story: list[Any]) -> None:
    """D7, D9, D17: of pieces that are set apart and that a count did not find, the card tells that it is short."""
    company = lived(story)
    apart = {no: [one.en for one in found] for no, found in company.books.apart().items() if no.startswith("DB")}
    assert apart == {}


@settings(max_examples=75)
@given(STORY, st.randoms(use_true_random=False))
def test_transfers_add_up_in_whatever_order_the_streams_are_read(story: list[Any], chance: Any) -> None:
    """A9, D17: each aggregate's own events come in order, those of several in any; and one card's move that is lost
    is named."""
    company = lived(story)
    told: dict[str, deque[tuple[Fact, Meta]]] = {}
    for fact, meta in company.log:
        told.setdefault(meta.subject, deque()).append((fact, meta))
    order = [meta.subject for _, meta in company.log]
    chance.shuffle(order)
    read = [told[subject].popleft() for subject in order]
    books = Books()
    for fact, meta in read:
        books.fold(fact, meta)
    assert (books.apart(), books.findings) == ({}, [])
    moves = [
        number
        for number, (fact, _) in enumerate(read)
        if isinstance(fact, StockMoved) and fact.voucher_no.startswith("DB") and fact.before != fact.after
    ]
    for lost in moves[:1]:
        lacking = Books()
        for fact, meta in read[:lost] + read[lost + 1 :]:
            lacking.fold(fact, meta)
        assert any(one.book == "transfer" for found in lacking.apart().values() for one in found)
