"""The board of several depots (D17): each one's as it is by itself, laid side by side to be looked at. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from company.depots import delivers_to
from company.policy import Policy
from dashboards.board.cards import Viewer
from dashboards.board.day import BLOCKED_SHOWN, Waiting, board_view
from dashboards.board.rows import BoardDay, by_date
from dashboards.board.view import Backlog, BoardView, LightState, Mark, Totals
from dispatch.job.row import JobFile

WORST: tuple[LightState, ...] = ("late", "due", "", "met")


@dataclass(frozen=True, slots=True)
class Lying:
    """What the read models hold: days of these depots, and jobs and contracts of all."""

    depots: Sequence[str]
    days: Sequence[BoardDay]
    jobs: Sequence[JobFile]
    waiting: Waiting


def board_of_depots(lying: Lying, *, on: date, now: datetime, policy: Policy, viewer: Viewer) -> BoardView:
    """The board of one depot, or of several together."""
    looker = replace(viewer, looks=len(lying.depots) > 1)
    views = [
        board_view(
            by_date(lying.days, depot),
            [job for job in lying.jobs if job.row.depot == depot],
            _waiting_for(depot, lying, policy),
            on=on,
            now=now,
            policy=policy,
            viewer=looker,
            depot=depot,
        )
        for depot in lying.depots
    ]
    return views[0] if len(views) == 1 else _together(views)


def _waiting_for(depot: str, lying: Lying, policy: Policy) -> Waiting:
    """Contracts without goods, where they will be delivered from; those that were only counted are the first one's."""
    mine = [one for one in lying.waiting.contracts if delivers_to(policy, one.row.customer.district) == depot]
    return Waiting(mine, lying.waiting.more if depot == lying.depots[0] else 0)


def _together(views: Sequence[BoardView]) -> BoardView:
    first, busy = views[0], [view for view in views if view.totals.deliveries + view.totals.visits]
    planned = busy or views
    return first.model_copy(
        update={
            "depot": "",
            "state": "published" if all(view.state == "published" for view in planned) else "draft",
            "overdue": any(view.overdue for view in views),
            "published_at": max((view.published_at for view in planned if view.published_at), default=None),
            "version": max(view.version for view in planned),
            "adjustments": sum(view.adjustments for view in views),
            "totals": _totals([view.totals for view in views]),
            "lanes": tuple(lane for view in views for lane in view.lanes),
            "backlog": _backlog([view.backlog for view in views]),
            "rhythm": tuple(_mark(marks) for marks in zip(*(view.rhythm for view in views), strict=True)),
            "republish": any(view.republish for view in views),
            "open_points": tuple(point for view in views for point in view.open_points),
            "may_write": False,
        }
    )


def _totals(each: Sequence[Totals]) -> Totals:
    amounts = [one.amount_fen for one in each if one.amount_fen is not None]
    return Totals(
        deliveries=sum(one.deliveries for one in each),
        visits=sum(one.visits for one in each),
        amount_fen=sum(amounts) if amounts else None,
        done=sum(one.done for one in each),
        busy=sum(one.busy for one in each),
        failed=sum(one.failed for one in each),
    )


def _backlog(each: Sequence[Backlog]) -> Backlog:
    blocked = [card for one in each for card in one.blocked]
    return Backlog(
        ready=tuple(card for one in each for card in one.ready),
        later=tuple(card for one in each for card in one.later),
        blocked=tuple(blocked[:BLOCKED_SHOWN]),
        blocked_more=sum(one.blocked_more for one in each) + max(0, len(blocked) - BLOCKED_SHOWN),
    )


def _mark(marks: Iterable[Mark]) -> Mark:
    """Of the same cut-off in several depots, the one that is worst off."""
    return min(marks, key=lambda mark: WORST.index(mark.state))
