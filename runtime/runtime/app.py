"""Wiring: services, roles and HTTP into one process. Any part can run alone, by the same code (DESIGN §10).

Roles: `api` (HTTP, pages), `worker` (decides commands), `reactor` (reactions, effects), `projector` (read models).
Every process serves `/live`, `/ready` and `/metrics`.
"""

import asyncio
import resource
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import uvicorn
from fastapi import APIRouter, FastAPI, Query, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from contracts.bounds import Id
from runtime import kafka
from runtime.changes import ChangeFeed
from runtime.collecting import set_up_collector
from runtime.commands import command_reader
from runtime.connections import bounded, connection_bounds
from runtime.deciding import Rules
from runtime.decision import Policies, Rejected
from runtime.errors import NotReady
from runtime.files_http import SubjectRule
from runtime.files_http import router as files_router
from runtime.front_door import bounds_of
from runtime.gateway import Gateway
from runtime.http import ErrorBody, ErrorPage, SignedIn
from runtime.http_errors import add_error_handling
from runtime.identity.audit import AuditTrail
from runtime.identity.identity import Identity
from runtime.kafka_access import access_of
from runtime.logs import get_log
from runtime.mongo import Database, answers, connect, identity_of
from runtime.nightly import Chore, Nightly
from runtime.objects import open_objects
from runtime.offers import Offering
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.pins import Pins
from runtime.projector import Projector
from runtime.reactor import Reactor
from runtime.request_keys import RequestKeys
from runtime.route import Router
from runtime.rows import Rows
from runtime.service import Projection, Service
from runtime.settings import Settings, listed
from runtime.settling import groups_of, settler
from runtime.signatures import Signatures
from runtime.signing import cases_of, putting
from runtime.signing import router as signing_router
from runtime.tokens import tokens_of
from runtime.uploads import Uploads
from runtime.worker import Worker

log = get_log("runtime.app")

FILES_OF_OUR_OWN = 1_024
"""Open files besides connections of callers: to Kafka and MongoDB, logs, uploads."""
LOOK_SECONDS = 1.0
"""A look at the servers answers all who ask `/ready` for so long."""
ROLES = ("api", "worker", "reactor", "projector")


@dataclass(frozen=True)
class System:
    """All services there are, the projections over them, and what pages are served besides the services' routes."""

    services: Mapping[str, Service]
    projections: tuple[Projection, ...]
    policies: Policies[Any]
    people: Callable[[Path | None], Mapping[str, Person]]
    """Everybody by id, as the file says, or the company's own list without one."""
    guarded: frozenset[str] = frozenset()
    """Roles that take a second factor, and whose sessions are short."""
    routers: tuple[APIRouter, ...] = ()
    error_page: ErrorPage | None = None
    """What a browser is shown where a page is not to be had."""
    mounts: Mapping[str, Any] = field(default_factory=dict)
    subjects: Mapping[str, SubjectRule] = field(default_factory=dict)
    """Kind of subject -> whether one is somebody's: who, besides the office, may see its files (C18)."""
    sees_all_files: frozenset[str] = frozenset()
    """Roles that see the files of everything (C18)."""
    chores: tuple[Chore, ...] = ()
    """Commands that run at night, and when somebody asks."""

    def all_projections(self) -> tuple[Projection, ...]:
        """The services' own read models and the dashboards'."""
        return (*(p for s in self.services.values() for p in s.projections), *self.projections)

    def offers(self) -> dict[str, Offering]:
        """Kind of aggregate -> what a page may offer of it."""
        return {kind: one for service in self.services.values() for kind, one in service.offers.items()}

    def owners(self) -> dict[str, str]:
        """Kind of aggregate -> the service that owns it."""
        return {d.prefix: s.name for s in self.services.values() for d in s.deciders}


def rules_of(settings: Settings, service: Service, policies: Policies[Any]) -> Rules:
    """A service's rules, ready to decide with."""
    return Rules(
        service=service.name,
        deciders={decider.prefix: decider for decider in service.deciders},
        readers=command_reader(service.deciders),
        policies=policies,
        max_event_bytes=settings.max_event_bytes,
    )


