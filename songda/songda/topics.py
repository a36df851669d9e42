"""`songda topics`: whether topics and what principals may do are as they should be, and making them so.

Each part of the system has a principal of its own (`PARTS`); what it may do follows from what it does
(`runtime.kafka_access`). ACLs of these principals that no part needs any more are taken away.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Annotated, Any, NamedTuple

import typer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.client import AIOKafkaClient
from aiokafka.errors import for_code
from aiokafka.protocol.admin import CreateAclsRequest, DeleteAclsRequest, DescribeAclsRequest
from rich.console import Console

from runtime import kafka
from runtime.errors import NotReady
from runtime.kafka_access import GROUP, LITERAL, PREFIXED, TOPIC, TRANSACTIONAL_ID, Access, Allowed, access_of
from runtime.kafka_login import client
from runtime.settings import Settings
from songda.local import local_settings

out = Console(highlight=False)
err = Console(stderr=True, highlight=False, soft_wrap=True)
topics = typer.Typer(invoke_without_command=True, help="主题与权限 Topics, and who may use them.")

ANY, MATCH, ALLOW = 1, 3, 3
"""Of Kafka's protocol: any in a filter; a pattern as it stands; the permission that an ACL gives."""
NO_AUTHORIZER = 54
EVERYWHERE = "*"
_KINDS = {TOPIC: "topic", GROUP: "group", TRANSACTIONAL_ID: "transactional-id"}
_OPERATIONS = {3: "read", 4: "write", 8: "describe"}
_DYNAMIC = 1
"""Source of a topic's configuration that was set for it, not inherited."""

Prefix = Annotated[str, typer.Option("--principals", help="主体名的前缀 what the principals' names begin with")]
PREFIX = "songda-"


def parts(settings: Settings) -> dict[str, Access]:
    """Each part that runs under a principal of its own, by the end of its name: a service with its reactions, the
    pages and the API, the read models."""
    from songda.system import system

    whole = system(settings)
    known = whole.services, whole.all_projections()
    one_each = {name: access_of(settings, *known, [name], ("worker", "reactor")) for name in whole.services}
    shared = {role: access_of(settings, *known, whole.services, (role,)) for role in ("api", "projector")}
    return one_each | shared


class Difference(NamedTuple):
    """A topic's configuration that is not as it should be."""

    topic: str
    key: str
    found: str
    wanted: str


@topics.callback()
def check(context: typer.Context) -> None:
    """看主题是否齐全、设置是否正确 Whether all topics are there and as they should be; changes nothing."""
    if context.invoked_subcommand is None and asyncio.run(_check(local_settings())):
        err.print("[red]请运行 songda topics apply。Run `songda topics apply`.[/red]")
        raise typer.Exit(1)


@topics.command()
def apply(
    *,
    acls: Annotated[bool, typer.Option(help="也设权限 Access rights, too.")] = True,
    principals: Prefix = PREFIX,
) -> None:
    """建缺少的主题，改不对的设置，设权限 Make missing topics, mend their settings, give each part what it needs."""
    asyncio.run(_apply(local_settings(), principals, acls=acls))


@topics.command("acls")
def list_acls(principals: Prefix = PREFIX) -> None:
    """列出每个部分需要的权限 What each part may do, a line each."""
    for name, access in parts(local_settings()).items():
        for one in sorted(access.allowed):
            out.print(f"{principals}{name} {_said(one)}", markup=False, soft_wrap=True)


async def _check(settings: Settings) -> bool:
    """Say what is missing or different; whether anything is."""
    wanted = _wanted(settings)
    async with _administrator(settings) as admin:
        missing = sorted(wanted.keys() - set(await admin.list_topics()))
        different = [one async for one in differences(admin, {t: c for t, c in wanted.items() if t not in missing})]
    for topic in missing:
        out.print(f"缺 missing: {topic}")
    for one in different:
        out.print(f"不同 different: {one.topic} {one.key}={one.found}，应为 should be {one.wanted}")
    if not missing and not different:
        out.print("主题都在，设置正确。Topics are in place, and as they should be.")
    return bool(missing or different)


async def _apply(settings: Settings, prefix: str, *, acls: bool) -> None:
    wanted = _wanted(settings)
    async with _administrator(settings) as admin:
        for topic in await kafka.make_topics(admin, settings, wanted):
            out.print(f"建 made: {topic}")
        for other in [other async for other in differences(admin, wanted)]:
            await _mend(admin, other)
            out.print(f"改 changed: {other.topic} {other.key}={other.found} → {other.wanted}")
    if acls:
        await _give_access(settings, prefix)


