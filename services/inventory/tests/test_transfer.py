"""Transfers between depots: counted where they leave and where they arrive, and differences answered for."""

from transfer_cases import (
    ACCOUNTANT,
    ALL,
    ASK,
    ASKED,
    HELD,
    MANAGER,
    NOW,
    RECEIVER,
    ROAD,
    SENDER,
    SENT,
    TILES,
    count,
    held,
    pieces,
    received,
)

from contracts.inventory_stock import LotPieces
from contracts.inventory_transfers import (
    TransferArrival,
    TransferCancelled,
    TransferDifference,
    TransferDifferenceExplained,
    TransferDifferenceSettled,
    TransferEvent,
    TransferExplanationRefused,
    TransferLineShort,
    TransferReceived,
    TransferTurnedBack,
)
from inventory.recall import between
from inventory.transfer.aggregate import TRANSFER
from inventory.transfer.differences import ExplainDifference, RefuseExplanation, SettleDifference
from inventory.transfer.receiving import ReceiveTransfer
from inventory.transfer.row import TRANSFERS, transfer_row
from inventory.transfer.sending import (
    CancelTransfer,
    NoteTransferGoods,
    SendTransfer,
    TurnTransferBack,
)
from runtime.testing import given

SEND = SendTransfer(counted=ALL, carrier="粤E·5D430 陈师傅")
LOST_TWO = ReceiveTransfer(
    counted=(count(1, 37, damaged=1, lot="C88", bin="S-01-1"), count(2, 3)), photos=("sha256:1",)
)
LACKING = TransferDifference(line_no=1, sku="TC-60A", name="抛光砖", lot="C88", kind="lacking", quantity=2)
CAME_SHORT = received(given(TRANSFER, *ROAD).asks(LOST_TWO, RECEIVER).events)
EXPLAIN = ExplainDifference(
    line_no=1, lot="C88", kind="lacking", cause="lost", answers="carrier", reason="途中破损丢弃"
)
EXPLAINED = TransferDifferenceExplained(
    at=NOW,
    transfer_no="DB1",
    line_no=1,
    lot="C88",
    kind="lacking",
    cause="lost",
    answers="carrier",
    reason="途中破损丢弃",
    explained_by="lu.qc",
)
SETTLE = SettleDifference(line_no=1, lot="C88", kind="lacking")


def test_pieces_are_asked_for_from_a_depot_of_the_company_to_another_one() -> None:
    """D17, X7"""
    given(TRANSFER).asks(ASK, SENDER).then(ASKED)
    given(TRANSFER, ASKED).asks(ASK, SENDER).nothing_new()
    given(TRANSFER, ASKED).asks(ASK.model_copy(update={"to_depot": "main"}), SENDER).refuses("transfer_contradicts")
    given(TRANSFER).asks(ASK.model_copy(update={"to_depot": "main"}), SENDER).refuses("same_depot")
    given(TRANSFER).asks(ASK.model_copy(update={"to_depot": "mars"}), SENDER).refuses("unknown_depot", depot="mars")


def test_a_line_has_a_number_of_its_own_and_names_contract_and_line_together() -> None:
    """D17"""
    twice = ASK.model_copy(update={"lines": (TILES, TILES)})
    half = ASK.model_copy(update={"lines": (TILES.model_copy(update={"contract_no": "HT26030001"}),)})
    given(TRANSFER).asks(twice, SENDER).refuses("bad_transfer_line")
    given(TRANSFER).asks(half, SENDER).refuses("bad_transfer_line")


def test_the_stocks_answer_sets_a_line_apart_by_lot_or_says_that_it_is_short() -> None:
    """D8, D9, D13"""
    told = NoteTransferGoods(line_no=1, lots=(LotPieces(lot="C88", quantity=40),))
    given(TRANSFER, ASKED).asks(told, SENDER).then(HELD[0])
    given(TRANSFER, ASKED, HELD[0]).asks(told, SENDER).nothing_new()
    short = TransferLineShort(at=NOW, transfer_no="DB1", line_no=2, available=1)
    given(TRANSFER, ASKED).asks(NoteTransferGoods(line_no=2, available=1), SENDER).then(short)


