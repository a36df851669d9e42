"""`songda users`: who may sign in here, said by who runs this machine, straight to the database of accounts.

People themselves are the company's list (company/people.py); an account is what one of them signs in with.
"""

import asyncio
import getpass
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.table import Table

from company.people import read_people
from company.roles import DECIDE_ABOUT_MONEY
from contracts.civil_time import SHANGHAI
from runtime import kafka
from runtime.clock import utc_now
from runtime.errors import NotReady
from runtime.identity.account import Account
from runtime.identity.audit import Audited, AuditTrail, What, append
from runtime.identity.identity import Identity
from runtime.mongo import connect
from runtime.settings import Settings
from songda.local import local_settings

Found = TypeVar("Found")

users = typer.Typer(no_args_is_help=True, help="登录账号 Accounts that people sign in with.")
out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)

OfPerson = Annotated[str, typer.Argument(help="人员编号 person id, e.g. he.jx")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 machine-readable")]


@users.command("list")
def list_users(as_json: AsJson = False) -> None:
    """列出账号 List everybody, with the state of their account and how many sessions they have."""
    settings = local_settings()

    async def asked(identity: Identity) -> list[dict[str, Any]]:
        accounts = {one.id: one for one in await identity.accounts.all()}
        known = read_people(settings.people)
        return [
            {
                "id": person_id,
                "name": known[person_id].name if person_id in known else "",
                "role": known[person_id].role if person_id in known else "",
                "state": _state(accounts.get(person_id), listed=person_id in known),
                "second_factor": person_id in accounts and accounts[person_id].has_second,
                "sessions": len(await identity.sessions.of_person(person_id)),
            }
            for person_id in sorted({*known, *accounts})
        ]

    found = _with_identity(settings, asked)
    if as_json:
        print(json.dumps(found, ensure_ascii=False))
        return
    table = Table("编号 id", "姓名", "岗位 role", "账号 account", "动态码 second factor", "登录数 sessions")
    for one in found:
        second = "有 yes" if one["second_factor"] else "—"
        table.add_row(one["id"], one["name"], one["role"], one["state"], second, str(one["sessions"]))
    out.print(table)


@users.command("add")
def add_user(
    person: Annotated[str | None, typer.Argument(help="人员编号 person id, e.g. he.jx")] = None,
    every: Annotated[bool, typer.Option("--all", help="所有还没有账号的人 everybody who has none")] = False,
) -> None:
    """开账号 Give a person an account; prints a one-time password."""
    if (person is None) is not every:
        _fail("请给人员编号，或者 --all。Name a person, or say --all.")
    settings = local_settings()
    wanted = list(read_people(settings.people)) if person is None else [_listed(settings, person)]
    made = _with_identity(settings, lambda identity: _add(settings, identity, wanted))
    if not made and person is not None:
        _fail(f"{person} 已经有账号；忘了密码用 songda users reset。 {person} has an account: songda users reset.")
    _print(settings, made)


@users.command("reset")
def reset_user(
    person: OfPerson,
    second: Annotated[bool, typer.Option("--second-factor", help="动态码也重新开通 also the second factor")] = False,
) -> None:
    """重设密码 A new one-time password; all sessions and tokens of the person end."""
    settings = local_settings()
    known = _listed(settings, person)

    async def done(identity: Identity) -> str | None:
        password = await identity.accounts.reset(known, second=second)
        if password is not None:
            await _note(settings, What.ACCOUNT_RESET, [known], why="second factor too" if second else "")
        return password

    password = _with_identity(settings, done)
    if password is None:
        _fail(f"{person} 还没有账号：songda users add {person}。 {person} has no account yet: add one.")
    _print(settings, [(known, password)])


@users.command("disable")
def disable_user(person: OfPerson) -> None:
    """停用 Shut a person out at once: sessions, live pages and tokens end; also of one who is no longer listed."""
    settings = local_settings()

    async def done(identity: Identity) -> int:
        known = {one.id for one in await identity.accounts.all()} | set(read_people(settings.people))
        if person not in known:
            _fail(f"没有 {person} 这个人。There is no person {person}.")
        ended = await identity.accounts.disable(person)
        await _note(settings, What.ACCOUNT_DISABLED, [person], sessions=ended)
        return ended

    ended = _with_identity(settings, done)
    out.print(f"{person} 已停用，结束了 {ended} 个登录。 {person} is shut out; {ended} sessions ended.")


@users.command("enable")
def enable_user(person: OfPerson) -> None:
    """恢复 Let a person in again, with the password they had."""
    settings = local_settings()

    async def done(identity: Identity) -> bool:
        was_shut = await identity.accounts.enable(person)
        if was_shut:
            await _note(settings, What.ACCOUNT_ENABLED, [person])
        return was_shut

    if not _with_identity(settings, done):
        _fail(f"{person} 没有被停用。{person} is not shut out.")
    out.print(f"{person} 可以再登录。 {person} may sign in again.")


def first_passwords(settings: Settings) -> list[tuple[str, str]]:
    """One-time passwords of everybody on the list that comes with the system, where nobody has an account yet."""
    if settings.people is not None:
        return []

    async def made(identity: Identity) -> list[tuple[str, str]]:
        if await identity.accounts.all():
            return []
        return await _add(settings, identity, list(read_people()))

    return _with_identity(settings, made)


def print_first_passwords(settings: Settings) -> None:
    """Print them, once in the life of a database."""
    made = first_passwords(settings)
    if made:
        _print(settings, made)


async def _add(settings: Settings, identity: Identity, people: Sequence[str]) -> list[tuple[str, str]]:
    made = [(person, password) for person in people if (password := await identity.accounts.add(person)) is not None]
    await _note(settings, What.ACCOUNT_ADDED, [person for person, _ in made])
    return made


def _print(settings: Settings, made: Sequence[tuple[str, str]]) -> None:
    people = read_people(settings.people)
    title = "登录后要换 To be changed at the first login"
    table = Table("编号 id", "姓名", "一次性密码 one-time password", title=title)
    for person, password in made:
        table.add_row(person, people[person].name, password)
    out.print(table)
    if any(people[person].role in DECIDE_ABOUT_MONEY for person, _ in made):
        out.print("管钱的岗位还要开通手机动态码。Roles that decide about money set up a second factor as well.")


def _state(account: Account | None, *, listed: bool) -> str:
    if account is not None and account.disabled:
        return "停用 shut out"
    if not listed:
        return "不在名单 not listed"
    if account is None or account.password is None:
        return "没有 none"
    if account.password_end is not None and account.password_end <= utc_now():
        return "一次性密码过期 one-time password is over"
    if account.password_end is not None:
        return f"一次性密码到 until {account.password_end.astimezone(SHANGHAI):%m-%d %H:%M}"
    return "可用 good"


def _listed(settings: Settings, person: str) -> str:
    if person not in read_people(settings.people):
        _fail(f"没有 {person} 这个人。There is no person {person}.")
    return person


async def _note(settings: Settings, what: What, people: Sequence[str], *, why: str = "", sessions: int = 0) -> None:
    """Into the audit record. Where Kafka is away the account is changed all the same: somebody has to be shut out."""
    by = f"{getpass.getuser()}@command"
    records = [Audited(what=what, person=person, by=by, why=why, sessions=sessions) for person in people]
    if not records:
        return
    try:
        async with kafka.sending(settings) as producer:
            await append(producer, records)
    except (KafkaError, NotReady, TimeoutError, OSError) as error:
        err.print(f"没有记进审计（Kafka {type(error).__name__}）。Done, but not on the audit record: Kafka is away.")


def _with_identity(settings: Settings, work: Callable[[Identity], Awaitable[Found]]) -> Found:
    async def done() -> Found:
        database = connect(settings)
        try:
            return await work(Identity.of(settings, database, DECIDE_ABOUT_MONEY, AuditTrail(settings)))
        finally:
            database.client.close()

    return asyncio.run(done())


def _fail(text: str) -> NoReturn:
    err.print(text, style="red", markup=False)
    raise typer.Exit(1)
