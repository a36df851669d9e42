"""What a login asks for besides a password: another password at the first time, the code of the second factor."""

from collections.abc import Awaitable, Callable

import segno
from fastapi import Request
from fastapi.responses import RedirectResponse, Response
from markupsafe import Markup

from dashboards.login import safe_next
from dashboards.page_route import PageRouter
from dashboards.render import LOOKS
from dashboards.signing_in.flow import PAGES, Visitor, no
from dashboards.signing_in.pages import FORM_BYTES, TRIES_AT_ONCE, too_soon
from runtime.clock import utc_now
from runtime.decision import Rejected
from runtime.front_door import open_to_all
from runtime.identity import codes
from runtime.identity.accounts import TooSoon
from runtime.identity.audit import What
from runtime.identity.passwords import flaw_of
from runtime.identity.sealing import seal, unseal
from runtime.identity.steps import WITH_CODE, WITH_RECOVERY, Step
from runtime.route import takes

router = PageRouter(include_in_schema=False)

_Asked = Callable[[Visitor, Step], Awaitable[Response]]


async def _at(request: Request, what: str, then: _Asked) -> Response:
    """A page for whoever is at this step of a login; others go to where they are."""
    visitor = Visitor(request)
    step = await visitor.step()
    if step is None or step.person is None:
        return RedirectResponse("/login", status_code=303)
    lack = await visitor.lack(step)
    if lack != what:
        return RedirectResponse(PAGES.get(lack, "/login"), status_code=303)
    return await then(visitor, step)


# ---- another password ---------------------------------------------------------------------------------------------


@router.get(PAGES["password"])
@takes(*LOOKS)
async def password_page(request: Request) -> Response:
    """设置密码: the one-time password has done its work."""

    async def shown(visitor: Visitor, step: Step) -> Response:
        return visitor.show("step_password.html", given=step.person)

    return await _at(request, "password", shown)


@router.post(PAGES["password"])
@open_to_all(FORM_BYTES, secret=True, at_once=TRIES_AT_ONCE)
async def choose_password(request: Request) -> Response:
    """The new password, twice."""

    async def chosen(visitor: Visitor, step: Step) -> Response:
        form = await visitor.form()
        password, again = form.get("password", ""), form.get("again", "")
        person = visitor.people[step.person or ""]
        flaw = no("login.differ") if password != again else await unfit(visitor, person.id, password)
        if flaw is not None:
            return visitor.show("step_password.html", status=422, given=person.id, error=flaw)
        await visitor.identity.accounts.choose_password(person.id, password)
        visitor.note(What.PASSWORD_CHANGED, person.id)
        return await visitor.go_on(step)

    return await _at(request, "password", chosen)


async def unfit(visitor: Visitor, person_id: str, password: str) -> Rejected | None:
    """Why a person's new password will not do."""
    person = visitor.people[person_id]
    flaw = flaw_of(password, about=(person.id, *person.id.split("."), person.name))
    if flaw is None and await visitor.identity.accounts.has_password(person_id, password):
        return no("login.same")
    return flaw


# ---- the second factor --------------------------------------------------------------------------------------------


@router.get(PAGES["code"])
@takes(*LOOKS)
async def code_page(request: Request) -> Response:
    """动态码: of the phone, or a recovery code."""

    async def shown(visitor: Visitor, _: Step) -> Response:
        return visitor.show("step_code.html")

    return await _at(request, "code", shown)


@router.post(PAGES["code"])
@open_to_all(FORM_BYTES, secret=True, at_once=TRIES_AT_ONCE)
async def give_code(request: Request) -> Response:
    """The code. A wrong one counts for this login and for the person."""

    async def given(visitor: Visitor, step: Step) -> Response:
        form = await visitor.form()
        code, person_id = form.get("code", ""), step.person or ""
        is_recovery = len("".join(code.split())) > codes.DIGITS
        takes_it = visitor.identity.accounts.takes_recovery if is_recovery else visitor.identity.accounts.takes_code
        try:
            right = await takes_it(person_id, code)
        except TooSoon as soon:
            words, headers = too_soon(soon)
            answer = visitor.show("step_code.html", status=429, error=words)
            answer.headers.update(headers)
            return answer
        if not right:
            await visitor.identity.steps.was_wrong(step)
            visitor.note(What.SECOND_REFUSED, person_id, how=step.how, why="wrong")
            return visitor.show("step_code.html", status=401, error=no("login.code.bad"))
        how = (WITH_RECOVERY if is_recovery else WITH_CODE)[step.how]
        return await visitor.go_on(await visitor.identity.steps.change(step, has_second=True, how=how))

    return await _at(request, "code", given)


@router.get(PAGES["enrol"])
@takes(*LOOKS)
async def enrol_page(request: Request) -> Response:
    """开通动态码: a secret that is shown to this browser, until the login ends."""

    async def shown(visitor: Visitor, step: Step) -> Response:
        if step.secret is None:
            sealed = seal(visitor.identity.keys, codes.fresh_secret(), whose=step.person or "")
            step = await visitor.identity.steps.change(step, secret=sealed)
        return _enrolment(visitor, step)

    return await _at(request, "enrol", shown)


@router.post(PAGES["enrol"])
@open_to_all(FORM_BYTES, secret=True, at_once=TRIES_AT_ONCE)
async def enrol(request: Request) -> Response:
    """The first code: the phone has the secret. Whoever enrolled is in, and sees the recovery codes once."""

    async def given(visitor: Visitor, step: Step) -> Response:
        person_id = step.person or ""
        if step.secret is None:
            return RedirectResponse(PAGES["enrol"], status_code=303)
        secret = unseal(visitor.identity.keys, step.secret, whose=person_id)
        found = codes.step_of(secret, (await visitor.form()).get("code", ""), utc_now())
        if found is None:
            await visitor.identity.steps.was_wrong(step)
            return _enrolment(visitor, step, error=no("login.code.bad"), status=401)
        recovery = await visitor.identity.accounts.enrol(person_id, secret, found)
        visitor.note(What.SECOND_ENROLLED, person_id)
        step = step.model_copy(update={"has_second": True, "anew": False, "how": WITH_CODE[step.how]})
        shown = visitor.show("recovery.html", codes=recovery, next=safe_next(step.next))
        return await visitor.enter(step, shown)

    return await _at(request, "enrol", given)


def _enrolment(visitor: Visitor, step: Step, *, error: Rejected | None = None, status: int = 200) -> Response:
    person_id = step.person or ""
    secret = unseal(visitor.identity.keys, step.secret or b"", whose=person_id)
    picture = segno.make(codes.address_of(secret, person_id), micro=False).svg_inline(light="#fff", omitsize=True)
    grouped = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return visitor.show(
        "step_enrol.html",
        status=status,
        error=error,
        picture=Markup(picture),  # noqa: S704 - segno's own, of our own text
        secret=grouped,
    )
