"""An Idempotency-Key stands for one request (X7): after restarts, over several API processes, without the database."""

import asyncio
from typing import Any

import httpx
import pytest
from harness.load import contract_numbers, register
from harness.processes import Application
from harness.stage import SECRET, Stage
from harness.streams import history
from harness.waiting import PATIENCE

from contracts.order import ContractSigned
from runtime.tokens import Tokens

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PERSON = "liang.my"
FIRST, SECOND = contract_numbers(2)


def _body(number: str, **changes: Any) -> dict[str, Any]:
    return register(number).model_dump(mode="json", exclude={"command", "at"}) | changes


async def _ask(api: Application, body: dict[str, Any], key: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {Tokens(SECRET).issue(PERSON)}", "Idempotency-Key": key}
    async with httpx.AsyncClient(base_url=api.url, headers=headers, timeout=PATIENCE) as client:
        return await client.post("/api/contracts", json=body)


def _said(answer: httpx.Response) -> tuple[int, str | None, str | None]:
    """Status; code and difference of a refusal."""
    body = answer.json()
    return answer.status_code, body.get("code"), body.get("facts", {}).get("differs")


async def test_another_request_under_a_known_key_is_refused_also_by_an_api_that_was_started_later(stage: Stage) -> None:
    """X7: another body, another aggregate; nothing of it happens, and the first one's repeat gets the first answer."""
    worker = stage.application("worker", "worker").start()
    api = stage.application("api", "api").start()
    await worker.ready()
    await api.ready()
    first = await _ask(api, _body(FIRST), "k1")
    api.kill()
    api.start()
    await api.ready()
    body = await _ask(api, _body(FIRST, amount_due_fen=7), "k1")
    aggregate = await _ask(api, _body(SECOND), "k1")
    again = await _ask(api, _body(FIRST), "k1")
    fresh = await _ask(api, _body(SECOND), "k2")
    assert [_said(one) for one in (first, body, aggregate, again, fresh)] == [
        (201, None, None),
        (422, "key_reused", "amount_due_fen"),
        (422, "key_reused", "contract_no"),
        (201, None, None),
        (201, None, None),
    ]
    assert (again.json()["repeated"], again.json()["command_id"]) == (True, first.json()["command_id"])
    assert await _signed(stage) == [FIRST, SECOND]


async def test_an_aggregates_owner_knows_its_requests_without_the_database(stage: Stage) -> None:
    """X7: keys and checkpoints are wiped, the owner is another one: it knows them from the streams, accepted or not."""
    worker = stage.application("worker", "worker").start()
    api = stage.application("api", "api").start()
    await worker.ready()
    await api.ready()
    bad = _body(SECOND, promised_on="2025-12-31")
    before = [await _ask(api, body, key) for body, key in ((_body(FIRST), "k1"), (bad, "k2"))]
    worker.kill()
    await stage.stack.wipe_mongo(stage.settings.mongo_database)
    worker.start()
    await worker.ready()
    others = ((_body(FIRST, amount_due_fen=7), "k1"), (_body(SECOND), "k2"))
    changed = [await _ask(api, body, key) for body, key in others]
    again = [await _ask(api, body, key) for body, key in ((_body(FIRST), "k1"), (bad, "k2"))]
    assert [_said(one) for one in (*before, *changed, *again)] == [
        (201, None, None),
        (409, "bad_dates", None),
        (422, "key_reused", "body"),
        (422, "key_reused", "body"),
        (201, None, None),
        (409, "bad_dates", None),
    ]
    assert await _signed(stage) == [FIRST]


async def test_of_several_requests_under_one_key_at_once_one_is_carried_out(stage: Stage) -> None:
    """X7: over two API processes, for the same aggregate and for others; each caller hears what became of their own."""
    await stage.application("worker", "worker").start().ready()
    apis = [stage.application(name, "api").start() for name in ("one", "other")]
    for api in apis:
        await api.ready()
    bodies = [_body(number, amount_due_fen=fen) for number in (FIRST, SECOND) for fen in range(6)]
    answers = await asyncio.gather(*(_ask(apis[n % 2], body, "k1") for n, body in enumerate(bodies)))
    said = sorted((answer.status_code, answer.json().get("code")) for answer in answers)
    assert said == [(201, None)] + 11 * [(422, "key_reused")]
    assert len(await _signed(stage)) == 1


async def _signed(stage: Stage) -> list[str]:
    """Numbers of the contracts that were signed."""
    happened = await history(stage.address, stage.order, stage.settings.partitions)
    return sorted(one.fact.contract_no for one in happened if isinstance(one.fact, ContractSigned))