def test_nothing_leaves_before_the_stock_has_answered_and_never_more_than_was_set_apart() -> None:
    """D8, D17"""
    given(TRANSFER, ASKED, HELD[0]).asks(SEND, SENDER).refuses("transfer_unanswered")
    more = SendTransfer(counted=pieces((1, "C88", 41)), carrier="车")
    other = SendTransfer(counted=pieces((1, "D07", 1)), carrier="车")
    given(TRANSFER, ASKED, *HELD).asks(more, SENDER).refuses("not_set_apart")
    given(TRANSFER, ASKED, *HELD).asks(other, SENDER).refuses("not_set_apart")
    nothing = SendTransfer(counted=pieces((1, "C88", 0)), carrier="车")
    given(TRANSFER, ASKED, *HELD).asks(nothing, SENDER).refuses("nothing_counted")


def test_what_is_counted_leaves_and_the_rest_of_what_was_set_apart_stays() -> None:
    """D17: counted at the sending end."""
    given(TRANSFER, ASKED, *HELD).asks(SEND, SENDER).then(SENT)
    fewer = SendTransfer(counted=pieces((1, "C88", 38)), carrier="粤E·5D430 陈师傅")
    left = SENT.model_copy(
        update={
            "lines": (TILES,),
            "sent": pieces((1, "C88", 38)),
            "left": pieces((1, "C88", 2), (2, "", 3)),
        }
    )
    given(TRANSFER, ASKED, *HELD).asks(fewer, SENDER).then(left)


def test_a_count_without_a_lot_takes_what_was_set_apart() -> None:
    """D13"""
    of_two = (ASKED, held(1, ("C88", 30), ("C89", 10)), HELD[1])
    sent = SendTransfer(counted=pieces((1, "", 35)), carrier="车")
    (event,) = given(TRANSFER, *of_two).asks(sent, SENDER).events
    assert event.sent == pieces((1, "C88", 30), (1, "C89", 5))


def test_sent_again_is_sent_once_and_other_counts_are_refused() -> None:
    """X7"""
    given(TRANSFER, *ROAD).asks(SEND, SENDER).nothing_new()
    other = SendTransfer(counted=pieces((1, "C88", 39), (2, "", 3)), carrier="车")
    given(TRANSFER, *ROAD).asks(other, SENDER).refuses("sent_contradicts")


def test_both_counts_agree_and_the_transfer_is_done() -> None:
    """D17"""
    whole = ReceiveTransfer(counted=(count(1, 40, lot="C88"), count(2, 3)))
    event = received(given(TRANSFER, *ROAD).asks(whole, RECEIVER).events)
    assert (event.depot, event.part, event.last, event.differences) == ("shunde", 1, True, ())
    row = transfer_row(given(TRANSFER, *ROAD, event).state)
    assert row is not None
    assert (row.state, row.sent, row.came, row.is_open) == ("received", 43, 43, False)


def test_what_is_lacking_and_what_broke_on_the_way_is_told_apart() -> None:
    """D17, D2: 40 left, 37 came whole and 1 broken; 2 have a name until somebody answers for them."""
    assert CAME_SHORT.differences == (LACKING,)
    tiles, taps = CAME_SHORT.counted
    assert (tiles.good, tiles.damaged, tiles.over, taps.good) == (37, 1, 0, 3)
    row = transfer_row(given(TRANSFER, *ROAD, CAME_SHORT).state)
    assert row is not None
    assert (row.state, row.is_open) == ("differs", True)


def test_what_came_beyond_what_left_is_told_too_also_in_another_lot() -> None:
    """D17, D13: 40 of C88 left; 38 of it and 3 of C89 came."""
    mixed = ReceiveTransfer(counted=(count(1, 38, lot="C88"), count(1, 3, lot="C89"), count(2, 3)))
    event = received(given(TRANSFER, *ROAD).asks(mixed, RECEIVER).events)
    over = LACKING.model_copy(update={"lot": "C89", "kind": "over", "quantity": 3})
    assert event.differences == (LACKING, over)


def test_a_receiver_who_reads_no_lot_counts_what_left() -> None:
    """D13: and one who reads a lot that the sender did not say names it no difference."""
    blind = ReceiveTransfer(counted=(count(1, 40), count(2, 3, lot="T1")))
    event = received(given(TRANSFER, *ROAD).asks(blind, RECEIVER).events)
    assert event.differences == ()
    assert [(one.line_no, one.lot, one.good) for one in event.counted] == [(2, "", 3), (1, "C88", 40)]


