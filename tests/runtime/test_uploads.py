"""Uploaded files are read beside the system, with bounds (X6); no server is needed for this."""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import SpooledTemporaryFile
from typing import Any

import httpx
import openpyxl
import orjson
import psutil
import pytest
import uvloop
from fastapi import FastAPI, UploadFile
from harness.hostile_files import HOSTILE, long_file, readers
from harness.processes import TESTS
from harness.waiting import eventually
from hypothesis import given
from hypothesis import strategies as st

from company.people import read_people
from company.policy import policy_book
from inventory.count.row import CountRow, LineRow
from inventory.count_sheet_file import SheetRow, read_sheet
from inventory.count_workbook import write_sheet
from order.api.import_report import report_json
from order.files.contracts_file import LAYOUT, ContractRow, read_contracts
from order.files.logistics_file import LogisticsRow, ShipmentStatus, read_logistics
from order.importing import Put, import_logistics
from runtime.collecting import set_up_collector
from runtime.decision import Rejected
from runtime.file_limits import TOO_HEAVY
from runtime.file_refusals import Parsed, UnreadableFile
from runtime.http import SignedIn
from runtime.http_errors import add_error_handling
from runtime.outcome import Outcome
from runtime.reading_child import pieces
from runtime.tokens import Tokens
from runtime.uploads import Allowance, Piece, Uploads, read_apart

pytestmark = pytest.mark.slow

WEEK = TESTS / "data" / "week"
TOKENS = Tokens("for these tests only")
LONGEST_PAUSE_SECONDS = 0.1
"""Of the event loop's own work. A test about time: nobody feels a page that waits this long."""
WORST = (
    "a row of 9 million cells in 40 KB",
    "a row of 300,000 cells that are not alike",
    "an entity that unfolds to two gigabytes",
    "a part of 210 MB",
    "a header of 9 million commas",
    "a million short lines",
    "quotes that never close, line by line",
)


@pytest.fixture(autouse=True)
def _none_left() -> Iterator[None]:
    """No test leaves a process behind, not even a dead one."""
    yield
    assert readers() == []


@pytest.fixture(scope="module")
def long() -> bytes:
    """A file that takes longer to read than any test here needs."""
    return long_file(20_000)


def upload(content: bytes) -> Any:
    """The content as it lies in the hands of a route: in memory when it is small, on disk when it is not."""
    file = SpooledTemporaryFile(max_size=1 << 20)  # noqa: SIM115 - closed by whoever has it
    file.write(content)
    return file


async def read(content: bytes, allowance: Allowance | None = None) -> Any:
    """What becomes of a contracts file."""
    with upload(content) as file:
        return await read_apart(file, read_contracts, Piece[ContractRow], allowance or Allowance())


def filled_in_sheet(path: Path) -> bytes:
    """A count sheet as the system gives it out, with figures."""
    line = LineRow(
        sku="S1",
        name="砖",
        zone="A",
        bin="A-01",
        base=0,
        status="to_count",
        round=1,
        figures=(),
        compared=None,
        reason=None,
        note="",
        move_no=None,
    )
    count = CountRow(
        count_no="PD-1",
        depot="main",
        kind="cycle",
        chosen="A",
        plan=None,
        due=datetime(2026, 3, 20, 16, tzinfo=UTC),
        status="open",
        overdue=False,
        opened_at=datetime(2026, 3, 20, 6, tzinfo=UTC),
        closed_at=None,
        lines=(line,) * 3,
    )
    path.write_bytes(write_sheet(count))
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    sheet["G3"], sheet["H3"], sheet["I3"], sheet["G4"] = 58, "lin.ck", datetime(2026, 3, 20, 14, 5), "四件"
    book.save(path)
    return path.read_bytes()


