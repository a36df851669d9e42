"""A world of pieces that lie somewhere, and a contract that is told of it: what it says is always true."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Literal

from hypothesis import given, settings
from hypothesis import strategies as st
from order_rows import document_of
from order_story import CTX, NOW, NUMBER, SYSTEM, line, pieces, signed
from pydantic import TypeAdapter

from contracts.envelope import Meta
from contracts.fact import ContractLine
from contracts.job_ids import delivery_of, installation_of, is_delivery
from contracts.order import (
    CompletenessLost,
    ContractFulfilled,
    DeliveryNoted,
    GoodsCompleted,
    OrderEvent,
    PaymentNoted,
    RestOwed,
    ReturnRefunded,
)
from order.contract.aggregate import CONTRACT, due, evolve
from order.contract.fulfilment import (
    NoteDelivery,
    NoteFailedDelivery,
    NoteInstallation,
    NoteLoading,
)
from order.contract.goods import NoteDamage, NoteGoods, NoteRelease, NoteReturn
from order.contract.money import NotePayment, RefundReturn
from order.contract.row import CONTRACTS, awaits_installation, contract_row
from order.contract.state import (
    INITIAL,
    Cancelled,
    Complete,
    Contract,
    Fulfilled,
    Unsigned,
    Waiting,
    overpaid_fen,
    owed_fen,
    to_pay_fen,
)
from order.contract.terms import AmendContract, CancelContract
from runtime.decision import Command, Rejected

Where = Literal["warehouse", "pending", "free", "road", "customer"]
Json = dict[str, Any]

META = Meta("e", "", "/songda/order", f"contract:{NUMBER}", NOW, 1, "c", "c", "he.jx", 0)


@dataclass
class World:
    """Where every piece of the contract's lines is, and the contract that hears of each move."""

    contract: Contract = INITIAL
    history: list[OrderEvent] = field(default_factory=list)
    places: dict[int, list[Where]] = field(default_factory=dict)
    number: int = 0
    paid: int = 0

    def tell(self, command: Command, *, by_hand: bool = False) -> bool:
        """Put a command to the contract, twice: the second time nothing may happen. True when it was taken."""
        ctx = CTX if by_hand else SYSTEM
        decision = CONTRACT.decide(command, self.contract, ctx)
        if isinstance(decision, Rejected):
            return False
        for event in decision:
            before, self.contract = self.contract, evolve(self.contract, event)
            adds_up(before, event, self.contract)
            self.history.append(event)
        assert CONTRACT.decide(command, self.contract, ctx) == ()
        return True

    def next_id(self) -> str:
        self.number += 1
        return f"N{self.number:05d}"

    def at(self, line_no: int, place: Where) -> int:
        return self.places.get(line_no, []).count(place)

    def move(self, line_no: int, count: int, here: Where, there: Where) -> None:
        places = self.places.setdefault(line_no, [])
        for _ in range(count):
            places.remove(here)
            places.append(there)

    def good(self, line_no: int) -> int:
        """Pieces that lie undamaged in the warehouse for the contract, or have left for the customer."""
        return sum(self.at(line_no, place) for place in ("warehouse", "road", "customer"))

    def lines(self) -> tuple[ContractLine, ...]:
        return () if isinstance(self.contract, Unsigned) else tuple(one.sold for one in self.contract.lines)


def arrive(world: World, line_no: int, count: int, day: int) -> None:
    told = NoteGoods(
        contract_no=NUMBER, line_no=line_no, quantity=count, waybill=world.next_id(), arrived_on=date(2026, 3, day)
    )
    if world.tell(told):
        world.places.setdefault(line_no, []).extend(["warehouse"] * count)


def arrive_all(world: World, _: int, __: int, day: int) -> None:
    """Whatever is still missing comes."""
    for one in world.lines():
        if (missing := one.quantity - world.good(one.line_no)) > 0:
            arrive(world, one.line_no, missing, day)


def damage(world: World, line_no: int, count: int, _: int) -> None:
    count = min(count, world.at(line_no, "warehouse"))
    told = NoteDamage(contract_no=NUMBER, line_no=line_no, damage_id=world.next_id(), quantity=count, in_warehouse=True)
    if count and world.tell(told):
        world.move(line_no, count, "warehouse", "pending")


def damage_on_the_road(world: World, line_no: int, count: int, _: int) -> None:
    count = min(count, world.at(line_no, "road"))
    told = NoteDamage(
        contract_no=NUMBER, line_no=line_no, damage_id=world.next_id(), quantity=count, in_warehouse=False
    )
    if count:
        world.tell(told)


