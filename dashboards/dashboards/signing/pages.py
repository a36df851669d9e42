"""签认: what waits for whoever looks as second person, what became of what they asked, and their PIN (B23)."""

from fastapi.responses import Response

from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dashboards.words import tables
from runtime.pins import Pins
from runtime.route import takes
from runtime.signing import signatures_of

router = PageRouter(include_in_schema=False)


@router.get("/signatures")
@takes(*LOOKS)
@seated("signing")
async def signing_page(seat: Seat) -> Response:
    """Everybody's own."""
    pins: Pins = seat.request.app.state.pins
    return seat.show(
        "signing.html",
        view=await signatures_of(seat.caller),
        label=lambda name: label(seat, name),
        is_set=await pins.is_set(seat.person.id),
    )


def label(seat: Seat, name: str) -> str:
    """What a field of a command is called: each part of its dotted name by its word, where there is one; lines by
    number."""
    known = tables()["words"]
    parts = (f"#{part}" if part.isdecimal() else _word(seat, known, part) for part in name.split("."))
    return " ".join(parts)


def _word(seat: Seat, known: object, part: str) -> str:
    key = f"signing.field.{part}"
    return seat.words(key) if isinstance(known, dict) and key in known else part
