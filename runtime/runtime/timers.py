"""What falls due when, in one partition: a heap of (earliest moment, aggregate). What to do then, the state says.

Rebuilt on restore from the states themselves (`due`), so nothing else schedules anything and nothing is forgotten.
"""

import heapq
from datetime import datetime, timedelta


class Timers:
    """Earliest due moment per aggregate. A moment that is already past when set is held back by the grace."""

    def __init__(self, grace_seconds: float = 0.0) -> None:
        self._grace = timedelta(seconds=grace_seconds)
        self._armed: dict[str, tuple[datetime, datetime]] = {}  # aggregate -> (due, when to wake)
        self._heap: list[tuple[datetime, str]] = []

    def arm(self, aggregate_id: str, due: datetime | None, now: datetime | None = None) -> None:
        """Set (or with None, clear) an aggregate's earliest due moment."""
        if due is None:
            self._armed.pop(aggregate_id, None)
            return
        known = self._armed.get(aggregate_id)
        if known is not None and known[0] == due:
            return
        wake = due if now is None or due > now else now + self._grace
        self._armed[aggregate_id] = (due, wake)
        heapq.heappush(self._heap, (wake, aggregate_id))

    def earliest(self, aggregate_id: str) -> datetime | None:
        """When the aggregate is due, if anything is set."""
        armed = self._armed.get(aggregate_id)
        return None if armed is None else armed[0]

    def take_due(self, now: datetime, limit: int = 100) -> list[str]:
        """Aggregates that are due by `now`, earliest first, at most `limit`; each is disarmed until armed again."""
        due: list[str] = []
        while self._heap and self._heap[0][0] <= now and len(due) < limit:
            wake, aggregate_id = heapq.heappop(self._heap)
            armed = self._armed.get(aggregate_id)
            if armed is not None and armed[1] == wake:
                del self._armed[aggregate_id]
                due.append(aggregate_id)
        return due

    def __len__(self) -> int:
        return len(self._armed)