async def _give_access(settings: Settings, prefix: str) -> None:
    asking = AIOKafkaClient(**client(settings))
    await asking.bootstrap()
    try:
        for name, access in parts(settings).items():
            principal = f"User:{prefix}{name}"
            given = await acls_of(asking, principal)
            if given is None:
                out.print("这个 Kafka 不管权限，没有可设的。This Kafka has no authorizer: no rights to give.")
                return
            for one in sorted(access.allowed - given):
                await _give(asking, principal, one)
            for one in sorted(given - access.allowed):
                await _take(asking, principal, one)
            more, less = len(access.allowed - given), len(given - access.allowed)
            out.print(f"{principal}: {len(access.allowed)} 项权限 rights, +{more} -{less}")
    finally:
        await asking.close()


def _wanted(settings: Settings) -> dict[str, tuple[int, dict[str, str]]]:
    from songda.system import services

    return kafka.wanted_topics(settings, services(settings.home))


@asynccontextmanager
async def _administrator(settings: Settings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = await kafka.started_administrator(settings)
    try:
        yield admin
    finally:
        await admin.close()


async def differences(
    admin: AIOKafkaAdminClient, wanted: Mapping[str, tuple[int, dict[str, str]]]
) -> AsyncIterator[Difference]:
    """Where a topic's configuration would lose events, or keep them too short: what is not as wanted."""
    found = await _configurations(admin, wanted)
    for topic, (_, config) in wanted.items():
        # a topic that may not be compacted says so; one whose events are kept for ever must not be
        for key, value in ({"cleanup.policy": "delete"} | config).items():
            is_value, _ = found[topic].get(key, ("", False))
            if is_value != value:
                yield Difference(topic, key, is_value, value)


async def _configurations(admin: AIOKafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, tuple[str, bool]]]:
    """By topic and key: the value, and whether it was set for this topic."""
    found: dict[str, dict[str, tuple[str, bool]]] = {}
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    for response in await admin.describe_configs(asked) if asked else ():
        told: Any = response
        for code, why, _, name, entries in told.resources:
            if code:
                raise NotReady(f"the configuration of {name} cannot be read: {for_code(code).__name__} {why or ''}")
            found[name] = {entry[0]: (entry[1], entry[3] == _DYNAMIC) for entry in entries}
    return found


async def _mend(admin: AIOKafkaAdminClient, one: Difference) -> None:
    """Kafka's request sets all of a topic's configuration: what was set for it besides is set again."""
    now = (await _configurations(admin, [one.topic]))[one.topic]
    kept = {key: value for key, (value, was_set) in now.items() if was_set}
    response: Any = await admin.alter_configs(
        [ConfigResource(ConfigResourceType.TOPIC, one.topic, configs=kept | {one.key: one.wanted})]
    )
    for told in response:
        for code, why, *_ in told.resources:
            if code:
                raise NotReady(f"the configuration of {one.topic} cannot be set: {for_code(code).__name__} {why or ''}")


async def acls_of(asking: AIOKafkaClient, principal: str) -> frozenset[Allowed] | None:
    """What a principal may do now, from anywhere; None where the broker has no authorizer. Raises `NotReady`."""
    request = DescribeAclsRequest(ANY, None, ANY, principal, None, ANY, ANY)  # type: ignore[arg-type]
    response: Any = await asking.send(asking.get_random_node(), request)
    if response.error_code == NO_AUTHORIZER:
        return None
    _said_no(response.error_code, response.error_message)
    return frozenset(
        Allowed(kind, name, pattern, operation)
        for kind, name, pattern, acls in response.resources
        for _, host, operation, permission in acls
        if host == EVERYWHERE and permission == ALLOW
    )


async def _give(asking: AIOKafkaClient, principal: str, one: Allowed) -> None:
    request = CreateAclsRequest(one.kind, one.name, one.pattern, principal, EVERYWHERE, one.operation, ALLOW)
    response: Any = await asking.send(asking.get_random_node(), request)
    for code, why in response.creation_responses:
        _said_no(code, why)


async def _take(asking: AIOKafkaClient, principal: str, one: Allowed) -> None:
    request = DeleteAclsRequest(one.kind, one.name, one.pattern, principal, EVERYWHERE, one.operation, ALLOW)
    response: Any = await asking.send(asking.get_random_node(), request)
    for code, why, _ in response.filter_responses:
        _said_no(code, why)


def _said_no(code: int, why: str | None) -> None:
    if code:
        raise NotReady(f"Kafka does not let us see to access rights: {for_code(code).__name__} {why or ''}")


def _said(one: Allowed) -> str:
    star = "*" if one.pattern == PREFIXED else ""
    assert one.pattern in {LITERAL, PREFIXED}
    return f"{_OPERATIONS[one.operation]} {_KINDS[one.kind]} {one.name}{star}"
