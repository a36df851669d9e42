"""The warehouse as a whole, in memory: whatever is asked, in whatever order the news travels, goods and cards agree.

A story is a list of requests. Reactions travel in channels, one for each pair of aggregates, in order within a channel
and in any order between them, as they do on the real streams. A step either asks something or lets a channel deliver.
"""

from collections import Counter, deque
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from company.context import Context
from company.policy import Policy, policy_book
from contracts.envelope import Meta
from contracts.fact import Customer, Fact, GoodsLine
from contracts.inventory_inbound import SlipLine
from contracts.inventory_stock import LotPieces, StockListLine
from inventory import loan, scrap, stock_list
from inventory.goods.allocation import AskAllocation, ExchangeLots, ReleaseExcess
from inventory.goods.arrival import ReceiveGoods
from inventory.goods.coming_back import ReceiveReturn, ReturnedPieces
from inventory.goods.damage import ReportDamage
from inventory.goods.expected import AmendGoods, CloseGoods, ExpectGoods
from inventory.goods.leaving import IssueGoods, ReturnGoods
from inventory.goods.state import Unexpected
from inventory.inbound.check import CheckSlip, Finding, LineCheck
from inventory.inbound.correcting import ApproveCheckCorrection, AskCheckCorrection
from inventory.inbound.put_away import PutAway, SettleException
from inventory.inbound.slip import IssueSlip
from inventory.main import SERVICE
from inventory.reactions import REACTIONS
from inventory.stock.counting import AdjustStock
from inventory.stock.holding import BringIn
from inventory.stock.lots import by_lot, pieces
from inventory.stock.moving import MoveStock, SetAside, SettlePending
from inventory.stock.state import Card
from runtime.decision import Ask, Rejected, Signer
from runtime.states import StateCodec

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
POLICY = policy_book().at(NOW)
CUSTOMER = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
RULES = {rules.prefix: rules for rules in SERVICE.deciders}
CODECS = {prefix: StateCodec(rules.states) for prefix, rules in RULES.items()}
CONTRACTS = ("HT26030001", "HT26030002")
SKUS = ("WC-100", "FL-101")
BESIDE: dict[type, Signer] = {
    loan.HandOutLoan: Signer("zhou.jm", "technician"),
    scrap.ExecuteScrap: Signer("su.kj", "accountant"),
}
"""Who signs beside (B23)."""
OWN = [reaction for reaction in REACTIONS if reaction.source == "inventory"]


def line(line_no: int, sku: str, quantity: int) -> GoodsLine:
    return GoodsLine(line_no=line_no, sku=sku, name=sku, quantity=quantity)


