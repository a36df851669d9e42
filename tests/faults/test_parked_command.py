"""`songda ops parked` and `songda rebuild`: what an operator sees and does when something is parked (DESIGN §7)."""

import getpass
import json
from collections.abc import Iterator

import pytest
from harness.noted_rows import BROKEN, Noted
from harness.operating import Operator, operating
from harness.poison import Writer
from harness.stage import Stage

from runtime.parked_log import read_log
from runtime.rows import Rows

pytestmark = pytest.mark.kafka


@pytest.fixture
def noted(stage: Stage) -> Iterator[Noted]:
    """The read models of these tests are all that the commands know."""
    BROKEN.clear()
    yield Noted(stage)
    BROKEN.clear()


@pytest.fixture
def operator(noted: Noted, monkeypatch: pytest.MonkeyPatch) -> Iterator[Operator]:
    with operating(noted.stage, noted.all, monkeypatch) as somebody:
        yield somebody


@pytest.fixture
def writer(stage: Stage) -> Writer:
    return Writer(stage, stage.order)


async def test_an_operator_sees_what_is_parked_and_tries_it_again_after_a_fix(
    noted: Noted, operator: Operator, writer: Writer
) -> None:
    reader = f"projection {noted.frail.name}"
    BROKEN.add("bad")
    await writer.record(b"contract:A", b"hello", [])
    await writer.event("contract:A", "a1")
    place = await writer.event("contract:A", "bad")
    async with noted.projector():
        await noted.until_parked(noted.frail, "contract:A")
        await noted.until_parked(noted.journal, "contract:A")
        listed = await operator.says("ops", "parked", "list", "--json")
        told = json.loads(listed[1])
        readers = (reader, f"projection {noted.journal.name}")  # on this broker others may have something parked
        parked = [one for one in told["parked"] if one["reader"] in readers]
        assert [(one["reader"], one["subject"], one["kind"], one["offset"]) for one in parked] == [
            (one, "contract:A", "fold", place) for one in readers
        ]
        own = f"{noted.stage.order}.events"
        assert [one["topic"] for one in told["strays"] if one["topic"] == own] == [own]
        code, seen = await operator.says("ops", "parked", "list", "--reader", reader)
        assert (code, "1 aggregates are parked" in seen) == (0, True), seen
        assert [one["error"] for one in parked] == ["KeyError: 'bad'"] * 2
        assert "error KeyError: 'bad'" in (await operator.says("ops", "parked", "show", "contract:A"))[1]

        code, seen = await operator.says("ops", "parked", "retry", "contract:A", "--reader", reader)
        assert (code, "还在等 still waits: fold" in seen) == (1, True)
        BROKEN.clear()
        for one in readers:
            code, seen = await operator.says("ops", "parked", "retry", "--all", "--reader", one)
            assert (code, seen.count("已跟上 goes on")) == (0, 1)
            listed = await operator.says("ops", "parked", "list", "--json", "--reader", one)
            assert json.loads(listed[1])["parked"] == []
        await noted.until_rows(noted.frail, {"A": ["a1", "bad"]})


async def test_an_operator_skips_an_event_for_one_reader_and_says_why(
    noted: Noted, operator: Operator, writer: Writer
) -> None:
    """Who and why are kept for ever."""
    reader = f"projection {noted.frail.name}"
    BROKEN.add("bad")
    for reason in ("a1", "bad", "a3"):
        await writer.event("contract:SKIPPED", reason)
    async with noted.projector():
        await noted.until_parked(noted.frail, "contract:SKIPPED")
        await noted.until_parked(noted.journal, "contract:SKIPPED")
        skip = ("ops", "parked", "skip", "contract:SKIPPED")
        for refused, words in (
            ((*skip, "--reader", reader), "--why"),
            ((*skip, "--reader", reader, "--why", " "), "请写明原因"),
            ((*skip, "--why", "录错了"), "请用 --reader 指明"),
            ((*skip, "--reader", reader, "--why", "录错了", "--as", "nobody"), "There is no person nobody"),
            (("ops", "parked", "skip", "contract:B", "--why", "录错了"), "contract:B is not parked"),
            (("ops", "parked", "retry"), "Name an aggregate"),
        ):
            code, seen = await operator.says(*refused)
            assert (code != 0, words in seen) == (True, True), seen
        assert (await operator.says(*skip, "--reader", reader, "--why", "录错了"))[0] == 0
        await noted.until_rows(noted.frail, {"SKIPPED": ["a1", "a3"]})
        assert set(await noted.parked(noted.journal)) == {"contract:SKIPPED"}
        code, _ = await operator.says(*skip, "--why", "同上", "--as", "he.jx")
        assert code == 0
        await noted.until_rows(noted.journal, {"SKIPPED#000001": ["a1"], "SKIPPED#000003": ["a3"]})
    told = (await read_log(noted.stage.settings)).skipped.values()  # with what other tests decided on this broker
    mine = {(note.parked.reader, note.by, note.why) for note in told}
    assert {one for one in mine if one[0].endswith(noted.stage.order)} == {
        (reader, getpass.getuser(), "录错了"),
        (f"projection {noted.journal.name}", "he.jx", "同上"),
    }


async def test_an_event_that_is_to_blame_is_skipped_for_all_who_wait_at_it(
    noted: Noted, operator: Operator, writer: Writer
) -> None:
    """DESIGN §7"""
    BROKEN.add("bad")
    for reason in ("a1", "bad", "a3"):
        await writer.event("contract:BLAMED", reason)
    async with noted.projector():
        await noted.until_parked(noted.frail, "contract:BLAMED")
        await noted.until_parked(noted.journal, "contract:BLAMED")
        code, seen = await operator.says("ops", "parked", "skip", "contract:BLAMED", "--all", "--why", "录错了")
        assert (code, seen.count("已跟上 goes on")) == (0, 2), seen
        await noted.until_rows(noted.frail, {"BLAMED": ["a1", "a3"]})
        await noted.until_rows(noted.journal, {"BLAMED#000001": ["a1"], "BLAMED#000003": ["a3"]})


async def test_a_rebuild_with_something_parked_is_switched_in_only_when_that_is_said(
    noted: Noted, operator: Operator, writer: Writer
) -> None:
    """Exit code 1, and they are listed; what stands is compared all the same."""
    name = noted.frail.name
    BROKEN.add("bad")
    await writer.event("contract:A", "bad")
    await writer.event("contract:B", "b1")
    rows = Rows(noted.stage.database, noted.frail)
    async with noted.projector():
        await noted.until_parked(noted.frail, "contract:A")
        served = (await rows.collection()).name
        code, seen = await operator.says("rebuild", name, "--verify")
        assert (code, (await rows.collection()).name) == (1, served)
        assert "搁置 parked: contract:A fold songda.order.DelayNoticed.v1 #1" in seen
        assert "1 个搁置、不比 parked, not compared" in seen
        assert "Not switched: aggregates are parked" in seen
        assert (await operator.says("rebuild", name, "--dry-run"))[0] == 1
        code, seen = await operator.says("rebuild", name, "--verify", "--with-parked")
        assert (code, (await rows.collection()).name != served) == (0, True), seen
        BROKEN.clear()
        code, seen = await operator.says("rebuild", name, "--verify")
        assert (code, "一致 equal, 1 facets" in seen) == (0, True), seen
        await noted.until_rows(noted.frail, {"A": ["bad"], "B": ["b1"]})
