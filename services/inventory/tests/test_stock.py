"""The bin card of a sku: in, out, held, moved, set aside, settled, adjusted, idle."""

from datetime import UTC, datetime, timedelta

import pytest

from company.context import Context
from company.policy import policy_book
from contracts.civil_time import civil
from contracts.inventory_stock import (
    DeadStockReported,
    HeldPiecesMissed,
    Lot,
    MoveKind,
    StockMoved,
    StockShortReported,
)
from inventory.count.settling import NoteBooked
from inventory.reactions.counts import note_booked
from inventory.stock.aggregate import STOCK, ReportDeadStock
from inventory.stock.counting import AdjustStock, WriteOff
from inventory.stock.holding import BringIn, HoldStock, ReleaseStock, SetHeldAside, TakeOut
from inventory.stock.moving import MoveStock, SetAside, SettlePending
from inventory.stock.row import STOCKED
from inventory.stock.state import Card
from runtime.decision import Ask, Command, Timer
from runtime.testing import given

NOW = datetime(2026, 3, 9, 3, 0, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
DAY = timedelta(days=1)
REPORT_AT = civil(datetime(2026, 7, 1).date(), CTX.policy.dead_stock_report_at)
HT = "HT26030001"


def lot(bin_: str, quantity: int, held_for: str | None = None, *, pending: bool = False) -> Lot:
    return Lot(bin=bin_, held_for=held_for, pending=pending, quantity=quantity)


def told(**more: object) -> dict[str, object]:
    return {"depot": "main", "sku": "WC-100", "name": "坐便器", "voucher_no": "V1", "cause_id": "c", **more}


def moved(
    kind: MoveKind,
    quantity: int,
    *,
    taken: tuple[Lot, ...] = (),
    put: tuple[Lot, ...] = (),
    no: int = 1,
    before: int = 0,
    held_for: str | None = None,
    cause: str = "c",
) -> StockMoved:
    after = before - sum(x.quantity for x in taken) + sum(x.quantity for x in put)
    return StockMoved(
        at=NOW,
        depot="main",
        sku="WC-100",
        name="坐便器",
        move_no=no,
        kind=kind,
        quantity=quantity,
        taken=taken,
        put=put,
        before=before,
        after=after,
        voucher_no="V1",
        held_for=held_for,
        reason="",
        cause_id=cause,
        report_at=REPORT_AT,
    )


FREE = moved("received", 5, put=(lot("A-01-1", 5),), cause="c1")
OURS = moved("received", 3, put=(lot("B-01-1", 3, HT),), no=2, before=5, held_for=HT, cause="c2")
BAD = moved("received", 2, put=(lot("P-01", 2, pending=True),), no=3, before=8, cause="c3")
ALL = (FREE, OURS, BAD)


def short(wanted: int, available: int, needed_for: str | None = HT) -> StockShortReported:
    return StockShortReported(
        at=NOW,
        depot="main",
        sku="WC-100",
        name="坐便器",
        wanted=wanted,
        available=available,
        needed_for=needed_for,
        voucher_no="V1",
        reason="",
    )


def of_count(wanted: int, available: int) -> StockShortReported:
    """The same of a count's adjustment."""
    return short(wanted, available, None).model_copy(update={"adjustment_id": told()["cause_id"]})


# --- in -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("bin_", "pending", "lies_in"),
    [
        ("B-01-1", False, "B-01-1"),
        ("", False, "R-01"),
        ("X-9", False, "R-01"),
        ("B-01-1", True, "P-01"),
        ("P-01", False, "R-01"),
    ],
)
def test_pieces_lie_in_their_bin_or_in_the_zone_for_their_kind(bin_: str, pending: bool, lies_in: str) -> None:
    """D2, D3, D6: the pending zone is apart."""
    command = BringIn(**told(quantity=3, kind="received", bin=bin_, pending=pending, held_for=HT))
    given(STOCK).asks(command, CTX).then(moved("received", 3, put=(lot(lies_in, 3, HT, pending=pending),), held_for=HT))


def test_a_cause_moves_pieces_once() -> None:
    """D6"""
    command = BringIn(**told(quantity=5, kind="received", cause_id="c1"))
    given(STOCK, FREE).asks(command, CTX).nothing_new()


def test_the_next_move_has_the_next_number_and_the_balance_before_and_after() -> None:
    """D6"""
    command = BringIn(**told(quantity=1, kind="returned"))
    given(STOCK, *ALL).asks(command, CTX).then(moved("returned", 1, put=(lot("R-01", 1),), no=4, before=10))


# --- out ------------------------------------------------------------------------------------------------------------


