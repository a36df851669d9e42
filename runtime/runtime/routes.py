"""HTTP of an aggregate's use cases: `POST <prefix>/{number}/<path>` for each that has a path, made of the use case.

The body is the command (or the use case's `body`), what may ask is its `may`, and the documentation is the docstring of
what is sent: its first line the summary, the rest the description.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, Signature, cleandoc
from typing import Annotated, Any

from fastapi import APIRouter, Path
from pydantic import BaseModel

from runtime.aggregate import Aggregate
from runtime.decision import Command, Signer
from runtime.http import Answer, Caller, SignedIn
from runtime.person import Person
from runtime.route import Router
from runtime.second import Signs, signed_too, without_second
from runtime.signing import left_to_sign, prove, signer_named
from runtime.use_case import Nothing, UseCase

Access = Callable[[Caller, str], Awaitable[None]]
"""What stands beyond the role between a person and one aggregate (a store's own contracts); refuses, or returns."""


Guard = Callable[[Caller, Person, str, Command], Awaitable[None]]
"""What stands between a person, who asks or signs beside, and what is asked of one aggregate; refuses, or returns."""


async def everybody(_: Caller, __: str) -> None:
    """Nothing stands between."""


async def anybody(_: Caller, __: Person, ___: str, ____: Command) -> None:
    """Nothing stands between."""


@dataclass(frozen=True)
class Address:
    """Where an aggregate is asked: `prefix/{param}`; `number` is the annotated type of its number in a path, which also
    fills the command's field of that name. `values`: annotated types of what else stands in paths, where an address
    takes less than the command, and of what stands in queries. What begins an aggregate passes no `access`: there is
    nothing yet to come near.

    `parts`: annotated types of what its number is made of in a path, where that is several things, `a:b`, or none at
    all (`/fleet/people`); they fill the command's fields too. `key`: its number, where that is not what the path says.
    `begins`: the command's field with which the number begins, where the path does not say it. `guard`: what stands
    between, once it is known what is asked.
    """

    aggregate: Aggregate[Any, Any]
    prefix: str
    param: str = ""
    number: Any = Annotated[str, Path(max_length=80)]
    access: Access = everybody
    whole: bool = False
    """Whether its number may hold slashes."""
    told: bool = False
    """Whether a request may say the name of its command."""
    values: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Any] | None = None
    begins: str = ""
    guard: Guard = anybody
    key: Callable[[str], str] = str

    @property
    def named(self) -> Mapping[str, Any]:
        """Annotated types of the path parameters that name one aggregate."""
        return {self.param: self.number} if self.parts is None else self.parts


def routes(address: Address) -> APIRouter:
    """The routes of all its use cases that have one."""
    router = Router(prefix=address.prefix)
    for case in address.aggregate.use_cases:
        if case.path is None:
            continue
        body = case.request(*address.named, told=address.told)
        if case.second is not None:
            body = signed_too(body)
        told = cleandoc((case.command if body is Nothing else body).__doc__ or "").partition("\n")
        router.add_api_route(
            f"/{case.path}" if case.born is not None and case.path else _within(address, case),
            _endpoint(address, case, body),
            methods=["POST"],
            status_code=case.status,
            summary=told[0],
            description=told[2].strip(),
            response_model=Answer,
            name=case.code,
        )
    return router


def _within(address: Address, case: UseCase[Any, Any, Any]) -> str:
    if case.born is not None:
        return ""
    kind = ":path" if address.whole else ""
    return "".join(f"/{{{name}{kind}}}" for name in address.named) + f"/{case.path}".removesuffix("/")


def _endpoint(address: Address, case: UseCase[Any, Any, Any], body_type: type[BaseModel]) -> Callable[..., Any]:
    """A function with the signature that FastAPI reads: number, values of the path, body, who asks."""
    in_path = {name: case.command.model_fields[name] for name in case.in_path}
    in_query = {name: case.command.model_fields[name] for name in case.query}

    async def endpoint(**values: Any) -> Answer:
        caller: Caller = values["caller"]
        caller.allow(*case.may)
        said = values.get("body")
        body = body_type() if said is None else said
        signs: Signs | None = None
        if case.second is not None:
            body, signs = without_second(body_type.__bases__[0], body)
        given = {name: values[name] for name in (*in_path, *in_query)}
        if case.born is not None:
            number, new = _number(case, body, caller)
        else:
            number, new = ":".join(str(values[name]) for name in address.named), None
            given |= {name: values[name] for name in address.named if name in case.command.model_fields}
            await address.access(caller, number)
        command = await _command(case, caller, number, body, given if new is None else {**given, **new})
        key = address.key(number) if not address.begins else f"{getattr(command, address.begins)}:{number}"
        says = new if case.says is None else {**(new or {}), **case.says(command)}
        aggregate_id = address.aggregate.key(key)
        await address.guard(caller, caller.person, aggregate_id, command)
        second: Signer | None = None
        if case.second is not None and signs is not None:
            second = await signer_named(caller, case.second, signs.person)
            await address.guard(caller, caller.request.app.state.people[second.id], aggregate_id, command)
            if signs.pin is None:
                return await left_to_sign(caller, second, case.code, aggregate_id, command)
            await prove(caller, second, signs.pin)
        return caller.answer(await caller.ask(aggregate_id, command, second=second), says)

    optional = case.bare and all(not field.is_required() for field in body_type.model_fields.values())
    parameters = [] if case.born is not None else [_parameter(name, kind) for name, kind in address.named.items()]
    parameters += [
        _parameter(n, address.values.get(n, Annotated[f.annotation, *f.metadata, Path()])) for n, f in in_path.items()
    ]
    parameters += [_parameter(n, address.values[n], f.default) for n, f in in_query.items()]
    if body_type is not Nothing:
        parameters += [_parameter("body", body_type | None, None) if optional else _parameter("body", body_type)]
    parameters += [_parameter("caller", SignedIn)]
    endpoint.__name__ = case.code
    endpoint.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # FastAPI reads it
    return endpoint


def _parameter(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def _number(case: UseCase[Any, Any, Any], body: BaseModel, caller: Caller) -> tuple[str, dict[str, Any] | None]:
    """The number of what comes into being: the one that was sent, or a new one, which the answer then says."""
    assert case.born is not None
    if case.born.of is not None:
        return case.born.of(body), None
    sent = getattr(body, case.born.field)
    if sent is not None:
        return str(sent), {case.born.field: sent} if case.born.gives else None
    number = case.born.new(caller, body)
    return number, {case.born.field: number}


async def _command(
    case: UseCase[Any, Any, Any], caller: Caller, number: str, body: BaseModel, given: dict[str, Any]
) -> Command:
    if case.prepare is not None:
        prepared = await case.prepare(caller, number, body)
        return prepared.model_copy(update={name: given[name] for name in case.query})
    whole: Any = body if not given and isinstance(body, case.command) else {**dict(body), **given}
    command: Command = case.command.model_validate(whole)
    return command
