"""The list of people is data, and checked."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from company.people import read_people


def test_the_company_s_people_have_one_id_each_and_a_role() -> None:
    people = read_people()
    assert people["he.jx"].role == "install_assistant"
    assert all(person.id == person_id and person.role for person_id, person in people.items())


def test_a_list_of_people_with_an_unknown_field_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text('[{"id": "a", "name": "A", "role": "store", "shop": "S01"}]', encoding="utf-8")
    with pytest.raises(ValidationError, match="shop"):
        read_people(path)