def test_what_is_held_for_somebody_leaves_for_them() -> None:
    """D8"""
    command = TakeOut(**told(quantity=2, kind="issued", held_for=HT))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved("issued", 2, taken=(lot("B-01-1", 2, HT),), no=4, before=10, held_for=HT)
    )


def test_free_pieces_and_those_of_others_never_leave_for_a_contract() -> None:
    """D8: never below zero; what is reserved is not another's."""
    command = TakeOut(**told(quantity=4, kind="issued", held_for="HT26030002"))
    given(STOCK, *ALL).asks(command, CTX).then(short(4, 0, "HT26030002"))


def test_what_the_card_does_not_have_is_told_as_short() -> None:
    """D8, D9"""
    command = TakeOut(**told(quantity=4, kind="issued", held_for=HT))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved("issued", 3, taken=(lot("B-01-1", 3, HT),), no=4, before=10, held_for=HT), short(4, 3)
    )


# --- held -----------------------------------------------------------------------------------------------------------


def test_free_pieces_are_set_apart_where_they_lie() -> None:
    """D8"""
    command = HoldStock(**told(quantity=2, held_for="loan:JY1"))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved(
            "held",
            2,
            taken=(lot("A-01-1", 2),),
            put=(lot("A-01-1", 2, "loan:JY1"),),
            no=4,
            before=10,
            held_for="loan:JY1",
        )
    )


@pytest.mark.parametrize(
    ("change", "available"), [({"quantity": 6}, 5), ({"bin": "B-01-1"}, 0), ({"quantity": 3, "pending": True}, 2)]
)
def test_all_pieces_are_set_apart_or_none_and_it_is_told(change: dict[str, object], available: int) -> None:
    """D8, D9"""
    command = HoldStock(**told(**{"quantity": 2, "held_for": HT, **change}))
    given(STOCK, *ALL).asks(command, CTX).then(short(command.quantity, available))


def test_held_pieces_are_let_go_as_far_as_they_are_there() -> None:
    """A6"""
    command = ReleaseStock(**told(quantity=99, held_for=HT))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved("released", 3, taken=(lot("B-01-1", 3, HT),), put=(lot("B-01-1", 3),), no=4, before=10, held_for=HT)
    )
    given(STOCK, *ALL).asks(ReleaseStock(**told(quantity=1, held_for="HT26030009")), CTX).nothing_new()


# --- pending --------------------------------------------------------------------------------------------------------


def test_damaged_pieces_of_a_contract_lie_in_the_pending_zone_and_are_nobodys() -> None:
    """D4, D2"""
    command = SetHeldAside(**told(quantity=1, held_for=HT))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved(
            "set_aside",
            1,
            taken=(lot("B-01-1", 1, HT),),
            put=(lot("P-01", 1, pending=True),),
            no=4,
            before=10,
            held_for=HT,
        )
    )


def test_free_pieces_with_a_problem_are_set_aside_but_not_a_contracts() -> None:
    """D3, D4"""
    command = SetAside(**told(quantity=5, bin="A-01-1"))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved("set_aside", 5, taken=(lot("A-01-1", 5),), put=(lot("P-01", 5, pending=True),), no=4, before=10)
    )
    given(STOCK, *ALL).asks(SetAside(**told(quantity=1, bin="B-01-1")), CTX).refuses("not_enough_in_bin")
    given(STOCK, *ALL).asks(SetAside(**told(quantity=1, bin="A-01-1", to_bin="A-01-2")), CTX).refuses("wrong_zone")


def test_pending_pieces_become_good_or_go_back() -> None:
    """D2"""
    good = SettlePending(**told(quantity=1, outcome="good", to_bin="A-01-2"))
    back = SettlePending(**told(quantity=2, outcome="sent_back"))
    given(STOCK, *ALL).asks(good, CTX).then(
        moved("settled", 1, taken=(lot("P-01", 1, pending=True),), put=(lot("A-01-2", 1),), no=4, before=10)
    )
    given(STOCK, *ALL).asks(back, CTX).then(
        moved("sent_back", 2, taken=(lot("P-01", 2, pending=True),), no=4, before=10)
    )
    given(STOCK, *ALL).asks(good.model_copy(update={"to_bin": "P-02"}), CTX).refuses("wrong_zone")
    given(STOCK, *ALL).asks(good.model_copy(update={"quantity": 3}), CTX).refuses("not_enough_in_bin")


# --- moves ----------------------------------------------------------------------------------------------------------


