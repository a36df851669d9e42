"""The crew's phone over HTTP: one page that lives on the phone, its service worker and its manifest.

The page talks to the dispatch service's API as any other client; nothing here decides or reads rows.
"""

import hashlib
import json
from collections.abc import Mapping

from fastapi.responses import JSONResponse, Response

from company.policy import policy_book
from dashboards.assets import asset, static_files
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.seat import Seat, seated
from dispatch.who import CREW, RECEIVES_CASH
from runtime.person import Person
from runtime.route import takes

SCRIPTS = ("live.js", "live_hub.js", "crew_outbox.js", "crew_parts.js", "crew_stop.js", "crew_close.js", "crew.js")
FILES = ("tokens.css", "app.css", "crew.css", *SCRIPTS, "icon.svg")
"""What the page needs to open without a network."""

router = PageRouter(include_in_schema=False)


@router.get("/crew")
@takes(*LOOKS)
@seated("crew", CREW)
async def crew(seat: Seat) -> Response:
    """今日行程: the own crew's run."""
    policy = policy_book().at(seat.now)
    return seat.show(
        "crew.html",
        limit_fen=policy.vehicle_cash_limit_fen,
        crews={crew.crew: crew.name for crew in policy.crews},
        depots={one.depot: one.name for one in policy.depots} if len(policy.depots) > 1 else {},
        desks={"receivers": _people(seat, *RECEIVES_CASH)},
    )


def _people(seat: Seat, *roles: str) -> list[dict[str, str]]:
    """Who takes the day's cash (B16)."""
    everybody: Mapping[str, Person] = seat.request.app.state.people
    return [{"id": one.id, "name": one.name} for one in everybody.values() if one.role in roles]


@router.get("/crew-sw.js")
async def service_worker() -> Response:
    """At the root, so that its scope may be /crew; its content changes with any file that it keeps."""
    files = ["/crew", *(asset(name) for name in FILES)]
    name = f"crew-{hashlib.sha256(json.dumps(files).encode()).hexdigest()[:12]}"
    text = static_files()["crew-sw.js"].read_text(encoding="utf-8")
    text = text.replace("{{ name }}", name).replace("{{ files }}", json.dumps(files))
    return Response(text, media_type="text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})


@router.get("/crew.webmanifest")
async def manifest() -> Response:
    """What makes it installable on the phone's start screen."""
    content = {
        "name": "送达 班组",
        "short_name": "送达",
        "lang": "zh-CN",
        "start_url": "/crew",
        "scope": "/crew",
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#0e6e62",
        "icons": [
            {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"},
            {"src": asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "maskable"},
        ],
    }
    return JSONResponse(content, media_type="application/manifest+json")
