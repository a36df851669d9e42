"""QC passes and fails goods before they are packed and loaded."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.envelope import Meta
from contracts.fact import Customer, GoodsLine
from contracts.inventory import DamageReported, GoodsIssued, GoodsReleased
from contracts.inventory_packing import PassedGoodsGone, QualityFailed, QualityPassed
from inventory.goods.damage import ReportDamage
from inventory.packing_rows import INSPECTIONS
from inventory.quality import QUALITY, FailQuality, NoteGone, PassQuality
from inventory.reactions.packing import REACTIONS, count_off, report_failed
from runtime.decision import Ask
from runtime.testing import given

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
CTX = Context(now=NOW, by="lu.qc", role="qc", policy=policy_book().at(NOW))
NO = "HT26030001"


def line(quantity: int, line_no: int = 1) -> GoodsLine:
    return GoodsLine(line_no=line_no, sku="WC-100", name="连体坐便器", quantity=quantity)


PASS = PassQuality(contract_no=NO, inspection_id="i1", lines=(line(2),), note="外观完好")
PASSED = QualityPassed(
    at=NOW,
    contract_no=NO,
    lines=(line(2),),
    totals=(line(2),),
    inspected_by="lu.qc",
    note="外观完好",
    inspection_id="i1",
)
FAIL = FailQuality(contract_no=NO, inspection_id="i2", line=line(1), cause="scratched", photos=("sha256:ab",))
FAILED = QualityFailed(
    at=NOW,
    contract_no=NO,
    inspection_id="i2",
    damage_id="Q-i2",
    line_no=1,
    sku="WC-100",
    name="连体坐便器",
    quantity=1,
    cause="scratched",
    totals=(line(2),),
    inspected_by="lu.qc",
    photos=("sha256:ab",),
)
META = Meta(
    id="e1",
    type="",
    source="",
    subject="",
    time=NOW,
    sequence=1,
    causation_id="",
    correlation_id="",
    actor="lu.qc",
    command_offset=0,
)


def test_passed_goods_are_counted_per_line_and_add_up() -> None:
    """B21"""
    more = PASS.model_copy(update={"inspection_id": "i9", "lines": (line(1), line(3, 2)), "note": ""})
    given(QUALITY).asks(PASS, CTX).then(PASSED)
    given(QUALITY, PASSED).asks(more, CTX).then(
        PASSED.model_copy(
            update={
                "inspection_id": "i9",
                "lines": (line(1), line(3, 2)),
                "totals": (line(3), line(3, 2)),
                "note": "",
            }
        )
    )


def test_an_inspection_is_told_once() -> None:
    """B21"""
    given(QUALITY, PASSED).asks(PASS, CTX).nothing_new()
    given(QUALITY, PASSED, FAILED).asks(FAIL, CTX).nothing_new()


def test_an_inspection_number_with_other_content_is_refused() -> None:
    """X7, B21: other pieces, another cause, or failed what was passed."""
    history = given(QUALITY, PASSED, FAILED)
    history.asks(PASS.model_copy(update={"lines": (line(1),)}), CTX).refuses("inspection_contradicts")
    history.asks(FAIL.model_copy(update={"line": line(2)}), CTX).refuses("inspection_contradicts")
    history.asks(FAIL.model_copy(update={"cause": "colour"}), CTX).refuses("inspection_contradicts")
    history.asks(FAIL.model_copy(update={"inspection_id": "i1"}), CTX).refuses("inspection_contradicts")


def test_no_more_pieces_are_passed_than_lie_here_even_by_two_at_once() -> None:
    """B21: both saw two pieces that nobody had inspected."""
    second = PASS.model_copy(update={"inspection_id": "i9", "here": (line(2),)})
    given(QUALITY, PASSED).asks(second, CTX).refuses("more_than_here")
    given(QUALITY, PASSED).asks(second.model_copy(update={"here": (line(4),)}), CTX).then_names("QualityPassed")


def test_a_piece_that_fails_was_passed_if_all_that_lie_here_were() -> None:
    """B21: two passed of two, one fails: one is passed."""
    told = FAIL.model_copy(update={"here": 2})
    given(QUALITY, PASSED).asks(told, CTX).then(FAILED.model_copy(update={"totals": (line(1),)}))
    given(QUALITY, PASSED).asks(told.model_copy(update={"here": 3}), CTX).then(FAILED)


@pytest.mark.parametrize(
    ("command", "refusal"),
    [
        (PASS.model_copy(update={"lines": ()}), "nothing_inspected"),
        (PASS.model_copy(update={"lines": (line(1), line(1))}), "line_twice"),
        (PASS.model_copy(update={"lines": (line(0),)}), "bad_quantity"),
        (FAIL.model_copy(update={"line": line(0)}), "bad_quantity"),
        (FAIL.model_copy(update={"cause": "other"}), "note_wanted"),
    ],
)
def test_an_inspection_of_nothing_is_refused(command: Any, refusal: str) -> None:
    """B21"""
    given(QUALITY).asks(command, CTX).refuses(refusal)


def test_failed_goods_become_a_damage_report_that_takes_them_to_the_pending_zone() -> None:
    """B21, D4"""
    given(QUALITY, PASSED).asks(FAIL, CTX).then(FAILED)
    assert report_failed(FAILED) == (
        Ask(
            f"goods:{NO}",
            ReportDamage(
                at=NOW,
                contract_no=NO,
                damage_id="Q-i2",
                line_no=1,
                quantity=1,
                found="loading",
                fault="unknown",
                photos=("sha256:ab",),
                note="质检不合格（scratched）",
            ),
        ),
    )
    assert [ask for reaction in REACTIONS for ask in reaction.react(PASSED, META)] == []


def test_goods_that_fail_after_they_were_passed_are_passed_no_more() -> None:
    """B21"""
    later = FAIL.model_copy(update={"passed_before": True})
    given(QUALITY, PASSED).asks(later, CTX).then(FAILED.model_copy(update={"totals": (line(1),)}))


def test_goods_that_left_are_counted_off_once() -> None:
    """B21: what comes after them is to be inspected anew."""
    gone = NoteGone(contract_no=NO, cause_id="e1", why="issued", lines=(line(2),))
    told = PassedGoodsGone(at=NOW, contract_no=NO, cause_id="e1", why="issued", lines=(line(2),), totals=(line(0),))
    given(QUALITY, PASSED).asks(gone, CTX).then(told)
    given(QUALITY, PASSED, told).asks(gone, CTX).nothing_new()
    given(QUALITY).asks(gone, CTX).nothing_new()


def test_pieces_that_failed_or_left_are_passed_no_more_on_the_row_that_a_departure_looks_at() -> None:
    """B21: what comes later is to be inspected anew."""
    failed = FAILED.model_copy(update={"totals": (line(1),)})
    gone = PassedGoodsGone(at=NOW, contract_no=NO, cause_id="e9", why="issued", lines=(line(1),), totals=(line(0),))
    rows = [INSPECTIONS.after(told) for told in ([PASSED], [PASSED, failed], [PASSED, failed, gone])]
    assert [row.of(1) for row in rows if row is not None] == [2, 1, 0]


def test_issue_release_and_damage_count_passed_goods_off_but_qc_s_own_report_does_not() -> None:
    """B21, D4"""
    customer = Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区")
    damage = DamageReported(
        at=NOW,
        damage_id="P-1",
        contract_no=NO,
        customer=customer,
        line_no=1,
        sku="WC-100",
        name="连体坐便器",
        quantity=1,
        found="loading",
        fault="unknown",
        photos=(),
        note="",
    )
    told: list[Any] = [
        GoodsIssued(at=NOW, contract_no=NO, list_no="L1", lines=(line(2),)),
        GoodsReleased(at=NOW, contract_no=NO, lines=(line(2),), reason="取消"),
        damage,
        damage.model_copy(update={"damage_id": "Q-i2"}),
        damage.model_copy(update={"found": "delivery"}),
        PASSED,
    ]
    asked = [[ask.command.why for ask in count_off(event, META)] for event in told]  # type: ignore[attr-defined]
    assert asked == [["issued"], ["released"], ["damaged"], [], [], []]


def test_nothing_falls_due_by_itself() -> None:
    """B21"""
    assert QUALITY.due(QUALITY.fold(PASSED)) == ()


@for_all(
    st.lists(
        st.tuples(st.sampled_from(["pass", "fail", "refail", "gone"]), st.integers(1, 3), st.integers(1, 9)),
        max_size=20,
    )
)
def test_passed_pieces_never_fall_below_zero_and_never_exceed_what_was_passed(
    steps: list[tuple[str, int, int]],
) -> None:
    """B21"""
    qc, passed = given(QUALITY), {1: 0, 2: 0, 3: 0}
    for number, (what, line_no, pieces) in enumerate(steps):
        command: Any = FailQuality(
            contract_no=NO,
            inspection_id=f"i{number}",
            line=line(pieces, line_no),
            cause="broken",
            passed_before=what == "refail",
        )
        if what == "pass":
            command = PassQuality(contract_no=NO, inspection_id=f"i{number}", lines=(line(pieces, line_no),))
            passed[line_no] += pieces
        elif what == "gone":
            command = NoteGone(contract_no=NO, cause_id=f"e{number}", why="issued", lines=(line(pieces, line_no),))
        qc = qc.asks(command, CTX).accepted()
    assert all(0 <= known.quantity <= passed[known.line_no] for known in qc.state.passed)