def test_a_piece_goes_from_bin_to_bin_and_stays_whose_it_is() -> None:
    """D6"""
    command = MoveStock(**told(quantity=2, from_bin="B-01-1", to_bin="A-01-1", held_for=HT))
    given(STOCK, *ALL).asks(command, CTX).then(
        moved(
            "moved",
            2,
            taken=(lot("B-01-1", 2, HT),),
            put=(lot("A-01-1", 2, HT),),
            no=4,
            before=10,
            held_for=HT,
        )
    )


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"to_bin": "P-01"}, "wrong_zone"),
        ({"to_bin": "Q-01"}, "bad_bin"),
        ({"to_bin": "A-01-1"}, "same_bin"),
        ({"quantity": 6}, "not_enough_in_bin"),
        ({"from_bin": "B-01-1"}, "not_enough_in_bin"),
        ({"from_bin": "P-01"}, "wrong_zone"),
        ({"quantity": 0}, "bad_quantity"),
    ],
)
def test_a_move_that_cannot_be_is_refused(change: dict[str, object], why: str) -> None:
    """D3, D6, D8"""
    command = MoveStock(**told(**{"quantity": 1, "from_bin": "A-01-1", "to_bin": "A-01-2", **change}))
    given(STOCK, *ALL).asks(command, CTX).refuses(why)


def test_within_the_pending_zone_pieces_may_move() -> None:
    """D3"""
    command = MoveStock(**told(quantity=1, from_bin="P-01", to_bin="P-02"))
    taken, put = (lot("P-01", 1, pending=True),), (lot("P-02", 1, pending=True),)
    given(STOCK, *ALL).asks(command, CTX).then(moved("moved", 1, taken=taken, put=put, no=4, before=10))


@pytest.mark.parametrize(
    "command",
    [
        MoveStock(**told(quantity=1, from_bin="A-01-1", to_bin="A-01-2")),
        SetAside(**told(quantity=1, bin="A-01-1")),
        SettlePending(**told(quantity=1, outcome="sent_back")),
    ],
)
def test_a_sku_without_a_card_is_refused(command: Command) -> None:
    """D6"""
    given(STOCK).asks(command, CTX).refuses("unknown_sku")


# --- counts ---------------------------------------------------------------------------------------------------------


def test_a_surplus_is_free_stock_of_the_bin() -> None:
    """D7"""
    command = AdjustStock(**told(quantity=2, bin="A-01-2"))
    given(STOCK, *ALL).asks(command, CTX).then(moved("adjusted", 2, put=(lot("A-01-2", 2),), no=4, before=10))


def test_a_shortage_takes_the_bins_free_pieces() -> None:
    """D7"""
    command = AdjustStock(**told(quantity=-2, bin="A-01-1"))
    given(STOCK, *ALL).asks(command, CTX).then(moved("adjusted", 2, taken=(lot("A-01-1", 2),), no=4, before=10))


def test_of_pieces_held_for_a_contract_the_contract_is_told_and_decides() -> None:
    """D7, D9"""
    command = AdjustStock(**told(quantity=-2, bin="B-01-1"))
    missed = HeldPiecesMissed(
        at=NOW,
        depot="main",
        sku="WC-100",
        name="坐便器",
        contract_no=HT,
        quantity=2,
        voucher_no="V1",
        cause_id="c",
    )
    given(STOCK, *ALL).asks(command, CTX).then(missed)
    given(STOCK, *ALL).asks(WriteOff(**told(quantity=2, held_for=HT)), CTX).then(
        moved("lost", 2, taken=(lot("B-01-1", 2, HT),), no=4, before=10, held_for=HT)
    )


def test_what_nobody_has_any_more_is_told_as_short() -> None:
    """D7, D8"""
    command = AdjustStock(**told(quantity=-3, bin="P-01"))
    given(STOCK, BAD).asks(command, CTX).then(
        moved("adjusted", 2, taken=(lot("P-01", 2, pending=True),), no=4, before=2), of_count(3, 2)
    )


def test_an_adjustment_that_finds_no_piece_left_is_told_as_short_and_the_count_waits_no_longer() -> None:
    """D7, D9: nothing is there to move, so no move would ever tell the count."""
    command = AdjustStock(**told(quantity=-3, bin="A-01-1"))
    given(STOCK).asks(command, CTX).then(of_count(3, 0))
    asks = note_booked(of_count(3, 0))
    assert asks == (Ask("count:V1", NoteBooked(at=NOW, adjustment_id=command.cause_id, move_no=0)),)
    assert note_booked(short(3, 0)) == ()


# --- dead stock -----------------------------------------------------------------------------------------------------

REPORTED = DeadStockReported(
    at=REPORT_AT,
    depot="main",
    sku="WC-100",
    name="坐便器",
    month="2026-07",
    quantity=5,
    lots=(lot("A-01-1", 5),),
    idle_since=NOW,
    idle_days=113,
    next_report_at=civil(datetime(2026, 8, 1).date(), CTX.policy.dead_stock_report_at),
)


def later(moment: datetime) -> Context:
    return Context(now=moment, by="system", role="system", policy=CTX.policy)


