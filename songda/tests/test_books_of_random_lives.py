"""Contract, warehouse, bin cards and jobs together in memory, in any order of what people do: every piece is in one
place, by `verify books` and by what each holder says (A9, A10, A11)."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from books_slips import SLIPS
from hypothesis import given, settings
from hypothesis import strategies as st

from company.context import Context
from company.policy import Policy, policy_book
from contracts.dispatch_door import CountedLine, RefusedLine
from contracts.dispatch_jobs import Checklist
from contracts.dispatch_runs import RunDeparted, RunStop
from contracts.envelope import Meta
from contracts.fact import ContractLine, Customer, Fact, GoodsLine, Window
from contracts.job_ids import delivery_of
from dispatch.departure_flow import depart_stops
from dispatch.job.aggregate import JOB
from dispatch.job.booking import BookInstallation
from dispatch.job.handover import CompleteDelivery
from dispatch.job.load_count import CorrectLoad
from dispatch.job.pick_up import ArrangePickUp, HandOut, IssuePickUpList
from dispatch.job.row import job_row
from dispatch.job.state import Booked, Failed, OnTheWay, PickUp, Unopened, Waiting
from dispatch.job.stop import TakeSlot
from dispatch.job.terms import OpenJob
from dispatch.job.undeliverable import ConsentToFailure, FailDelivery
from dispatch.reactions import REACTIONS as DISPATCH
from inventory.goods.aggregate import GOODS
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.correcting import ApproveCorrection, AskCorrection
from inventory.goods.damage import ReportDamage
from inventory.goods.row import goods_row
from inventory.goods.state import Expected
from inventory.inbound.aggregate import INBOUND
from inventory.reactions import REACTIONS as INVENTORY
from inventory.stock.aggregate import STOCK
from inventory.transfer.aggregate import TRANSFER
from order.contract.aggregate import CONTRACT
from order.contract.fulfilment import NoteDelivery
from order.contract.left_by_list import Out, Riding, still_out
from order.contract.money import RefundReturn
from order.contract.state import Complete, Fulfilled
from order.contract.state import Waiting as Incomplete
from order.contract.terms import AmendContract, CancelContract, RegisterContract
from order.reactions import REACTIONS as ORDER
from runtime.decision import Ask, Command, Rejected
from songda.books.verifying import Books

NO = "HT26030001"
T0 = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)
DAY = date(2026, 3, 9)
POLICY = policy_book().at(T0)
READY = Checklist(**dict.fromkeys(Checklist.model_fields, True))
WINDOW = Window(starts=T0 + timedelta(hours=1), ends=T0 + timedelta(hours=4))
LINES = tuple(
    ContractLine(
        line_no=no,
        sku=f"WC-10{no}",
        name="连体坐便器",
        spec="",
        category="卫浴",
        quantity=quantity,
        unit_price_fen=100,
        to_install=no == 1,
    )
    for no, quantity in ((1, 3), (2, 4))
)
DECIDERS = {
    "contract": CONTRACT,
    "goods": GOODS,
    "inbound": INBOUND,
    "stock": STOCK,
    "job": JOB,
    "transfer": TRANSFER,
}
SERVICE_OF = {
    "contract": "order",
    "goods": "inventory",
    "stock": "inventory",
    "inbound": "inventory",
    "transfer": "inventory",
    "job": "dispatch",
    "run": "dispatch",
}
Count = dict[int, int]
F = TypeVar("F", bound=Fact)


@dataclass
class Company:
    """Six kinds of aggregates and the reactions between them."""

    policy: Policy = POLICY
    states: dict[str, Any] = field(default_factory=dict)
    versions: dict[str, int] = field(default_factory=dict)
    unread: deque[tuple[Meta, Fact]] = field(default_factory=deque)
    books: Books = field(default_factory=Books)
    number: int = 0
    history: list[Fact] = field(default_factory=list)

    def state(self, aggregate_id: str) -> Any:
        return self.states.get(aggregate_id, DECIDERS[aggregate_id.partition(":")[0]].initial)

    def ask(self, aggregate_id: str, command: Command, by: str = "system", role: str = "system") -> bool:
        """Decide, and tell; True where it was taken."""
        return not self.code(aggregate_id, command, by, role)

    def code(self, aggregate_id: str, command: Command, by: str = "system", role: str = "system") -> str:
        """The same; the code of the refusal, or nothing."""
        decider = DECIDERS[aggregate_id.partition(":")[0]]
        ctx = Context(now=self.now, by=by, role=role, policy=self.policy, version=self.versions.get(aggregate_id, 0))
        decision = decider.decide(command, self.state(aggregate_id), ctx)
        if isinstance(decision, Rejected):
            return decision.code
        for event in decision:
            self.states[aggregate_id] = decider.evolve(self.state(aggregate_id), event)
            self.tell(aggregate_id, event)
        return ""

    def told(self, kind: type[F]) -> list[F]:
        """What was said of a kind, in order."""
        return [event for event in self.history if isinstance(event, kind)]

    def tell(self, subject: str, event: Fact) -> None:
        """An event is in the stream."""
        self.number += 1
        self.history.append(event)
        self.versions[subject] = self.versions.get(subject, 0) + 1
        source = f"/songda/{SERVICE_OF[subject.partition(':')[0]]}"
        version, number = self.versions[subject], f"e{self.number}"
        meta = Meta(number, event.wire, source, subject, self.now, version, "c", "c", "he.jx", 0)
        self.books.fold(event, meta)
        self.unread.append((meta, event))

    def settle(self) -> None:
        while self.unread:
            meta, event = self.unread.popleft()
            source = meta.source.rpartition("/")[2]
            for reaction in (*ORDER, *INVENTORY, *DISPATCH):
                if reaction.source == source:
                    for one in reaction.react(event, meta):
                        self.follow(one)

    def follow(self, one: Ask) -> None:
        if one.aggregate_id.partition(":")[0] in DECIDERS:
            self.ask(one.aggregate_id, one.command)

    @property
    def now(self) -> datetime:
        """Time goes on with each event."""
        return T0 + timedelta(seconds=self.number)

    @property
    def riding(self) -> tuple[GoodsLine, ...]:
        """What the crew of the contract's part has, or has had signed for, as its row says."""
        row = job_row(self.state(f"job:{delivery_of(NO, self.contract.course.part)}"))
        return () if row is None else Riding.model_validate(row.model_dump()).with_crew

    @property
    def contract(self) -> Any:
        return self.state(f"contract:{NO}")

    @property
    def goods(self) -> Any:
        return self.state(f"goods:{NO}")

    @property
    def job_id(self) -> str:
        return delivery_of(NO, self.contract.course.part)

    def fresh(self, letters: str) -> str:
        self.number += 1
        return f"{letters}{self.number}"


