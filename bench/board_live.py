"""7. The board, live: from the drop in one browser to the card's new place on another browser's screen.

200 cards on the board of one day, 20 lookers-on: 19 streams read as a browser would, and one real Chromium whose page
reports when the card has moved. All in one process, as `songda up` runs it. The parts of the way lie between the same
clock's readings: the command's answer, the event readable in its stream, the row's change told, the part received.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from playwright.async_api import Page, async_playwright

from bench.http_latency import TOGETHER, songda_processes
from bench.measuring import Section, figure, until
from bench.open_loop import percentile
from contracts.civil_time import civil_day
from runtime import kafka
from runtime.clock import utc_now
from runtime.settings import Settings
from songda.client import token_for

AIM_MS = 300.0
"""p95, with 200 cards and 20 lookers-on."""
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
ASKED_AT_ONCE = 8
WATCH = """
(job) => {
  window.seen = {};
  const look = () => {
    const card = document.getElementById('job-' + job)?.dataset;
    if (card) window.seen[`${card.crew}/${card.half}/${card.position}`] ??= Date.now();
  };
  window.forget = () => { window.seen = {}; };
  const all = { childList: true, subtree: true, attributes: true };
  new MutationObserver(() => requestAnimationFrame(look)).observe(document.body, all);
}
"""


async def measure(settings: Settings, cards: int, viewers: int, moves: int) -> Section:
    """Move one card to and fro `moves` times, some 3 a second, and read the clocks."""
    on = civil_day(utc_now()) + timedelta(days=5)
    async with songda_processes(settings, TOGETHER), _as(settings, "he.jx") as assistant:
        await _fill(settings, assistant, on, cards)
        found = await _watch(settings, assistant, on, viewers, moves)
    title = f"board: a drop seen elsewhere, {cards} cards, {viewers} lookers-on, {moves} moves"
    return Section("board", title, tuple(_figures(found)))


def _figures(found: dict[str, list[float]]) -> Sequence[Any]:
    figures = []
    for name, values in found.items():
        for p in (50, 95):
            aim = AIM_MS if p == 95 and name == "drop to another screen" else None
            figures.append(figure(f"{name}: p{p}", "ms", [percentile(values, p)], at_most=aim))
    return figures


@asynccontextmanager
async def _as(settings: Settings, person: str) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"Authorization": f"Bearer {token_for(settings, person)}"}
    address = f"http://{settings.http_host}:{settings.http_port}"
    async with httpx.AsyncClient(base_url=address, headers=headers, timeout=60, trust_env=False) as client:
        yield client


async def _post(client: httpx.AsyncClient, path: str, body: Any) -> Any:
    for _ in range(100):
        answer = await client.post(path, json=body)
        if answer.status_code not in {202, 404, 503}:  # not decided yet, not there yet, busy
            break
        await asyncio.sleep(0.2)
    if answer.is_error:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.text}")
    return answer.json()


async def _fill(settings: Settings, assistant: httpx.AsyncClient, on: date, cards: int) -> None:
    """Contracts whose goods are there and whose customers are booked: cards of the day's backlog."""
    turns = asyncio.Semaphore(ASKED_AT_ONCE)
    today = civil_day(utc_now())
    line = {"line_no": 1, "sku": "WC-100", "name": "坐便器", "spec": "标准", "category": "卫浴", "quantity": 1}

    async def one(number: int, cs: httpx.AsyncClient, warehouse: httpx.AsyncClient) -> None:
        no = f"HT99{number:06d}"
        contract = {
            "contract_no": no,
            "store_code": "S02",
            "store_name": "南海店",
            "signed_on": today.isoformat(),
            "customer": {"name": f"客户{number}", "phone": "17712633920", "address": "1号", "district": "南海区"},
            "promised_on": (on + timedelta(days=3)).isoformat(),
            "amount_due_fen": 0,
            "lines": [{**line, "unit_price_fen": 100, "to_install": False}],
        }
        arrival = {"line_no": 1, "sku": "WC-100", "quantity": 1, "waybill": f"YD{number}"}
        booking = {"checklist": READY, "on": on.isoformat()}
        async with turns:
            await _post(cs, "/api/contracts", contract)
            await _post(warehouse, f"/api/goods/{no}/arrivals", arrival)
            await _post(assistant, f"/api/jobs/D-{no}/booking", booking)

    async with _as(settings, "liang.my") as cs, _as(settings, "mai.gh") as warehouse, asyncio.TaskGroup() as asked:
        for number in range(cards):
            asked.create_task(one(number, cs, warehouse))

    async def all_there() -> bool:
        backlog = (await assistant.get(f"/api/board/{on}")).json()["backlog"]
        return len(backlog["ready"]) == cards

    await until(all_there, seconds=120, every=0.5)


