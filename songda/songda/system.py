"""The whole system: every service, the dashboards over them, and the settings that a command of this machine uses."""

from pathlib import Path
from typing import Any

import dashboards.main
import dispatch.main
import inventory.main
import notify.main
import order.main
import service_desk.main
from runtime.app import System
from runtime.service import Service
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


def services(home: Path) -> dict[str, Service]:
    """The five services by name."""
    five = (
        order.main.SERVICE,
        inventory.main.SERVICE,
        dispatch.main.SERVICE,
        service_desk.main.SERVICE,
        notify.main.build(home),
    )
    return {service.name: service for service in five}


def system(settings: Settings) -> System:
    """Everything there is."""
    return System(
        services=services(settings.home),
        projections=dashboards.main.PROJECTIONS,
        routers=(dashboards.main.router,),
    )


__all__ = ["local_settings", "services", "system"]
