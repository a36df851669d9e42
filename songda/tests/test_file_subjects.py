"""Whose a contract, a job and a ticket is, when a photo of it is asked for."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from runtime.http import Asking
from runtime.people import Person
from songda.file_subjects import SUBJECTS

ROWS: dict[str, dict[str, Any]] = {
    "contracts": {"HT26030001": {"order": {"store_code": "S02"}}},
    "jobs": {"D-HT26030001": {"job": {"crew": "S1"}}},
    "tickets": {"T-1": {"ticket": {"technicians": ["zhou.jm"], "contract_no": "HT26030001"}}},
}


class Table:
    def __init__(self, name: str) -> None:
        self._rows = ROWS[name]

    async def get(self, row_id: str) -> dict[str, Any] | None:
        return self._rows.get(row_id)


def desk(role: str, *, store: str | None = None, crew: str | None = None) -> Asking:
    person = Person(id="zhou.jm", name="周建民", role=role, store=store, crew=crew)
    return cast(Asking, SimpleNamespace(person=person, rows=Table))


@pytest.mark.parametrize(
    ("who", "subject", "theirs"),
    [
        (desk("store", store="S02"), "contract:HT26030001", True),
        (desk("store", store="S01"), "contract:HT26030001", False),
        (desk("store", store="S02"), "contract:HT26039999", False),
        (desk("store", store="S02"), "ticket:T-1", True),
        (desk("store", store="S01"), "ticket:T-1", False),
        (desk("store", store="S02"), "job:D-HT26030001", False),
        (desk("crew_leader", crew="S1"), "job:D-HT26030001", True),
        (desk("crew_leader", crew="S1"), "contract:HT26030001", True),
        (desk("crew_leader", crew="S2"), "job:D-HT26030001", False),
        (desk("crew_leader"), "job:D-HT26030001", False),
        (desk("technician", crew="F1"), "ticket:T-1", True),
        (desk("technician", crew="F1"), "ticket:T-2", False),
    ],
)
async def test_a_file_is_seen_by_whose_subject_it_is(who: Asking, subject: str, *, theirs: bool) -> None:
    """C18"""
    kind, _, subject_id = subject.partition(":")
    assert await SUBJECTS[kind](who, subject_id) is theirs
