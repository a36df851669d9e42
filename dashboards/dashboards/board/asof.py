"""回看: the board as of a moment over HTTP (X2): what the address asks for, and the slider that shows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import get_args

from company.policy import policy_book
from contracts.bounds import day_of
from contracts.civil_time import SHANGHAI, civil_day
from dashboards.board.history import changes_of_day, read_board_as_of
from dashboards.board.rhythm import CLOSES, OPENS, minute_of
from dashboards.board.view import BoardView
from dashboards.journal import Known
from runtime.http import Caller

LAST_MINUTE = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment that is looked back at, and whose knowledge is shown."""

    moment: datetime
    known: Known


@dataclass(frozen=True, slots=True)
class Slider:
    """The slider over the civil day of the moment: minutes since `opens`, with a tick where something changed.

    It spans the rhythm bar, and more when something changed, or is looked at, before or after it.
    """

    as_of: AsOf
    on: date
    opens: int
    length: int
    minute: int
    ticks: tuple[int, ...]

    @property
    def nth(self) -> int:
        """How many changes lie at or before the moment."""
        return sum(tick <= self.minute for tick in self.ticks)


def asked(query: Mapping[str, str], now: datetime) -> AsOf | None:
    """`as_of=2026-03-12T16:55` (civil time where no zone is given) and `known=recorded|happened`.

    None when the board of now is wanted: no `as_of`, or one that has not come yet. ValueError for what is no moment,
    or long before us.
    """
    text = query.get("as_of")
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    door = policy_book().door(now)
    if day_of(moment, door) < door.earliest:
        raise ValueError("nothing was there yet")
    wanted = query.get("known", "recorded")
    known: Known = "happened" if wanted == "happened" else "recorded"
    if wanted not in get_args(Known):
        raise ValueError(f"known is recorded or happened, not {wanted}")
    return None if moment >= now else AsOf(moment, known)


async def read_past(caller: Caller, on: date, as_of: AsOf, depots: Sequence[str]) -> tuple[BoardView, Slider]:
    """The board of then, and the slider of that civil day."""
    view = await read_board_as_of(caller, on, as_of.moment, as_of.known, depots)
    day = civil_day(as_of.moment)
    changes = await changes_of_day(caller, on, day, as_of.known, depots)
    ticks = {min(minute_of(_upward(change)) or LAST_MINUTE, LAST_MINUTE) for change in changes}
    moments = {*ticks, minute_of(as_of.moment)}
    opens, closes = min(OPENS, *moments), max(CLOSES, *moments)
    slider = Slider(
        as_of,
        day,
        opens,
        closes - opens,
        minute_of(as_of.moment) - opens,
        tuple(sorted(tick - opens for tick in ticks)),
    )
    return view, slider


def _upward(moment: datetime) -> datetime:
    """The next whole minute: a change is on the board from there on."""
    whole = moment.replace(second=0, microsecond=0)
    return whole if whole == moment else whole + timedelta(minutes=1)
