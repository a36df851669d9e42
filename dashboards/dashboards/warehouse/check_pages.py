"""`/check/{code}`: anybody checks a label without signing in (B20). The page asks the warehouse's service itself."""

from fastapi import Request
from fastapi.responses import Response

from contracts.bounds import OptionalId
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, page, words_for
from runtime.clock import utc_now
from runtime.route import takes

LONGEST_CODE = 60

router = PageRouter(include_in_schema=False)


@router.get("/check")
@router.get("/check/{code}")
@takes(*LOOKS)
async def check(request: Request, code: OptionalId = "") -> Response:
    """查防伪码."""
    now = utc_now()
    words = words_for(request, now)
    return page(request, "check.html", words, now=now, person=None, page="check", code=code[:LONGEST_CODE])