class Process:
    """One operating-system process of the system: the parts it runs and whether they are ready."""

    def __init__(self, settings: Settings, system: System, services: Iterable[str], roles: Iterable[str]) -> None:
        self.settings = settings
        self.system = system
        self.services = [system.services[name] for name in services]
        self.roles = frozenset(roles)
        self.database: Database = connect(settings)
        self.trail = AuditTrail(settings)
        self.parts: dict[str, Any] = {}
        self.started = False
        self.failed = False
        self._looking = asyncio.Lock()
        self._looked = -LOOK_SECONDS
        self._away: dict[str, str] = {}

    async def provision(self) -> None:
        """See to the topics that this process uses. Raises `NotReady`."""
        system, own = self.system, [service.name for service in self.services]
        access = access_of(self.settings, system.services, system.all_projections(), own, self.roles)
        await kafka.provision(self.settings, system.services, access.topics)

    async def start_parts(self) -> list[Callable[[], Awaitable[None]]]:
        """Check servers and topics, then build what this process runs. Raises `NotReady` with what to do."""
        await self.provision()
        cluster = await cluster_id(self.settings)
        running: list[Callable[[], Awaitable[None]]] = []
        if "worker" in self.roles:
            for service in self.services:
                worker = Worker(
                    self.settings, rules_of(self.settings, service, self.system.policies), self.database, cluster
                )
                self.parts[f"worker {service.name}"] = worker
                running.append(worker.run)
        if "reactor" in self.roles:
            for service in self.services:
                for kind, steps in (("reactions", service.reactions), ("effects", service.effects)):
                    if steps:
                        reactor = Reactor(self.settings, service.name, steps, kind=kind)
                        self.parts[f"{kind} {service.name}"] = reactor
                        running.append(reactor.run)
        if "projector" in self.roles:
            projector = Projector(self.settings, self.system.all_projections(), self.database)
            self.parts["projector"] = projector
            running.append(projector.run)
        if "api" in self.roles:
            gateway = Gateway(self.settings, self.system.services)
            feed = ChangeFeed(self.settings)
            signatures = Signatures(identity_of(self.database), putting(gateway, cases_of(self.system.services)))
            self.parts |= {"gateway": gateway, "changes": feed, "signatures": signatures}
            running += [gateway.run, feed.run, self.trail.run, signatures.run]
            for chore in self.system.chores:
                nightly = Nightly(self.settings, self.database, chore)
                self.parts[f"nightly {chore.name}"] = nightly
                running.append(nightly.run)
        self.started = True
        return running

    async def servers_away(self) -> dict[str, str]:
        """Servers that do not answer now. Clients wait for them by themselves; whoever watches should know.

        However many ask, the servers are asked once a second.
        """
        async with self._looking:
            if time.monotonic() - self._looked > LOOK_SECONDS:
                self._away = {}
                if not await kafka.reachable(self.settings):
                    self._away["kafka"] = f"no answer at {self.settings.kafka_bootstrap}"
                if not await answers(self.database):
                    self._away["mongo"] = "no answer"
                self._looked = time.monotonic()
            return dict(self._away)

    def not_ready(self) -> dict[str, str]:
        """Parts that are not serving, and why."""
        if not self.started:
            return {"process": "starting"}
        return {name: why for name, part in self.parts.items() if (why := part.not_ready) is not None}

    def degraded(self) -> dict[str, Any]:
        """What serves, but not all of it: by reader, what is parked (DESIGN §7)."""
        return {reader: what for part in self.parts.values() for reader, what in getattr(part, "degraded", {}).items()}


async def cluster_id(settings: Settings) -> str:
    """Id of the Kafka cluster: checkpoints of another one are not ours."""
    admin = kafka.administrator(settings)
    await admin.start()
    try:
        described: dict[str, Any] = await admin.describe_cluster()
        return str(described.get("cluster_id") or "none")
    finally:
        await admin.close()


def web(process: Process) -> FastAPI:
    """The HTTP side of a process."""
    settings, system = process.settings, process.system
    projections = system.all_projections()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with running(process) as parts:
            if "api" in process.roles:
                gateway: Gateway = parts["gateway"]
                app.state.gateway = gateway
                app.state.changes = parts["changes"]
                app.state.signatures = parts["signatures"]
                app.state.nightly = {one.name: parts[f"nightly {one.name}"] for one in system.chores}
                app.state.rows = {p.name: Rows(process.database, p, gateway.versions) for p in projections}
            yield

    app = FastAPI(
        title="songda 送达",
        version="1",
        description="送货、安装与售后。A command is accepted (200/201), not decided yet (202), or refused with words.",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        responses={code: {"model": ErrorBody} for code in (401, 403, 404, 408, 409, 413, 422, 429, 503)},
    )
    app.state.settings = settings
    app.state.process = process
    app.include_router(_health(process))
    add_error_handling(app, bounds_of(settings))
    app.state.policies = system.policies
    if "api" in process.roles:
        app.state.people = system.people(settings.people)
        app.state.tokens = tokens_of(settings)
        identity = Identity.of(settings, process.database, system.guarded, process.trail)
        app.state.identity, app.state.doorkeeper = identity, identity.doorkeeper
        app.state.owners = system.owners()
        app.state.request_keys = RequestKeys(process.database)
        app.state.pins = Pins(identity_of(process.database), settings.wrong_pins)
        app.state.cases = cases_of(system.services)
        topics = tuple(sorted({f"{f.service}.events" for p in projections for f in p.facets}))
        app.state.settled = settler(settings, groups_of(settings, system.services, topics))
        for service in process.services:
            if service.router is not None:
                app.include_router(service.router)
        app.include_router(_outcomes())
        app.state.objects = open_objects(settings)
        app.state.uploads = Uploads()
        app.state.subjects = system.subjects
        app.state.sees_all_files = system.sees_all_files
        app.state.offers = system.offers()
        app.state.error_page = system.error_page
        app.include_router(files_router)
        app.include_router(signing_router)
        for router in system.routers:
            app.include_router(router)
        for path, mounted in system.mounts.items():
            app.mount(path, mounted)
    return app


