"""A contract of a file is taken with all its rows, or waits for the refused ones where they are mended (A13)."""

import asyncio
import csv
import io
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_importing import NOW

from company.context import Context
from company.policy import policy_book
from order.contract.aggregate import CONTRACT
from order.contract.state import Waiting
from order.draft.aggregate import DRAFT, DropDraft, Kept
from order.draft.row import DraftFile, draft_row
from order.drafting import drafts_of, read_again
from order.files.contracts_file import LAYOUT, read_contracts
from order.importing import Put, Report, import_contracts
from runtime.decision import Rejected
from runtime.file_refusals import UnreadableFile
from runtime.outcome import Outcome
from runtime.testing import given as after

CTX = Context(now=NOW, by="he.jx", role="install_assistant", policy=policy_book().at(NOW))
NAMES = LAYOUT.required
PEOPLE = [
    ("马娜", "13800001111", "海八东路1号"),
    ("李雷", "13800002222", "祖庙路2号"),
    ("韩梅", "13800003333", "季华路3号"),
]
Rows = list[list[str]]


def line(contract: int, number: int, **other: str) -> list[str]:
    """A row of a contract with one of the people."""
    name, phone, address = PEOPLE[contract]
    cells = {
        "合同号": f"HT2603000{contract}",
        "门店": "S02 南海店",
        "签订日期": "2026-02-08",
        "客户姓名": name,
        "电话": phone,
        "地址": address,
        "区域": "南海区",
        "承诺日期": "2026-04-10",
        "未付金额": "100",
        "行号": str(number),
        "型号": f"WC-{number}",
        "品名": "坐便器",
        "规格": "",
        "类别": "卫浴",
        "数量": "2",
        "单价": "1350",
        "需安装": "是",
    }
    return [(cells | other)[name] for name in NAMES]


class Office:
    """Contracts and drafts with their rules, in memory."""

    def __init__(self) -> None:
        self.states: dict[str, Any] = {}

    async def put(self, asked: Sequence[Put]) -> list[Outcome]:
        return [self.ask(key, command) for key, command, _ in asked]

    def ask(self, key: str, command: Any) -> Outcome:
        of: Any = CONTRACT if key.startswith("contract:") else DRAFT
        decided = of.decide(command, self.states.get(key, of.initial), CTX)
        if isinstance(decided, Rejected):
            return Outcome("c", key, "rejected", rejected=decided)
        for event in decided:
            self.states[key] = of.evolve(self.states.get(key, of.initial), event)
        return Outcome("c", key, "accepted", events=tuple(type(event).__name__ for event in decided))

    def bring(self, rows: Rows, header: Sequence[str] = NAMES) -> Report:
        text = io.StringIO()
        csv.writer(text).writerows([header, *rows])
        read = read_contracts(text.getvalue().encode())
        assert not isinstance(read, UnreadableFile)
        asked_for = drafts_of(read.rows, read.refused)
        drafts = {number: draft for number, draft in self.waiting().items() if number in asked_for}
        report = asyncio.run(import_contracts(read.rows, read.refused, self.put, drafts=drafts))
        assert report.taken + report.repeated + len(report.refused) + report.waiting_rows == len(rows)
        return report

    def waiting(self) -> dict[str, DraftFile]:
        rows = (draft_row(state) for state in self.states.values() if isinstance(state, Kept))
        return {row.draft_no: row for row in rows if row is not None}

    def lines(self) -> dict[str, list[int]]:
        """Line numbers of the contracts that are registered."""
        return {
            key.partition(":")[2]: [one.sold.line_no for one in state.lines]
            for key, state in self.states.items()
            if isinstance(state, Waiting)
        }


FILE = [line(0, 1), line(0, 2), line(1, 1), line(1, 2), line(1, 3), line(2, 1)]
WRONG = {
    "合同号": "HT26",
    "电话": "138ABC",
    "签订日期": "2026-02-30",
    "数量": "1.5",
    "行号": "一",
    "需安装": "要",
    "型号": "",
}


