"""Templates -> HTML. Every value is escaped; pages carry a policy that lets nothing but our own files run."""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from company.policy import policy_book
from contracts.civil_time import SHANGHAI, civil_day
from dashboards.assessment.kpi import GOAL, Duty
from dashboards.assets import asset
from dashboards.board.rhythm import CLOSES, OPENS, minute_of
from dashboards.board.view import BoardView, Say
from dashboards.depots import Depots
from dashboards.nav import places_for
from dashboards.words import Lang, Words
from runtime.lacking import lacking

LANG_COOKIE, THEME_COOKIE = "songda_lang", "songda_theme"
LOOKS = ("lang", "theme")
"""Query parameters of every page: its language and its colours."""


def percent(minute: int) -> float:
    """Where a minute of the day lies on the rhythm bar, 0 to 100."""
    return round(100 * min(max(minute - OPENS, 0), CLOSES - OPENS) / (CLOSES - OPENS), 2)


def needle(view: BoardView) -> float:
    """How much of the bar's day is over."""
    if view.rhythm_on == view.today:
        return percent(minute_of(view.now))
    return 100.0 if view.rhythm_on < view.today else 0.0


def slug(text: str) -> str:
    """A name as part of an element's id."""
    return re.sub(r"[^A-Za-z0-9-]", lambda match: f"_{ord(match[0]):x}", text)


def about(duty: Duty, words: Words) -> str:
    """What a duty is about: the customer and what else is known, or a day."""
    if duty.customer is None and duty.rule == "K4":
        return words.short_day(date.fromisoformat(duty.subject))
    return " · ".join(part for part in (duty.customer, duty.subject) if part)


def _say(said: Say, words: Words) -> str:
    return words.say(said)


def when(iso: str | datetime | None, words: Words) -> str:
    """A moment as the page's language writes it; nothing for none."""
    if iso is None:
        return ""
    return words.moment(datetime.fromisoformat(iso) if isinstance(iso, str) else iso)


def stamp(moment: str | datetime) -> str:
    """A moment as pages' scripts read it."""
    return moment if isinstance(moment, str) else moment.isoformat()


def shortly(iso: str | date | None, words: Words) -> str:
    """A day as 3/13, with its year where it is another one."""
    if iso is None:
        return "—"
    on = date.fromisoformat(iso[:10]) if isinstance(iso, str) else iso
    return words.short_date(on)


@cache
def _environment() -> Environment:
    env = Environment(
        loader=FileSystemLoader([folder for folder in Path(__file__).parent.iterdir() if folder.is_dir()]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        extensions=["jinja2.ext.loopcontrols"],
    )
    env.filters |= {
        "percent": percent,
        "needle": needle,
        "slug": slug,
        "say": _say,
        "about": about,
        "when": when,
        "stamp": stamp,
        "shortly": shortly,
    }
    env.filters["as_date"] = date.fromisoformat
    env.filters["hm"] = lambda at, words: words.clock(datetime.fromisoformat(at) if isinstance(at, str) else at)
    env.filters["as_day"] = lambda on: date.fromisoformat(on) if isinstance(on, str) else on
    env.filters["area"] = lambda district: district.removesuffix("区")
    env.filters["hhmm"] = lambda minute: f"{minute // 60}:{minute % 60:02}"
    env.globals |= {"asset": asset, "goal": GOAL, "places_for": places_for}
    return env


def template(name: str) -> Template:
    """A template, compiled once."""
    return _environment().get_template(name)


def words_for(request: Request, now: datetime) -> Words:
    """The reader's language: `?lang=`, else the cookie, else Chinese."""
    wanted = request.query_params.get("lang") or request.cookies.get(LANG_COOKIE)
    lang: Lang = "en" if wanted == "en" else "zh"
    return Words(lang, now)


def theme_for(request: Request) -> str:
    """`?theme=`, else the cookie, else light."""
    wanted = request.query_params.get("theme") or request.cookies.get(THEME_COOKIE)
    return "dark" if wanted == "dark" else "light"


def link_to(request: Request) -> Callable[[str, str], str]:
    """Makes the address of this page with one query parameter changed; another choice begins on its first page."""

    def link(name: str, value: str) -> str:
        kept = {key: text for key, text in request.query_params.items() if key != "after" or name in LOOKS}
        query = {**kept, name: value}
        return f"{request.url.path}?{urlencode({key: text for key, text in query.items() if text})}"

    return link


def page(request: Request, name: str, words: Words, *, now: datetime, status: int = 200, **values: Any) -> Response:
    """A whole page; a choice of language or colours in the address is remembered."""
    html = template(name).render(
        w=words,
        now=now.astimezone(SHANGHAI),
        theme=theme_for(request),
        toggle=link_to(request),
        lacks=sum(lacking().values()),
        unknown_year=policy_book().at(now).unknown_year_ahead(civil_day(now)),
        **values,
    )
    response = HTMLResponse(words.own(html), status_code=status)
    for parameter, cookie, allowed in (("lang", LANG_COOKIE, ("zh", "en")), ("theme", THEME_COOKIE, ("light", "dark"))):
        chosen = request.query_params.get(parameter)
        if chosen in allowed:
            response.set_cookie(cookie, chosen, max_age=31_536_000, samesite="lax", httponly=True)
    return response


def board_parts(view: BoardView, words: Words, depots: Depots, *, shape: str, shows_backlog: bool) -> dict[str, str]:
    """Element id -> its HTML, for every part of the board that can change while somebody looks."""
    part: Any = template("board_parts.html").module
    w = words
    parts = {
        "rhythm": part.rhythm(w, view),
        "status": part.status(w, view),
        "totals": part.totals(w, view),
        "publish": part.publish(w, view),
    }
    if shape == "list":
        return own_language({**parts, "list": part.list_rows(w, view)}, w)
    for lane in view.lanes:
        parts[f"head-{slug(lane.crew)}"] = part.head(w, lane, view.may_write, view.on, depots)
        for cell in lane.cells:
            parts[f"cell-{slug(lane.crew)}-{cell.half}"] = part.cell(w, lane, cell, view.may_write)
    if shows_backlog:
        parts |= {
            "back-count": part.count(w, view),
            "back-ready": part.ready(w, view),
            "back-later": part.later(w, view),
            "back-blocked": part.blocked(w, view),
        }
    return own_language({**parts, "form": part.form(w, view, depots)}, w)


def own_language(parts: Mapping[str, object], words: Words) -> dict[str, str]:
    """Parts of a page with the system's own reasons in the reader's language."""
    return {element: words.own(str(html)) for element, html in parts.items()}
