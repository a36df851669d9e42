"""Printed forms of the warehouse: 送、验清单 (B9)."""

from datetime import date

from dashboards.forms import Content, Form
from dashboards.nav import WAREHOUSE
from dashboards.seat import Seat

DEPOT = "main"


async def _delivery_list(seat: Seat, subject: str) -> Content | None:
    """送、验清单 of a day, or of one crew's day (`2026-03-13/S1`): what must be ready, stop by stop."""
    day, _, crew = subject.partition("/")
    row = await seat.desk.rows("picklists").get(f"{DEPOT}:{day}")
    if row is None:
        return None
    picklist = row["picklist"]
    stops = [stop for stop in picklist["stops"] if crew in ("", stop["crew"])]
    stops.sort(key=lambda stop: (stop["crew"], stop["half"], stop["position"]))
    if not stops:
        return None
    return {"picklist": picklist, "on": date.fromisoformat(day), "stops": stops, "crew": crew}


FORMS = (Form(name="delivery-list", template="form_delivery_list.html", roles=WAREHOUSE, read=_delivery_list),)
