"""Each part of the system is let in as itself and can do its work, and nothing else (DESIGN §6, X7)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    KafkaError,
    TopicAuthorizationFailedError,
    TransactionalIdAuthorizationFailed,
)
from harness.secured import ADMIN, PASSWORD, PRINCIPALS, SERVICES, Secured
from harness.waiting import eventually
from typer.testing import CliRunner, Result

from contracts.fact import ContractLine, Customer
from order.contract.terms import RegisterContract
from runtime import kafka
from runtime.app import ROLES, Process, running
from runtime.clock import utc_now
from runtime.commands import Request
from runtime.errors import NotReady
from runtime.gateway import Gateway
from runtime.kafka_access import Access
from runtime.kafka_login import tokens
from runtime.rows import Rows
from runtime.settings import Settings
from runtime.settling import groups_of, settler
from songda.main import app
from songda.system import system
from songda.topics import parts

pytestmark = [pytest.mark.kafka]

NO = "HT26030001"


def songda(secured: Secured, *arguments: str) -> Result:
    """A command of Kafka's administrator."""
    environment = {
        "SONGDA_KAFKA_BOOTSTRAP": secured.scram,
        "SONGDA_KAFKA_SECURITY": "sasl_ssl",
        "SONGDA_KAFKA_USER": ADMIN,
        "SONGDA_KAFKA_PASSWORD": PASSWORD("admin"),
        "SONGDA_KAFKA_CA": str(secured.home / "ca.pem"),
        "SONGDA_MONGO_DATABASE": "secured",
        "SONGDA_PARTITIONS": "1",
        "SONGDA_HOME": str(secured.home / "home"),
    }
    return CliRunner().invoke(app, arguments, env=environment)


@pytest.fixture(scope="session")
def applied(secured: Secured) -> Secured:
    """After `songda topics apply`."""
    done = songda(secured, "topics", "apply")
    assert done.exit_code == 0, done.output
    return secured


def test_topics_apply_makes_topics_and_gives_rights_once(applied: Secured) -> None:
    """DESIGN §6: applied anew it has nothing to do; what was changed by hand since is put right, and said."""
    again = songda(applied, "topics", "apply")
    assert again.exit_code == 0
    assert "made" not in again.stdout
    assert "changed" not in again.stdout
    assert again.stdout.count("+0 -0") == len(PRINCIPALS) - 1
    assert "as they should be" in songda(applied, "topics").stdout


def test_a_topic_set_up_wrong_is_told_and_mended(applied: Secured) -> None:
    """OPERATING: an event stream that would be compacted, or end after a day, is not in place."""
    admin_settings = applied.settings("x", kafka_user=ADMIN, kafka_password=PASSWORD("admin"))

    async def spoil() -> None:
        from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

        admin = await kafka.started_administrator(admin_settings)
        try:
            wrong = {"cleanup.policy": "compact", "retention.ms": "86400000", "max.message.bytes": "900001"}
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "order.events", configs=wrong)])
        finally:
            await admin.close()

    asyncio.run(spoil())
    told = songda(applied, "topics")
    assert told.exit_code == 1
    assert "order.events cleanup.policy=compact" in told.stdout
    assert "order.events retention.ms=86400000" in told.stdout
    assert songda(applied, "topics", "apply").exit_code == 0
    assert songda(applied, "topics").exit_code == 0


@asynccontextmanager
async def everybody(secured: Secured) -> AsyncIterator[dict[str, Process]]:
    """Every part, each let in as its own principal: by password, the read models by certificate."""
    async with AsyncExitStack() as stack:
        started: dict[str, Process] = {}
        for name in PRINCIPALS[:-1]:
            roles = (name,) if name in ROLES else ("worker", "reactor")
            settings = by_certificate(secured) if name == "projector" else secured.settings(name)
            whole = system(settings)
            chosen = list(whole.services) if name in ROLES else [name]
            started[name] = Process(settings, whole, chosen, roles)
            await stack.enter_async_context(running(started[name]))
        yield started


def by_certificate(secured: Secured, name: str = "projector") -> Settings:
    """Let in by a certificate alone."""
    paper = secured.home / f"{name}.pem"
    given = {"kafka_security": "ssl", "kafka_user": None, "kafka_password": None, "kafka_certificate": paper}
    return secured.settings(name, kafka_bootstrap=secured.certificates, **given)


