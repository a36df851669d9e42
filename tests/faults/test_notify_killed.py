"""Notify is killed at random moments while it sends: each customer gets each message once."""

import asyncio
import json
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest
from harness.notify_system import notify_system
from harness.processes import Application
from harness.seeds import seed_of
from harness.sms_provider import KEY, SECRET, SmsProvider, sms_provider
from harness.stacks import Stack
from harness.topics import committed
from harness.waiting import eventually

from notify.message.aggregate import MESSAGE
from notify.message.request import RequestMessage, message_id
from runtime import kafka
from runtime.gateway import Gateway, new_request
from runtime.settings import Settings

pytestmark = [pytest.mark.kafka, pytest.mark.slow]

MESSAGES = 60
KILLS = 5


class Scene:
    """A notify of its own on the session's servers, a provider, and somebody who asks for messages."""

    def __init__(self, stack: Stack, home: Path, seed: int, provider: SmsProvider) -> None:
        self.name = f"notify_{uuid.uuid4().hex[:6]}"
        self.provider = provider
        self.random = random.Random(seed)
        self.settings = Settings(
            kafka_bootstrap=stack.kafka_address,
            mongo_url=stack.mongo_url,
            mongo_database=f"songda_{self.name}",
            home=home / "home",
            session_timeout_ms=6_000,
            checkpoint_seconds=1.0,
        )
        self.system = notify_system(self.name, self.settings)
        self.gateway = Gateway(self.settings, self.system.services)
        told = self.settings.model_dump(mode="json", exclude={"secret", "people"})
        env = {f"SONGDA_{name.upper()}": str(value) for name, value in told.items() if value is not None} | {
            "SONGDA_SECRET": "a secret of the tests",
            "SONGDA_NOTIFY_SMS": "http",
            "SONGDA_NOTIFY_HTTP_URL": f"http://127.0.0.1:{provider.port}",
            "SONGDA_NOTIFY_HTTP_KEY": KEY,
            "SONGDA_NOTIFY_HTTP_SECRET": SECRET,
            "SONGDA_NOTIFY_QUIET_HOURS": "false",
        }
        command = ["-m", "harness.notify_system", self.name]
        self.notify = Application("notify", command, env, home / "notify.log")

    async def ask_for(self, number: int) -> str:
        """One message, asked for by an event of that number."""
        known_as = message_id(f"cause-{number}", 1)
        command = RequestMessage(
            message_id=known_as,
            channel="sms",
            template=1,
            to=f"138{number:08d}",
            text="您好",
            cause_id=f"cause-{number}",
            subject=f"contract:HT{number}",
        )
        request = new_request(f"ask-{number}", actor="system", role="system")
        with suppress(TimeoutError):  # undecided yet: the command is not lost
            await self.gateway.ask(self.name, MESSAGE.key(known_as), command, request, seconds=1.0)
        return known_as

    async def events(self) -> Counter[tuple[str, str]]:
        """How often each event happened to each message."""
        records = await committed(self.settings.kafka_bootstrap, f"{self.name}.events")
        return Counter((json.loads(r.value)["event"], r.key) for r in records if r.key.startswith("message:"))


def called(provider: SmsProvider, calls: int) -> bool:
    """Whether it was called so often, or has all messages and will not be called again."""
    return provider.calls >= calls or len(provider.took) == MESSAGES


@pytest.fixture
async def scene(stack: Stack, tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    seed = seed_of(request)
    with sms_provider(seed) as provider:
        made = Scene(stack, tmp_path, seed, provider)
        await kafka.provision(made.settings, made.system.services)
        listening = asyncio.create_task(made.gateway.run())
        try:
            await eventually(lambda: made.gateway.not_ready is None, "the gateway listens")
            yield made
        finally:
            made.notify.end()
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)


async def test_a_provider_gets_each_message_once_however_often_notify_is_killed_while_sending(scene: Scene) -> None:
    """E4"""
    await scene.notify.start().ready()
    asking = asyncio.gather(*(scene.ask_for(number) for number in range(MESSAGES)))
    for kill in range(KILLS):
        calls = scene.provider.calls + scene.random.randrange(1, MESSAGES // KILLS)
        await eventually(partial(called, scene.provider, calls), f"{calls} calls", every=0.001)
        scene.notify.kill()
        print(f"kill {kill + 1} after {scene.provider.calls} calls, {len(scene.provider.took)} messages taken")
        await scene.notify.start().ready()
    ids = await asking

    async def all_sent() -> bool:
        happened = await scene.events()
        return all(happened["MessageSent", MESSAGE.key(known_as)] for known_as in ids)

    await eventually(all_sent, "all messages are sent", every=1.0)
    happened = Counter(name for name, _ in (await scene.events()).elements())
    print(f"events: {dict(happened)}")
    assert happened["MessageUnknown"] > 0  # the kills did hit what they were meant to
    assert (dict(scene.provider.took), scene.provider.refused, happened["MessageSent"]) == (
        dict.fromkeys(ids, 1),
        0,
        MESSAGES,
    )