async def test_good_files_come_to_the_same_rows_as_without_the_process_between(tmp_path: Path) -> None:
    """X6: every file of the week, and a count sheet."""
    files: list[tuple[bytes, Callable[[bytes], Any], Any]] = [
        *((path.read_bytes(), read_contracts, Piece[ContractRow]) for path in WEEK.glob("contracts.*")),
        *((path.read_bytes(), read_logistics, Piece[LogisticsRow]) for path in sorted((WEEK / "logistics").iterdir())),
        (filled_in_sheet(tmp_path / "sheet.xlsx"), read_sheet, Piece[SheetRow]),
    ]
    for content, reader, piece in files:
        with upload(content) as file:
            assert await read_apart(file, reader, piece, Allowance()) == reader(content)
    assert len(files) > 10


@given(st.binary(max_size=300))
def test_whatever_is_made_of_a_file_survives_the_way_between_the_processes(content: bytes) -> None:
    """X6"""
    for start in (b"", ",".join(LAYOUT.names).encode() + b"\n", ",".join(LAYOUT.names).encode("gb18030") + b"\n"):
        lines = [orjson.dumps(piece) for piece in pieces(read_contracts, start + content)]
        said = [Piece[ContractRow].model_validate_json(line) for line in lines]
        rows = [row for piece in said for row in piece.rows]
        refused = [refusal for piece in said for refusal in piece.refused]
        whole = Parsed(rows, refused, said[-1].ignored)
        assert (said[-1].unreadable or whole) == read_contracts(start + content)


def longest_pause(work: Callable[[], Coroutine[Any, Any, None]]) -> float:
    """Of the event loop that serves, beside this work; of its own time, so that a busy neighbour does not count."""
    pauses: list[float] = []

    async def turning() -> None:
        last = time.thread_time()
        while True:
            await asyncio.sleep(0.001)
            now = time.thread_time()
            pauses.append(now - last)
            last = now

    async def both() -> None:
        turns = asyncio.create_task(turning())
        await work()
        turns.cancel()

    set_up_collector()  # as in a process that serves; what the other tests left in memory is no part of this work
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(both())
    assert len(pauses) > 10
    return max(pauses)


@pytest.mark.parametrize("what", WORST)
def test_the_event_loop_goes_on_while_a_hostile_file_is_read(what: str) -> None:
    """X6, X8"""
    content = HOSTILE[what].make()

    async def work() -> None:
        assert not isinstance(await read(content), tuple)

    assert longest_pause(work) < LONGEST_PAUSE_SECONDS


def test_the_event_loop_goes_on_while_all_rows_of_one_contract_are_refused_and_reported() -> None:
    """X6, X8: a file of good rows can ask for as much work as a bad file."""
    rows = [
        LogisticsRow(n, "HT26030001", n, "WC-100", 1, "YD0001", "", ShipmentStatus.ANNOUNCED, None, None, "")
        for n in range(2, 30_002)
    ]
    no = Rejected("unknown_line", "A2", "没有这一行", "There is no such line")

    said: list[bytes] = []

    async def put(asked: Sequence[Put]) -> list[Outcome]:
        await asyncio.sleep(0)
        return [Outcome("c", aggregate_id, "rejected", rejected=no) for aggregate_id, _, _ in asked]

    async def work() -> None:
        report = await import_logistics(rows, [], put, filename="a.csv")
        said.extend([piece async for piece in report_json([report])])

    assert longest_pause(work) < LONGEST_PAUSE_SECONDS
    whole = orjson.loads(b"".join(said))
    assert (len(whole["refused"]), len(whole["files"][0]["refused"])) == (30_000, 30_000)


@pytest.mark.parametrize(
    "allowance", [Allowance(cpu_seconds=1), Allowance(memory_bytes=80 << 20), Allowance(wall_seconds=1)]
)
async def test_a_file_that_takes_more_than_it_may_is_refused(long: bytes, allowance: Allowance) -> None:
    """X6: time of the processor, memory, time by the clock."""
    assert await read(long, allowance) == TOO_HEAVY


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_reading_that_is_cancelled_ends_its_process(long: bytes, loop: Callable[[], Any]) -> None:
    """X6: at any moment of it"""

    async def cancelled(after: float) -> None:
        reading = asyncio.create_task(read(long))
        await asyncio.wait({reading}, timeout=after)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        assert readers() == []

    with asyncio.Runner(loop_factory=loop) as runner:
        for after in (0, 0.001, 0.005, 0.02, 0.1, 0.5):
            runner.run(cancelled(after))


