"""`/forms/{form}/{id}`: printed forms."""

from dataclasses import replace

from fastapi import Request
from fastapi.responses import Response

from contracts.bounds import Id, OptionalId
from dashboards.forms import correction as forms_correction
from dashboards.forms import desk as forms_desk
from dashboards.forms import dispatch as forms_dispatch
from dashboards.forms import orders as forms_orders
from dashboards.forms import warehouse as forms_warehouse
from dashboards.forms.form import by_name
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import seat_at
from runtime.route import takes

FORMS = by_name(
    forms_desk.FORMS, forms_dispatch.FORMS, forms_orders.FORMS, forms_warehouse.FORMS, forms_correction.FORMS
)

router = PageRouter(include_in_schema=False)


@router.get("/forms/{form}/{subject:path}")
@takes(*LOOKS, "depot")
async def printed(form: Id, subject: OptionalId, request: Request) -> Response:
    """A form as a page to print; 404 for a form or subject that is not there (or not the reader's)."""
    kind = FORMS.get(form)
    seat = seat_at(request, "forms", None if kind is None else kind.roles)
    if isinstance(seat, Response):
        return seat
    seat = replace(seat, words=seat.words.paper)
    content = None if kind is None else await kind.read(seat, subject)
    if kind is None or content is None:
        return seat.not_found(f"{form} {subject}")
    return seat.show(kind.template, form=form, subject=subject, **content)
