"""`/check/{code}`: anybody checks a label without signing in (B20). The page asks the warehouse's service itself."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from dashboards.render import page, words_for
from runtime.clock import utc_now

LONGEST_CODE = 60

router = APIRouter(include_in_schema=False)


@router.get("/check")
@router.get("/check/{code}")
async def check(request: Request, code: str = "") -> Response:
    """查防伪码."""
    now = utc_now()
    words = words_for(request, now)
    return page(request, "check.html", words, now=now, person=None, page="check", code=code[:LONGEST_CODE])
