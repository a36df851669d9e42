"""Commands that run at night: once, whichever process begins them; what they answered is kept, failures are said."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta

import pytest
from harness.stacks import Stack
from harness.waiting import eventually
from pymongo.errors import ServerSelectionTimeoutError

from contracts.civil_time import SHANGHAI
from runtime.mongo import connect
from runtime.nightly import COLLECTION, LONGEST, Chore, Nightly, next_at
from runtime.settings import Settings, as_environment

NIGHT = datetime(2026, 3, 1, 19, 30, tzinfo=UTC)
AT = time(3, 30)


@pytest.mark.parametrize(
    ("now", "due"),
    [
        (NIGHT - timedelta(seconds=1), NIGHT),
        (NIGHT, NIGHT + timedelta(days=1)),
        (NIGHT + timedelta(hours=8), NIGHT + timedelta(days=1)),
    ],
)
def test_the_next_night_is_by_the_company_s_clock(now: datetime, due: datetime) -> None:
    """X1: half past three in Shanghai."""
    assert next_at(now, AT) == due
    assert next_at(now, AT).astimezone(SHANGHAI).time() == AT


def test_settings_go_on_to_the_command_but_no_secret_does() -> None:
    """C18: a secret comes from the environment, which the command has too."""
    given = as_environment(Settings(kafka_bootstrap="kafka:9092", secret="s" * 40))
    assert given["SONGDA_KAFKA_BOOTSTRAP"] == "kafka:9092"
    assert not any("s" * 40 in text or "*" in text for text in given.values())


@pytest.fixture
async def two(stack: Stack) -> AsyncIterator[tuple[Nightly, Nightly]]:
    """Two processes with the same chore, which prints the contracts' names (and ends well)."""
    settings = Settings(mongo_url=stack.mongo_url, mongo_database="nightly_of_a_test")
    databases = [connect(settings), connect(settings)]
    await databases[0][COLLECTION].drop()
    chore = Chore("a_test", ("events", "--help"), AT)
    yield Nightly(settings, databases[0], chore), Nightly(settings, databases[1], chore)
    for database in databases:
        database.client.close()


async def done(nightly: Nightly) -> bool:
    return not (await nightly.last()).running


@pytest.mark.kafka
async def test_it_runs_once_at_a_time_and_its_answer_is_there_for_all(two: tuple[Nightly, Nightly]) -> None:
    """A9: of many who ask at once, one begins."""
    begun = await asyncio.gather(*(one.begin() for one in two * 3))
    assert sorted(begun) == [False] * 5 + [True]
    assert (await two[1].last()).running
    await eventually(lambda: done(two[1]), "it is done")
    assert "AGGREGATE" in ((await two[1].last()).output or "").upper()


@pytest.mark.kafka
async def test_each_night_is_begun_once(two: tuple[Nightly, Nightly]) -> None:
    """A9: also by a process whose clock is behind; the next night again."""
    assert await two[0].begin(night=NIGHT)
    await eventually(lambda: done(two[0]), "it is done")
    assert not await two[1].begin(night=NIGHT)
    assert await two[1].begin(night=NIGHT + timedelta(days=1))
    await eventually(lambda: done(two[1]), "it is done")


@pytest.mark.kafka
async def test_a_failure_is_said_and_the_answer_before_it_stays(two: tuple[Nightly, Nightly]) -> None:
    """A9: an exit code that is no answer."""
    await two[0].begin()
    await eventually(lambda: done(two[0]), "it is done")
    before = await two[0].last()
    broken = Nightly(Settings(), two[0]._database, Chore("a_test", ("no-such-command",), AT))
    await broken.begin()
    await eventually(lambda: done(broken), "it is done")
    after = await broken.last()
    assert (after.output, after.ended) == (before.output, before.ended)
    assert before.failed is None
    assert after.failed is not None


@pytest.mark.kafka
@pytest.mark.parametrize(("hours", "missed"), [(8, True), (-1, False)])
async def test_a_night_on_which_no_process_ran_is_made_up_for_at_the_next_start(
    two: tuple[Nightly, Nightly], hours: int, missed: bool
) -> None:
    """A9: a company that shuts its computers down at night still has its books verified; not for the days before the
    first start."""
    first, later = two
    day_after = NIGHT + timedelta(days=1, hours=hours)

    async def started(nightly: Nightly, now: datetime) -> None:
        nightly._clock = lambda: now
        work = asyncio.create_task(nightly.run())
        await eventually(lambda: night_of(nightly), "it has looked")
        await asyncio.gather(*nightly._at_work)
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)

    await started(first, NIGHT + timedelta(hours=2))
    assert (await first.last()).output is None
    await started(later, day_after)
    await eventually(lambda: done(later), "it is done")
    assert ((await later.last()).output is not None) is missed


async def night_of(nightly: Nightly) -> bool:
    """Whether it knows of a night, and has begun what it had to."""
    found = await nightly._collection.find_one({"_id": nightly.chore.name})
    return found is not None and found["night"] == next_at(nightly._clock(), AT) - timedelta(days=1)


async def test_a_night_on_which_the_database_is_away_is_begun_when_it_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """A9: not the night after."""
    asked: list[datetime | None] = []

    class Away(Nightly):
        async def _know_since(self, night: datetime) -> None:
            """Nobody is there who could say so."""

        async def begin(self, *, night: datetime | None = None) -> bool:
            asked.append(night)
            if len(asked) < 3:
                raise ServerSelectionTimeoutError("away")
            return True

    monkeypatch.setattr("runtime.nightly._LOOK", timedelta(milliseconds=1))
    nightly = Away(Settings(), connect(Settings()), Chore("a_test", (), AT), lambda: NIGHT + timedelta(minutes=1))
    work = asyncio.create_task(nightly.run())
    await eventually(lambda: len(asked) >= 3, "it is begun")
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)
    assert asked == [NIGHT] * 3


@pytest.mark.kafka
async def test_one_whose_process_died_is_taken_over(two: tuple[Nightly, Nightly]) -> None:
    """A9: after the longest time that one may take."""
    later = Nightly(two[0]._settings, two[0]._database, two[0].chore, lambda: datetime.now(UTC) + LONGEST * 2)
    await two[0]._database[COLLECTION].insert_one({"_id": "a_test", "busy_until": datetime.now(UTC) + LONGEST})
    assert not await two[0].begin()
    assert (await two[0].last()).failed is None
    died = await later.last()
    assert (died.running, died.failed is not None) == (False, True)
    assert await later.begin()
    await eventually(lambda: done(later), "it is done")
    assert (await later.last()).failed is None


@pytest.mark.kafka
@pytest.mark.slow
def test_the_books_are_verified_on_the_running_system_when_the_accountant_asks(people: object) -> None:
    """A9, A12: by HTTP, in a process of its own; then the answer is there."""
    accountant = people["su.kj"]  # type: ignore[index]
    assert accountant.post("/api/books/verifications").status_code in {200, 409}

    def answered() -> bool:
        told = json.loads(accountant.get("/api/books").text)
        assert told["failed_at"] is None
        return not told["running"] and told["report"] is not None

    asyncio.run(eventually(answered, "the books are verified"))