@pytest.mark.slow
async def test_each_part_does_its_work_as_itself(applied: Secured) -> None:
    """A3, DESIGN §6: a contract goes through order, inventory, dispatch and the read models; nobody is refused."""
    line = ContractLine(
        line_no=1,
        sku="WC-101",
        name="坐便器",
        spec="",
        category="卫浴",
        quantity=1,
        unit_price_fen=100,
        to_install=True,
    )
    register = RegisterContract(
        contract_no=NO,
        store_code="S02",
        store_name="南海店",
        signed_on=date(2026, 3, 1),
        customer=Customer(name="马娜", phone="13800001111", address="海八东路1号", district="南海区"),
        promised_on=date(2026, 3, 20),
        amount_due_fen=0,
        lines=(line,),
    )
    async with everybody(applied) as started:
        api = started["api"]
        gateway: Gateway = api.parts["gateway"]
        await eventually(lambda: all(not one.not_ready() for one in started.values()), "all parts are ready")
        asked = Request("secured-1", utc_now(), "liang.my", "cs_specialist", "secured-1")
        outcome = await gateway.ask("order", f"contract:{NO}", register, asked, seconds=60)
        assert outcome.status == "accepted"
        topics = tuple(sorted({f"{f.service}.events" for p in api.system.all_projections() for f in p.facets}))
        groups = groups_of(api.settings, api.system.services, topics)
        assert await settler(api.settings, groups)(60)
        models = {one.name: one for one in api.system.all_projections()}
        for name in ("contracts", "goods"):
            assert await Rows(api.database, models[name], gateway.versions).get(NO), name
        assert not any(one.degraded() or one.failed for one in started.values())


REFUSED = (ClusterAuthorizationFailedError, TopicAuthorizationFailedError, TransactionalIdAuthorizationFailed)
"""The cluster's: who may write no topic at all is given no number as a producer."""


@pytest.mark.parametrize("name", PRINCIPALS)
async def test_nobody_does_what_is_not_theirs(applied: Secured, name: str) -> None:
    """DESIGN §6: facts are written by the service that owns them alone; nobody else reads its commands, takes over its
    partitions, or knows of topics that are none of theirs."""
    settings = applied.settings(name)
    may = parts(settings).get(name, Access())
    wanted = kafka.wanted_topics(settings, SERVICES)
    for topic in wanted.keys() - may.writes:
        with pytest.raises(REFUSED):
            await write(settings, topic)
    admin = await kafka.started_administrator(settings)
    try:
        known = {one["topic"] for one in await admin.describe_topics(list(wanted)) if not one["error_code"]}
        assert known == {*may.topics}
        for group in (f"songda.{service}.commands" for service in SERVICES if name not in {service, "api"}):
            with pytest.raises(GroupAuthorizationFailedError):
                await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    for service in (one for one in SERVICES if one != name):
        with pytest.raises(REFUSED):
            await take_over(settings, f"{service}.commands.0.a")


async def write(settings: Settings, topic: str) -> None:
    """A record without sense."""
    producer = kafka.sender(settings)
    try:
        await producer.start()
        await producer.send_and_wait(topic, b"x")
    finally:
        await kafka.close_producer(producer)


async def take_over(settings: Settings, transactional_id: str) -> None:
    """Fence the owner of a partition."""
    producer = kafka.transactional(settings, transactional_id)
    try:
        await producer.start()
    finally:
        await kafka.close_producer(producer)


async def test_a_part_that_has_no_rights_says_what_to_do(applied: Secured) -> None:
    """What is not allowed is told before anything runs, in one line."""
    settings = applied.settings("stranger")
    with pytest.raises(NotReady, match="songda topics apply"):
        await Process(settings, system(settings), ["order"], ("worker",)).provision()


async def test_tokens_of_an_authorization_server_let_in(applied: Secured) -> None:
    """RFC 6749 §4.4, KIP-255: one token serves a process until it ends; a wrong secret lets nobody in."""
    given: dict[str, Any] = {"kafka_bootstrap": applied.tokens, "kafka_sasl": "oauthbearer"}
    settings = applied.settings("api", **given, kafka_token_url=applied.token_url)
    await Process(settings, system(settings), ["order"], ("api",)).provision()
    assert await tokens(settings).token() == await tokens(settings).token()
    wrong = applied.settings("api", **given, kafka_token_url=applied.token_url, kafka_password="guessed")
    with pytest.raises(KafkaError, match="no token for Kafka"):
        await tokens(wrong).token()


@pytest.mark.parametrize(
    "change",
    [{"kafka_password": "guessed"}, {"kafka_security": "ssl", "kafka_user": None, "kafka_password": None}],
    ids=["wrong password", "no password"],
)
async def test_who_does_not_say_who_they_are_is_not_let_in(applied: Secured, change: dict[str, Any]) -> None:
    """X7: neither with a wrong password nor without one."""
    with pytest.raises(NotReady):
        await kafka.extents(applied.settings("order", **change), [TopicPartition("order.events", 0)])


async def test_a_broker_whose_certificate_nobody_vouches_for_is_not_believed(applied: Secured) -> None:
    """X7: the password is not shown to whoever happens to answer at the address."""
    with pytest.raises(NotReady):
        await kafka.extents(applied.settings("order", kafka_ca=None), [TopicPartition("order.events", 0)])
