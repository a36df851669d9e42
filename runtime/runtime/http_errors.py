"""Every error of the API in one shape, logged once: unreadable, too large, unknown, overloaded, not ready, broken."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from contracts.decision import Rejected
from runtime.errors import NotReady, Overloaded
from runtime.http import COOKIE, Refusal, error_body, new_request_id
from runtime.logs import get_log
from runtime.mongo import PyMongoError

log = get_log("runtime.http")

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})

TOO_LARGE = Rejected(
    code="body_too_large",
    rule="",
    zh="内容太大：请分成几份再传。",
    en="The body is too large: send it in parts.",
)
FOREIGN = Rejected(
    code="foreign_origin",
    rule="C18",
    zh="请求来自别的网站，没有执行。",
    en="The request came from another site and was not carried out.",
)

NUL = Rejected(
    code="unreadable",
    rule="",
    zh="地址里有看不见的控制字符 (NUL)。请删去后再试。",
    en="The address holds a control character (NUL). Remove it and try again.",
)


def add_error_handling(app: FastAPI, max_body_bytes: int) -> None:
    """Give an application its errors, its request ids and its bounds."""
    app.add_middleware(Bounds, max_body_bytes=max_body_bytes)
    app.add_exception_handler(Refusal, _refusal)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(HTTPException, _http)
    for kind in (Overloaded, NotReady, PyMongoError, TimeoutError):
        app.add_exception_handler(kind, _come_again)
    app.add_exception_handler(Exception, _broken)


class Bounds:
    """Outermost: gives each request an id, refuses too large bodies (also chunked ones) and foreign origins."""

    def __init__(self, app: ASGIApp, max_body_bytes: int) -> None:
        self._app = app
        self._max = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        request.state.request_id = new_request_id()
        no = self._refused(request)
        if no is not None:
            await _respond(request, no)(scope, receive, send)
            return
        taken, answered = 0, False

        async def bounded() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._max:
                raise Refusal(413, TOO_LARGE)
            return message

        async def sent(message: Message) -> None:
            """A framework that reads the body turns any error into a 400 of its own; too large stays too large."""
            nonlocal answered
            if taken <= self._max:
                await send(message)
            elif not answered:
                answered = True
                await _respond(request, Refusal(413, TOO_LARGE, {"Connection": "close"}))(scope, receive, send)

        await self._app(scope, bounded, sent)

    def _refused(self, request: Request) -> Refusal | None:
        length = request.headers.get("content-length", "0")
        if length.isdecimal() and int(length) > self._max:
            return Refusal(413, TOO_LARGE, {"Connection": "close"})
        if b"%00" in request.scope["query_string"] or "\x00" in request.url.path:
            return Refusal(422, NUL)
        if request.method in _SAFE or COOKIE not in request.cookies:
            return None
        origin = request.headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            return Refusal(403, FOREIGN)
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            return Refusal(403, FOREIGN)
        return None


def _respond(request: Request, refusal: Refusal) -> JSONResponse:
    request_id = getattr(request.state, "request_id", None) or new_request_id()
    log.info(
        "request refused",
        status=refusal.status,
        method=request.method,
        path=request.url.path,
        code=refusal.no.code,
        rule=refusal.no.rule,
        request_id=request_id,
    )
    return JSONResponse(error_body(refusal.no, request_id), refusal.status, refusal.headers)


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Refusal)
    return _respond(request, error)


async def _unreadable(request: Request, error: Exception) -> JSONResponse:
    """What the request's form says, field by field; never the values (they may be personal)."""
    assert isinstance(error, RequestValidationError)
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
    return _respond(request, Refusal(422, no))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    words = {
        404: ("没有这个地址。", "There is no such address."),
        405: ("这个地址不能这样用。", "This address does not take that method."),
    }
    zh, en = words.get(error.status_code, ("请求没有完成。", str(error.detail)))
    no = Rejected(code=f"http_{error.status_code}", rule="", zh=zh, en=en)
    return _respond(request, Refusal(error.status_code, no, dict(error.headers or {})))


async def _come_again(request: Request, error: Exception) -> JSONResponse:
    busy = isinstance(error, Overloaded)
    no = Rejected(
        code="busy" if busy else "not_ready",
        rule="",
        zh="现在请求太多，请稍等几秒再试。" if busy else "系统的一部分暂时不可用，请稍后再试；您的请求没有执行。",
        en="Too many requests at once, try again in a few seconds." if busy else "A part is away, try again soon.",
    )
    log.warning("come again", error=f"{type(error).__name__}: {error}", path=request.url.path)
    return _respond(request, Refusal(503, no, {"Retry-After": "1" if busy else "5"}))


async def _broken(request: Request, error: Exception) -> JSONResponse:
    request_id = getattr(request.state, "request_id", None) or new_request_id()
    log.error("request broke", path=request.url.path, request_id=request_id, exc_info=error)
    no = Rejected(
        code="broken",
        rule="",
        zh="系统出错，已记录。请报上编号。",
        en="Something broke and was recorded. Please quote the id.",
    )
    return JSONResponse(error_body(no, request_id), 500)


__all__ = ["Bounds", "add_error_handling"]
