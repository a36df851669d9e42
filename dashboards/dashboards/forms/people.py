"""Names of people, as they stand at signature lines of prints."""

from collections.abc import Mapping

from dashboards.seat import Seat
from runtime.person import Person


def name_of(seat: Seat, person: str | None) -> str:
    """A person's name; nothing for nobody."""
    people: Mapping[str, Person] = seat.request.app.state.people
    return "" if person is None else people[person].name if person in people else person
