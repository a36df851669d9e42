"""What can break in the machinery. A "no" to a person is a value (`Rejected`), never one of these.

SongdaError
├── PartitionStopped     a stream does not hold together, and not one aggregate alone. A person must look.
├── FoldBroken           so many aggregates cannot be folded that the fold itself is at fault: this read model stops
├── OwnershipLost        fenced or revoked: another process owns the partition now
├── OutcomeUnknown       a transaction's end is not known; the log decides
├── TopicAnew            the command topic was deleted and made anew: its offsets name other commands now
├── CheckpointLost       checkpoints vanished under us (database wiped): replay
├── Overloaded           too many requests wait; come again
└── NotReady             a server or a topic is missing or not as it must be; says what to do
"""


class SongdaError(Exception):
    """Root of the runtime's errors."""


def shown(error: BaseException) -> str:
    """An error for whoever may look on (`/ready` asks nobody who they are): another one's words may hold anything, a
    customer's name too, and are for the log alone."""
    return f"{type(error).__name__}: {error}" if isinstance(error, SongdaError) else type(error).__name__


class PartitionStopped(SongdaError):
    """A stream does not hold together; names topic, partition, offset and aggregate."""


class FoldBroken(SongdaError):
    """A read model's fold fails for more aggregates than chance explains."""


class OwnershipLost(SongdaError):
    """Another process owns this partition."""


class OutcomeUnknown(SongdaError):
    """A transaction may or may not have been committed."""


class TopicAnew(SongdaError):
    """The command topic is another one than when its partition was taken over."""


class CheckpointLost(SongdaError):
    """Checkpoints are gone or are not ours; the stream must be replayed."""


class Overloaded(SongdaError):
    """Too many requests wait for a decision."""


class NotReady(SongdaError):
    """A server or topic is missing or wrong; the message says what to do."""
