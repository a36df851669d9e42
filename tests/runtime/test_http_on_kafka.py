"""HTTP in front of the machinery: answers that come late, too many requests, and an end in good order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from harness.load import contract_numbers, register
from harness.processes import Application
from harness.stage import SECRET, Stage
from harness.waiting import PATIENCE, eventually

from runtime.commands import deterministic_id
from runtime.outcome import Outcome
from runtime.tokens import Tokens

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

PERSON = "liang.my"


@asynccontextmanager
async def signed_in(application: Application) -> AsyncIterator[httpx.AsyncClient]:
    """A client that is somebody."""
    headers = {"Authorization": f"Bearer {Tokens(SECRET).issue(PERSON)}"}
    async with httpx.AsyncClient(base_url=application.url, headers=headers, timeout=PATIENCE) as client:
        yield client


async def _register(client: httpx.AsyncClient, number: str) -> httpx.Response:
    body = register(number).model_dump(mode="json", exclude={"command", "at"})
    return await client.post("/api/contracts", json=body, headers={"Idempotency-Key": f"key-{number}"})


async def test_an_answer_that_comes_late_is_found_where_the_caller_was_told_to_ask(stage: Stage) -> None:
    """202 with `ask_at` while nobody decides; later the answer is there, also for an API that did not hear it."""
    api = stage.application("api", "api", decision_seconds=1.0).start()
    await api.ready()
    async with signed_in(api) as client:
        asked = await _register(client, contract_numbers(1)[0])
        ask_at = asked.json()["ask_at"]
        early = await client.get(ask_at)
        assert (asked.status_code, asked.json()["status"]) == (202, "pending")
        assert (early.status_code, early.json()["status"]) == (202, "pending")

        await stage.application("worker", "worker").start().ready()

        async def answer() -> httpx.Response | None:
            response = await client.get(ask_at)
            return response if response.status_code == 200 else None

        late = await eventually(answer, "the answer is there")
        api.kill()
        api.start()
        await api.ready()
        later = await client.get(ask_at)

        async def asked_again() -> httpx.Response | None:
            response = await _register(client, contract_numbers(1)[0])
            return response if response.status_code != 202 else None

        again = await eventually(asked_again, "it is answered in time")
        assert again is not None
    outcome = late.json()
    assert (outcome["status"], outcome["version"], outcome["events"]) == ("accepted", 1, ["ContractSigned"])
    assert later.json() == outcome
    assert (again.status_code, again.json()["repeated"], again.json()["version"]) == (201, True, 1)


async def test_requests_past_the_bound_are_told_to_come_again(stage: Stage) -> None:
    """Back-pressure: two may wait, the others get 503 with Retry-After and were not sent."""
    api = stage.application("api", "api", decision_seconds=3.0, waiting_requests=2).start()
    await api.ready()
    async with signed_in(api) as client:
        answers = await asyncio.gather(*(_register(client, number) for number in contract_numbers(6)))
    statuses = sorted(answer.status_code for answer in answers)
    refused = [answer for answer in answers if answer.status_code == 503]
    assert statuses == [202, 202, 503, 503, 503, 503]
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert {answer.json()["code"] for answer in refused} == {"busy"}


async def test_sigterm_amid_requests_loses_nothing(stage: Stage) -> None:
    """Requests in flight are answered, the process ends by itself, and whoever was not answered asks again."""
    whole = stage.application("whole").start()
    await whole.ready()
    numbers = contract_numbers(120)
    for number in numbers:
        stage.oracle.sending(_command_id(number), f"contract:{number}", "RegisterContract")

    async def one_after_the_other(client: httpx.AsyncClient, mine: list[str]) -> None:
        for number in mine:
            try:
                answer = await _register(client, number)
            except httpx.HTTPError:
                return  # it is gone
            _note(stage, number, answer)

    async with signed_in(whole) as client:
        load = asyncio.gather(*(one_after_the_other(client, numbers[n::6]) for n in range(6)))
        await eventually(lambda: stage.oracle.answers >= 30, "thirty answers", every=0.01)
        code = await asyncio.to_thread(whole.stop)
        await load
    answered = stage.oracle.answers
    assert code == 0
    assert 30 <= answered < len(numbers)

    whole.start()
    await whole.ready()
    async with signed_in(whole) as client:
        for number in numbers:
            _note(stage, number, await _register(client, number))
    report = await stage.check()
    assert (report.accepted, report.events) == (120, 120)
    assert await stage.live_equals_rebuilt() == 120


def _command_id(number: str) -> str:
    return deterministic_id(PERSON, f"key-{number}", "", f"contract:{number}")


def _note(stage: Stage, number: str, answer: httpx.Response) -> None:
    if answer.status_code == 503:
        return
    body = answer.json()
    assert (answer.status_code, body["command_id"]) == (201, _command_id(number)), body
    ids = tuple(f"{body['command_id']}.{index}" for index in range(len(body["events"])))
    stage.oracle.answered(
        Outcome(body["command_id"], body["aggregate_id"], "accepted", body["version"], tuple(body["events"]), ids)
    )
