"""Two people over HTTP (B23): the second person's PIN on the first one's device, or their signature in a session of
their own; and where everybody sets a PIN, sees what waits for them, signs it or says no.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

import orjson
from fastapi import Request
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from contracts.bounds import Id, ManyLines
from runtime.aggregate import Aggregate
from runtime.clock import utc_now
from runtime.commands import Request as AskedAs
from runtime.decision import Rejected, Signer
from runtime.gateway import Gateway
from runtime.http import Answer, Caller, Refusal, SignedIn
from runtime.identity.identity import Identity
from runtime.outcome import Outcome
from runtime.person import Person
from runtime.pins import Pins
from runtime.route import Router
from runtime.second import LONGEST_PIN, Second
from runtime.service import Service
from runtime.signatures import OPEN_FOR, Signature, Signatures, State, number_of
from runtime.use_case import UseCase

router = Router(prefix="/api", tags=["signatures 签认"])

Cases = Mapping[tuple[str, str], UseCase[Any, Any, Any]]
"""(kind of aggregate, code) -> use case."""

ASKED_AWAY = Rejected(
    "first_may_no_longer",
    "B23",
    "提出的人现在的岗位已不能做这件事：请退回，由能做的人重新提出。",
    "Whoever asked may no longer do this in their role: refuse it, and let somebody ask who may.",
)
OF_ANOTHER_VERSION = Rejected(
    "signature_outdated",
    "B23",
    "系统升级后，这份等签的内容已不能照办：请重新提出。什么都没有改变。",
    "The system was renewed and cannot carry out what was signed as it stands: ask again. Nothing was changed.",
)
NO_SIGNATURE = Rejected(
    "unknown_signature",
    "B23",
    "没有这份等您签的：可能已签过、退回或过期。",
    "Nothing of this number waits for you: it was signed, refused or has expired.",
)


def cases_of(services: Mapping[str, Service]) -> Cases:
    """All use cases of the system."""
    deciders = (decider for service in services.values() for decider in service.deciders)
    aggregates = (one for one in deciders if isinstance(one, Aggregate))
    return {(one.prefix, case.code): case for one in aggregates for case in one.use_cases}


async def signer_named(caller: Caller, second: Second, person_id: str) -> Signer:
    """Somebody of the company who may sign beside the one who asks; refuses for anybody else, and who was shut out."""
    person = _people(caller.request).get(person_id)
    if person is None or await _is_shut_out(caller.request, person_id):
        caller.refuse(nobody(person_id))
    signer = Signer(person.id, person.role)
    unfit = second.unfit(caller.person.id, caller.person.role, signer)
    if unfit is not None:
        caller.refuse(unfit)
    return signer


async def _is_shut_out(request: Request, person_id: str) -> bool:
    identity: Identity | None = getattr(request.app.state, "identity", None)
    account = None if identity is None else await identity.accounts.get(person_id)
    return account is not None and account.disabled


async def prove(caller: Caller, second: Signer, pin: SecretStr) -> None:
    """That the second person is there: their PIN; refuses."""
    pins: Pins = caller.request.app.state.pins
    _refuse_locked(await pins.check(second.id, pin.get_secret_value(), caller.person.id))


def _refuse_locked(no: Rejected | None) -> None:
    if no is None:
        return
    seconds = no.facts.get("seconds")
    raise Refusal(409 if seconds is None else 429, no, None if seconds is None else {"Retry-After": str(seconds)})


async def left_to_sign(caller: Caller, second: Signer, code: str, aggregate_id: str, command: BaseModel) -> Answer:
    """Keep what is asked until the second person signs it in a session of their own; nothing happens before."""
    await caller.check_files(command)
    request = await caller.request_for(aggregate_id)
    now = utc_now()
    wanted = Signature(
        signature_no=number_of(request.command_id),
        first=request.actor,
        first_role=request.role,
        second=second.id,
        service=caller.service_of(aggregate_id),
        aggregate_id=aggregate_id,
        code=code,
        command=command.model_dump_json(),
        command_id=request.command_id,
        correlation_id=request.correlation_id,
        digest=request.digest,
        expected_version=request.expected_version,
        asked_at=now,
        expires=now + OPEN_FOR,
    )
    kept = await _signatures(caller.request).ask(wanted)
    if isinstance(kept, Rejected):
        caller.refuse(kept, 429)
    said = {"signature_no": kept.signature_no, "second": kept.second, "expires": kept.expires.isoformat()}
    return Answer(status="unsigned", aggregate_id=aggregate_id, version=0, command_id=kept.command_id, body=said)


def putting(gateway: Gateway, cases: Cases) -> Any:
    """How a signed request goes out: as it was asked, received now, with who signed."""

    async def put(one: Signature) -> Outcome:
        case = cases.get((one.aggregate_id.partition(":")[0], one.code))
        try:
            command = None if case is None else case.command.model_validate_json(one.command)
        except ValidationError:
            command = None
        if command is None:  # kept by a version that knew another one
            return Outcome(one.command_id, one.aggregate_id, "rejected", rejected=OF_ANOTHER_VERSION)
        request = AskedAs(
            command_id=one.command_id,
            received=one.decided_at or utc_now(),
            actor=one.first,
            role=one.first_role,
            correlation_id=one.correlation_id,
            expected_version=one.expected_version,
            digest=one.digest,
            second=Signer(one.second, one.signed_role),
        )
        return await gateway.ask(one.service, one.aggregate_id, command, request)

    return put


def nobody(person_id: str) -> Rejected:
    """There is no such person, or no longer."""
    return Rejected(
        "no_such_second",
        "B23",
        f"公司里没有（或已停用）{person_id[:40]}：第二人要选在职的人。",
        f"There is no {person_id[:40]} at the company, or no longer: the second person is somebody who works here.",
        {"second": person_id[:40]},
    )


# --- what everybody sees of it ---------------------------------------------------------------------------------------


class SignedField(BaseModel):
    """One thing that a request says: its name, dotted within lists, and what it says."""

    model_config = ConfigDict(frozen=True)

    name: str
    value: str


class SignatureView(BaseModel):
    """签认 What waits to be signed, or how it ended (B23): `title` what is asked, `fields` exactly what it says."""

    model_config = ConfigDict(frozen=True)

    signature_no: str
    first: str
    second: str
    aggregate_id: str
    code: str
    title: str
    fields: tuple[SignedField, ...]
    asked_at: datetime
    expires: datetime
    state: State
    reason: str
    answer: str
    answer_zh: str
    answer_en: str


class SignatureList(BaseModel):
    """签认 What waits for who asks, and what they asked others to sign, the latest first."""

    model_config = ConfigDict(frozen=True)

    to_sign: tuple[SignatureView, ...]
    asked: tuple[SignatureView, ...]


class PinState(BaseModel):
    """Whether a PIN is set."""

    is_set: bool


class PinWanted(BaseModel):
    """设 PIN Set one's own PIN (B23)

    Six figures or more, no run and no repetition; `old` to change it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    pin: Annotated[SecretStr, Field(max_length=LONGEST_PIN)]
    old: Annotated[SecretStr, Field(max_length=LONGEST_PIN)] | None = None


