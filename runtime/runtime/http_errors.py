"""Every error of the API in one shape, logged once: unreadable, too large, unknown, overloaded, not ready, broken."""

from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from runtime.decision import Rejected
from runtime.errors import NotReady, Overloaded
from runtime.front_door import Bounds, FrontDoor
from runtime.http import Refusal, error_body, new_request_id, refused
from runtime.lacking import TellsWhatLacks
from runtime.logs import get_log
from runtime.mongo import PyMongoError
from runtime.security_headers import secured

log = get_log("runtime.http")


# Nobody knows whether Kafka took what it did not confirm, and a request may have asked before a row could not be read.
_AWAY_ZH = "系统的一部分暂时不可用，请稍后再试。刚才的请求可能已经办了：再做之前先看一眼。"
_AWAY_EN = (
    "A part is away, try again soon. The request may have been carried out all the same: look before you repeat it."
)


def add_error_handling(app: FastAPI, bounds: Bounds | int) -> None:
    """Give an application its front door (a number: nothing is bounded but bodies, to so many bytes) and its errors."""
    app.add_middleware(TellsWhatLacks)
    app.add_middleware(FrontDoor, bounds=Bounds(bounds) if isinstance(bounds, int) else bounds)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    for kind in (Overloaded, NotReady, PyMongoError, TimeoutError):
        app.add_exception_handler(kind, _come_again)
    app.add_exception_handler(Exception, _broken)


async def _refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return refused(request, error)


async def _unreadable(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return refused(request, unreadable(error))


def unreadable(error: RequestValidationError) -> Refusal:
    """What the request's form says, field by field; never the values (they may be personal)."""
    problems: list[dict[str, Any]] = list(error.errors())
    fields = "; ".join(f"{'.'.join(str(p) for p in e['loc'])}: {e['msg']}" for e in problems[:8])
    broken_json = any(e["type"] == "json_invalid" for e in problems)
    no = Rejected(
        code="broken_json" if broken_json else "unreadable",
        rule="",
        zh="内容不是完整的 JSON。" if broken_json else f"内容不合格式，请改正后再交：{fields}",
        en="The body is no complete JSON."
        if broken_json
        else f"The request does not fit, mend and send again: {fields}",
    )
    return Refusal(422, no)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {
        400: (
            "内容读不出来：不是完整的表单或 JSON，或写得太深、太长。请检查后再交。",
            "The body cannot be read: it is no complete form or JSON, or nested too deep, or too long. Check it.",
        ),
        404: ("没有这个地址。", "There is no such address."),
        405: ("这个地址不能这样用。", "This address does not take that method."),
    }
    zh, en = words.get(error.status_code, ("请求没有完成。", str(error.detail)))
    no = Rejected(code=f"http_{error.status_code}", rule="", zh=zh, en=en)
    return refused(request, Refusal(error.status_code, no, dict(error.headers or {})))


async def _come_again(request: Request, error: Exception) -> Response:
    busy = isinstance(error, Overloaded)
    no = Rejected(
        code="busy" if busy else "not_ready",
        rule="",
        zh="现在请求太多，请稍等几秒再试。" if busy else _AWAY_ZH,
        en="Too many requests at once, try again in a few seconds." if busy else _AWAY_EN,
    )
    log.warning("come again", error=f"{type(error).__name__}: {error}", path=request.url.path)
    return refused(request, Refusal(503, no, {"Retry-After": "1" if busy else "5"}))


async def _broken(request: Request, error: Exception) -> JSONResponse:
    request_id = getattr(request.state, "request_id", None) or new_request_id()
    log.error("request broke", path=request.url.path, request_id=request_id, exc_info=error)
    no = Rejected(
        code="broken",
        rule="",
        zh="系统出错，已记录。请报上编号。",
        en="Something broke and was recorded. Please quote the id.",
    )
    return JSONResponse(error_body(no, request_id), 500, {name.decode(): value.decode() for name, value in secured(())})
