"""待办: everybody's inbox, as page and as data; how many wait, for the bell of every page (X9)."""

from fastapi import Request
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict

from dashboards.inbox.waiting import Group, count_for, groups_for
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, words_for
from dashboards.seat import Seat, renewed, seated
from runtime.clock import utc_now
from runtime.http import SignedIn
from runtime.route import takes

RENEWED_SECONDS = 60

router = PageRouter()


class InboxCount(BaseModel):
    """How many things wait for somebody, and how many of them are late."""

    model_config = ConfigDict(frozen=True)

    count: int
    late: int


class InboxView(BaseModel):
    """What waits for somebody, the late kinds first; the first few of each."""

    model_config = ConfigDict(frozen=True)

    count: int
    groups: tuple[Group, ...]


@router.get("/inbox", include_in_schema=False)
@takes(*LOOKS)
@seated("inbox")
async def inbox_page(seat: Seat) -> Response:
    """The page; it renews itself."""
    groups = await groups_for(seat)
    count = sum(one.count for one in groups)
    return renewed(seat.show("inbox.html", groups=groups, count=count), RENEWED_SECONDS)


@router.get("/api/inbox", tags=["dashboards 看板"], summary="待办 What waits for the one who asks")
async def inbox_json(request: Request, caller: SignedIn) -> InboxView:
    """What they owe or must decide, with where to do it and until when (X9)."""
    groups = await groups_for(_seat(request, caller))
    return InboxView(count=sum(one.count for one in groups), groups=tuple(groups))


@router.get("/api/inbox/count", tags=["dashboards 看板"], summary="待办数 How many things wait")
async def inbox_count(request: Request, caller: SignedIn) -> InboxCount:
    """What the bell shows (X9)."""
    count, late = await count_for(_seat(request, caller))
    return InboxCount(count=count, late=late)


def _seat(request: Request, caller: SignedIn) -> Seat:
    now = utc_now()
    return Seat(request=request, caller=caller, words=words_for(request, now), now=now, page="inbox")