@settings(deadline=None, max_examples=150)
@given(
    broken=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(sorted(WRONG))), max_size=5),
    cut=st.sets(st.integers(0, 5), max_size=2),
    order=st.permutations(range(6)),
)
def test_whatever_rows_are_broken_no_contract_has_fewer_lines_than_the_file_has_for_it(
    broken: list[tuple[int, str]], cut: set[int], order: list[int]
) -> None:
    """A13: whatever the order, and whether the number itself is what is broken; the mended file takes the rest."""
    rows = [list(row) for row in FILE]
    for at, column in broken:
        rows[at][NAMES.index(column)] = WRONG[column]
    for at in cut:
        rows[at] = rows[at][:12]
    wrong = {at for at, _ in broken} | cut
    office = Office()
    report = office.bring([rows[at] for at in order])
    whole = {"HT26030000": {0, 1}, "HT26030001": {2, 3, 4}, "HT26030002": {5}}
    assert office.lines() == {number: list(range(1, len(of) + 1)) for number, of in whole.items() if not of & wrong}
    assert len(report.refused) == len(wrong)
    seen = {row.cells for draft in office.waiting().values() for row in draft.rows}
    assert len(seen) >= sum(len(of) for of in whole.values() if of & wrong) - len(wrong)
    assert bool(office.waiting()) == bool(wrong), "what waits is seen"

    again = office.bring([rows[at] for at in order])
    assert (again.taken, len(again.refused)) == (0, len(wrong))
    office.bring(FILE)
    assert office.lines() == {number: list(range(1, len(of) + 1)) for number, of in whole.items()}
    assert not office.waiting().keys() & whole.keys()


def test_mended_rows_alone_complete_a_contract_that_waits() -> None:
    """A13"""
    office = Office()
    office.bring([line(1, 1), line(1, 2, 数量="1.5"), line(1, 3)])
    assert (office.lines(), list(office.waiting())) == ({}, ["HT26030001"])
    report = office.bring([line(1, 2)])
    assert (report.taken, office.lines(), office.waiting()) == (1, {"HT26030001": [1, 2, 3]}, {})


def test_a_part_that_is_sent_again_without_the_mended_row_goes_on_waiting_with_the_others() -> None:
    """A13"""
    office = Office()
    office.bring([line(1, 1), line(1, 2, 数量="1.5"), line(1, 3)])
    report = office.bring([line(1, 1), line(1, 3)])
    assert (report.taken, report.waiting_rows, office.lines()) == (0, 2, {})
    assert [row.cells[NAMES.index("行号")] for row in office.waiting()["HT26030001"].rows] == ["2", "1", "3"]


def test_rows_of_a_contract_whose_number_and_customer_were_left_blank_belong_to_the_one_above() -> None:
    """A13: as where merged cells were saved as CSV."""
    blank = dict.fromkeys(NAMES[:9], "")
    office = Office()
    office.bring([line(0, 1), line(0, 2, **blank), line(1, 1)])
    assert (office.lines(), list(office.waiting())) == ({"HT26030001": [1]}, ["HT26030000"])


def test_a_row_that_might_have_been_of_either_of_two_contracts_is_waited_for_until_it_is_known() -> None:
    """A13: one customer, two contracts, and a row that does not say which."""
    mine = dict(zip(("客户姓名", "电话", "地址"), PEOPLE[0], strict=True))
    office = Office()
    office.bring([line(0, 1), line(1, 1, **mine), line(0, 2, 合同号="")])
    assert (office.lines(), sorted(office.waiting())) == ({}, ["HT26030000", "HT26030001"])
    office.bring([line(0, 1), line(1, 1, **mine), line(0, 2)])
    assert (office.lines(), office.waiting()) == ({"HT26030000": [1, 2], "HT26030001": [1]}, {})


def test_a_row_of_nobody_holds_up_nobody_and_is_kept_where_it_is_seen() -> None:
    """A13: it names another customer than the contracts beside it."""
    office = Office()
    office.bring([line(0, 1), line(2, 1, 合同号=""), line(1, 1)])
    (draft,) = office.waiting().values()
    assert (office.lines(), draft.draft_no[0]) == ({"HT26030000": [1], "HT26030001": [1]}, "X")