def test_a_transfer_arrives_in_parts_and_only_the_last_one_shows_what_is_lacking() -> None:
    """D17"""
    first = ReceiveTransfer(part=1, counted=(count(1, 20, lot="C88"),), last=False)
    came = received(given(TRANSFER, *ROAD).asks(first, RECEIVER).events)
    assert came.differences == ()
    given(TRANSFER, *ROAD, came).asks(first, RECEIVER).nothing_new()
    other = first.model_copy(update={"counted": (count(1, 21, lot="C88"),)})
    given(TRANSFER, *ROAD, came).asks(other, RECEIVER).refuses("part_contradicts")
    second = ReceiveTransfer(part=2, counted=(count(1, 20, lot="C88"), count(2, 2)))
    done = received(given(TRANSFER, *ROAD, came).asks(second, RECEIVER).events)
    assert [(one.line_no, one.quantity) for one in done.differences] == [(2, 1)]
    skipped = ReceiveTransfer(part=3, counted=(count(1, 1),))
    given(TRANSFER, *ROAD).asks(skipped, RECEIVER).refuses("part_skipped")
    given(TRANSFER, *ROAD, came, done).asks(skipped, RECEIVER).refuses("transfer_not_on_the_road")
    given(TRANSFER, *ROAD, came, done).asks(second, RECEIVER).nothing_new()


def test_an_empty_vehicle_is_a_receipt_and_all_of_it_is_lacking() -> None:
    """D17"""
    event = received(given(TRANSFER, *ROAD).asks(ReceiveTransfer(), RECEIVER).events)
    assert sum(one.quantity for one in event.differences) == 43


def test_nobody_counts_at_both_ends() -> None:
    """D17, B23"""
    given(TRANSFER, *ROAD).asks(LOST_TWO, SENDER).refuses("own_transfer")


def test_a_receipt_is_of_what_was_asked_for_and_in_bins_of_the_receiving_depot() -> None:
    """D17, D6, D3"""
    asks = given(TRANSFER, *ROAD)
    asks.asks(ReceiveTransfer(counted=(count(9, 1),)), RECEIVER).refuses("not_in_transfer")
    wrong = asks.asks(ReceiveTransfer(counted=(count(1, 1, bin="A-01-1"),)), RECEIVER).refuses("bad_bin")
    assert "顺德仓" in wrong.zh  # people know a depot by its name
    asks.asks(ReceiveTransfer(counted=(count(1, 1, bin="S-P-01"),)), RECEIVER).refuses("wrong_zone")
    asks.asks(ReceiveTransfer(counted=(), last=False), RECEIVER).refuses("nothing_counted")
    given(TRANSFER, ASKED, *HELD).asks(LOST_TWO, RECEIVER).refuses("transfer_not_on_the_road")
    given(TRANSFER).asks(LOST_TWO, RECEIVER).refuses("unknown_transfer")


def test_a_transfer_is_void_before_it_leaves_and_turned_back_after() -> None:
    """D17"""
    void = CancelTransfer(reason="客户改期")
    cancelled = TransferCancelled(
        at=NOW,
        transfer_no="DB1",
        from_depot="main",
        lines=ASKED.lines,
        reason="客户改期",
        cancelled_by="mai.gh",
    )
    given(TRANSFER, ASKED, *HELD).asks(void, SENDER).then(cancelled)
    given(TRANSFER, ASKED, *HELD, cancelled).asks(void, SENDER).nothing_new()
    given(TRANSFER, ASKED, *HELD, cancelled).asks(SEND, SENDER).refuses("transfer_void")
    given(TRANSFER, ASKED).asks(void, SENDER).refuses("transfer_unanswered")
    given(TRANSFER, *ROAD).asks(void, SENDER).refuses("transfer_left")
    back = TurnTransferBack(reason="顺德仓停电")
    turned = TransferTurnedBack(at=NOW, transfer_no="DB1", to_depot="main", reason="顺德仓停电", turned_by="guan.yf")
    given(TRANSFER, *ROAD).asks(back, MANAGER).then(turned)
    given(TRANSFER, *ROAD, turned).asks(back, MANAGER).nothing_new()
    given(TRANSFER, ASKED, *HELD).asks(back, MANAGER).refuses("transfer_not_on_the_road")
    whole = ReceiveTransfer(counted=(count(1, 40), count(2, 3)))
    assert received(given(TRANSFER, *ROAD, turned).asks(whole, SENDER).events).depot == "main"