PLACES = [{"half": half, "crew": crew, "position": 1} for half in ("am", "pm") for crew in ("S1", "S2")]
JOB = "D-HT99000000"


async def _watch(
    settings: Settings, assistant: httpx.AsyncClient, on: date, viewers: int, moves: int
) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {
        name: []
        for name in (
            "command answered",
            "event readable",
            "row's change told",
            "part received by the streams",
            "drop to another screen",
        )
    }
    told = _Told(settings)
    streams = [_Stream(settings, on) for _ in range(viewers - 1)]
    async with _chromium(settings, on) as page, told.running(), asyncio.TaskGroup() as running:
        tasks = [running.create_task(stream.read()) for stream in streams]
        await asyncio.gather(*(stream.open.wait() for stream in streams))
        await page.evaluate(WATCH, JOB)
        await _post(assistant, f"/api/jobs/{JOB}/slot", {"on": on.isoformat(), **PLACES[-1]})
        await asyncio.sleep(1)
        for number in range(moves):
            place = PLACES[number % len(PLACES)]
            key = f"{place['crew']}/{place['half']}/{place['position']}"
            await page.evaluate("forget()")
            told.forget()
            for stream in streams:
                stream.wait_for(f'data-crew="{place["crew"]}" data-half="{place["half"]}" data-position="1"')
            began = time.time()
            await _post(assistant, f"/api/jobs/{JOB}/slot", {"on": on.isoformat(), **place})
            found["command answered"].append((time.time() - began) * 1000)
            received = await asyncio.gather(*(asyncio.wait_for(stream.arrived, 10) for stream in streams))
            await page.wait_for_function(f"window.seen['{key}']", timeout=10_000)
            on_screen = (await page.evaluate("window.seen"))[key] / 1000
            found["drop to another screen"].append((on_screen - began) * 1000)
            found["part received by the streams"] += [(moment - began) * 1000 for moment in received]
            found["event readable"].append((await told.first("dispatch.events") - began) * 1000)
            found["row's change told"].append((await told.first(kafka.CHANGES) - began) * 1000)
            await asyncio.sleep(0.2)
        for task in tasks:
            task.cancel()
    return found


class _Told:
    """When records of one job came out of two topics."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._at: dict[str, float] = {}

    def forget(self) -> None:
        self._at = {}

    async def first(self, topic: str) -> float:
        async def there() -> bool:
            return topic in self._at

        await until(there, seconds=10)
        return self._at[topic]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        consumer = kafka.reader(self._settings)
        await consumer.start()
        own = [TopicPartition("dispatch.events", p) for p in range(self._settings.partitions)]
        consumer.assign([*own, TopicPartition(kafka.CHANGES, 0)])
        await consumer.seek_to_end()
        task = asyncio.create_task(self._read(consumer))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
            await consumer.stop()

    async def _read(self, consumer: AIOKafkaConsumer) -> None:
        async for record in consumer:
            now = time.time()
            if record.topic == kafka.CHANGES:
                change = json.loads(record.value)
                if change["collection"] == "jobs" and JOB in change["row_ids"]:
                    self._at.setdefault(record.topic, now)
            elif record.key == f"job:{JOB}".encode() and b"StopScheduled" in dict(record.headers)["ce_type"]:
                self._at.setdefault(record.topic, now)


class _Stream:
    """A looker-on's stream, read as a browser reads it."""

    def __init__(self, settings: Settings, on: date) -> None:
        self._settings, self._on = settings, on
        self.open = asyncio.Event()
        self._wanted = "\0"
        self.arrived: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    def wait_for(self, text: str) -> None:
        self._wanted = text
        self.arrived = asyncio.get_running_loop().create_future()

    async def read(self) -> None:
        async with _as(self._settings, "tan.zw") as client, client.stream("GET", f"/live/board/{self._on}") as answer:
            async for line in answer.aiter_lines():
                self.open.set()
                if f'id="job-{JOB}"' in line and not self.arrived.done():
                    card = line[line.index(f'id="job-{JOB}"') :]
                    if self._wanted in card[: card.index(">")]:
                        self.arrived.set_result(time.time())


@asynccontextmanager
async def _chromium(settings: Settings, on: date) -> AsyncIterator[Page]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox", "--disable-gpu"])
        context = await browser.new_context(
            bypass_csp=True, base_url=f"http://{settings.http_host}:{settings.http_port}"
        )
        await context.request.post("/login", data={"person": "tan.zw"})
        page = await context.new_page()
        await page.goto(f"/board?date={on}")
        try:
            yield page
        finally:
            await browser.close()


def _program() -> str:
    for path in CHROMIUM:
        if Path(path).exists():
            return path
    raise RuntimeError("there is no Chromium here: apt-get install chromium")