@pytest.mark.parametrize(
    ("broken", "waits"),
    [
        (",".join(line(0, 2, 地址="路" * 60_000)), {"HT26030000"}),
        (",".join(line(0, 2, 地址='"路')), {"HT26030000"}),
        (",".join(line(0, 2, 地址='"路')) + "\n" + ",".join(line(1, 1, 地址='路"')), {"HT26030000", "HT26030001"}),
        (",".join(line(0, 2)[:3]), {"HT26030000"}),
        (",".join(line(0, 2)) + ",x", {"HT26030000"}),
        (",".join(line(0, 2, 品名="\x00")), {"HT26030000"}),
    ],
)
def test_a_line_that_is_no_row_still_holds_up_its_contract(broken: str, waits: set[str]) -> None:
    """A13: too long, too short, a quote left open that swallows the next line."""
    good = [line(0, 1), line(1, 2), line(2, 1)]
    text = "\n".join([",".join(NAMES), *(",".join(row) for row in good), broken])
    read = read_contracts(text.encode())
    assert not isinstance(read, UnreadableFile)
    office = Office()
    asyncio.run(import_contracts(read.rows, read.refused, office.put))
    assert set(office.waiting()) == waits
    assert office.lines().keys() == {"HT26030000", "HT26030001", "HT26030002"} - waits


def test_a_row_without_a_number_that_is_sent_again_with_it_waits_no_longer() -> None:
    """A13: however its telephone number was written."""
    office = Office()
    office.bring([line(0, 1), line(2, 1, 合同号="", 电话="138 0000 3333")])
    assert len(office.waiting()) == 1
    office.bring([line(0, 1), line(2, 1)])
    assert (office.lines(), office.waiting()) == ({"HT26030000": [1], "HT26030002": [1]}, {})


def test_who_made_the_table_is_no_row_of_a_contract() -> None:
    """A13, X6"""
    office = Office()
    note = ["制表：何", *[""] * 5, "2026-03-01", *[""] * (len(NAMES) - 7)]
    office.bring([line(0, 1), note])
    assert (office.lines(), office.waiting()) == ({"HT26030000": [1]}, {})


def test_a_contract_that_the_rules_refuse_waits_with_the_reason() -> None:
    """A13: signed tomorrow."""
    office = Office()
    report = office.bring([line(0, 1, 签订日期="2026-03-29"), line(0, 2, 签订日期="2026-03-29")])
    (draft,) = office.waiting().values()
    assert (len(report.refused), office.lines()) == (2, {})
    assert all("2026-03-29" in row.reason for row in draft.rows)


def test_a_known_contract_does_not_wait_for_what_contradicts_it() -> None:
    """A1"""
    office = Office()
    office.bring([line(0, 1)])
    office.bring([line(0, 1, 未付金额="5")])
    assert office.waiting() == {}


@pytest.mark.parametrize("dropped", [False, True])
def test_the_same_file_again_changes_nothing_also_when_nobody_wants_it(*, dropped: bool) -> None:
    """A13, A2"""
    office = Office()
    rows = [line(1, 1), line(1, 2, 数量="1.5")]
    office.bring(rows)
    if dropped:
        office.ask("draft:HT26030001", DropDraft(draft_no="HT26030001", reason="门店撤回"))
    before = dict(office.states)
    office.bring(rows)
    assert office.states == before
    assert bool(office.waiting()) != dropped


def test_what_does_not_wait_cannot_be_dropped_and_what_is_registered_is_cancelled_instead() -> None:
    """A13"""
    drop = DropDraft(draft_no="HT26030001", reason="门店撤回")
    after(DRAFT).asks(drop, CTX).refuses("unknown_draft")
    office = Office()
    office.bring([line(1, 1), line(1, 2, 数量="1.5")])
    office.bring([line(1, 2)])
    refused = office.ask("draft:HT26030001", drop).rejected
    assert refused is not None
    assert refused.code == "draft_taken"


def test_rows_are_read_again_as_somebody_mended_them() -> None:
    """A13: the others keep what they said, word for word."""
    office = Office()
    office.bring([line(1, 1), line(1, 2, 数量="1.5")])
    draft = office.waiting()["HT26030001"]
    cells = [list(row.cells) for row in draft.rows]
    assert [no.row for no in read_again(draft, cells)[1]] == [3]
    cells[1][NAMES.index("数量")] = "2"
    rows, refused = read_again(draft, cells)
    assert ([(row.row, row.line_no, row.quantity) for row in rows], refused) == ([(2, 1, "2"), (3, 2, "2")], [])