def arrive(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """Of no lot, or of one of two (D13)."""
    told = ReceiveGoods(
        contract_no=NO,
        line_no=line.line_no,
        sku=line.sku,
        quantity=pieces,
        waybill=company.fresh("YD"),
        arrived_on=DAY,
        told_by="warehouse",
        lot=("", "C88", "D07")[way % 3],
    )
    company.ask(f"goods:{NO}", told)


def break_inside(company: Company, line: ContractLine, pieces: int, _: int) -> None:
    told = ReportDamage(
        contract_no=NO, damage_id=company.fresh("d"), line_no=line.line_no, quantity=pieces, found="inbound"
    )
    company.ask(f"goods:{NO}", told)


def booked(company: Company) -> bool:
    """The delivery that is due is booked, for what is here where the contract waits (A3)."""
    job_id, contract = company.job_id, company.contract
    opens = None
    if isinstance(contract, Incomplete):
        here = tuple(
            line.sold.model_copy(update={"quantity": line.deliverable()})
            for line in contract.lines
            if line.deliverable()
        )
        if not here:
            return False
        opens = OpenJob(job_id=job_id, kind="delivery", contract_no=NO, customer=contract.terms.customer, lines=here)
    book = BookInstallation(checklist=READY, on=DAY, override_reason="急", opens=opens)
    company.ask(f"job:{job_id}", book, "tan.zw", "install_supervisor")
    return isinstance(company.state(f"job:{job_id}"), Booked)


def drive_out(company: Company, _: ContractLine, pieces: int, way: int) -> None:
    """Booked, placed, and away with what is here, or with some pieces fewer than the sheet says."""
    job_id = company.job_id
    job = company.state(f"job:{job_id}")
    if not isinstance(job, Unopened | Waiting | Booked | Failed) or not booked(company):
        return
    work = company.state(f"job:{job_id}").work
    slot = TakeSlot(
        depot="main",
        on=DAY,
        half="am",
        crew="S1",
        vehicle="v",
        position=1,
        window=WINDOW,
        volume_l=work.volume_l,
        day_version=company.number + 1,
    )
    if not company.ask(f"job:{job_id}", slot):
        return
    held = {stock.line.line_no: stock.here + stock.deposited for stock in company.goods.stock}
    fewer = pieces if way % 4 == 0 else 0
    lines = tuple(
        GoodsLine(
            line_no=line.line_no,
            sku=line.sku,
            name=line.name,
            quantity=max(0, min(line.quantity, held.get(line.line_no, 0)) - fewer),
        )
        for line in work.lines
    )
    if not any(line.quantity for line in lines):
        return
    stop = RunStop(job_id=job_id, contract_no=NO, half="am", position=1, lines=lines)
    gone = RunDeparted(
        at=company.now,
        on=DAY,
        crew="S1",
        leader="li.zq",
        vehicle="v",
        job_ids=(job_id,),
        list_no=company.fresh("SY"),
        stops=(stop,),
    )
    company.tell("run:2026-03-09:S1", gone)
    for one in depart_stops(gone):
        company.follow(one)


def at_the_door(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """Signed for, all or in part; or not delivered, and the goods come back or lie in deposit."""
    job_id = company.job_id
    job = company.state(f"job:{job_id}")
    if not isinstance(job, OnTheWay):
        return
    if way in {1, 2}:
        goods = "returned" if way == 1 else "deposited"
        agreed = ConsentToFailure(goods=goods)  # type: ignore[arg-type]
        company.ask(f"job:{job_id}", agreed, by="he.jx", role="install_assistant")
        fail = FailDelivery(cause="不在家", goods=goods, signature_ref="s")  # type: ignore[arg-type]
        company.ask(f"job:{job_id}", fail)
        return
    loaded: Count = {one.line_no: one.quantity for one in job.loaded}
    not_taken = min(pieces, loaded.get(line.line_no, 0)) if way % 2 else 0
    told = CompleteDelivery(
        delivered=tuple(
            CountedLine(line_no=no, quantity=n - not_taken * (no == line.line_no)) for no, n in loaded.items()
        ),
        refused=(
            (RefusedLine(line_no=line.line_no, quantity=not_taken, damaged=way == 3, reason="不要", photos=("p",)),)
            if not_taken
            else ()
        ),
        signed_by="马娜",
        signature_ref=company.fresh("s"),
        taught_use=True,
    )
    company.ask(f"job:{job_id}", told)


def pick_up(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """The customer collects, all or fewer; or an arranged one is left as it is."""
    job_id = f"job:{company.job_id}"
    company.ask(job_id, ArrangePickUp(on=DAY))
    job = company.state(job_id)
    if not isinstance(job, PickUp) or way == 1:
        return
    company.ask(job_id, IssuePickUpList())
    here = {stock.line.line_no: stock.here for stock in company.goods.stock}
    fewer = {line.line_no: pieces * (way % 2)}
    counted = tuple(
        CountedLine(
            line_no=one.line_no,
            quantity=max(0, min(one.quantity, here.get(one.line_no, 0)) - fewer.get(one.line_no, 0)),
        )
        for one in job.work.lines
    )
    company.ask(
        job_id, HandOut(delivered=counted, collected_by="马娜", identity="尾号 1234", signature_ref=company.fresh("s"))
    )


def bring_back(company: Company, _: ContractLine, pieces: int, way: int) -> None:
    """The warehouse receives what crews brought back, at once or bit by bit, whole or broken (D3)."""
    goods = company.goods
    if not isinstance(goods, Expected) or not goods.awaited:
        return
    awaited = goods.awaited[0]
    is_broken = awaited.broken or way == 0
    for line in awaited.lines:
        counted = min(line.quantity, pieces) if way < 3 else line.quantity
        seen = ReturnedPieces(
            line_no=line.line_no,
            good=0 if is_broken else counted,
            broken=counted if is_broken else 0,
            package_whole=True,
            condition_good=not is_broken,
            mark_present=True,
        )
        told = ReceiveReturn(contract_no=NO, return_no=awaited.return_no, lines=(seen,), photos=("p",))
        company.ask(f"goods:{NO}", told)


def refund(company: Company, line: ContractLine, pieces: int, _: int) -> None:
    told = RefundReturn(
        contract_no=NO,
        refund_id=company.fresh("TK"),
        line_no=line.line_no,
        quantity=pieces,
        refund_fen=0,
        reason="不要",
        riding=company.riding,
    )
    company.ask(f"contract:{NO}", told, "liang.my", "cs_supervisor")


def type_in(company: Company, line: ContractLine, pieces: int, _: int) -> None:
    """A receipt at the office, of what left by list and rides on no vehicle (B9)."""
    row = goods_row(company.goods)
    assert row is not None
    left = still_out(Out.model_validate(row.model_dump()), company.riding)
    given = GoodsLine(line_no=line.line_no, sku=line.sku, name=line.name, quantity=pieces)
    told = NoteDelivery(contract_no=NO, job_id=company.fresh("QS"), delivered=(given,), signed_by="马娜", left=left)
    company.ask(f"contract:{NO}", told, "liang.my", "cs_specialist")


def amend(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """Fewer or more pieces of a line, or the line is no more (A6)."""
    number = f"contract:{NO}"
    if way == 0:
        company.ask(
            number, AmendContract(contract_no=NO, reason="改单", remove=(line.line_no,)), "liang.my", "cs_supervisor"
        )
        return
    changed = line.model_copy(update={"quantity": pieces})
    told = AmendContract(contract_no=NO, reason="改单", change=(changed,))
    company.ask(number, told, "liang.my", "cs_supervisor")


def cancel(company: Company, _: ContractLine, __: int, way: int) -> None:
    """The contract is cancelled (A6)."""
    if way == 0:
        company.ask(f"contract:{NO}", CancelContract(contract_no=NO, reason="不买了"), "liang.my", "cs_supervisor")


def correct(company: Company, line: ContractLine, pieces: int, way: int) -> None:
    """What a waybill brought was typed wrong (D16)."""
    goods = company.goods
    if not isinstance(goods, Expected):
        return
    stock = next((one for one in goods.stock if one.line.line_no == line.line_no and one.arrivals), None)
    if stock is None:
        return
    waybill = stock.arrivals[way % len(stock.arrivals)].waybill
    asked = AskCorrection(
        contract_no=NO,
        correction_no=company.fresh("GZ"),
        line_no=line.line_no,
        waybill=waybill,
        right=pieces - 1,
        reason="看错",
    )
    company.ask(f"goods:{NO}", asked, "bao.gs", "warehouse")


def miscounted(company: Company, line: ContractLine, pieces: int, _: int) -> None:
    """Fewer pieces left on the vehicle than were counted (B11, D16)."""
    told = CorrectLoad(lines=(CountedLine(line_no=line.line_no, quantity=pieces - 1),), reason="数错了")
    company.ask(f"job:{company.job_id}", told, "bao.gs", "warehouse")


def agree(company: Company, _: ContractLine, __: int, way: int) -> None:
    """A second person agrees that stock falls (D16, B23)."""
    goods = company.goods
    if goods.corrections:
        wanted = goods.corrections[way % len(goods.corrections)]
        told = ApproveCorrection(contract_no=NO, correction_no=wanted.correction_no)
        company.ask(f"goods:{NO}", told, "yang.lf", "warehouse_supervisor")


DEEDS: tuple[Callable[[Company, ContractLine, int, int], None], ...] = (
    arrive,
    arrive,
    arrive,
    break_inside,
    drive_out,
    drive_out,
    drive_out,
    at_the_door,
    at_the_door,
    at_the_door,
    pick_up,
    bring_back,
    refund,
    type_in,
    amend,
    amend,
    cancel,
    correct,
    correct,
    agree,
    miscounted,
    *SLIPS,
)
STORY = st.lists(
    st.tuples(st.sampled_from(DEEDS), st.sampled_from(LINES), st.integers(1, 3), st.integers(0, 7)),
    min_size=8,
    max_size=40,
)


def begun(company: Company, amount_due_fen: int = 0, district: str = "南海区") -> Company:
    """A contract was registered."""
    register = RegisterContract(
        contract_no=NO,
        store_code="S02",
        store_name="南海店",
        signed_on=date(2026, 3, 1),
        customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district=district),
        promised_on=date(2026, 3, 20),
        amount_due_fen=amount_due_fen,
        lines=LINES,
    )
    assert company.ask(f"contract:{NO}", register, "liang.my", "cs_specialist")
    company.settle()
    return company


def all_in_one_place(company: Company, deed: str) -> None:
    """What `verify books` says, and what contract and warehouse say of each line: nothing stays in deposit that nobody
    is owed (B14)."""
    told = {number: [one.en for one in found] for number, found in company.books.apart().items()}
    assert (told, company.books.findings) == ({}, []), deed
    contract, goods = company.contract, company.goods
    if not isinstance(contract, Incomplete | Complete | Fulfilled):
        return
    stocks = {stock.line.line_no: stock for stock in goods.stock}
    for one in contract.lines:
        stock = stocks[one.sold.line_no]
        assert one.sold.quantity <= one.owed() + one.delivered + one.refunded
        assert stock.missing == one.lacking() or not one.owed()
        if isinstance(contract, Fulfilled):
            assert stock.here == 0 or stock.excess
        assert stock.deposited <= max(0, stock.needed - one.delivered), deed


@settings(max_examples=250, deadline=None)
@given(STORY)
def test_every_piece_is_in_one_place_whatever_people_do(story: list[Any]) -> None:
    """A9, A10, A11, B9, B13, B14, B15: ordered = owed + with the customer + refunded; owed = to come + here + on the
    road; and the books find nothing."""
    company = begun(Company())
    for deed, line, pieces, way in story:
        deed(company, line, pieces, way)
        company.settle()
        all_in_one_place(company, deed.__name__)


def test_a_piece_that_is_paid_back_in_deposit_is_fetched_received_and_free() -> None:
    """B14, B15, A9, D3: a story that chance seldom tells; the rest of the deposit leaves from there again."""
    company, (line, _) = begun(Company()), LINES
    steps = ((arrive, 3, 0), (drive_out, 1, 1), (at_the_door, 1, 2), (refund, 1, 0), (drive_out, 1, 1))
    for deed, pieces, way in (*steps, (at_the_door, 1, 0), (bring_back, 1, 3)):
        deed(company, line, pieces, way)
        company.settle()
        all_in_one_place(company, deed.__name__)
        if deed is refund:
            assert [one.lines[0].quantity for one in company.goods.awaited] == [1]
    (stock, _) = company.goods.stock
    assert (stock.outside, stock.here, stock.deposited, company.goods.awaited) == (2, 0, 0, ())