class Warehouse:
    """All aggregates, and the news on its way between them."""

    def __init__(self, policy: Policy = POLICY) -> None:
        self.policy = policy
        self.states: dict[str, Any] = {}
        self.events: list[tuple[Fact, Meta]] = []
        self.channels: dict[tuple[str, str], deque[Any]] = {}
        self.refused: list[tuple[str, Rejected]] = []
        self.versions: dict[str, int] = {}
        self.steps = 0

    def ask(self, aggregate_id: str, command: Any, role: str = "warehouse", by: str = "") -> Rejected | None:
        rules = RULES[aggregate_id.partition(":")[0]]
        now = NOW + timedelta(minutes=self.steps)
        second = BESIDE.get(type(command))
        ctx = Context(now=now, by=by or role, role=role, policy=self.policy, second=second)
        decision = rules.decide(command, self.states.get(aggregate_id, rules.initial), ctx)
        if isinstance(decision, Rejected):
            return decision
        for event in decision:
            self.steps += 1
            self.states[aggregate_id] = rules.evolve(self.states.get(aggregate_id, rules.initial), event)
            self._tell(aggregate_id, event)
        return None

    def _tell(self, aggregate_id: str, event: Fact) -> None:
        self.versions[aggregate_id] = sequence = self.versions.get(aggregate_id, 0) + 1
        event_id = f"{aggregate_id}.{sequence}"
        meta = Meta(event_id, "", "/songda/inventory", aggregate_id, NOW, sequence, "c", "c", "mai.gh", 0)
        self.events.append((event, meta))
        asks: list[Ask] = [ask for reaction in OWN for ask in reaction.react(event, meta)]
        for ask in asks:
            if ask.aggregate_id.partition(":")[0] in RULES:
                self.channels.setdefault((aggregate_id, ask.aggregate_id), deque()).append(ask.command)

    def deliver(self, which: int) -> None:
        """The oldest news of one channel arrives."""
        waiting = sorted(channel for channel, news in self.channels.items() if news)
        if waiting:
            channel = waiting[which % len(waiting)]
            refused = self.ask(channel[1], self.channels[channel].popleft(), "system")
            if refused is not None:
                self.refused.append((channel[1], refused))

    def settle(self) -> None:
        """All news arrives."""
        while any(self.channels.values()):
            self.deliver(0)

    def cards(self) -> Iterator[Card]:
        for state in self.states.values():
            if isinstance(state, Card):
                yield state

    def held(self, holder: str, sku: str) -> int:
        return sum(
            pieces(lot for lot in card.lots if lot.held_for == holder and not lot.pending)
            for card in self.cards()
            if card.sku == sku
        )

    def held_by_lot(self, contract_no: str, sku: str) -> dict[str, int]:
        lying = (lot for card in self.cards() if card.sku == sku for lot in card.lots)
        return by_lot(lot for lot in lying if lot.held_for == contract_no and not lot.pending)

    def here_by_lot(self, contract_no: str, sku: str) -> dict[str, int]:
        state = self.states.get(f"goods:{contract_no}")
        if state is None or isinstance(state, Unexpected):
            return {}
        found = Counter[str]()
        for stock in (*state.stock, *state.former):
            found.update(stock.lots_here if stock.line.sku == sku else {})
        return dict(found)

    def here(self, contract_no: str, sku: str) -> int:
        state = self.states.get(f"goods:{contract_no}")
        if state is None or isinstance(state, Unexpected):
            return 0
        return sum(x.here for x in (*state.stock, *state.former) if x.line.sku == sku)


