"""A message's own way (E4): asked for -> its receiver lets it through, or not -> it may go out."""

from collections.abc import Sequence

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.notify import MessageAdmitted, MessageBarred, MessageRequested, OptOutNoted
from notify.message.aggregate import MESSAGE
from notify.message.attempts import ReleaseMessage, SuppressMessage
from notify.receiver import RECEIVER, AdmitMessage, receiver_id
from runtime.decision import Ask


def let_through(event: Fact, meta: Meta) -> Sequence[Ask]:
    """SMS -> its receiver is asked (opt-out, limits); posts go out as they are. Its answer -> the message."""
    match event:
        case MessageRequested(channel="sms"):
            admit = AdmitMessage(
                receiver_id=receiver_id(event.to),
                message_id=event.message_id,
                urgent=event.urgent,
                optional=event.optional,
            )
            return (Ask(RECEIVER.key(receiver_id(event.to)), admit),)
        case MessageRequested():
            return (Ask(meta.subject, ReleaseMessage()),)
        case MessageAdmitted():
            return (Ask(MESSAGE.key(event.message_id), ReleaseMessage(not_before=event.not_before)),)
        case MessageBarred():
            return (Ask(MESSAGE.key(event.message_id), SuppressMessage()),)
        case OptOutNoted():
            return tuple(Ask(MESSAGE.key(withdrawn), SuppressMessage()) for withdrawn in event.withdrawn)
        case _:
            return ()
