"""Values at the edge, sent to every operation of the running system: nobody stops it, whatever they send (X8).

Each field, parameter and body in its turn gets year 1 and 9999, offsets of 14 hours, what is no number, huge ones, half
characters, NUL, marks that turn the writing around, nothing, ten thousand characters, other types, unknown names.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from harness.edge_values import Asking, Operations, World
from harness.topics import committed
from harness.waiting import PATIENCE, eventually
from harness.whole import SECRET

from contracts.civil_time import civil_day
from contracts.reading import SERVICES
from runtime.clock import utc_now
from runtime.tokens import Tokens

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

AT_ONCE = 12
TODAY = civil_day(utc_now())
ON = TODAY + timedelta(days=4)
NO = "HT93700001"
SKU = "WC-9601"
CUSTOMER = {"name": "马娜", "phone": "17712633920", "address": "佛山市南海区海八东路150号", "district": "南海区"}
LINE = {"line_no": 1, "sku": SKU, "name": "坐便器", "spec": "700x390", "category": "卫浴", "quantity": 3}
LINE |= {"unit_price_fen": 135_000, "to_install": True}
READY = dict.fromkeys(("switch_panels", "angle_valves", "ceiling", "water_power", "gas", "kitchen_cleared"), True)

WORLD = World(
    today=TODAY,
    by_name={
        "contract_no": NO,
        "job": f"D-{NO}",
        "job_id": f"D-{NO}",
        "ticket_id": "T-96",
        "slip_no": "RK-96",
        "sku": SKU,
        "crew": "S1",
        "depot": "main",
        "store_code": "S02",
        "category": "卫浴",
        "district": "南海区",
        "phone": CUSTOMER["phone"],
        "bin": "A-01-1",
        "from_bin": "A-01-1",
        "to_bin": "A-01-2",
        "technician": "zhou.jm",
        "signed_on": TODAY - timedelta(days=20),
        "arrived_on": TODAY - timedelta(days=1),
        "on": ON,
        "subject": f"contract:{NO}",
        "aggregate_id": "ticket:T-96",
        "service": "order",
        "number": "A-96",
    },
    words=(NO, f"D-{NO}", "T-96", "S1", "S02", "main", SKU, "YD-96", f"contract:{NO}", "13800001111", "2026-03", "甲"),
    skipped=frozenset({"GET /api/settled"}),  # it waits until nothing is asked any more
)
STAFF = [
    "guan.yf",
    "he.jx",
    "tan.zw",
    "liang.my",
    "ou.yl",
    "mai.gh",
    "su.kj",
    "li.zq",
    "ye.cg",
    "lu.qc",
    "wu.xm",
    "zhou.jm",
]
ENDS = re.compile("cancel|clos|merge|drop|refus|release|failure|delivery")
"""Operations after which less can be asked of what they are about: they come last."""


class Sender:
    """Sends requests as whoever may, several at once, and keeps what was wrong with the answers."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client
        self._tokens = {person: Tokens(SECRET).issue(person) for person in STAFF}
        self.person: dict[str, str] = {}
        self.statuses: Counter[int] = Counter()
        self.wrong: list[str] = []

    def headers(self, person: str) -> dict[str, str]:
        """Signed in as somebody."""
        return {"Authorization": f"Bearer {self._tokens[person]}"}

    async def find_out_who_may(self, asking: Asking) -> None:
        """The first who is not refused for their role."""
        for person in STAFF:
            self.person[asking.operation] = person
            if await self._send(asking) != 403:
                return
        self.person[asking.operation] = STAFF[0]

    async def send_all(self, askings: Iterable[Asking]) -> None:
        """All of them, AT_ONCE at once."""
        waiting = iter(askings)

        async def work() -> None:
            for asking in waiting:
                await self._send(asking)

        await asyncio.gather(*(work() for _ in range(AT_ONCE)))

    async def _send(self, asking: Asking) -> int:
        """Its status; of a request that Kafka did not take in time, as on a busy machine, that of the next try."""
        return await eventually(lambda: self._sent(asking), f"{asking.operation} | {asking.edge} is taken") or 0

    async def _sent(self, asking: Asking) -> int | None:
        request = self._client.build_request(
            asking.method,
            f"{asking.path}?{asking.query}" if asking.query else asking.path,
            content=asking.body,
            headers={**self.headers(self.person[asking.operation]), "Content-Type": asking.content_type},
        )
        answer = await self._client.send(request, stream=True)
        try:
            if not (asking.streams and answer.status_code == 200):
                await answer.aread()
            if answer.status_code == 503 and answer.json()["code"] == "not_ready":
                return None
            self._look_at(asking, answer)
        finally:
            await answer.aclose()
        return answer.status_code

    def _look_at(self, asking: Asking, answer: httpx.Response) -> None:
        status = answer.status_code
        self.statuses[status] += 1
        said: Any = {}
        if status >= 400:
            said = answer.json()
            if not (said.get("zh") and said.get("en") and said.get("id")):
                self.wrong.append(f"{asking.operation} | {asking.edge} | {status} without words: {answer.text[:200]}")
        if status >= 500 and not (said.get("code") == "busy" and "retry-after" in answer.headers):
            self.wrong.append(f"{asking.operation} | {asking.edge} | {status} {said.get('code')} {said.get('id')}")