def requests() -> st.SearchStrategy[tuple[str, Any]]:
    """(aggregate id, command) as people and other services ask."""
    contract = st.sampled_from(CONTRACTS)
    sku = st.sampled_from(SKUS)
    few = st.sampled_from([1, 1, 2, 3])
    line_no = st.sampled_from([1, 2])
    paper = st.sampled_from(["P001", "P001", "P001", "P002"])
    lot = st.sampled_from(["", "C88", "C88", "D07"])
    bins = st.sampled_from(["R-01", "R-01", "A-01-1", "A-01-1", "P-01", "P-02", "X-99"])

    def of_line(number: int) -> str:
        return SKUS[number - 1]

    receive = st.builds(
        lambda c, n, q, w, told, of: (
            f"goods:{c}",
            ReceiveGoods(
                contract_no=c,
                line_no=n,
                sku=of_line(n),
                quantity=q,
                waybill=w,
                arrived_on=date(2026, 3, 9),
                told_by=told,
                lot=of,
            ),
        ),
        contract,
        line_no,
        few,
        st.sampled_from(["YD1", "YD2", "YD3", "YD4"]),
        st.sampled_from(["file", "warehouse", "slip"]),
        lot,
    )
    damage = st.builds(
        lambda c, n, q, d, found, of: (
            f"goods:{c}",
            ReportDamage(contract_no=c, damage_id=d, line_no=n, quantity=q, found=found, lot=of),
        ),
        contract,
        line_no,
        few,
        st.sampled_from(["d1", "d2", "d3"]),
        st.sampled_from(["inbound", "loading", "delivery"]),
        lot,
    )
    issue = st.builds(
        lambda c, a, b, no, partial: (
            f"goods:{c}",
            IssueGoods(contract_no=c, list_no=no, lines=(line(1, SKUS[0], a), line(2, SKUS[1], b)), partial=partial),
        ),
        contract,
        st.integers(0, 3),
        st.integers(0, 3),
        st.sampled_from(["L1", "L2", "L3"]),
        st.booleans(),
    )
    back = st.builds(
        lambda c, no, keep, told, lines: (
            f"goods:{c}",
            ReturnGoods(
                contract_no=c,
                return_no=no,
                lines=lines,
                returned_on=date(2026, 3, 20),
                reason="客户不在家",
                told_by=told,
                keep=keep,
            ),
        ),
        contract,
        st.sampled_from(["T1", "T2", "T3"]),
        st.booleans(),
        st.sampled_from(["run", "slip"]),
        st.sampled_from([(), (line(1, SKUS[0], 2),)]),
    )
    received = st.builds(
        lambda c, no, n, good, broken: (
            f"goods:{c}",
            ReceiveReturn(
                contract_no=c,
                return_no=no,
                lines=(
                    ReturnedPieces(
                        line_no=n,
                        good=good,
                        broken=broken,
                        package_whole=True,
                        condition_good=True,
                        mark_present=True,
                    ),
                ),
                photos=("sha256:1",),
            ),
        ),
        contract,
        st.sampled_from(["T1", "T2", "T3"]),
        line_no,
        st.integers(0, 2),
        st.integers(0, 1),
    )
    amend = st.builds(
        lambda c, lines: (
            f"goods:{c}",
            AmendGoods(contract_no=c, customer=None, lines=lines, reason="客户改单"),
        ),
        contract,
        st.sampled_from(
            [
                (line(1, SKUS[0], 1), line(2, SKUS[1], 2)),
                (line(1, SKUS[0], 3),),
                (line(2, SKUS[1], 5),),
                (line(1, SKUS[1], 2), line(2, SKUS[1], 2)),
            ]
        ),
    )
    cancel = st.builds(lambda c: (f"goods:{c}", CloseGoods(contract_no=c, reason="退单")), contract)
    allocate = st.builds(
        lambda c, n, q, no, several: (
            f"goods:{c}",
            AskAllocation(contract_no=c, allocation_no=no, line_no=n, quantity=q, several_lots=several),
        ),
        contract,
        line_no,
        few,
        st.sampled_from(["D1", "D2", "D3"]),
        st.booleans(),
    )
    swap = st.builds(
        lambda c, n, no, of: (
            f"goods:{c}",
            ExchangeLots(contract_no=c, allocation_no=no, line_no=n, lot=of),
        ),
        contract,
        line_no,
        st.sampled_from(["H1", "H2"]),
        st.sampled_from(["C88", "E11"]),
    )
    release = st.builds(
        lambda c, n, q, no, of: (
            f"goods:{c}",
            ReleaseExcess(contract_no=c, release_no=no, line_no=n, quantity=q, reason="多出", lot=of),
        ),
        contract,
        line_no,
        few,
        st.sampled_from(["S1", "S2"]),
        lot,
    )

    def card(kind: type[Any], **more: Any) -> st.SearchStrategy[tuple[str, Any]]:
        return st.builds(
            lambda s, q, cause, rest: (
                f"stock:main:{s}",
                kind(depot="main", sku=s, quantity=q, voucher_no="V", cause_id=cause, **rest),
            ),
            sku,
            few,
            st.uuids().map(str),
            st.fixed_dictionaries(more),
        )

    move = card(MoveStock, from_bin=bins, to_bin=bins, held_for=st.sampled_from([None, *CONTRACTS]))
    aside = card(SetAside, bin=bins)
    settle = card(SettlePending, outcome=st.sampled_from(["good", "sent_back"]))
    lost = st.builds(
        lambda s, q, b, cause, of: (
            f"stock:main:{s}",
            AdjustStock(depot="main", sku=s, quantity=q, voucher_no="PD1", cause_id=cause, bin=b, lot=of),
        ),
        sku,
        st.integers(-4, 3).filter(bool),
        bins,
        st.uuids().map(str),
        lot | st.none(),
    )
    ask_loan = st.builds(
        lambda p, s, q: (
            f"loan:{p}",
            loan.AskLoan(
                loan_no=p, sku=s, name=s, quantity=q, borrower="周建民", purpose="维修", due_on=date(2026, 3, 27)
            ),
        ),
        paper,
        sku,
        few,
    )
    loan_step = st.builds(
        lambda p, command: (f"loan:{p}", command),
        paper,
        st.sampled_from(
            [
                loan.ApproveLoan(),
                loan.HandOutLoan(),
                loan.RefuseLoan(reason="不借"),
                loan.ReturnLoan(good=1),
                loan.ReturnLoan(damaged=1),
                loan.ChargeLoan(quantity=1, amount_fen=100, charged_to="客户", reason="留用"),
            ]
        ),
    )
    apply = st.builds(
        lambda p, s, q, pending: (
            f"scrap:{p}",
            scrap.ApplyScrap(application_no=p, sku=s, name=s, quantity=q, pending=pending, reason="坏"),
        ),
        paper,
        sku,
        few,
        st.booleans(),
    )
    scrap_step = st.builds(
        lambda p, command: (f"scrap:{p}", command),
        paper,
        st.sampled_from([scrap.ApproveScrap(), scrap.ExecuteScrap(), scrap.RefuseScrap(reason="不批")]),
    )
    make_list = st.builds(
        lambda p, a, b: (
            f"stocklist:{p}",
            stock_list.MakeStockList(
                list_no=p,
                purpose="repair",
                lines=(
                    StockListLine(line_no=1, sku=SKUS[0], name="x", quantity=a),
                    StockListLine(line_no=2, sku=SKUS[0], name="x", quantity=b),
                ),
                receiver="周建民",
            ),
        ),
        paper,
        few,
        few,
    )
    list_step = st.builds(
        lambda p, command: (f"stocklist:{p}", command),
        paper,
        st.sampled_from([stock_list.IssueStockList(received_by="周"), stock_list.CancelStockList(reason="取消")]),
    )
    slip = st.builds(
        lambda p, c, reason: (
            f"inbound:{p}",
            IssueSlip(
                slip_no=p,
                reason=reason,
                source="厂",
                lines=(
                    SlipLine(
                        line_no=1, sku=SKUS[0], name="x", quantity=3, contract_no=c, contract_line_no=1, lot="C88"
                    ),
                    SlipLine(line_no=2, sku=SKUS[1], name="y", quantity=2, lot="D07"),
                ),
            ),
        ),
        paper,
        contract,
        st.sampled_from(["purchase", "transfer"]),
    )
    slip_step = st.builds(
        lambda p, command: (f"inbound:{p}", command),
        paper,
        st.one_of(
            st.builds(
                lambda kind: CheckSlip(
                    lines=(
                        LineCheck(
                            line_no=1,
                            counted=4 if kind == "excess" else 3,
                            findings=(Finding(kind=kind, quantity=1, cause="碰", photos=("sha256:1",)),),
                        ),
                        LineCheck(line_no=2, counted=2, lot="E11"),
                    )
                ),
                st.sampled_from(["damage", "quality", "no_mark", "excess"]),
            ),
            st.builds(
                lambda n, q, b: PutAway(line_no=n, quantity=q, bin=b),
                line_no,
                few,
                st.sampled_from(["A-01-1", "A-01-1", "P-01"]),
            ),
            st.builds(
                lambda p, outcome, mine: SettleException(
                    exception_id=f"{p}-1", outcome=outcome, bin="A-01-1", for_contract=mine, packed_and_labelled=True
                ),
                paper,
                st.sampled_from(["accepted", "returned_to_supplier", "to_scrap"]),
                st.booleans(),
            ),
        ),
    )
    changes = st.one_of(amend, amend, cancel)
    of_contracts = st.one_of(
        receive, receive, damage, issue, issue, issue, back, back, received, changes, allocate, swap, release
    )
    of_cards = st.one_of(move, aside, settle, lost)
    of_loans = st.one_of(ask_loan, loan_step, loan_step, loan_step)
    of_others = st.one_of(apply, scrap_step, scrap_step, make_list, list_step)
    of_slips = st.one_of(slip, slip_step, slip_step, slip_step)
    return st.one_of(of_contracts, of_contracts, of_cards, of_loans, of_others, of_slips)