def load(world: World, _: int, __: int, ___: int) -> None:
    if not isinstance(world.contract, Waiting | Complete) or world.contract.course.loaded:
        return
    if world.tell(NoteLoading(at=NOW.replace(minute=world.number % 50 + 1), contract_no=NUMBER, run=world.next_id())):
        for line_no in [one.line_no for one in world.lines()]:
            world.move(line_no, world.at(line_no, "warehouse"), "warehouse", "road")


def deliver(world: World, line_no: int, count: int, day: int) -> None:
    """All that is on the vehicle is taken, or some of a line is refused, undamaged or broken at the door (B13)."""
    if isinstance(world.contract, Unsigned):
        return
    away = {one.line_no: world.at(one.line_no, "road") for one in world.lines()}
    if not any(away.values()):
        return
    not_taken = min(count, away.get(line_no, 0)) if day % 3 else 0
    is_broken = day % 3 == 1
    rest = (pieces(line_no, not_taken),) if not_taken else ()
    told = NoteDelivery(
        contract_no=NUMBER,
        job_id=delivery_of(NUMBER, world.contract.course.part),
        delivered=tuple(pieces(one, n - not_taken * (one == line_no)) for one, n in away.items()),
        refused=() if is_broken else rest,
        damaged=rest if is_broken else (),
        signed_by="马娜",
    )
    if world.tell(told):
        world.move(line_no, not_taken, "road", "pending" if is_broken else "warehouse")
        for one in away:
            world.move(one, world.at(one, "road"), "road", "customer")


def hand_over(world: World, line_no: int, count: int, _: int) -> None:
    """Left by list, and signed for on a paper that the office types in (A7, B9)."""
    count = min(count, world.at(line_no, "warehouse"))
    line = next((one for one in getattr(world.contract, "lines", ()) if one.sold.line_no == line_no), None)
    told = NoteDelivery(
        contract_no=NUMBER,
        job_id=world.next_id(),
        delivered=(pieces(line_no, count),),
        signed_by="马娜",
        left=() if line is None else (pieces(line_no, count + line.delivered + line.at_door),),
    )
    if count and world.tell(told, by_hand=True):
        world.move(line_no, count, "warehouse", "customer")


def fail(world: World, _: int, __: int, ___: int) -> None:
    away = {one: world.at(one, "road") for one in world.places}
    if not any(away.values()):
        return
    at = NOW.replace(minute=world.number % 50 + 1)
    world.tell(NoteFailedDelivery(at=at, contract_no=NUMBER, job_id=world.next_id(), cause="不在家", goods="returned"))
    for line_no, count in away.items():
        back = NoteReturn(
            contract_no=NUMBER,
            return_id=world.next_id(),
            line_no=line_no,
            quantity=count,
            returned_on=date(2026, 3, 9),
        )
        if count and world.tell(back):
            world.move(line_no, count, "road", "warehouse")


def surplus(world: World, reason: str) -> None:
    """What the warehouse does when a contract changes: it keeps no more than is wanted (A6)."""
    assert not isinstance(world.contract, Unsigned)
    lines = () if isinstance(world.contract, Cancelled) else world.contract.lines
    wanted = {one.sold.line_no: one.needed() for one in lines}
    given = {
        line_no: min(world.at(line_no, "warehouse"), max(0, world.good(line_no) - wanted.get(line_no, 0)))
        for line_no in world.places
    }
    told = NoteRelease(
        contract_no=NUMBER,
        release_id=world.next_id(),
        lines=tuple(pieces(line_no, count) for line_no, count in given.items() if count),
        reason=reason,
    )
    if told.lines and world.tell(told):
        for line_no, count in given.items():
            world.move(line_no, count, "warehouse", "free")


def give_away(world: World, line_no: int, count: int, _: int) -> None:
    count = min(count, world.at(line_no, "warehouse"))
    told = NoteRelease(
        contract_no=NUMBER, release_id=world.next_id(), lines=(pieces(line_no, count),), reason="调给别的合同"
    )
    if count and world.tell(told):
        world.move(line_no, count, "warehouse", "free")


def amend(world: World, line_no: int, count: int, day: int) -> None:
    known = {one.line_no: one for one in world.lines()}
    match day % 3:
        case 0:
            change: Json = {"add": (line(3 + world.number % 5, count),)}
        case 1:
            change = {"remove": (line_no,)}
        case _:
            change = {"change": (known.get(line_no, line(line_no)).model_copy(update={"quantity": count}),)}
    if world.tell(AmendContract(contract_no=NUMBER, reason="客户要求", **change), by_hand=True):
        surplus(world, "合同变更")


def cancel(world: World, _: int, __: int, day: int) -> None:
    if day % 5 == 0 and world.tell(CancelContract(contract_no=NUMBER, reason="退房"), by_hand=True):
        surplus(world, "合同取消")


