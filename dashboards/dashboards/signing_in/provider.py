"""Signing in by the company's provider of identities, and out of it."""

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from dashboards.login import safe_next
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.signing_in.flow import Visitor, no
from runtime.decision import Rejected
from runtime.http import Refusal
from runtime.identity.audit import What
from runtime.identity.provider import Provider, ProviderSaysNo
from runtime.identity.session import How
from runtime.route import takes

router = PageRouter(include_in_schema=False)

BACK = "/login/provider/back"
OF_ITS_ANSWER = (
    *("code", "state", "iss", "error", "error_description", "error_uri"),
    *("session_state", "scope", "authuser", "prompt", "hd"),
)
"""What providers put into the address that they send a browser back to."""


@router.get("/login/provider")
@takes(*LOOKS, "next")
async def to_provider(request: Request) -> Response:
    """To the provider, with what its answer will be held against."""
    visitor = Visitor(request)
    provider = _provider(visitor)
    try:
        address, asked = await provider.begin(_ours(visitor, BACK))
    except ProviderSaysNo as said:
        return _refused(visitor, said.why, status=503)
    next_path = safe_next(request.query_params.get("next"))
    value = await visitor.identity.steps.begin(next=next_path, how=How.PROVIDER, asked=asked)
    return visitor.with_step(RedirectResponse(address, status_code=303), value)


@router.get(BACK)
@takes(*LOOKS, *OF_ITS_ANSWER)
async def from_provider(request: Request) -> Response:
    """Back from the provider. What was asked is used up, whatever it answered."""
    visitor = Visitor(request)
    provider = _provider(visitor)
    step = await visitor.step()
    if step is None or not step.asked or not await visitor.identity.steps.end(step):
        return _refused(visitor, "state")
    try:
        name = await provider.finish(step.asked, request.query_params)
    except ProviderSaysNo as said:
        return _refused(visitor, said.why, status=503 if said.why == "away" else 401)
    person = visitor.people.get(name)
    if person is None:
        return _refused(visitor, "unknown", status=403)
    account = await visitor.identity.accounts.get(person.id)
    if account is not None and account.disabled:
        return _refused(visitor, "disabled", status=403, person=person.id)
    has_second = provider.is_trusted_with_second
    answer = await visitor.proved(person, How.PROVIDER, next_path=step.next, has_second=has_second)
    return _landed(visitor, answer)


@router.get("/login/provider/out")
@takes(*LOOKS)
async def out_of_provider(request: Request) -> Response:
    """Log out at the provider too, where it has a place for that."""
    visitor = Visitor(request)
    address = await _provider(visitor).way_out(_ours(visitor, "/login"))
    if address is None:
        return RedirectResponse("/login", status_code=303)
    page = visitor.show("going_on.html", to=address, heading="login.provider.leaving")
    page.headers["Refresh"] = f"0;url={address}"
    return page


def _landed(visitor: Visitor, answer: Response) -> Response:
    """The same as a page that goes on by itself: a redirect would still be the other site's, and a browser holds a
    strict cookie back from those."""
    to = answer.headers["location"]
    page = visitor.show("going_on.html", to=to, heading="login.provider.entering")
    page.headers["Refresh"] = f"0;url={to}"
    page.raw_headers.extend(one for one in answer.raw_headers if one[0] == b"set-cookie")
    return page


def _provider(visitor: Visitor) -> Provider:
    provider = visitor.identity.provider
    if provider is None:
        raise Refusal(404, no("login.provider.none"))
    return provider


def _ours(visitor: Visitor, path: str) -> str:
    """An address of ours as the provider knows it."""
    public: str | None = visitor.request.app.state.settings.public_url
    return f"{(public or str(visitor.request.base_url)).rstrip('/')}{path}"


def _refused(visitor: Visitor, why: str, *, status: int = 401, person: str | None = None) -> Response:
    words = {
        "denied": no("login.provider.denied"),
        "state": no("login.provider.state"),
        "away": no("login.provider.away"),
        "unknown": no("login.provider.unknown"),
        "disabled": no("login.provider.unknown"),
    }
    visitor.note(What.SIGN_IN_REFUSED, person, how=How.PROVIDER, why=why)
    said: Rejected = words.get(why, no("login.provider.token"))
    return visitor.show("no_way_in.html", status=status, error=said)
