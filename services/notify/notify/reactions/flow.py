"""A message's own way (E4): asked for -> its receiver lets it through, or not -> it may go out."""

from collections.abc import Sequence

from contracts.notify import MessageAdmitted, MessageBarred, MessageRequested, OptOutNoted
from notify.message.aggregate import MESSAGE
from notify.message.attempts import ReleaseMessage, SuppressMessage
from notify.receiver import RECEIVER, AdmitMessage, receiver_id
from runtime.decision import Ask
from runtime.reaction import On


def ask_receiver(event: MessageRequested) -> Sequence[Ask]:
    """SMS -> its receiver is asked (opt-out, limits); posts go out as they are."""
    if event.channel != "sms":
        return (Ask(MESSAGE.key(event.message_id), ReleaseMessage()),)
    receiver = receiver_id(event.to)
    admit = AdmitMessage(
        receiver_id=receiver, message_id=event.message_id, urgent=event.urgent, optional=event.optional
    )
    return (Ask(RECEIVER.key(receiver), admit),)


def release(event: MessageAdmitted) -> Sequence[Ask]:
    """Its receiver lets it through -> it may go out."""
    return (Ask(MESSAGE.key(event.message_id), ReleaseMessage(not_before=event.not_before)),)


def suppress(event: MessageBarred) -> Sequence[Ask]:
    """Its receiver opted out -> it does not go out."""
    return (Ask(MESSAGE.key(event.message_id), SuppressMessage()),)


def withdraw(event: OptOutNoted) -> Sequence[Ask]:
    """An opt-out -> what is still waiting does not go out."""
    return tuple(Ask(MESSAGE.key(withdrawn), SuppressMessage()) for withdrawn in event.withdrawn)


LET_THROUGH = (
    On(MessageRequested, ask_receiver),
    On(MessageAdmitted, release),
    On(MessageBarred, suppress),
    On(OptOutNoted, withdraw),
)