async def prepare(whole: Any, people: Any) -> None:
    """A contract whose goods are here, its delivery booked, a ticket, a slip: so that rules are reached."""
    contract = {
        "contract_no": NO,
        "store_code": "S02",
        "store_name": "南海店",
        "signed_on": str(TODAY - timedelta(days=20)),
        "customer": CUSTOMER,
        "promised_on": str(TODAY + timedelta(days=30)),
        "amount_due_fen": 100_00,
        "lines": [LINE],
    }
    people.done("liang.my", "/api/contracts", contract)
    whole.settle()
    arrival = {"line_no": 1, "sku": SKU, "quantity": 3, "waybill": "YD-96"}
    people.done("mai.gh", f"/api/goods/{NO}/arrivals", arrival)
    whole.settle()
    people.done("he.jx", f"/api/jobs/D-{NO}/booking", {"checklist": READY, "on": str(ON)})
    ticket = {"kind": "repair", "customer": CUSTOMER, "product": "坐便器", "problem": "渗水", "proof": ["小票"]}
    people.done("liang.my", "/api/tickets", {"ticket_id": "T-96", **ticket})
    slip = {"slip_no": "RK-96", "reason": "transfer", "source": "分仓"}
    people.done(
        "su.kj", "/api/inbound", {**slip, "lines": [{"line_no": 1, "sku": SKU, "name": "坐便器", "quantity": 5}]}
    )
    whole.settle()


async def dead_letters(whole: Any) -> Counter[str]:
    """How many there are, by service."""
    return Counter({name: len(await committed(whole.kafka_address, f"{name}.dead-letters")) for name in SERVICES})


async def test_no_value_at_the_edge_stops_anything(whole: Any, people: Any) -> None:
    """X8: 4xx in words, or a sound answer; no dead letter, nothing parked, ready and not degraded."""
    await prepare(whole, people)
    before, waiting = await dead_letters(whole), whole.json("ops", "parked", "list")
    limits = httpx.Limits(max_connections=AT_ONCE)
    async with httpx.AsyncClient(base_url=whole.application.url, timeout=PATIENCE, limits=limits) as client:
        operations = Operations((await client.get("/openapi.json")).json(), WORLD)
        sender = Sender(client)
        for asking in operations.ordinary():
            await sender.find_out_who_may(asking)
        askings = sorted(operations.at_the_edge(), key=lambda one: bool(ENDS.search(one.operation)))
        await sender.send_all(askings)

        async def calm() -> bool:
            settled = await client.get("/api/settled", headers=sender.headers("he.jx"))
            return bool(settled.json()["settled"])

        async def answers() -> httpx.Response | None:
            answer = await client.get("/ready")
            return answer if answer.status_code == 200 else None

        await eventually(calm, "everything has run its course")
        ready = await eventually(answers, "it is ready")
        assert ready is not None
    print(dict(sender.statuses), len(askings))
    assert sender.wrong == []
    assert ready.json() == {"ready": True, "waiting_for": {}, "degraded": {}}
    assert whole.json("ops", "parked", "list") == waiting  # of other tests on this broker, if anything
    assert await dead_letters(whole) == before