def test_pieces_that_lay_for_long_are_reported_on_the_first_of_the_month_and_every_month() -> None:
    """D10: 90 days after 9 March is 7 June; the first report after it is that of July."""
    free = given(STOCK, FREE)
    assert free.due() == (Timer("dead_stock", REPORT_AT, ReportDeadStock()),)
    told = free.asks(ReportDeadStock(), later(REPORT_AT)).then(REPORTED)
    assert told.due() == (Timer("dead_stock", REPORTED.next_report_at, ReportDeadStock()),)
    told.asks(ReportDeadStock(), later(REPORT_AT)).nothing_new()


def test_before_its_day_or_without_pieces_nothing_is_reported() -> None:
    """D10"""
    gone = moved("issued", 5, taken=(lot("A-01-1", 5),), no=2, before=5)
    given(STOCK, FREE).asks(ReportDeadStock(), later(REPORT_AT - timedelta(seconds=1))).nothing_new()
    given(STOCK, FREE, gone).asks(ReportDeadStock(), later(REPORT_AT)).nothing_new()
    assert (STOCK.due(STOCK.fold(FREE, gone)), STOCK.due(STOCK.fold())) == ((), ())


def test_reports_that_nobody_made_are_made_up_month_by_month() -> None:
    """D10: nothing ran from June to August; the clock makes up July's, then August's, each as of its day."""
    up_again = later(civil(datetime(2026, 8, 20).date(), CTX.policy.dead_stock_report_at))
    july = given(STOCK, FREE).asks(ReportDeadStock(), up_again).then(REPORTED)
    (august,) = july.asks(ReportDeadStock(), up_again).events
    assert isinstance(august, DeadStockReported)
    assert (august.at, august.month) == (REPORTED.next_report_at, "2026-08")
    july.after(ReportDeadStock(), ctx=up_again).asks(ReportDeadStock(), up_again).nothing_new()


def test_a_move_before_the_clock_makes_up_the_reports_that_were_due_before_it() -> None:
    """D10, X1: after a time in which nothing ran, the first move is as quick as the clock; one that happened before the
    report's day had moved them in time."""
    up_again = later(civil(datetime(2026, 8, 20).date(), CTX.policy.dead_stock_report_at))
    take = TakeOut(**told(quantity=1, kind="issued", held_for=HT, cause_id="c9"))
    made = given(STOCK, OURS).asks(take, up_again).events
    assert [type(one).__name__ for one in made] == ["DeadStockReported", "DeadStockReported", "StockMoved"]
    in_time = take.model_copy(update={"at": REPORT_AT - DAY, "cause_id": "c3"})
    assert [type(one).__name__ for one in given(STOCK, OURS).asks(in_time, up_again).events] == ["StockMoved"]


def test_a_move_that_is_told_late_does_not_make_pieces_older() -> None:
    """D10, X1"""
    late = FREE.model_copy(update={"at": NOW - timedelta(days=30), "move_no": 2, "before": 5, "after": 10})
    state = STOCK.fold(FREE, late)
    assert isinstance(state, Card)
    assert state.moved_at == NOW


# --- the row --------------------------------------------------------------------------------------------------------


def test_a_move_that_is_told_late_does_not_make_the_pieces_lie_longer() -> None:
    """D10, X1: the row and the rule that reports dead stock look at the same last move."""
    late = moved("moved", 1, taken=(lot("A-01-1", 1),), put=(lot("A-01-2", 1),), no=2, before=4)
    row = STOCKED.after([moved("received", 4, put=(lot("A-01-1", 4),)), late.model_copy(update={"at": NOW - DAY})])
    assert row is not None
    assert (row.last_move_no, row.last_move_at) == (2, NOW)


def test_dead_stock_is_dead_until_it_moves() -> None:
    """D10"""
    received, issued = (
        moved("received", 4, put=(lot("A-01-1", 4),)),
        moved("issued", 1, taken=(lot("A-01-1", 1),), no=2),
    )
    rows = [STOCKED.after(events) for events in ([received, REPORTED], [received, REPORTED, issued])]
    assert [row and (row.dead_month, row.idle_days) for row in rows] == [("2026-07", REPORTED.idle_days), (None, None)]


def test_what_was_wanted_and_never_here_has_a_row_without_pieces() -> None:
    """D9: the list shows what it could not fill."""
    short = StockShortReported(
        at=NOW,
        depot="main",
        sku="WC-100",
        name="坐便器",
        wanted=2,
        available=0,
        needed_for=HT,
        voucher_no="V1",
        reason="",
    )
    row = STOCKED.after([short])
    assert row is not None
    assert (row.name, row.on_hand, row.last_move_no, row.last_move_at) == ("坐便器", 0, 0, None)
    assert STOCKED.after([]) is None
