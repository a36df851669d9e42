"""Pages of counts: blind as long as they go on, and where ledger, card and goods part (D7)."""

import re
from dataclasses import replace

import pytest
from warehouse_site import (
    KEEPER,
    MANAGER,
    MOVES,
    QC,
    get,
)
from warehouse_story import (
    AGAIN,
    TARGET,
    compared,
    count,
    figure,
    lot,
    rows,
    stock,
)

from dashboards.warehouse.ledger import partings
from inventory.count.file import COUNTS
from inventory.count.state import Explanation, Line, asked_again, with_figure
from inventory.stock.row import STOCKED


@pytest.mark.parametrize("status", ["to_count", "counted", "recount"])
async def test_a_count_is_blind_as_long_as_it_goes_on(status):
    """D7: no book figure, and no figure of an earlier round."""
    known = compared(7779, 7771, "2026-03-12T01:00:00+00:00")
    differs = Line(TARGET, figures=(figure(7771),), compared=known)
    again = asked_again(differs)
    line = {"to_count": Line(TARGET), "recount": again, "counted": with_figure(again, figure(12, 2))}[status]
    story = rows(counts=[count("PD-1", line, AGAIN)])
    text = (await get("/warehouse/counts/PD-1", story=story)).text
    report = (await get("/warehouse/report", story=story)).text
    assert re.findall(r"\b777[19]\b", text + report) == []  # by itself: hashes and moments have digits too


def posts(text):
    return set(re.findall(r'data-api="POST /api/counts/PD-1/(\w+)"', text))


COUNTED = Line(TARGET, figures=(figure(8),))


DIFFERS = replace(COUNTED, compared=compared(9, 8, "2026-03-11T01:00:00+00:00"))


EXPLAINED = replace(DIFFERS, explained=Explanation("loss", ""))


DECIDES = {"explanations", "lines", "cancellation", "approvals", "refusals"}


@pytest.mark.parametrize(
    ("person", "line", "offered"),
    [
        (KEEPER, Line(TARGET), {"figures", "lines"}),
        (KEEPER, COUNTED, {"comparison", "lines"}),
        (KEEPER, DIFFERS, {"explanations", "lines"}),
        (KEEPER, EXPLAINED, {"explanations", "lines"}),
        (MANAGER, EXPLAINED, DECIDES),
        (QC, DIFFERS, set()),
    ],
)
async def test_a_count_offers_the_next_step_to_whom_it_belongs(person, line, offered):
    """D7"""
    assert posts((await get("/warehouse/counts/PD-1", person, rows(counts=[count(line=line)]))).text) == offered


async def test_a_sheet_by_which_a_card_was_changed_is_thrown_away_no_more():
    """D7"""
    approved = count(line=replace(EXPLAINED, adjustment="PD-1:WC-1:B-01-1"))
    assert posts((await get("/warehouse/counts/PD-1", MANAGER, rows(counts=[approved]))).text) == {"lines"}


async def test_a_count_is_compared_once_all_its_lines_have_figures():
    """D7"""
    half = count(line=COUNTED, more=(Line(TARGET.model_copy(update={"bin": "B-02-1"})),))
    assert posts((await get("/warehouse/counts/PD-1", KEEPER, rows(counts=[half]))).text) == {"figures", "lines"}


def parts(number, told, *, closed=False):
    return COUNTS.read(count(number, Line(TARGET, compared=told), closed=closed))


def test_the_report_names_the_first_move_after_which_card_and_goods_part():
    """D7: the last count that agreed pins all three; what parts them came after it."""
    agreed = parts("PD-1", compared(9, 9, "2026-03-02T09:00:00+00:00", move_no=2), closed=True)
    differs = parts("PD-2", compared(8, 7, "2026-03-11T01:00:00+00:00", move_no=3))
    row = STOCKED.read(stock("WC-1", lot("B-01-1", 8)))
    parted = partings([agreed, differs], {"WC-1": row}, {"WC-1": MOVES})
    assert [(one.stock, one.card, one.counted, one.agreed_no, one.first.move_no, one.settled) for one in parted] == [
        (8, 8, 7, 2, 3, False)
    ]


def test_without_an_earlier_count_the_first_move_of_the_bin_is_named():
    """D7"""
    differs = parts("PD-2", compared(8, 7, "2026-03-11T01:00:00+00:00"))
    parted = partings([differs], {}, {"WC-1": MOVES})
    assert (parted[0].first.move_no, parted[0].agreed_at) == (2, None)


async def test_a_count_by_lot_names_each_lot_and_asks_of_one_that_the_card_does_not_know():
    """D7, D13: on the page and on paper; what is said of a line names its lot."""
    of_lot = TARGET.model_copy(update={"lot": "C88"})
    found = TARGET.model_copy(update={"lot": "E07", "lot_found": True})
    told = compared(9, 8, "2026-03-11T01:00:00+00:00").model_copy(update={"lot": "D12"})
    differs = Line(TARGET.model_copy(update={"lot": "D12"}), figures=(figure(8),), compared=told)
    story = rows(counts=[count("PD-1", Line(of_lot), more=(Line(found), differs))])
    page = (await get("/warehouse/counts/PD-1", story=story)).text
    paper = (await get("/forms/count-sheet/PD-1", story=story)).text
    report = (await get("/warehouse/report", story=story)).text
    asked = "卡上没有的批号？"
    assert re.findall(r'name="lot"\s+value="(\w+)"', page) == ["C88", "E07", "D12"]
    assert [text.count(asked) for text in (page, paper)] == [1, 1]
    assert [lot in paper for lot in ("C88", "E07", "D12")] == [True, True, False]
    assert "B-01-1 D12" in report
