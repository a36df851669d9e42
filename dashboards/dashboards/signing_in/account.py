"""我的登录 One's own sessions, password and second factor."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from dashboards.page_route import PageRouter
from dashboards.render import LOOKS, page
from dashboards.seat import Seat, seat_at
from dashboards.signing_in.flow import PAGES, Visitor, no
from dashboards.signing_in.pages import too_soon
from dashboards.signing_in.steps import unfit
from runtime.decision import Rejected
from runtime.http import SignedIn
from runtime.identity.accounts import TooSoon
from runtime.identity.audit import What
from runtime.identity.session import How
from runtime.route import takes

router = PageRouter(include_in_schema=False)

PLACE = "/account"


@router.get(PLACE)
@takes(*LOOKS, "done")
async def account_page(request: Request) -> Response:
    """Where one is signed in; what can be ended and changed."""
    return await _shown(request)


@router.post(f"{PLACE}/end")
async def end_one(request: Request, caller: SignedIn) -> Response:
    """End one session of one's own; that of this browser is a logout."""
    visitor = Visitor(request)
    session_id = (await visitor.form()).get("session", "")
    if await visitor.identity.sessions.end(caller.person.id, session_id):
        visitor.note(What.SESSIONS_ENDED, caller.person.id, sessions=1)
    return RedirectResponse(f"{PLACE}?done=ended", status_code=303)


@router.post(f"{PLACE}/end-others")
async def end_others(request: Request, caller: SignedIn) -> Response:
    """End all but this one."""
    visitor = Visitor(request)
    ended = await visitor.identity.sessions.end_all(caller.person.id, but=_own(visitor))
    if ended:
        visitor.note(What.SESSIONS_ENDED, caller.person.id, sessions=ended)
    return RedirectResponse(f"{PLACE}?done=ended", status_code=303)


@router.post(f"{PLACE}/password")
async def change_password(request: Request, caller: SignedIn) -> Response:
    """Another password; whoever sits at an open page must know the one there is."""
    visitor = Visitor(request)
    form = await visitor.form()
    wrong = await _not_them(visitor, caller.person.id, form.get("current", ""))
    if wrong is not None:
        return wrong
    password = form.get("password", "")
    differ = password != form.get("again", "")
    flaw = no("login.differ") if differ else await unfit(visitor, caller.person.id, password)
    if flaw is not None:
        return await _shown(request, error=flaw, status=422)
    await visitor.identity.accounts.choose_password(caller.person.id, password, but=_own(visitor))
    visitor.note(What.PASSWORD_CHANGED, caller.person.id)
    return RedirectResponse(f"{PLACE}?done=password", status_code=303)


@router.post(f"{PLACE}/second")
async def enrol_anew(request: Request, caller: SignedIn) -> Response:
    """Set up a second factor, or another one in its place, as at a login: with the password and the code there is."""
    visitor = Visitor(request)
    wrong = await _not_them(visitor, caller.person.id, (await visitor.form()).get("current", ""))
    if wrong is not None:
        return wrong
    value = await visitor.identity.steps.begin(next=PLACE, person=caller.person.id, how=How.PASSWORD, anew=True)
    return visitor.with_step(RedirectResponse(PAGES["enrol"], status_code=303), value)


async def _not_them(visitor: Visitor, person_id: str, password: str) -> Response | None:
    """The page with why not, where it is not the person's password."""
    try:
        if await visitor.identity.accounts.signs_in(person_id, password) is not None:
            return None
    except TooSoon as soon:
        words, headers = too_soon(soon)
        answer = await _shown(visitor.request, error=words, status=429)
        answer.headers.update(headers)
        return answer
    visitor.note(What.SIGN_IN_REFUSED, person_id, how=How.PASSWORD, why="wrong")
    return await _shown(visitor.request, error=no("account.wrong"), status=403)


async def _shown(request: Request, *, error: Rejected | None = None, status: int = 200) -> Response:
    seat = seat_at(request, "account")
    if not isinstance(seat, Seat):
        return seat
    identity = Visitor(request).identity
    account = await identity.accounts.get(seat.person.id)
    return page(
        request,
        "account.html",
        seat.words,
        now=seat.now,
        status=status,
        person=seat.person,
        page="account",
        error=error,
        done=seat.one_of("done", ("ended", "password")),
        sessions=await identity.sessions.of_person(seat.person.id),
        own=_own(Visitor(request)),
        account=account if account is not None and account.password is not None else None,
        left=0 if account is None else len(account.recovery),
    )


def _own(visitor: Visitor) -> str | None:
    return None if visitor.session is None else visitor.session.id