CHECKED = "RK001"
BEGUN = (
    (
        f"inbound:{CHECKED}",
        IssueSlip(
            slip_no=CHECKED,
            reason="purchase",
            source="厂",
            waybill="YD9",
            lines=(
                SlipLine(
                    line_no=1,
                    sku=SKUS[0],
                    name="x",
                    quantity=3,
                    contract_no=CONTRACTS[0],
                    contract_line_no=1,
                    lot="C88",
                ),
                SlipLine(line_no=2, sku=SKUS[1], name="y", quantity=2, lot="D07"),
            ),
        ),
    ),
    (
        f"inbound:{CHECKED}",
        CheckSlip(
            lines=(
                LineCheck(
                    line_no=1,
                    counted=3,
                    findings=(Finding(kind="damage", quantity=1, cause="碰", photos=("sha256:1",)),),
                ),
                LineCheck(line_no=2, counted=2),
            )
        ),
    ),
    (f"inbound:{CHECKED}", PutAway(line_no=1, quantity=2, bin="A-01-1")),
    (f"inbound:{CHECKED}", PutAway(line_no=2, quantity=1, bin="A-01-2")),
)
"""A slip that is checked and partly put away; its news is on the way."""


def corrections() -> st.SearchStrategy[tuple[Any, ...]]:
    """What people correct of that slip, and do with it besides (D16): nobody has looked what rests on it."""
    line_no = st.sampled_from([1, 2])
    wrong = st.builds(
        lambda no, of: (
            f"inbound:{CHECKED}",
            AskCheckCorrection(correction_no=no, lines=(of,), reason="看错"),
        ),
        st.sampled_from(["GZ1", "GZ2", "GZ3", "GZ4"]),
        st.one_of(
            st.builds(
                lambda kind, n: LineCheck(
                    line_no=1,
                    counted=3,
                    lot="C88" if n else "D07",
                    findings=(Finding(kind=kind, quantity=n, cause="碰", photos=("sha256:1",)),) if n else (),
                ),
                st.sampled_from(["damage", "quality", "no_mark"]),
                st.integers(0, 3),
            ),
            st.builds(
                lambda line_no, short: LineCheck(
                    line_no=line_no,
                    counted=4 - line_no - short,
                    findings=(Finding(kind="short", quantity=short, cause="少"),),
                ),
                line_no,
                st.integers(1, 2),
            ),
        ),
    )
    agreed = st.builds(
        lambda no: (f"inbound:{CHECKED}", ApproveCheckCorrection(correction_no=no), "accountant", "su.kj"),
        st.sampled_from(["GZ1", "GZ2", "GZ3", "GZ4"]),
    )
    put = st.builds(
        lambda n, q: (f"inbound:{CHECKED}", PutAway(line_no=n, quantity=q, bin="A-01-1")),
        line_no,
        st.sampled_from([1, 2]),
    )
    settle = st.builds(
        lambda n, outcome: (
            f"inbound:{CHECKED}",
            SettleException(exception_id=f"{CHECKED}-{n}", outcome=outcome, bin="A-01-1", for_contract=True),
        ),
        st.integers(1, 3),
        st.sampled_from(["accepted", "returned_to_supplier", "noted"]),
    )
    gone = st.builds(
        lambda no, n: (
            f"goods:{CONTRACTS[0]}",
            IssueGoods(contract_no=CONTRACTS[0], list_no=no, lines=(line(1, SKUS[0], n),), partial=True),
        ),
        st.sampled_from(["L1", "L2"]),
        st.integers(1, 2),
    )
    return st.one_of(wrong, wrong, wrong, agreed, agreed, put, settle, gone)