@asynccontextmanager
async def running(process: Process) -> AsyncIterator[Mapping[str, Any]]:
    """The parts of a process, running; a part that fails for good ends the process with its error."""
    runs = await process.start_parts()
    tasks = [asyncio.create_task(_supervised(process, run), name=getattr(run, "__qualname__", "part")) for run in runs]
    try:
        yield process.parts
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        process.database.client.close()
        log.info("stopped")


async def _supervised(process: Process, run: Callable[[], Awaitable[None]]) -> None:
    try:
        await run()
    except asyncio.CancelledError:
        raise
    except Exception:
        log.exception("a part failed for good; ending the process")
        process.failed = True
        signal.raise_signal(signal.SIGTERM)
        raise


def _health(process: Process) -> APIRouter:
    router = Router(include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, str]:
        return {"status": "alive"}

    @router.get("/ready")
    async def ready(response: Response) -> dict[str, Any]:
        why = process.not_ready() | await process.servers_away()
        response.status_code = 503 if why else 200
        return {"ready": not why, "waiting_for": why, "degraded": process.degraded()}

    @router.get("/metrics")
    async def figures() -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return router


def _outcomes() -> APIRouter:
    router = Router(prefix="/api", tags=["outcomes"])

    @router.get("/settled", summary="等到都处理完 Wait until what was asked so far has run its course")
    async def settled(
        caller: SignedIn, seconds: Annotated[float, Query(ge=0, le=300, allow_inf_nan=False)] = 60.0
    ) -> dict[str, bool]:
        return {"settled": await caller.settled(seconds)}

    @router.get("/outcomes/{service}/{aggregate_id:path}/{command_id}", summary="后来怎么定的 What was decided later")
    async def outcome(
        service: Id, aggregate_id: Id, command_id: Id, *, request: Request, response: Response, caller: SignedIn
    ) -> Outcome:
        """Only to who has signed in: what a refusal says may be personal (C18)."""
        gateway: Gateway = request.app.state.gateway
        if service not in request.app.state.process.system.services:
            caller.refuse(Rejected("unknown_service", "", "没有这个服务", "There is no such service"), 404)
        known = await gateway.outcome_of(service, aggregate_id, command_id)
        if known is None:
            response.status_code = 202
            return Outcome(command_id=command_id, aggregate_id=aggregate_id, status="pending")
        return known

    return router


def _allow_files(connections: int) -> None:
    """Each connection is an open file, and a shell allows 1,024: as many as we want, or as the machine allows us."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = connections + FILES_OF_OUR_OWN
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def serve(process: Process) -> int:
    """Run until told to stop (SIGTERM, Ctrl-C): first no new requests, then parts end what they are in. Exit code."""

    def ended(*_: object) -> None:
        """uvicorn raises the signal once more when it is done: told to stop is no failure, a part that failed is."""
        raise SystemExit(1 if process.failed else 0)

    signal.signal(signal.SIGTERM, ended)
    try:
        server = uvicorn.Server(
            uvicorn.Config(
                web(process),
                host=process.settings.http_host,
                port=process.settings.http_port,
                log_config=None,
                loop="uvloop",
                http=bounded(connection_bounds(process.settings)),
                ws="none",
                limit_concurrency=2 * process.settings.max_connections,  # should ours fail: it counts what ends, too
                timeout_keep_alive=process.settings.idle_seconds,
                timeout_graceful_shutdown=5,
                access_log=False,
                server_header=False,
                proxy_headers=bool(process.settings.trusted_proxies),
                forwarded_allow_ips=[*listed(process.settings.trusted_proxies)],
            )
        )
        _allow_files(process.settings.max_connections)
        asyncio.run(process.provision())
        set_up_collector()
        server.run()
    except NotReady as error:
        log.error("cannot start", error=str(error))  # noqa: TRY400 - the message says it all; a traceback says nothing
        return 1
    with suppress(AttributeError):
        return 0 if server.started else 1
    return 0