def test_a_difference_is_explained_by_one_person_and_settled_by_another() -> None:
    """D17, B23"""
    differs = (*ROAD, CAME_SHORT)
    given(TRANSFER, *differs).asks(SETTLE, ACCOUNTANT).refuses("transfer_unexplained")
    given(TRANSFER, *differs).asks(EXPLAIN, RECEIVER).then(EXPLAINED)
    explained = (*differs, EXPLAINED)
    given(TRANSFER, *explained).asks(EXPLAIN, RECEIVER).nothing_new()
    given(TRANSFER, *explained).asks(EXPLAIN, SENDER).refuses("explanation_waits")
    given(TRANSFER, *explained).asks(SETTLE, RECEIVER).refuses("own_explanation")
    settled = TransferDifferenceSettled(
        at=NOW,
        transfer_no="DB1",
        line_no=1,
        sku="TC-60A",
        name="抛光砖",
        lot="C88",
        kind="lacking",
        quantity=2,
        contract_no="",
        contract_line_no=0,
        cause="lost",
        answers="carrier",
        from_depot="main",
        depot="shunde",
        reason="途中破损丢弃",
        explained_by="lu.qc",
        settled_by="su.kj",
    )
    given(TRANSFER, *explained).asks(SETTLE, ACCOUNTANT).then(settled)
    given(TRANSFER, *explained, settled).asks(SETTLE, ACCOUNTANT).nothing_new()
    row = transfer_row(given(TRANSFER, *explained, settled).state)
    assert row is not None
    assert (row.state, row.differences[0].settled_by) == ("settled", "su.kj")


def test_an_explanation_that_does_not_convince_opens_the_difference_again() -> None:
    """D17"""
    refuse = RefuseExplanation(line_no=1, lot="C88", kind="lacking", reason="先查发出仓")
    refused = TransferExplanationRefused(
        at=NOW,
        transfer_no="DB1",
        line_no=1,
        lot="C88",
        kind="lacking",
        reason="先查发出仓",
        refused_by="su.kj",
    )
    given(TRANSFER, *ROAD, CAME_SHORT, EXPLAINED).asks(refuse, ACCOUNTANT).then(refused)
    again = EXPLAIN.model_copy(update={"cause": "never_left", "answers": "sender"})
    given(TRANSFER, *ROAD, CAME_SHORT, EXPLAINED, refused).asks(again, RECEIVER).then(
        EXPLAINED.model_copy(update={"cause": "never_left", "answers": "sender"})
    )


def test_a_cause_fits_what_is_lacking_or_over() -> None:
    """D17"""
    wrong = EXPLAIN.model_copy(update={"cause": "uncounted"})
    given(TRANSFER, *ROAD, CAME_SHORT).asks(wrong, RECEIVER).refuses("cause_does_not_fit")
    unknown = EXPLAIN.model_copy(update={"line_no": 2})
    given(TRANSFER, *ROAD, CAME_SHORT).asks(unknown, RECEIVER).refuses("no_such_difference")


def test_a_receipt_tells_what_was_said_and_what_it_is_set_against() -> None:
    """D17, D13"""
    assert (
        TransferReceived(
            at=NOW,
            transfer_no="DB1",
            part=1,
            depot="shunde",
            told=LOST_TWO.counted,
            counted=(
                TransferArrival(
                    line_no=1,
                    sku="TC-60A",
                    name="抛光砖",
                    lot="C88",
                    good=37,
                    damaged=1,
                    over=0,
                    bin="S-01-1",
                    contract_no="",
                    contract_line_no=0,
                ),
                TransferArrival(
                    line_no=2,
                    sku="TAP-9",
                    name="龙头",
                    lot="",
                    good=3,
                    damaged=0,
                    over=0,
                    bin="",
                    contract_no="",
                    contract_line_no=0,
                ),
            ),
            last=True,
            differences=(LACKING,),
            photos=("sha256:1",),
            note="",
            received_by="lu.qc",
        )
        == CAME_SHORT
    )


def test_pieces_of_a_lot_that_are_in_no_depot_are_found_with_the_transfer_that_has_them() -> None:
    """D13, D17: on the road and lacking; not before they leave, nor once they are counted."""

    def found(*events: TransferEvent) -> list[tuple[str, str, int]]:
        row = TRANSFERS.after(events)
        assert row is not None
        assert bool(list(between(row, "C88"))) == ("C88" in row.lots)
        return [(one.transfer_no, one.carrier, one.quantity) for one in between(row, "C88")]

    assert found(ASKED, *HELD) == []
    assert found(*ROAD) == [("DB1", "粤E·5D430 陈师傅", 40)]
    assert found(*ROAD, CAME_SHORT) == [("DB1", "粤E·5D430 陈师傅", 2)]
    whole = ReceiveTransfer(counted=(count(1, 40, lot="C88"), count(2, 3)))
    assert found(*ROAD, received(given(TRANSFER, *ROAD).asks(whole, RECEIVER).events)) == []
