"""Ending when told to: a loop that is cancelled ends, also where the cancellation was lost on its way."""

import asyncio


def end_if_cancelled() -> None:
    """Raise CancelledError in a task that was told to end. Asked once a round by loops that have no other end.

    `asyncio.wait_for` before Python 3.12 drops a cancellation that comes just as what it waits for is done
    (python/cpython#86296); the task would go on for ever, and whoever waits for its end with it.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
