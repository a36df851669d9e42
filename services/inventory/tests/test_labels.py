"""Labels of packages, and the code that nobody without the key can make."""

from datetime import UTC, datetime

import pytest
from hypothesis import assume
from hypothesis import given as for_all
from hypothesis import strategies as st

from company.context import Context
from company.policy import policy_book
from contracts.inventory_packing import LabelsIssued, PackageLabel
from inventory.label_code import ALPHABET, LabelKeys, code_of, serial_of, verify
from inventory.labels import LABELS, IssueLabels, lots_of_packages
from runtime.testing import given

NOW = datetime(2026, 3, 12, 8, 40, tzinfo=UTC)
CTX = Context(now=NOW, by="mai.gh", role="warehouse", policy=policy_book().at(NOW))
NO = "HT26030001"
KEYS = LabelKeys({1: b"an older key of theirs", 2: b"the key that signs now"})
SERIALS = st.text(ALPHABET, min_size=12, max_size=12)

ISSUE = IssueLabels(
    contract_no=NO,
    line_no=1,
    sku="BTH-0421",
    name="浴室柜",
    spec="800x480",
    category="卫浴",
    expected=3,
    pieces=(2, 1),
)


def label(package: int, quantity: int, edition: int = 1) -> PackageLabel:
    return PackageLabel(
        serial=serial_of(NO, 1, edition, package),
        line_no=1,
        package=package,
        packages=2,
        sku="BTH-0421",
        name="浴室柜",
        spec="800x480",
        category="卫浴",
        quantity=quantity,
        cautions="易碎，轻放，勿倒置",
    )


ISSUED = LabelsIssued(
    at=NOW, contract_no=NO, line_no=1, edition=1, labels=(label(1, 2), label(2, 1)), voided=(), reason=""
)


def test_every_package_gets_a_label_with_name_spec_quantity_and_cautions() -> None:
    """B20"""
    given(LABELS).asks(ISSUE, CTX).then(ISSUED)


def test_cautions_of_a_category_that_nobody_wrote_down_are_the_general_ones() -> None:
    """B20"""
    (issued,) = given(LABELS).asks(ISSUE.model_copy(update={"category": "灯具"}), CTX).events
    assert {label.cautions for label in issued.labels} == {CTX.policy.label_cautions_default}


def test_the_same_packages_again_are_no_event() -> None:
    """B20"""
    given(LABELS, ISSUED).asks(ISSUE, CTX).nothing_new()


def test_printing_anew_wants_a_reason_and_voids_the_labels_before() -> None:
    """B20"""
    again = ISSUE.model_copy(update={"reason": "标签淋湿"})
    given(LABELS, ISSUED).asks(ISSUE.model_copy(update={"pieces": (3,)}), CTX).refuses("reason_wanted")
    given(LABELS, ISSUED).asks(again, CTX).then(
        LabelsIssued(
            at=NOW,
            contract_no=NO,
            line_no=1,
            edition=2,
            labels=(label(1, 2, 2), label(2, 1, 2)),
            voided=(serial_of(NO, 1, 1, 1), serial_of(NO, 1, 1, 2)),
            reason="标签淋湿",
        ),
    )


def test_more_pieces_than_the_line_has_are_not_packed() -> None:
    """B20"""
    given(LABELS).asks(ISSUE.model_copy(update={"pieces": (2, 2)}), CTX).refuses("too_many_pieces")
    assert LABELS.due(LABELS.initial) == ()


def test_a_code_is_read_back_however_it_is_typed() -> None:
    """B20"""
    serial = serial_of(NO, 1, 1, 1)
    printed = code_of(serial, KEYS)
    typed = [
        printed,
        printed.lower(),
        f" {printed} ",
        printed.replace("0", "O").replace("1", "I").replace("I-", "1-", 1),
    ]
    assert [verify(text, KEYS) for text in typed if text.startswith(("2", " 2"))] == [serial] * 4


def test_an_older_key_still_checks_the_labels_that_are_out() -> None:
    """B20"""
    old = LabelKeys({1: KEYS.keys[1]})
    serial = serial_of(NO, 1, 1, 1)
    assert (verify(code_of(serial, old), KEYS), verify(code_of(serial, KEYS), old)) == (serial, None)


@pytest.mark.parametrize("text", ["", "1", "1-", "2-ABC", "99-" + "0" * 32, "²-" + "0" * 32, "x" * 60, "2-" + "U" * 32])
def test_what_is_no_code_is_not_genuine(text: str) -> None:
    """B20"""
    assert verify(text, KEYS) is None


@for_all(SERIALS)
def test_every_serial_comes_back_from_its_code(serial: str) -> None:
    """B20"""
    assert verify(code_of(serial, KEYS), KEYS) == serial


@for_all(SERIALS, st.integers(2, 200), st.sampled_from(ALPHABET))
def test_no_code_with_another_character_is_genuine(serial: str, place: int, letter: str) -> None:
    """B20"""
    printed = code_of(serial, KEYS)
    at = 2 + place % (len(printed) - 2)
    assume(printed[at] not in {letter, "-"})
    assert verify(printed[:at] + letter + printed[at + 1 :], KEYS) is None


@for_all(st.text(max_size=60))
def test_whatever_is_typed_is_answered(text: str) -> None:
    """B20"""
    assert verify(text, KEYS) is None


@for_all(st.lists(st.tuples(st.integers(1, 99), st.integers(1, 9), st.integers(1, 99)), unique=True, max_size=50))
def test_no_two_packages_have_one_serial(packages: list[tuple[int, int, int]]) -> None:
    """B20"""
    assert len({serial_of(NO, *package) for package in packages}) == len(packages)


@pytest.mark.parametrize(
    ("pieces", "here", "lots"),
    [
        ((4, 4), {"C88": 8}, ("C88", "C88")),
        ((4, 4), {"C88": 4, "D07": 9}, ("C88", "D07")),
        ((4, 4), {"C88": 5}, ("C88", "")),
        ((4,), {}, ("",)),
    ],
)
def test_a_package_is_of_one_lot_as_far_as_one_fills_it(
    pieces: tuple[int, ...], here: dict[str, int], lots: tuple[str, ...]
) -> None:
    """D13, B20"""
    assert lots_of_packages(pieces, here) == lots