async def test_a_hostile_count_sheet_is_refused_as_other_files_are() -> None:
    """X6: what would be taken in part as contracts has no header of a count sheet."""
    for what, hostile in HOSTILE.items():
        if hostile.name.endswith(".xlsx"):
            with upload(hostile.make()) as file:
                made = await read_apart(file, read_sheet, Piece[SheetRow], Allowance())
            assert isinstance(made, UnreadableFile), what
            assert made.code in {"columns", "damaged", "too_large", "not_a_table", "not_a_count_sheet"}, what


async def test_a_reader_that_breaks_is_told_by_its_place_and_never_by_the_files_words() -> None:
    """C18"""
    with pytest.raises(RuntimeError, match="JSONDecodeError") as broken, upload(b"13800138000, not JSON") as file:
        await read_apart(file, json.loads, Piece[ContractRow], Allowance())
    assert "13800138000" not in str(broken.value)


async def test_a_process_that_lost_its_parent_ends_by_itself(long: bytes, tmp_path: Path) -> None:
    """X6: nothing goes on after a server was killed."""
    path = tmp_path / "long.xlsx"
    path.write_bytes(long)
    script = (
        "import asyncio; from runtime.uploads import *; from order.files.contracts_file import *\n"
        f"asyncio.run(read_apart(open({str(path)!r}, 'rb'), read_contracts, Piece[ContractRow], Allowance()))"
    )
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", script)
    try:
        (child,) = await eventually(lambda: readers(parent.pid), "a file is being read")
    finally:
        parent.kill()
        await parent.wait()
    await eventually(lambda: not psutil.pid_exists(child.pid), "its process has ended")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """An application with one route that reads contracts files, one at a time in all."""
    app = FastAPI()
    app.state.policies = policy_book()
    app.state.people, app.state.tokens = read_people(), TOKENS
    uploads = Uploads(at_once=1)

    @app.post("/read")
    async def take(caller: SignedIn, file: list[UploadFile]) -> list[int]:
        return [len(rows) for _, (rows, _, _) in await uploads.read(caller, file, read_contracts, Piece[ContractRow])]

    add_error_handling(app, 25 << 20)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://songda") as made:
        yield made


async def send(client: httpx.AsyncClient, person: str, *contents: bytes) -> httpx.Response:
    """Upload files as somebody."""
    headers = {"Authorization": f"Bearer {TOKENS.issue(person)}"}
    return await client.post("/read", files=[("file", ("file.csv", content)) for content in contents], headers=headers)


async def test_a_person_has_one_file_read_at_a_time_and_others_wait_for_their_place(
    client: httpx.AsyncClient, long: bytes
) -> None:
    """X6"""
    good = (WEEK / "contracts.csv").read_bytes()
    first = asyncio.create_task(send(client, "liang.my", long))
    await eventually(readers, "the first file is being read")
    second = await send(client, "liang.my", good)
    said = (second.status_code, second.json()["code"], second.headers["Retry-After"])
    assert said == (429, "one_file_at_a_time", "5")
    other = asyncio.create_task(send(client, "he.jx", good))
    done, _ = await asyncio.wait({other}, timeout=0.2)
    assert (done, len(readers())) == (set(), 1)
    first.cancel()
    await asyncio.wait({first})
    assert (await other).json() == [159]
    assert (await send(client, "liang.my", good, good)).json() == [159, 159]


async def test_too_many_files_at_once_are_refused_before_any_is_read(client: httpx.AsyncClient) -> None:
    """X6"""
    answer = await send(client, "liang.my", *[b"x"] * 21)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_many_files")
