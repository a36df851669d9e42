"""The system under test: the order service alone, and the alarm, under names (so: topics) of the test's own."""

from dataclasses import replace

import order.main
from company.people import read_people
from company.policy import policy_book
from harness.alarm import alarm_service
from order.product.row import PRODUCTS
from runtime.app import System
from runtime.service import Service

READ_BY_NAME = {PRODUCTS.name}
"""Read models that registering a contract asks for; each test has a database of its own."""


def order_service(name: str) -> Service:
    """The order service on topics of another name; without reactions, since nobody is there to react to."""
    real = order.main.SERVICE
    projections = tuple(
        replace(
            p,
            name=p.name if p.name in READ_BY_NAME else f"{p.name}_{name}",
            facets=tuple(replace(f, service=name) for f in p.facets),
        )
        for p in real.projections
    )
    return replace(real, name=name, reactions=(), projections=projections)


def small_system(order_name: str, alarm_name: str) -> System:
    """Both, put together."""
    return System(
        {order_name: order_service(order_name), alarm_name: alarm_service(alarm_name)}, (), policy_book(), read_people
    )
