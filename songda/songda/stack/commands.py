"""`songda up | down | status | wipe`: the local stack from the command line."""

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from runtime.settings import Settings
from songda.stack import whole
from songda.stack.application import START_SECONDS
from songda.stack.places import StackSettings, log_file, ready_file
from songda.stack.processes import Process, StackError, alive, find, last_lines, spawn

Result = TypeVar("Result")

DETACHED_SECONDS = START_SECONDS + 120
"""How long `up --detach` waits for everything: the servers, then the application."""


def up(
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="后台运行 return once it is up, and leave it running")
    ] = False,
    servers: Annotated[
        bool, typer.Option("--servers", help="只启动 Kafka 和 MongoDB only the servers, not the application")
    ] = False,
) -> None:
    """启动本机环境 Start Kafka, MongoDB and the application; Ctrl-C stops them."""
    settings = _settings()
    _run(_of_its_own(settings, Settings()))
    watcher = find(settings.home, whole.WATCHER)
    if watcher and watcher.pid != os.getpid():  # with --detach the file names this process before it runs
        _tell(f"已在运行 already up: {settings.address} (pid {watcher.pid}); `songda down` 停止 stops it.")
        return
    if detach:
        _run(_up_detached(settings, servers=servers))
    else:  # started by --detach, what it says lies in a log, where no password belongs
        told_here = not servers and watcher is None
        _run(_up_here(settings, servers=servers, first_passwords=told_here))
    if detach and not servers:
        _first_passwords()


def down() -> None:
    """停止本机环境 Stop the stack, also one that was started with --detach or left by a crash."""
    settings = _settings()
    if _run(whole.down(settings.home, _tell)):
        _tell("已停止 stopped. 数据保留 The data is kept.")
    else:
        _tell("没有在运行 nothing was running.")


def status(as_json: Annotated[bool, typer.Option("--json", help="机器可读 for programs")] = False) -> None:
    """查看本机环境 Show what runs; exit code 0 when all of it does, 3 when not."""
    settings = _settings()
    parts = whole.status(settings.home)
    ready = ready_file(settings.home).exists() and all(part.process for part in parts[:3])
    if as_json:
        typer.echo(
            json.dumps(
                {
                    "ready": ready,
                    "home": str(settings.home),
                    "address": settings.address,
                    "parts": {
                        part.name: part.process and {"pid": part.process.pid, "port": part.process.port}
                        for part in parts
                    },
                }
            )
        )
    else:
        for part in parts:
            _tell(_line(part))
        _tell(f"home  {settings.home}   logs {log_file(settings.home, '*')}")
        if ready and parts[-1].process:
            _tell(f"打开 open {settings.address}")
    if not ready:
        raise typer.Exit(3)


def wipe(yes: Annotated[bool, typer.Option("--yes", "-y", help="不再询问 do not ask")] = False) -> None:
    """清空数据 Stop the stack and delete all its data: streams, read models, logs."""
    settings = _settings()
    if not yes:
        typer.confirm(
            f"删除 {settings.home} 中的全部数据? 无法恢复。 Delete all data of the stack in {settings.home}? "
            "It cannot be undone.",
            abort=True,
        )
    deleted = _run(whole.wipe(settings.home, _tell))
    _tell(f"已清空 wiped: {', '.join(deleted) or '本来就是空的 there was nothing'}")


async def _of_its_own(stack: StackSettings, given: Settings) -> None:
    """Raises StackError where the environment names servers that this stack is not: it starts its own, and every other
    command would ask those."""
    for name, own in stack.servers.items():
        if name in given.model_fields_set and getattr(given, name) != own:
            variable, port = f"SONGDA_{name.upper()}", f"SONGDA_{name.partition('_')[0].upper()}_PORT"
            raise StackError(
                f"{variable} 指向别的服务器，而 songda up 启动自己的（{own}）。请去掉 {variable}（换端口用 {port}），"
                f"或用 songda run all 连那里。 {variable} names another server, and songda up starts its own at {own}: "
                f"unset it (the port is {port}), or connect to that one with songda run all."
            )


