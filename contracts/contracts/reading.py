"""Kafka record -> event: the newest shape at full speed, older shapes through the upcasters, unknown types skipped."""

import json
from collections.abc import Mapping
from typing import Any

from contracts import dispatch, inventory, notify, order, order_drafts, order_products, service_desk
from contracts.envelope import Headers, type_of
from contracts.fact import Fact, members
from contracts.upcasters import UPCASTERS, upcast

UNIONS: Mapping[str, Any] = {
    "order": order.OrderEvent | order_products.ProductDescribed | order_drafts.DraftEvent,
    "inventory": inventory.InventoryEvent,
    "dispatch": dispatch.DispatchEvent,
    "service_desk": service_desk.ServiceDeskEvent,
    "notify": notify.NotifyEvent,
}
"""The events of each service, by the name of its topics."""

WIRE: Mapping[str, type[Fact]] = {event.wire: event for union in UNIONS.values() for event in members(union)}
"""Every wire name of today, of all services."""

SERVICES = tuple(UNIONS)


def kind_of(name: str) -> type[Fact] | None:
    """The event that a wire name, of whatever version, is read as; None for a name that this reader does not know."""
    while name in UPCASTERS:
        name = UPCASTERS[name][0]
    return WIRE.get(name)


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
