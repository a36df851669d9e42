"""Servers that are away, in one line for whoever typed a command."""

from aiokafka.errors import KafkaError

from notify.settings import BadSettings
from notify.texts import BadTemplate
from runtime.errors import FoldBroken, NotReady
from runtime.mongo import ConnectionFailure, PyMongoError

AWAY = (NotReady, FoldBroken, PyMongoError, KafkaError)
"""What ends a command with one line: servers that do not answer or refuse, and a read model whose fold is broken."""


def in_one_line(error: Exception) -> str | None:
    """What ends a command, for whoever typed it; None for an error of ours."""
    if isinstance(error, BadSettings | BadTemplate):
        return str(error)
    return what_is_away(error) if isinstance(error, AWAY) else None


def what_is_away(error: Exception) -> str:
    """What to do about it. Never an address: it may hold a password."""
    if isinstance(error, ConnectionFailure):
        return (
            "连不上 MongoDB：请先 songda up，或检查 SONGDA_MONGO_URL。"
            " No MongoDB answers: is it running, and is SONGDA_MONGO_URL right?"
        )
    if isinstance(error, KafkaError):
        return (
            f"连不上 Kafka（{type(error).__name__}）：请先 songda up，或检查 SONGDA_KAFKA_BOOTSTRAP。"
            f" No Kafka answers ({type(error).__name__}): is it running, and is SONGDA_KAFKA_BOOTSTRAP right?"
        )
    return str(error) or type(error).__name__
