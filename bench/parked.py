"""10. 50 poison events among 10,000 aggregates: who waits, how soon that is seen, and that all other rows are right."""

from typing import Any

from bench import load
from bench.measuring import Figure, Section, figure, in_child
from bench.parked_tasks import stream_of
from bench.poisoned import Digests, Poisoned, projection_of, right
from bench.scratch import as_given
from runtime import kafka
from runtime.mongo import connect
from runtime.rows import rows_only
from runtime.settings import Settings

SEEN_SECONDS = 2.0
"""From the moment an event is there (live) or read (start-up, rebuild) until everybody can see what waits at it."""

WAYS = ("live", "restarted", "start-up", "rebuild")


async def measure(settings: Settings, contracts: int, bad: int) -> Section:
    """One stream, read live, once more by a restarted projector, by one that starts from nothing, and by a rebuild."""
    source, service = "parksource", "parked"
    await kafka.provision(settings, [source, service])
    await load.fill(settings, f"{source}.commands", load.lives(contracts))
    logs = settings.home / "logs"
    commands = contracts * load.COMMANDS_OF_A_CONTRACT
    given: dict[str, Any] = {"settings": as_given(settings), "service": source, "commands": commands, "profile": False}
    await in_child("write_worker", logs / "bench-parked-worker.log", **given)
    elsewhere = settings.model_copy(update={"mongo_database": "parked_elsewhere"})
    found: dict[str, dict[str, Any]] = {}
    for way, where in zip(WAYS, (settings, settings, elsewhere, elsewhere), strict=True):
        task = {"restarted": "start", "start-up": "start"}.get(way, way)
        more = {"source": source, "bad": bad} if way == "live" else {}
        log = logs / f"bench-parked-{way}.log"
        found[way] = await in_child(f"parked_{task}", log, settings=as_given(where), service=service, **more)
    stream = await stream_of(settings, source, service, bad)
    figures = [
        figure("live: 50 written at once, all listed", "s", [found["live"]["listed"]], at_most=SEEN_SECONDS),
        figure("start-up: met to listed, the slowest", "s", [found["start-up"]["slowest"]], at_most=SEEN_SECONDS),
        figure("rebuild: met to listed, the slowest", "s", [found["rebuild"]["slowest"]], at_most=SEEN_SECONDS),
        figure("start-up from nothing to ready", "s", [found["start-up"]["seconds"]]),
        figure("rebuild", "s", [found["rebuild"]["seconds"]]),
    ]
    for way, where in zip(WAYS, (settings, settings, elsewhere, elsewhere), strict=True):
        figures += await _judged(where, stream, way, found[way])
    rebuilt = found["rebuild"]
    certified = rebuilt["compared"] if rebuilt["equal"] and rebuilt["apart"] == bad else 0
    facets = (contracts - bad) * len(projection_of(service).facets)
    figures.append(figure("live = rebuilt, facets compared", "", [certified], at_least=facets))
    return Section("parked", f"{bad} poison events among {contracts} aggregates", tuple(figures))


async def _judged(settings: Settings, stream: Poisoned, way: str, found: dict[str, Any]) -> list[Figure]:
    """Rows against a fold of the good events without any runtime, parked ones against where the bad events lie."""
    projection = projection_of("parked")
    database = connect(settings)
    documents = await database[found["collection"]].find(rows_only(None)).to_list(None)
    database.client.close()
    expected, places = stream.rows(projection), stream.places()
    bad = {projection.row(key) for key in places}
    good = right([d for d in documents if d["_id"] not in bad], _without(expected, bad), projection)
    before = right([d for d in documents if d["_id"] in bad], {k: expected[k] for k in bad}, projection)
    said = {one["subject"]: (one["kind"], one["type"], one["partition"], one["offset"]) for one in found["parked"]}
    exact = sum(said.get(key) == place for key, place in places.items()) if said.keys() == places.keys() else 0
    return [
        figure(f"{way}: rows right", "", [good], at_least=len(expected) - len(bad)),
        figure(f"{way}: parked, with kind, type and offset", "", [exact], at_least=len(places)),
        figure(f"{way}: their rows as before the event", "", [before], at_least=len(places)),
    ]


def _without(rows: dict[str, Digests], names: set[str]) -> dict[str, Digests]:
    return {name: value for name, value in rows.items() if name not in names}
