"""People of the company: data (`people.json`, or the file named by SONGDA_PEOPLE)."""

import json
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from runtime.person import Person


def read_people(path: Path | None = None) -> Mapping[str, Person]:
    """All people by id."""
    text = (path or files("company") / "people.json").read_text(encoding="utf-8")
    people = [Person.model_validate(entry) for entry in json.loads(text)]
    return {person.id: person for person in people}
