"""Settings of a command on this machine."""

from typing import Any

from runtime.settings import Settings
from songda.stack.places import StackSettings


def local_settings(**changes: Any) -> Settings:
    """Settings of a process on this machine: the environment's, else those of the local stack."""
    stack = StackSettings()
    given = Settings()
    local = {
        "kafka_bootstrap": f"127.0.0.1:{stack.kafka_port}",
        "mongo_url": f"mongodb://127.0.0.1:{stack.mongo_port}",
        "home": stack.home,
    }
    missing = {name: value for name, value in local.items() if name not in given.model_fields_set}
    return given.model_copy(update=missing | changes)