def install(world: World, part: int, _: int, __: int) -> None:
    world.tell(NoteInstallation(contract_no=NUMBER, job_id=installation_of(NUMBER, part), accepted_by="马娜"))


def pay(world: World, _: int, count: int, __: int) -> None:
    if count == 0:
        return
    told = NotePayment(contract_no=NUMBER, payment_id=world.next_id(), amount_fen=count * 100, method="cash")
    if world.tell(told, by_hand=True):
        world.paid += count * 100


def pay_all(world: World, _: int, __: int, ___: int) -> None:
    if isinstance(world.contract, Waiting | Complete):
        pay(world, 0, owed_fen(world.contract.terms, world.contract.course) // 100, 0)


def collect(world: World, _: int, count: int, __: int) -> None:
    """A crew takes money, more than is owed too: what is at the door is a fact."""
    told = NotePayment(contract_no=NUMBER, payment_id=world.next_id(), amount_fen=count * 200, method="cash")
    if world.tell(told):
        world.paid += count * 200


def refund(world: World, line_no: int, count: int, day: int) -> None:
    told = RefundReturn(
        contract_no=NUMBER, refund_id=world.next_id(), line_no=line_no, quantity=count, refund_fen=day, reason="不要"
    )
    if isinstance(world.contract, Waiting | Complete) and world.tell(told, by_hand=True):
        surplus(world, "退款")


def pay_back(world: World, _: int, count: int, __: int) -> None:
    if isinstance(world.contract, Unsigned) or not (most := overpaid_fen(world.contract)):
        return
    told = RefundReturn(contract_no=NUMBER, refund_id=world.next_id(), refund_fen=max(1, most // count), reason="多收")
    assert world.tell(told, by_hand=True)


def discount(world: World, _: int, count: int, __: int) -> None:
    world.tell(AmendContract(contract_no=NUMBER, reason="折扣", amount_due_fen=count * 150), by_hand=True)


DEEDS = (
    (arrive, arrive_all, give_away, damage, damage_on_the_road)
    + (load, load, deliver, deliver, deliver, fail, hand_over)
    + (amend, amend, cancel, install, install, pay, pay_all, refund)
    + (collect, pay_back, discount)
)
STORY = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.integers(1, 3), st.integers(1, 4), st.integers(1, 9)),
    min_size=12,
    max_size=40,
)
LINES = st.lists(st.integers(1, 3), min_size=1, max_size=3).map(
    lambda quantities: tuple(line(no, n, to_install=no == 1) for no, n in enumerate(quantities, 1))
)


def begin(lines: tuple[ContractLine, ...]) -> World:
    first = signed(*lines, amount_due_fen=700)
    return World(evolve(INITIAL, first), [first])


def adds_up(before: Contract, event: OrderEvent, after: Contract) -> None:
    """A12, of each event: what it does to what is owed, and to what is to be paid back."""
    if isinstance(before, Unsigned | Cancelled) or isinstance(after, Unsigned | Cancelled):
        return
    owed, overpaid = owed_fen(before.terms, before.course), overpaid_fen(before)
    match event:
        case PaymentNoted():
            balance = owed - overpaid - event.amount_fen
        case ReturnRefunded(quantity=0):
            assert event.refund_fen <= overpaid
            balance = -(overpaid - event.refund_fen)
        case ReturnRefunded():
            balance = max(0, owed - event.refund_fen) - overpaid
        case _:
            balance = owed - overpaid + after.terms.amount_due_fen - before.terms.amount_due_fen
    assert (owed_fen(after.terms, after.course), overpaid_fen(after)) == (max(0, balance), max(0, -balance))


def check(world: World) -> None:
    """What must hold after every single thing that happened."""
    contract = world.contract
    assert not isinstance(contract, Unsigned)
    lines = contract.lines
    has_it = not any(one.owed() for one in lines)
    covered = all(world.good(one.sold.line_no) >= one.needed() or not one.owed() for one in lines)
    if isinstance(contract, Waiting | Complete):
        assert has_it or isinstance(contract, Complete) == covered
        for one in lines:
            assert one.lacking() == max(0, one.needed() - world.good(one.sold.line_no))
            assert one.delivered == world.at(one.sold.line_no, "customer")
        rest_has_a_job(world, contract)
    done = has_it and not awaits_installation(contract) and owed_fen(contract.terms, contract.course) == 0
    if isinstance(contract, Fulfilled):
        assert done
    if isinstance(contract, Waiting | Complete) and done:
        assert world.history[-1].event == "ContractAmended", "only an amendment can leave nothing to do unsaid"
    assert contract.course.paid_fen == world.paid
    timers = due(contract)
    assert len({timer.name for timer in timers}) == len(timers)
    assert isinstance(contract, Waiting | Complete) or timers == ()


def rest_has_a_job(world: World, contract: Waiting | Complete) -> None:
    """A9, A10: what is owed and here has the delivery that is due, and that one nothing else; what a delivery left is
    known as left."""
    owed = [(one.sold.line_no, one.owed()) for one in contract.lines if one.owed()]
    told = [one for one in world.history if isinstance(one, GoodsCompleted)]
    if isinstance(contract, Complete) and owed:
        assert told[-1].part == contract.course.part
        assert [(one.line_no, one.quantity) for one in told[-1].lines] == owed
    jobs = [one.job_id for one in world.history if isinstance(one, DeliveryNoted) and is_delivery(one.job_id)]
    assert jobs == [delivery_of(NUMBER, part) for part in range(1, contract.course.part)]
    rests = [one.part for one in world.history if isinstance(one, RestOwed)]
    if jobs and owed:
        assert rests[-1] == contract.course.part


@settings(max_examples=200, deadline=None)
@given(LINES, STORY)
def test_warranties_cover_what_the_customer_has_and_was_accepted_and_nothing_twice(
    lines: tuple[ContractLine, ...], story: list[Any]
) -> None:
    """A7, A10"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
    contract = world.contract
    assert not isinstance(contract, Unsigned)
    for one in contract.lines:
        covered = sum(warranty.quantity for warranty in one.warranties)
        assert covered <= one.delivered
        if isinstance(contract, Fulfilled) and world.history[-1].event == "ContractFulfilled":
            assert covered == one.delivered


@settings(max_examples=200, deadline=None)
@given(LINES, STORY)
def test_complete_is_exactly_what_lies_in_the_warehouse_undamaged_or_has_left_for_the_customer(
    lines: tuple[ContractLine, ...], story: list[Any]
) -> None:
    """A3, A6, A7, D4"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
        check(world)


@settings(max_examples=100, deadline=None)
@given(LINES, STORY)
def test_a_cancelled_contract_says_nothing_of_completeness_and_keeps_nothing(
    lines: tuple[ContractLine, ...], story: list[Any]
) -> None:
    """A6"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
    if not world.tell(CancelContract(contract_no=NUMBER, reason="退房"), by_hand=True):
        return
    surplus(world, "合同取消")
    before = len(world.history)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
        surplus(world, "合同取消")
    later = [
        event
        for event in world.history[before:]
        if isinstance(event, GoodsCompleted | CompletenessLost | ContractFulfilled)
    ]
    kept = sum(world.at(line_no, "warehouse") for line_no in world.places)
    assert (later, kept, due(world.contract), type(world.contract)) == ([], 0, (), Cancelled)


@settings(max_examples=100, deadline=None)
@given(LINES, STORY)
def test_the_row_says_what_the_contract_knows(lines: tuple[ContractLine, ...], story: list[Any]) -> None:
    """A3, A7"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
    contract, row = world.contract, CONTRACTS.read(document_of(*world.history))
    assert not isinstance(contract, Unsigned)
    assert row == contract_row(contract)
    assert [(one.line_no, one.missing, one.delivered) for one in row.lines] == [
        (one.sold.line_no, one.lacking(), one.delivered) for one in contract.lines
    ]
    assert row.owed_fen == to_pay_fen(contract)
    assert (row.stage == "cancelled") == isinstance(contract, Cancelled)
    assert (row.stage == "fulfilled") == isinstance(contract, Fulfilled)
    if isinstance(contract, Waiting | Complete):
        assert row.complete == isinstance(contract, Complete)


@settings(max_examples=100, deadline=None)
@given(LINES, STORY)
def test_a_state_survives_its_checkpoint_and_its_events_lead_to_it(
    lines: tuple[ContractLine, ...], story: list[Any]
) -> None:
    """X1"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
    state = INITIAL
    for event in world.history:
        state = evolve(state, type(event).model_validate_json(event.model_dump_json()))
    adapter: TypeAdapter[Any] = TypeAdapter(type(state))
    assert (state, adapter.validate_json(adapter.dump_json(state))) == (world.contract, world.contract)


@settings(max_examples=100, deadline=None)
@given(LINES, STORY)
def test_a_timer_that_fired_does_not_fire_again(lines: tuple[ContractLine, ...], story: list[Any]) -> None:
    """A8, K1"""
    world = begin(lines)
    for deed, line_no, count, day in story:
        deed(world, line_no, count, day)
    for timer in due(world.contract):
        late = replace(SYSTEM, now=timer.at)
        command: Any = timer.command
        decision = CONTRACT.decide(command, world.contract, late)
        assert not isinstance(decision, Rejected)
        for event in decision:
            world.contract = evolve(world.contract, event)
    assert due(world.contract) == ()
