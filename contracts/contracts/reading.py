"""Kafka record -> event: the newest shape at full speed, older shapes through the upcasters, unknown types skipped."""

import json
from collections.abc import Mapping

from contracts import dispatch, inventory, notify, order, service_desk
from contracts.envelope import Headers, type_of
from contracts.fact import Fact
from contracts.upcasters import UPCASTERS, upcast

WIRE: Mapping[str, type[Fact]] = {
    **order.WIRE,
    **inventory.WIRE,
    **dispatch.WIRE,
    **service_desk.WIRE,
    **notify.WIRE,
}
"""Every wire name of today, of all services."""

TYPE_NAMES: Mapping[type[Fact], str] = {model: name for name, model in WIRE.items()}
"""Model -> wire name, for writers."""

SERVICES = ("order", "inventory", "dispatch", "service_desk", "notify")
"""The services by the names of their topics."""


def read_event(headers: Headers, value: bytes) -> Fact | None:
    """The event in its newest shape, or None when its type is unknown to this reader (skip and count it).

    Raises pydantic's ValidationError or ValueError for content that is not what its type says.
    """
    name = type_of(headers)
    model = WIRE.get(name)
    if model is not None:
        return model.model_validate_json(value)
    if name not in UPCASTERS:
        return None
    newest, content = upcast(name, json.loads(value))
    return WIRE[newest].model_validate(content)


__all__ = ["SERVICES", "TYPE_NAMES", "WIRE", "read_event"]
