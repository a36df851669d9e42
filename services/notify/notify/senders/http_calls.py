"""HTTP calls whose failure must be told apart: certainly not received, or perhaps."""

from collections.abc import Awaitable

import httpx

from notify.sending import NotTaken, ResultUnknown


async def answered(call: Awaitable[httpx.Response]) -> httpx.Response | NotTaken:
    """The response below 500.

    A server that could not be reached has certainly received nothing. Raises ResultUnknown when it broke off, was too
    slow, or failed inside. Its messages name the kind of error alone: addresses hold tokens.
    """
    try:
        response = await call
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
        return NotTaken(f"cannot be reached: {type(error).__name__}", permanent=False)
    except httpx.InvalidURL:
        return NotTaken("its address is no URL", permanent=True)
    except httpx.HTTPError as error:
        raise ResultUnknown(type(error).__name__) from error
    if response.status_code >= 500:
        raise ResultUnknown(f"HTTP {response.status_code}")
    if response.status_code == 429:
        return NotTaken("HTTP 429", permanent=False)
    return response
