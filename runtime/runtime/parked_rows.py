"""Trying a read model's parked aggregates again, beside a projector that goes on (DESIGN §7)."""

from collections.abc import Set as AbstractSet

from aiokafka import AIOKafkaProducer

from runtime import kafka
from runtime.changes import encode, parts_of
from runtime.errors import CheckpointLost, NotReady
from runtime.folds import ReadModel
from runtime.mongo import Database
from runtime.parked_log import Skips
from runtime.parking import Parked
from runtime.service import Projection
from runtime.settings import Settings

_TRIES = 20  # each is spoilt only by somebody who parks or resumes something of this model at the same moment


async def retry_rows(
    settings: Settings,
    database: Database,
    producer: AIOKafkaProducer,
    projection: Projection,
    subjects: AbstractSet[str],
) -> list[Parked]:
    """Fold anew what these aggregates wait with, and let them go on; those that still wait, with what they wait at now.

    Only their own events are folded, from the stream; what people told to skip is passed over. Pages are told of the
    rows. Raises `NotReady` when a server is away, `FoldBroken` as the projector would.
    """
    model = ReadModel(database, projection, settings, skips=Skips(settings).of)
    for _ in range(_TRIES):
        await model.open()
        try:
            changed = await model.retry(subjects)
        except CheckpointLost:
            continue
        for part in parts_of(sorted(changed)):
            await producer.send_and_wait(kafka.CHANGES, encode(projection.name, part), partition=0)
        return [model.parked[subject] for subject in sorted(subjects) if subject in model.parked]
    raise NotReady(f"what is parked of {projection.name} keeps changing: try again")
