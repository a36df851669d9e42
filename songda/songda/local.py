"""Settings of a command on this machine."""

from typing import Any

from runtime.settings import Settings
from songda.stack.places import StackSettings


def local_settings(**changes: Any) -> Settings:
    """Settings of a process on this machine: the environment's, else those of the local stack."""
    stack = StackSettings()
    given = Settings()
    local = {**stack.servers, "home": stack.home}
    missing = {name: value for name, value in local.items() if name not in given.model_fields_set}
    return given.model_copy(update=missing | changes)
