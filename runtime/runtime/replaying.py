"""One event of a service's own stream over what its owner knows of the aggregate. Pure.

An owner that passed over an event would decide on a state that never was, and number its own events wrongly. So what
cannot be folded makes that aggregate's state unknown, and only that one's: aggregates do not see one another.
"""

from aiokafka import ConsumerRecord

from contracts.envelope import Meta
from contracts.reading import read_event
from runtime.deciding import Entry, Rules
from runtime.errors import PartitionStopped
from runtime.folding import turn
from runtime.parking import Place, Unfit


def replayed(
    rules: Rules,
    known: Entry | None,
    record: ConsumerRecord[bytes, bytes],
    meta: Meta,
    skips: frozenset[Place] = frozenset(),
) -> Entry | None:
    """The aggregate after an event of its stream; None when the event is in it already. Changes `known.causes`.

    Raises `Unfit` for an event whose content is unreadable, whose type or kind of aggregate only newer code knows (a
    roll-back), that does not follow the one before, that tells an old number anew, or on which `evolve` raises. One
    that a person told to pass over (`skips`) counts, but changes nothing.
    """
    decider = rules.deciders.get(meta.subject.partition(":")[0])
    skipped = bool(skips) and (record.topic, record.partition, record.offset) in skips
    if decider is None:
        if skipped:
            return None
        raise Unfit("unknown_type", f"{rules.service} of this version owns no aggregate {meta.subject!r}")
    entry = known or Entry(decider.initial, 0, meta.time, {})
    try:
        old = not skipped and turn(record, meta, entry.version) == "old"
    except PartitionStopped as error:
        raise Unfit("hole", str(error)) from error
    if old or (skipped and meta.sequence <= entry.version):
        if not skipped and meta.causation_id not in entry.causes:
            where = f"{record.topic}/{record.partition}@{record.offset}"
            raise Unfit("hole", f"{where}: sequence {meta.sequence} is told twice, by different commands")
        return None
    state, name = entry.state, meta.type
    if not skipped:
        try:
            event = read_event(record.headers, record.value or b"")
        except Exception as error:
            raise Unfit("unreadable", error) from error
        if event is None:
            raise Unfit("unknown_type", "written by newer code")
        try:
            state, name = decider.evolve(entry.state, event), type(event).__name__
        except Exception as error:
            raise Unfit("fold", error) from error
    _, names, _ = entry.causes.get(meta.causation_id, (0, (), None))
    entry.causes[meta.causation_id] = (meta.sequence, (*names, name), meta.request_digest)
    return Entry(state, meta.sequence, meta.time, entry.causes)
