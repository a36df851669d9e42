"""An event that a read model cannot take parks its own aggregate; all other rows go on (DESIGN §7)."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from harness import noted_rows
from harness.noted_rows import BROKEN, HUGE, Noted, gauge
from harness.poison import UNREADABLE, Writer, strays
from harness.stage import Stage
from harness.waiting import eventually
from httpx import ASGITransport, AsyncClient

from company.policy import policy_book
from runtime import kafka, window
from runtime.clock import utc_now
from runtime.lacking import HEADER, TellsWhatLacks
from runtime.mongo import Document
from runtime.parked_log import read_log, tell
from runtime.parked_rows import retry_rows
from runtime.parking import Note, Parked
from runtime.rebuild import Incomplete, promote
from runtime.rows import Rows
from runtime.service import Projection
from runtime.stray_list import listed

pytestmark = pytest.mark.kafka


@pytest.fixture
def noted(stage: Stage) -> Iterator[Noted]:
    BROKEN.clear()
    yield Noted(stage)
    BROKEN.clear()


@pytest.fixture
def writer(stage: Stage) -> Writer:
    return Writer(stage, stage.order)


async def retry(noted: Noted, projection: Projection, *subjects: str) -> list[str]:
    """Try again, as the command does; those that still wait."""
    stage = noted.stage
    async with kafka.sending(stage.settings) as producer:
        still = await retry_rows(stage.settings, stage.database, producer, projection, set(subjects))
    return [one.subject for one in still]


async def skip(noted: Noted, parked: Parked) -> None:
    """Write down that a person decided so."""
    async with kafka.sending(noted.stage.settings) as producer:
        await tell(producer, [Note("skipped", parked, "he.jx", "录错了", utc_now())])


async def three_lives(writer: Writer) -> int:
    """A has an event that raises, B one that cannot be read, C none. The offset of the first."""
    await writer.event("contract:A", "a1")
    bad = await writer.event("contract:A", "a2")
    await writer.event("contract:B", "b1")
    await writer.event("contract:B", value=UNREADABLE)
    await writer.event("contract:C", "c1")
    for subject in ("A", "B", "C"):
        await writer.event(f"contract:{subject}", "later")
    return bad


SOUND = {"A": ["a1", "a2", "later"], "B": ["b1"], "C": ["c1", "later"]}
FRAIL = {"A": ["a1"], "B": ["b1"], "C": ["c1", "later"]}


@pytest.mark.parametrize("when", ["live", "at start-up"])
async def test_what_cannot_be_folded_waits_alone_and_goes_on_in_order_when_tried_after_a_fix(
    noted: Noted, writer: Writer, when: str
) -> None:
    """DESIGN §7: before and after a restart, while other models of the same process have all that can be read."""
    BROKEN.add("a2")
    reader = f"projection {noted.frail.name}"
    if when == "at start-up":
        bad = await three_lives(writer)
    async with noted.projector() as projector:
        if when == "live":
            bad = await three_lives(writer)
        parked = await noted.until_parked(noted.frail, "contract:A", "contract:B")
        await noted.until_rows(noted.frail, FRAIL)
        await noted.until_rows(noted.sound, SOUND)
        await noted.until_parked(noted.sound, "contract:B")
        a, b = parked["contract:A"], parked["contract:B"]
        assert (a.reader, a.kind, a.sequence, a.offset, a.error) == (reader, "fold", 2, bad, "KeyError: 'a2'")
        assert (b.kind, b.sequence, b.type) == ("unreadable", 2, "songda.order.DelayNoticed.v1")
        assert projector.not_ready is None
        assert projector.degraded[reader]["parked"] == 2
        assert projector.degraded[reader]["first"][0]["type"] == "songda.order.DelayNoticed.v1"
        assert projector.degraded[f"projection {noted.sound.name}"]["parked"] == 1
        assert gauge(reader) == 2
    async with noted.projector() as projector:  # restarted, with the same code
        await writer.event("contract:A", "last")
        await writer.event("contract:C", "last")
        await noted.until_rows(noted.frail, FRAIL | {"C": ["c1", "later", "last"]})
        assert await noted.parked(noted.frail) == parked
        assert await retry(noted, noted.frail, "contract:A") == ["contract:A"]  # nothing was mended yet
        BROKEN.clear()
        assert await retry(noted, noted.frail, "contract:A", "contract:B") == ["contract:B"]
        await writer.event("contract:A", "very last")
        whole = ["a1", "a2", "later", "last", "very last"]
        await noted.until_rows(noted.frail, {"A": whole, "B": ["b1"], "C": ["c1", "later", "last"]})
        assert set(await noted.parked(noted.frail)) == {"contract:B"}
        await eventually(lambda: (projector.degraded[reader]["parked"], gauge(reader)) == (1, 1), "the projector knows")
    verdict = await noted.verdict(noted.frail)
    assert (verdict.difference, verdict.compared, [one.subject for one in verdict.parked]) == (None, 2, ["contract:B"])


@pytest.mark.parametrize("when", ["live", "at start-up"])
async def test_fifty_among_many_wait_and_all_others_are_right(noted: Noted, writer: Writer, when: str) -> None:
    """Live, restarted and rebuilt. `python -m bench --only parked` measures it with 10,000."""
    many = [f"contract:{number:04}" for number in range(1_000)]
    bad = many[::20]
    unreadable, raising, holes = bad[::3], bad[1::3], bad[2::3]
    BROKEN.add("bad")
    kinds = dict.fromkeys(unreadable, "unreadable") | dict.fromkeys(raising, "fold") | dict.fromkeys(holes, "hole")

    async def lives() -> None:
        await writer.at_once(many, "first")
        await writer.at_once(unreadable, value=UNREADABLE)
        await writer.at_once(raising, "bad")
        await writer.at_once(holes, "behind a hole", gap=1)
        await writer.at_once(many, "last")

    if when == "at start-up":
        await lives()
    expected = {subject[9:]: ["first"] if subject in kinds else ["first", "last"] for subject in many}
    for _ in ("before a restart", "after it"):
        async with noted.projector() as projector:
            if not await noted.rows(noted.frail):
                await lives()
            parked = await noted.until_parked(noted.frail, *bad)
            await noted.until_rows(noted.frail, expected)
            assert {subject: one.kind for subject, one in parked.items()} == kinds
            assert {one.sequence for one in parked.values()} == {2, 3}
            assert projector.degraded[f"projection {noted.frail.name}"]["parked"] == len(bad)
    verdict = await noted.verdict(noted.frail)
    assert (verdict.difference, verdict.compared, len(verdict.parked)) == (None, 950, 50)


async def test_a_process_with_something_parked_is_ready_says_so_and_tells_the_log_once(
    stage: Stage, writer: Writer
) -> None:
    """`/ready` is 200: nobody else is to suffer; the gauge is what rings."""
    reader = f"projection contracts_{stage.order}"
    await writer.event("contract:HT1", value=UNREADABLE)
    await writer.event("contract:HT1", "waits")
    application = await stage.application("projector", "projector").start().ready()
    await writer.event("contract:HT1", "waits too")
    state = await application.state()
    async with AsyncClient() as client:
        ready, figures = [await client.get(f"{application.url}/{path}") for path in ("ready", "metrics")]
    assert (ready.status_code, state["ready"], state["waiting_for"]) == (200, True, {})
    assert state["degraded"][reader]["parked"] == 1
    (first,) = state["degraded"][reader]["first"]
    assert (first["subject"], first["kind"]) == ("contract:HT1", "unreadable")
    assert first["place"].startswith(f"{stage.order}.events/")
    assert f'songda_parked_aggregates{{reader="{reader}"}} 1.0' in figures.text
    assert len([line for line in application.lines('"event": "parked"') if reader in line]) == 1
    application.stop()
    await application.start().ready()
    assert (await application.state())["degraded"][reader]["parked"] == 1


async def test_a_journal_parks_and_goes_on_by_aggregate_too(noted: Noted, writer: Writer) -> None:
    BROKEN.add("a2")
    async with noted.projector():
        await three_lives(writer)
        await noted.until_parked(noted.journal, "contract:A", "contract:B")
        before = {"A#000001": ["a1"], "B#000001": ["b1"], "C#000001": ["c1"], "C#000002": ["later"]}
        await noted.until_rows(noted.journal, before)
        BROKEN.clear()
        assert await retry(noted, noted.journal, "contract:A") == []
        await noted.until_rows(noted.journal, before | {"A#000002": ["a2"], "A#000003": ["later"]})


async def test_what_a_person_skips_is_passed_over_now_and_in_every_rebuild(noted: Noted, writer: Writer) -> None:
    """The row goes on behind it; who decided it and why is kept."""
    BROKEN.add("a2")
    async with noted.projector():
        await three_lives(writer)
        parked = await noted.until_parked(noted.frail, "contract:A", "contract:B")
        for one in parked.values():
            await skip(noted, one)
        assert await retry(noted, noted.frail, "contract:A", "contract:B") == []
        skipped = {"A": ["a1", "later"], "B": ["b1", "later"], "C": ["c1", "later"]}
        await noted.until_rows(noted.frail, skipped)
        verdict = await noted.verdict(noted.frail)
        assert (verdict.difference, verdict.compared, verdict.parked) == (None, 3, ())
        await noted.stage.stack.wipe_mongo(noted.stage.settings.mongo_database)
        await noted.until_rows(noted.frail, skipped)
    told = (await read_log(noted.stage.settings)).skipped  # with what other tests decided on this broker
    mine = {(note.by, note.why) for (reader, _), note in told.items() if reader == f"projection {noted.frail.name}"}
    assert mine == {("he.jx", "录错了")}


async def test_a_foreign_record_that_leaves_a_hole_can_be_skipped_and_the_real_events_follow(
    noted: Noted, writer: Writer
) -> None:
    await writer.event("contract:A", "a1")
    foreign = Writer(noted.stage, noted.stage.order)
    await foreign.event("contract:A", "never", gap=6)
    async with noted.projector():
        parked = await noted.until_parked(noted.frail, "contract:A")
        assert (parked["contract:A"].kind, parked["contract:A"].sequence) == ("hole", 7)
        await writer.event("contract:A", "a2")
        await noted.until_rows(noted.frail, {"A": ["a1", "a2"]})  # it is before the hole
        await skip(noted, parked["contract:A"])
        assert await retry(noted, noted.frail, "contract:A") == []
        await writer.event("contract:A", "a3")
        await noted.until_rows(noted.frail, {"A": ["a1", "a2", "a3"]})


async def test_a_wiped_database_parks_the_same_again(noted: Noted, writer: Writer) -> None:
    """DESIGN 1"""
    BROKEN.add("a2")
    async with noted.projector():
        await three_lives(writer)
        parked = await noted.until_parked(noted.frail, "contract:A", "contract:B")
        await noted.stage.stack.wipe_mongo(noted.stage.settings.mongo_database)
        again = await noted.until_parked(noted.frail, "contract:A", "contract:B")
        await noted.until_rows(noted.frail, FRAIL)
        assert {s: one.place for s, one in again.items()} == {s: one.place for s, one in parked.items()}


async def test_a_row_that_the_database_does_not_take_parks_its_aggregate_alone(noted: Noted, writer: Writer) -> None:
    """Live and in a rebuild: its events before are kept, and so is everybody else's row."""
    BROKEN.add(HUGE)
    expected = {"A": ["a1"], "B": ["b1", "b2"]}
    async with noted.projector():
        await writer.event("contract:A", "a1")
        await writer.event("contract:B", "b1")
        await writer.event("contract:A", HUGE)
        await writer.event("contract:B", "b2")
        parked = await noted.until_parked(noted.frail, "contract:A")
        await noted.until_rows(noted.frail, expected)
        assert (parked["contract:A"].kind, parked["contract:A"].sequence) == ("fold", 2)
        assert "OverflowError" in parked["contract:A"].error
        verdict = await noted.verdict(noted.frail)
        assert (verdict.difference, verdict.compared, len(verdict.parked)) == (None, 1, 1)
        BROKEN.clear()
        assert await retry(noted, noted.frail, "contract:A") == []
        await noted.until_rows(noted.frail, {"A": ["a1", HUGE], "B": ["b1", "b2"]})


