"""派工板, a week at a glance: rows are crews, columns days, cards shrink to name and window. Pure; `now` comes in.

The same cards as on the board of each day, made by the same functions. Rules shown: B4, B8.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from company.depots import MAIN
from company.policy import Policy
from contracts.civil_time import civil, civil_day
from contracts.dispatch_days import CrewOfDay
from contracts.fact import JobKind
from dashboards.board.cards import Viewer
from dashboards.board.day import crews_of, lane_of, seen
from dashboards.board.rows import BoardDay, by_date
from dashboards.board.view import Lane, Shown
from dispatch.job.row import JobFile

WEEK_DAYS = 7


class WeekCell(Shown):
    """One crew's day in the week; `lane` is null when the crew does not work that day."""

    on: date
    lane: Lane | None


class WeekRow(Shown):
    """One crew's week."""

    crew: str
    name: str
    kind: JobKind
    depot: str
    cells: tuple[WeekCell, ...]


class WeekDay(Shown):
    """A column's head."""

    on: date
    state: Literal["draft", "published", "empty"]
    stops: int
    stops_max: int


class WeekView(Shown):
    """Seven days from `monday`, as known at `now`."""

    monday: date
    today: date
    now: datetime
    days: tuple[WeekDay, ...]
    rows: tuple[WeekRow, ...]


def monday_of(on: date) -> date:
    """The Monday of the week that `on` lies in."""
    return on - timedelta(days=on.weekday())


def week_view(
    days: Sequence[BoardDay],
    jobs: Iterable[JobFile],
    *,
    depots: Sequence[str] = (MAIN,),
    monday: date,
    now: datetime,
    policy: Policy,
    viewer: Viewer,
) -> WeekView:
    """Rows of seven days and of the jobs in their slots -> the week."""
    by_id = {job.row.job_id: job for job in jobs}
    names: dict[str, CrewOfDay] = {}
    lanes: dict[date, dict[str, Lane]] = {}
    for number in range(WEEK_DAYS):
        on = monday + timedelta(days=number)
        lanes[on] = {}
        for depot in depots:
            day = by_date(days, depot).get(on)
            for crew in crews_of(day, policy, depot):
                if not viewer.sees_lane(crew.crew, on):
                    continue
                names.setdefault(crew.crew, crew)
                due = civil(on - timedelta(days=1), policy.plan_due)
                lane = lane_of(crew, day, by_id, on=on, now=now, policy=policy, plan_due=due, viewer=viewer)
                lanes[on][crew.crew] = seen(lane, viewer)
    return WeekView(
        monday=monday,
        today=civil_day(now),
        now=now,
        days=tuple(_head(on, [day for day in days if day.row.on == on], lanes[on].values()) for on in lanes),
        rows=tuple(
            WeekRow(
                crew=code,
                name=crew.name,
                kind=crew.kind,
                depot=crew.depot,
                cells=tuple(WeekCell(on=on, lane=lanes[on].get(code)) for on in lanes),
            )
            for code, crew in names.items()
        ),
    )


def _head(on: date, days: Sequence[BoardDay], lanes: Iterable[Lane]) -> WeekDay:
    cells = [cell for lane in lanes for cell in lane.cells]
    stops = sum(cell.stops for cell in cells)
    planned = [day for day in days if day.row.held] or days
    published = bool(planned) and all(day.row.edition > 0 for day in planned)
    state: Literal["draft", "published", "empty"] = "published" if published else "draft" if stops else "empty"
    return WeekDay(on=on, state=state, stops=stops, stops_max=sum(cell.stops_max for cell in cells))