async def _up_here(settings: StackSettings, *, servers: bool, first_passwords: bool) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(sign) is not signal.SIG_IGN:  # nohup asks to outlive the terminal
            loop.add_signal_handler(sign, stopping.set)
    hint = "  Ctrl-C 停止 stops it." if sys.stdout.isatty() else ""
    when_ready = _ready_line(settings, servers=servers) + hint
    parts = whole.starters(settings, _tell, servers_only=servers)
    telling = asyncio.create_task(_once_ready(settings)) if first_passwords else None
    try:
        await whole.run(settings, parts, _tell, stopping, when_ready)
    finally:
        if telling is not None:
            telling.cancel()
            await asyncio.gather(telling, return_exceptions=True)
    _tell("已停止 stopped. 数据保留 The data is kept.")


async def _up_detached(settings: StackSettings, *, servers: bool) -> None:
    """Start the watcher in a session of its own, and pass on what it says until everything is up."""
    command = [sys.executable, "-m", "songda", "up", *(["--servers"] if servers else [])]
    log = log_file(settings.home, whole.WATCHER)
    seen = log.stat().st_size if log.exists() else 0
    environment = {**os.environ, "SONGDA_HOME": str(settings.home), "PYTHONUNBUFFERED": "1"}
    ready_file(settings.home).unlink(missing_ok=True)  # of a watcher that was killed
    watcher = spawn(settings.home, whole.WATCHER, command, port=settings.http_port, env=environment)
    until = time.monotonic() + DETACHED_SECONDS
    while not ready_file(settings.home).exists():
        seen = _pass_on(log, seen)
        if not alive(watcher):
            _pass_on(log, seen)
            raise StackError(f"没有启动成功。 It did not come up; see {log.parent}")
        if time.monotonic() > until:
            raise StackError(f"{DETACHED_SECONDS:.0f} 秒内没有就绪。 Not ready in time:\n{last_lines(watcher)}")
        await asyncio.sleep(0.1)
    _pass_on(log, seen)
    _tell("后台运行 running in the background; `songda down` 停止 stops it.")


async def _once_ready(settings: StackSettings) -> None:
    """Print the first passwords as soon as everything is up."""
    while not ready_file(settings.home).exists():
        await asyncio.sleep(0.2)
    await asyncio.to_thread(_first_passwords)


def _first_passwords() -> None:
    from songda.local import local_settings
    from songda.users import print_first_passwords

    print_first_passwords(local_settings())


def _pass_on(log: Path, seen: int) -> int:
    """Print whole lines written to `log` after `seen` bytes; the new count of bytes seen."""
    if not log.exists():
        return seen
    with log.open("rb") as file:
        file.seek(min(seen, log.stat().st_size))
        text = file.read()
    whole_lines = text[: text.rfind(b"\n") + 1]
    for line in whole_lines.decode("utf-8", "replace").splitlines():
        _tell(line)
    return seen + len(whole_lines)


def _ready_line(settings: StackSettings, *, servers: bool) -> str:
    if servers:
        return (
            f"服务器就绪 servers are up: Kafka 127.0.0.1:{settings.kafka_port} MongoDB 127.0.0.1:{settings.mongo_port}"
        )
    how = (
        "演示登录已开：登录页上选人，只有本机能打开。 Demo login is on: pick a person; for this machine only."
        if settings.offers_people
        else "登录用编号和密码 sign in with id and password: songda users list"
    )
    return f"送达就绪 songda is up: {settings.address}\n{how}"


def _line(part: whole.Part) -> str:
    def shown(process: Process | None) -> str:
        return f"运行 running  pid {process.pid}  {process.address}" if process else "未运行 not running"

    return f"{part.name:6}{shown(part.process)}"


def _settings() -> StackSettings:
    settings = StackSettings()
    return settings.model_copy(update={"home": settings.home.resolve()})


def _tell(line: str) -> None:
    typer.echo(line)


def _run(work: Coroutine[Any, Any, Result]) -> Result:
    try:
        return asyncio.run(work)
    except StackError as error:
        typer.echo(f"错误 error: {error}", err=True)
        raise typer.Exit(1) from error
