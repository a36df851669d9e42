"""The whole system: every service, and the dashboards over them."""

from datetime import time
from pathlib import Path

import dashboards.main
import dispatch.main
import inventory.main
import notify.main
import order.main
import service_desk.main
from company.people import read_people
from company.policy import policy_book
from company.roles import DECIDE_ABOUT_MONEY
from dashboards.page_route import error_page
from runtime.app import System
from runtime.nightly import Chore
from runtime.service import Service
from runtime.settings import Settings
from songda.file_subjects import SEES_ALL, SUBJECTS

BOOKS = Chore("books", ("verify", "books", "--json"), at=time(3, 30), good=frozenset({0, 1}))
"""Whether all adds up, before the day begins; it ends with 1 where something does not."""


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
        policies=policy_book(),
        people=read_people,
        guarded=DECIDE_ABOUT_MONEY,
        routers=(dashboards.main.router,),
        error_page=error_page,
        subjects=SUBJECTS,
        sees_all_files=SEES_ALL,
        chores=(BOOKS,),
    )
