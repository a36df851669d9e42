"""Whose a contract, a job and a ticket is, when a photo of it is asked for."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from runtime.http import Caller
from runtime.person import Person
from runtime.typed_rows import Views
from songda.file_subjects import SUBJECTS

ROWS: dict[str, dict[str, Any]] = {
    "contracts": {"HT26030001": {"row": {"store_code": "S02"}}},
    "jobs": {
        "D-HT26030001": {"row": {"crew": "S1", "on": "2026-03-13"}},
        "D-HT26030002": {"row": {"crew": None, "on": None}},
        "D-HT26030003": {"row": {"crew": "S3", "on": "2026-03-14"}},
    },
    "fleet": {
        "main": {
            "row": {
                "means": {
                    **dict.fromkeys(("vehicles", "dissolved", "districts", "leaves"), ()),
                    "people": [{"person_id": "deng.w", "name": "邓伟"}],
                    "crews": [
                        {
                            "crew": crew,
                            "name": crew,
                            "kind": "delivery",
                            "leader": "deng.w",
                            "members": [],
                            "vehicle": "粤E·7K352",
                            "stops_per_half": 5,
                            "effective_from": since,
                            "effective_to": until,
                        }
                        for crew, since, until in (("S2", "2026-01-01", "2026-03-13"), ("S3", "2026-03-14", None))
                    ],
                }
            }
        }
    },
    "tickets": {"T-1": {"row": {"technicians": ["zhou.jm"], "contract_no": "HT26030001"}}},
}


class Table:
    def __init__(self, name: str) -> None:
        self._rows = ROWS[name]

    async def get(self, row_id: str) -> dict[str, Any] | None:
        return self._rows.get(row_id)


def caller(role: str, *, store: str | None = None, crew: str | None = None, who: str = "huang.x") -> Caller:
    person = Person(id=who, name="黄新", role=role, store=store, crew=crew)
    return cast(Caller, SimpleNamespace(person=person, view=lambda model: Views(model, Table(model.name))))


@pytest.mark.parametrize(
    ("who", "subject", "theirs"),
    [
        (caller("store", store="S02"), "contract:HT26030001", True),
        (caller("store", store="S01"), "contract:HT26030001", False),
        (caller("store", store="S02"), "contract:HT26039999", False),
        (caller("store", store="S02"), "ticket:T-1", True),
        (caller("store", store="S01"), "ticket:T-1", False),
        (caller("store", store="S02"), "job:D-HT26030001", False),
        (caller("crew_leader", crew="S1"), "job:D-HT26030001", True),
        (caller("crew_leader", crew="S1"), "contract:HT26030001", True),
        (caller("crew_leader", crew="S2"), "job:D-HT26030001", False),
        (caller("crew_leader"), "job:D-HT26030001", False),
        (caller("crew_leader"), "job:D-HT26030002", False),
        (caller("crew_leader", crew="S1", who="deng.w"), "job:D-HT26030001", False),
        (caller("crew_leader", crew="S1", who="deng.w"), "job:D-HT26030003", True),
        (caller("technician", crew="F1", who="zhou.jm"), "ticket:T-1", True),
        (caller("technician", crew="F1"), "ticket:T-2", False),
    ],
)
async def test_a_file_is_seen_by_whose_subject_it_is(who: Caller, subject: str, *, theirs: bool) -> None:
    """C18, B8: of the crew's, as it is made up on the day of the job, not as somebody is on file."""
    kind, _, subject_id = subject.partition(":")
    assert await SUBJECTS[kind](who, subject_id) is theirs