STEP = st.one_of(requests(), st.integers(0, 20))
STORY = st.lists(STEP, min_size=20, max_size=80)
WRONG = st.lists(st.one_of(corrections(), corrections(), st.integers(0, 20)), min_size=4, max_size=20).map(
    lambda story: [*BEGUN, *story]
)
"""A checked slip, corrected in any order of its news."""
AT_ONCE = 3  # pieces of news that arrive in one step


def played(story: list[Any]) -> Warehouse:
    warehouse = Warehouse()
    for contract_no in CONTRACTS:
        expect = ExpectGoods(
            contract_no=contract_no, customer=CUSTOMER, lines=(line(1, SKUS[0], 3), line(2, SKUS[1], 4))
        )
        warehouse.ask(f"goods:{contract_no}", expect)
    for sku in SKUS:
        lots = (LotPieces(lot="C88", quantity=2), LotPieces(lot="E11", quantity=1))
        told = {"depot": "main", "sku": sku, "quantity": 4, "voucher_no": "V", "cause_id": f"free {sku}", "lots": lots}
        free = BringIn(**told, kind="received")
        warehouse.ask(f"stock:main:{sku}", free)
        warehouse.ask(f"stock:main:{sku}", free.model_copy(update={"pending": True, "cause_id": f"pending {sku}"}))
    for step in story:
        if isinstance(step, int):
            for turn in range(AT_ONCE):
                warehouse.deliver(step + turn)
        else:
            warehouse.ask(*step)
    warehouse.settle()
    return warehouse