class NotSigned(BaseModel):
    """退回 Say no to what one is asked to sign (B23)

    With a reason; the first one sees it, and nothing happens.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    reason: Annotated[ManyLines, Field(min_length=2)]


@router.get("/pin", summary="是否设了 PIN Whether one has a PIN (B23)")
async def pin_state(caller: SignedIn) -> PinState:
    """Of who asks."""
    pins: Pins = caller.request.app.state.pins
    return PinState(is_set=await pins.is_set(caller.person.id))


@router.post("/pin", summary="设 PIN Set one's own PIN (B23)")
async def set_pin(body: PinWanted, caller: SignedIn) -> PinState:
    """In a session of their own, and nowhere else."""
    pins: Pins = caller.request.app.state.pins
    old = None if body.old is None else body.old.get_secret_value()
    _refuse_locked(await pins.set(caller.person.id, body.pin.get_secret_value(), old, caller.person.id))
    return PinState(is_set=True)


@router.get("/signatures", summary="签认 What waits to be signed (B23)")
async def signatures(caller: SignedIn) -> SignatureList:
    """By who asks, or by others for them."""
    return await signatures_of(caller)


async def signatures_of(caller: Caller) -> SignatureList:
    """What waits for somebody, and what became of what they asked."""
    found = await _signatures(caller.request).of(caller.person.id)
    shown = [(one, _shown(caller.request, one)) for one in found]
    return SignatureList(
        to_sign=tuple(view for one, view in shown if one.second == caller.person.id and one.state == "waiting"),
        asked=tuple(view for one, view in shown if one.first == caller.person.id),
    )


@router.post("/signatures/{signature_no}/signature", summary="签 Sign beside the one who asked (B23)")
async def sign(signature_no: Id, caller: SignedIn) -> Answer:
    """What they asked is carried out now, in their name and signed by who signs here. Signed already: its answer."""
    kept = _signatures(caller.request)
    one = await _for_me(caller, signature_no)
    if one.state == "waiting":
        case = _case(caller.request, one)
        first = _people(caller.request).get(one.first)
        gone = first is None or first.role != one.first_role or await _is_shut_out(caller.request, one.first)
        if first is None or gone or case.second is None:
            caller.refuse(ASKED_AWAY)
        unfit = case.second.unfit(first.id, first.role, Signer(caller.person.id, caller.person.role))
        if unfit is not None:
            caller.refuse(unfit)
        await kept.decide(signature_no, "signed", signed_role=caller.person.role)
        one = await _for_me(caller, signature_no)
    if one.state not in {"signed", "done"}:
        caller.refuse(NO_SIGNATURE, 404)
    return caller.answer(await kept.finish(one))


@router.post("/signatures/{signature_no}/refusal", summary="退回 Say no (B23)")
async def refuse(signature_no: Id, body: NotSigned, caller: SignedIn) -> SignatureView:
    """Nothing happens; the first one sees why."""
    await _for_me(caller, signature_no)
    await _signatures(caller.request).decide(signature_no, "refused", reason=body.reason)
    one = await _for_me(caller, signature_no)
    if one.state != "refused":
        caller.refuse(NO_SIGNATURE, 404)
    return _shown(caller.request, one)


async def _for_me(caller: Caller, signature_no: str) -> Signature:
    """One that this person is asked to sign; of others nobody learns that they exist."""
    one = await _signatures(caller.request).get(signature_no)
    if one is None or one.second != caller.person.id:
        caller.refuse(NO_SIGNATURE, 404)
    return one


def _shown(request: Request, one: Signature) -> SignatureView:
    case = _case(request, one)
    fields = tuple(SignedField(name=name, value=value) for name, value in flat(orjson.loads(one.command)))
    title = (case.command.__doc__ or one.code).strip().partition("\n")[0]
    same = one.model_dump(include=set(SignatureView.model_fields) & set(Signature.model_fields))
    return SignatureView(**same, title=title, fields=fields)


def flat(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Everything that JSON says, by dotted names, in its order; what is empty says nothing."""
    match value:
        case dict():
            for inner, part in value.items():
                if name or inner != "command":
                    yield from flat(part, f"{name}.{inner}" if name else inner)
        case list():
            for number, part in enumerate(value, 1):
                yield from flat(part, f"{name}.{number}")
        case None | "":
            pass
        case bool():
            yield name, "是 yes" if value else "否 no"
        case _:
            yield name, str(value)


def _case(request: Request, one: Signature) -> UseCase[Any, Any, Any]:
    cases: Cases = request.app.state.cases
    return cases[(one.aggregate_id.partition(":")[0], one.code)]


def _people(request: Request) -> Mapping[str, Person]:
    people: Mapping[str, Person] = request.app.state.people
    return people


def _signatures(request: Request) -> Signatures:
    found: Signatures = request.app.state.signatures
    return found
