"""The same company with all doors of goods and money: file and slip beside the hand, counts, payments and cash, what
is said twice and what is told late, in any order; `verify books` finds nothing after any of it (A9, A12, D2, X1)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from test_books_of_random_lives import DAY, DEEDS, LINES, NO, Company, all_in_one_place, begun

from contracts.dispatch_runs import CashCollected
from contracts.fact import ContractLine
from dispatch.job.state import OnTheWay
from inventory.goods.arrival import CorrectByCheck, ReceiveGoods
from inventory.stock.counting import AdjustStock
from inventory.stock.state import lots_of
from order.contract.logistics import NoticeDelay, ReportArrival
from order.contract.money import NotePayment, RefundReturn
from order.contract.state import overpaid_fen, owed_fen
from order.contract.terms import AmendContract
from runtime.decision import Command

DUE_FEN = 1_000
WAYBILLS = ("YD0001", "YD0002", "YD0003")
"""Few, so that several doors tell of the same one."""
LOTS = ("", "C88", "D07")
Asked = tuple[str, Command, str, str]


@dataclass
class Remembering(Company):
    """A company that remembers what people asked, to hear it once more."""

    asked: list[Asked] = field(default_factory=list)
    cash_fen: int = 0

    def ask(self, aggregate_id: str, command: Command, by: str = "system", role: str = "system") -> bool:
        taken = super().ask(aggregate_id, command, by, role)
        if by != "system":
            self.asked.append((aggregate_id, command, by, role))
        return taken


def by_file(company: Remembering, line: ContractLine, pieces: int, way: int) -> None:
    """A row of the logistics file: a delay, or an arrival of some days ago."""
    row = {"contract_no": NO, "line_no": line.line_no, "sku": line.sku, "waybill": WAYBILLS[way % 3], "carrier": "德邦"}
    on = DAY - timedelta(days=way)
    told = (
        NoticeDelay(**row, eta=DAY + timedelta(days=way), reason="晚点")
        if way == 7
        else ReportArrival(**row, quantity=pieces, arrived_on=on, lot=LOTS[way % 3])
    )
    company.ask(f"contract:{NO}", told, "he.jx", "install_assistant")


def by_hand(company: Remembering, line: ContractLine, pieces: int, way: int) -> None:
    """A receipt of the warehouse, of today or told late."""
    told = ReceiveGoods(
        at=company.now - timedelta(days=way % 2),
        contract_no=NO,
        line_no=line.line_no,
        sku=line.sku,
        quantity=pieces,
        waybill=WAYBILLS[way % 3],
        arrived_on=DAY - timedelta(days=way % 2),
        told_by="warehouse",
        lot=LOTS[way % 3],
    )
    company.ask(f"goods:{NO}", told, "bao.gs", "warehouse")


def by_slip(company: Remembering, line: ContractLine, pieces: int, way: int) -> None:
    """A put-away of a checked slip; or its check did not find what was told of a waybill."""
    waybill = WAYBILLS[way % 3]
    if way == 6:
        lost = CorrectByCheck(
            contract_no=NO,
            line_no=line.line_no,
            sku=line.sku,
            quantity=pieces,
            waybill=waybill,
            correction_no=company.fresh("YC"),
            reason="验收少件",
        )
        company.ask(f"goods:{NO}", lost)
        return
    told = ReceiveGoods(
        contract_no=NO,
        line_no=line.line_no,
        sku=line.sku,
        name=line.name,
        quantity=pieces,
        waybill=company.fresh("RK"),
        arrived_on=DAY,
        told_by="slip",
        bin="A-01-01",
        slip_no="RK",
        carrier_waybill=waybill,
        lot=LOTS[way % 3],
    )
    company.ask(f"goods:{NO}", told)


def counted(company: Remembering, line: ContractLine, pieces: int, way: int) -> None:
    """An approved count found more in a bin, or fewer, though they are held for the contract."""
    card = f"stock:main:{line.sku}"
    lots = lots_of(company.state(card))
    bins = sorted({lot.bin for lot in lots}) or ["A-01-01"]
    number = company.fresh("PD")
    told = AdjustStock(
        depot="main",
        sku=line.sku,
        name=line.name,
        quantity=pieces if way % 3 == 0 else -pieces,
        voucher_no=number,
        cause_id=number,
        reason="盘点",
        bin=bins[way % len(bins)],
        lot=None if way % 2 else (lots[0].lot if lots else ""),
    )
    company.ask(card, told)


def pay(company: Remembering, _: ContractLine, pieces: int, way: int) -> None:
    """Money comes in at the office; what was paid too much goes back."""
    contract = company.contract
    if way % 3 == 0 and overpaid_fen(contract):
        back = RefundReturn(
            contract_no=NO, refund_id=company.fresh("TK"), refund_fen=overpaid_fen(contract), reason="多收"
        )
        company.ask(f"contract:{NO}", back, "liang.my", "cs_supervisor")
        return
    told = NotePayment(
        contract_no=NO, payment_id=company.fresh("SJ"), amount_fen=pieces * 100, method="transfer", received_by="x"
    )
    company.ask(f"contract:{NO}", told, "zhou.kj", "accountant")


def collect(company: Remembering, _: ContractLine, pieces: int, way: int) -> None:
    """The crew takes cash at the door, as the page said that is owed, perhaps a moment ago."""
    if not isinstance(company.state(f"job:{company.job_id}"), OnTheWay):
        return
    amount = min(pieces * 100, max(100, owed_fen(company.contract.terms, company.contract.course)))
    company.cash_fen += amount
    paid = CashCollected(
        at=company.now,
        on=DAY,
        crew="S1",
        job_id=company.job_id,
        amount_fen=amount,
        on_vehicle_fen=company.cash_fen,
    )
    company.tell("run:2026-03-09:S1", paid)


def refund_dear(company: Remembering, line: ContractLine, _: int, way: int) -> None:
    """A piece is paid back with its price."""
    told = RefundReturn(
        contract_no=NO,
        refund_id=company.fresh("TK"),
        line_no=line.line_no,
        quantity=1,
        refund_fen=line.unit_price_fen if way % 2 else 30,
        reason="不要",
    )
    told = told.model_copy(update={"riding": company.riding})
    company.ask(f"contract:{NO}", told, "liang.my", "cs_supervisor")


def another_price(company: Remembering, _: ContractLine, pieces: int, way: int) -> None:
    """A discount or a surcharge (A12)."""
    told = AmendContract(contract_no=NO, reason="改价", amount_due_fen=pieces * 300 + way)
    company.ask(f"contract:{NO}", told, "liang.my", "cs_supervisor")


def once_more(company: Remembering, _: ContractLine, pieces: int, way: int) -> None:
    """Something that was said is said again, a click too many or a day late (X7, X1)."""
    if company.asked:
        number, command, by, role = company.asked[-1 - (pieces * way) % len(company.asked)]
        company.ask(number, command, by, role)


MORE: tuple[Callable[[Remembering, ContractLine, int, int], None], ...] = (
    by_file,
    by_file,
    by_hand,
    by_slip,
    by_slip,
    counted,
    pay,
    collect,
    refund_dear,
    another_price,
    once_more,
    once_more,
)
STORY = st.lists(
    st.tuples(st.sampled_from((*DEEDS, *MORE)), st.sampled_from(LINES), st.integers(1, 3), st.integers(0, 7)),
    min_size=8,
    max_size=40,
)


@settings(max_examples=200, deadline=None)
@given(STORY)
def test_every_piece_and_every_fen_is_in_one_place_through_whichever_doors(story: list[Any]) -> None:
    """A2, A9, A10, A11, A12, B13, B15, D2, D7, D16, X1, X7"""
    company = begun(Remembering(), DUE_FEN)
    for deed, line, pieces, way in story:
        deed(company, line, pieces, way)
        company.settle()
        all_in_one_place(company, deed.__name__)