async def test_a_rebuilt_model_with_aggregates_parked_is_not_switched_in_silently(noted: Noted, writer: Writer) -> None:
    BROKEN.add("a2")
    await three_lives(writer)
    stage = noted.stage
    rebuilt = await noted.rebuilt(noted.frail)
    with pytest.raises(Incomplete) as refused:
        await promote(stage.database, noted.frail, rebuilt)
    assert {one.subject for one in refused.value.parked} == {"contract:A", "contract:B"}
    rows = Rows(stage.database, noted.frail)
    assert (await rows.collection()).name != rebuilt.collection.name
    await promote(stage.database, noted.frail, rebuilt, with_parked=True)
    assert (await rows.collection()).name == rebuilt.collection.name
    async with noted.projector() as projector:  # which takes it over, with what waits in it
        assert projector.degraded[f"projection {noted.frail.name}"]["parked"] == 2
        await noted.until_rows(noted.frail, FRAIL)


async def test_a_model_whose_fold_is_broken_altogether_stops_alone(
    noted: Noted, writer: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process goes on with the others, also when it starts anew."""
    monkeypatch.setattr(window, "MAX_PARKED", 2)
    BROKEN.add("x")
    names = ("A", "B", "C")
    async with noted.projector() as projector:
        for name in names:
            await writer.event(f"contract:{name}", "x")
        await noted.until_rows(noted.sound, {name: ["x"] for name in names})
        stopped = await eventually(
            lambda: projector.degraded.get(f"projection {noted.frail.name}", {}).get("stopped"), "it says so"
        )
        assert stopped.startswith("FoldBroken: ")
        assert projector.not_ready is None
    async with noted.projector() as projector:
        await writer.event("contract:D", "d1")
        await noted.until_rows(noted.sound, {name: ["x"] for name in names} | {"D": ["d1"]})
        assert "stopped" in projector.degraded[f"projection {noted.frail.name}"]
    BROKEN.clear()
    async with noted.projector():  # mended: the model goes on by itself, what was parked when somebody says so
        assert await retry(noted, noted.frail, *await noted.parked(noted.frail)) == []
        await noted.until_rows(noted.frail, {name: ["x"] for name in names} | {"D": ["d1"]})


async def test_figures_that_lack_parked_rows_say_so(noted: Noted, writer: Writer) -> None:
    """Each answer names the read models that it read, if something is parked there."""
    app = FastAPI()
    app.state.policies = policy_book()
    app.add_middleware(TellsWhatLacks)
    rows = {projection.name: Rows(noted.stage.database, projection) for projection in noted.all}

    @app.get("/{name}")
    async def read(name: str) -> int:
        return await rows[name].count()

    BROKEN.add("a2")
    async with noted.projector():
        await three_lives(writer)
        await noted.until_parked(noted.frail, "contract:A", "contract:B")
        await noted.until_rows(noted.frail, FRAIL)
        async with AsyncClient(transport=ASGITransport(app), base_url="http://songda") as client:
            answer = await client.get(f"/{noted.frail.name}")
            assert (answer.json(), answer.headers[HEADER]) == (3, f"{noted.frail.name}=2")
            for one in (await noted.parked(noted.frail)).values():
                await skip(noted, one)
            await retry(noted, noted.frail, "contract:A", "contract:B")

            async def whole() -> bool:
                return HEADER not in (await client.get(f"/{noted.frail.name}")).headers

            await eventually(whole, "nothing is lacking")


@pytest.mark.parametrize("when", ["live", "at start-up"])
async def test_records_that_are_no_events_are_passed_over_and_listed(noted: Noted, writer: Writer, when: str) -> None:
    """DESIGN §7: also those that the machinery under us would trip over."""
    stage = noted.stage
    foreign = strays(stage.order, "contract:A") | {
        "no key": (None, b"hello", []),
        "a key that is no text": (b"contract:\xff\xfe", b"hello", []),
        "a header without a value, alone": (b"contract:A", b"hello", [("x", None)]),
        "a header that is no text, alone": (b"job:1", b"\xff", [("x", b"\xff\xfe")]),
        "a large one": (b"contract:A", b"x" * 900_000, []),
    }

    async def lives() -> None:
        await writer.event("contract:A", "a1")
        for key, value, headers in foreign.values():
            await writer.record(key, value, headers)
        await writer.event("contract:A", "a2")

    if when == "at start-up":
        await lives()
    async with noted.projector() as projector:
        if when == "live":
            await lives()
        await noted.until_rows(noted.frail, {"A": ["a1", "a2"]})

        async def all_listed() -> list[Document] | None:
            found = await listed(stage.database)
            return found if len(found) == len(foreign) else None

        found = await eventually(all_listed, f"{len(foreign)} strays are listed")
        assert {one["topic"] for one in found} == {f"{stage.order}.events"}
        assert all(one["why"] and one["at"] for one in found)
        assert projector.degraded == {}
    verdict = await noted.verdict(noted.frail)
    assert (verdict.difference, verdict.compared, verdict.parked) == (None, 1, ())


async def test_trying_again_amid_events_loses_and_doubles_none(noted: Noted, writer: Writer) -> None:
    """A projector goes on while rows are tried again beside it: whichever writes first, the other one sees it."""
    BROKEN.add("bad")
    subjects = [f"contract:{n}" for n in range(8)]
    rounds = 12

    async def go_on() -> None:
        for number in range(rounds):
            for subject in subjects:
                await writer.event(subject, f"n{number}")

    async with noted.projector():
        for subject in subjects:
            await writer.event(subject, "first")
            await writer.event(subject, "bad")
        await noted.until_parked(noted.frail, *subjects)
        load = asyncio.create_task(go_on())
        BROKEN.clear()
        for subject in subjects:
            assert await retry(noted, noted.frail, subject) == []
        await load
        whole = ["first", "bad", *(f"n{number}" for number in range(rounds))]
        await noted.until_rows(noted.frail, dict.fromkeys(map(noted_rows.key_of, subjects), whole))
        assert await noted.parked(noted.frail) == {}
    verdict = await noted.verdict(noted.frail)
    assert (verdict.difference, verdict.compared) == (None, len(subjects))


async def test_whoever_folded_by_what_was_parked_before_folds_again(noted: Noted, writer: Writer) -> None:
    """Two processes on one model: `rev` tells the second that something was parked or resumed meanwhile."""
    BROKEN.add("a2")
    async with noted.projector(), noted.projector():
        await three_lives(writer)
        await noted.until_parked(noted.frail, "contract:A", "contract:B")
        rev = (await noted.positions(noted.frail))["rev"]
        BROKEN.clear()
        assert await retry(noted, noted.frail, "contract:A") == []
        assert (await noted.positions(noted.frail))["rev"] == rev + 1
        for subject in ("A", "B", "C"):
            await writer.event(f"contract:{subject}", "last")
        expected: dict[str, Any] = {"A": ["a1", "a2", "later", "last"], "B": ["b1"], "C": ["c1", "later", "last"]}
        await noted.until_rows(noted.frail, expected)
    assert (await noted.verdict(noted.frail)).difference is None
