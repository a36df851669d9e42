"""Rows of loans, scrap applications, lists and slips: how they stand, whatever came last."""

from datetime import UTC, date, datetime

import pytest
from inbound_cases import CHECKED, ISSUED

from contracts import inventory_stock as facts
from contracts.inventory_inbound import InboundPapersOverdue, PapersHandedOver
from contracts.inventory_stock import StockListLine
from inventory.inbound.row import SLIPS
from inventory.loan_row import LOANS
from inventory.scrap_row import SCRAPS
from inventory.stock_list_row import STOCK_LISTS

NOW = datetime(2026, 3, 20, 1, 0, tzinfo=UTC)
ASKED = facts.LoanAsked(
    at=NOW,
    loan_no="JY1",
    depot="main",
    sku="HS-1",
    name="花洒",
    quantity=2,
    bin="S-01",
    ticket_id="T-1",
    borrower="周建民",
    purpose="维修",
    due_on=date(2026, 3, 25),
)
HELD = facts.LoanGoodsHeld(at=NOW, loan_no="JY1")
APPROVED = facts.LoanApproved(at=NOW, loan_no="JY1", approved_by="tan.zw", due_on=date(2026, 3, 22), note="")
OUT = facts.LoanHandedOut(
    at=NOW,
    loan_no="JY1",
    depot="main",
    sku="HS-1",
    name="花洒",
    quantity=2,
    borrower="周建民",
    signature_ref="",
    due=NOW,
)
LATE = facts.LoanOverdue(at=NOW, loan_no="JY1", sku="HS-1", name="花洒", quantity=2, borrower="周建民", due=NOW)


def back(open_: int) -> facts.LoanReturned:
    return facts.LoanReturned(
        at=NOW,
        loan_no="JY1",
        depot="main",
        sku="HS-1",
        name="花洒",
        good=1,
        damaged=0,
        bin=None,
        open=open_,
        late=True,
        note="",
    )


def charged(open_: int) -> facts.LoanCharged:
    return facts.LoanCharged(
        at=NOW,
        loan_no="JY1",
        sku="HS-1",
        name="花洒",
        quantity=1,
        open=open_,
        amount_fen=9_900,
        charged_to="周建民",
        reason="遗失",
    )


def refused(*, short: bool) -> facts.LoanRefused:
    return facts.LoanRefused(
        at=NOW, loan_no="JY1", depot="main", sku="HS-1", held=False, short=short, reason="没有", refused_by="system"
    )


@pytest.mark.parametrize(
    ("story", "state", "open_", "due_on"),
    [
        ((ASKED,), "asked", 0, 25),
        ((ASKED, APPROVED), "asked", 0, 22),
        ((ASKED, HELD), "held", 0, 25),
        ((ASKED, APPROVED, HELD), "approved", 0, 22),
        ((ASKED, HELD, APPROVED, OUT), "out", 2, 22),
        ((ASKED, HELD, APPROVED, OUT, LATE, back(1)), "overdue", 1, 22),
        ((ASKED, HELD, APPROVED, OUT, charged(1), back(0)), "returned", 0, 22),
        ((ASKED, HELD, APPROVED, OUT, back(1), charged(0)), "charged", 0, 22),
        ((ASKED, refused(short=True)), "short", 0, 25),
        ((ASKED, HELD, refused(short=False)), "refused", 0, 25),
    ],
)
def test_a_loan_stands_where_its_last_step_left_it(
    story: tuple[facts.Fact, ...], state: str, open_: int, due_on: int
) -> None:
    """D12: and is found by its article and ticket to the end."""
    row = LOANS.after(story)
    assert row is not None
    assert (row.state, row.open, row.due_on.day, row.sku, row.ticket_id) == (state, open_, due_on, "HS-1", "T-1")


def test_a_scrap_application_that_is_over_still_says_of_what_it_was() -> None:
    """D10"""
    applied = facts.ScrapApplied(
        at=NOW,
        application_no="BF1",
        depot="main",
        sku="WC-1",
        name="坐便器",
        quantity=1,
        bin=None,
        pending=True,
        reason="破损",
        photos=(),
        applied_by="mai.gh",
        value_fen=None,
    )
    short = facts.ScrapRefused(
        at=NOW, application_no="BF1", depot="main", sku="WC-1", held=False, short=True, reason="", refused_by="system"
    )
    row = SCRAPS.after([applied, short])
    assert row is not None
    assert (row.state, row.sku, row.applied_by) == ("short", "WC-1", "mai.gh")


def test_a_lists_lines_say_where_their_pieces_are() -> None:
    """D8"""
    lines = tuple(StockListLine(line_no=number, sku=f"S{number}", name="", quantity=1) for number in (1, 2))
    made = facts.StockListMade(
        at=NOW,
        list_no="LL1",
        depot="main",
        purpose="repair",
        lines=lines,
        ticket_id=None,
        receiver="周建民",
        made_by="tan.zw",
        note="",
    )
    held = facts.StockListLineHeld(at=NOW, list_no="LL1", line_no=1)
    short = facts.StockListLineShort(at=NOW, list_no="LL1", line_no=2, available=0)
    void = facts.StockListCancelled(at=NOW, list_no="LL1", depot="main", lines=lines[:1], reason="")
    rows = [STOCK_LISTS.after(story) for story in ([made, held], [made, held, short], [made, held, short, void])]
    assert [row and (row.state, [line.goods for line in row.lines]) for row in rows] == [
        ("made", ["held", "waiting"]),
        ("ready", ["held", "short"]),
        ("cancelled", ["free", "short"]),
    ]


def test_papers_that_are_handed_over_are_owed_no_more() -> None:
    """D5, K18"""
    late = InboundPapersOverdue(at=NOW, slip_no=ISSUED.slip_no, due=NOW)
    given = PapersHandedOver(
        at=NOW, slip_no=ISSUED.slip_no, received_by="苏可佳", sales_list_no="XS-1", papers_ref="", due=NOW
    )
    rows = [SLIPS.after(story) for story in ([ISSUED], [ISSUED, CHECKED], [ISSUED, CHECKED, late, given])]
    assert [row and (row.papers, row.sales_list_no) for row in rows] == [
        ("none", None),
        ("owed", None),
        ("handed_over", "XS-1"),
    ]
