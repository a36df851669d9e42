"""The application as a process of the stack: all services, dashboards and the gateway in one."""

import os
import sys
import time
from collections.abc import Callable, Mapping

import httpx

from songda.stack.health import until_healthy
from songda.stack.places import StackSettings
from songda.stack.ports import require_free
from songda.stack.processes import Process, spawn

START_SECONDS = 180.0
SAY_EVERY_SECONDS = 5.0
COMMAND = (sys.executable, "-m", "songda", "run", "all")


def environment(settings: StackSettings) -> dict[str, str]:
    """What the application's settings are in this stack, over this process's own environment."""
    return {
        **os.environ,
        **{f"SONGDA_{name.upper()}": server for name, server in settings.servers.items()},
        "SONGDA_HTTP_PORT": str(settings.http_port),
        "SONGDA_HOME": str(settings.home.resolve()),
        "SONGDA_DEMO_LOGIN": str(settings.offers_people).lower(),
        "PYTHONUNBUFFERED": "1",
    }


async def start_application(
    settings: StackSettings,
    tell: Callable[[str], None],
    *,
    command: tuple[str, ...] = COMMAND,
    seconds: float = START_SECONDS,
) -> Process:
    """Start it and return once GET /ready answers 200, telling from time to time what it still waits for."""
    require_free(settings.http_port, "songda", "SONGDA_HTTP_PORT")
    env: Mapping[str, str] = environment(settings)
    process = spawn(settings.home, "app", command, port=settings.http_port, env=env)
    said = time.monotonic()
    async with httpx.AsyncClient(base_url=settings.address, timeout=4.0, trust_env=False) as client:

        async def ready() -> bool:
            nonlocal said
            try:
                answer = await client.get("/ready")
            except httpx.TransportError:
                waiting = "尚未监听 not listening yet"
            else:
                if answer.status_code == httpx.codes.OK:
                    return True
                waiting = f"/ready {answer.status_code} {answer.text[:200]}"
            if time.monotonic() - said > SAY_EVERY_SECONDS:
                said = time.monotonic()
                tell(f"  … 等待服务 waiting for the services: {waiting}")
            return False

        await until_healthy(process, ready, seconds)
    return process
