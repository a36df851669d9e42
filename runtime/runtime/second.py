"""Two people (B23): who must sign beside the one who asks, said once at the use case. Pure.

    UseCase(ExecuteScrap, execute_scrap, KEEPER, "execution", second=Second(WITNESSES), signers=("witness",))

A request names the second person in `second`, with their PIN, or without one: then it waits until they sign it in a
session of their own (`runtime.signatures`). Who has proved to be there reaches the rule as `ctx.second`, which fills
the event's field from it. A name that stands in the command is not believed: it may repeat who signed, nobody else.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, create_model

from runtime.decision import STEP, SYSTEM, Command, Context, Rejected, Signer

SECOND = "second"
"""The field of a request that says who signs beside, and that of a page's form."""
PIN = "pin"
LONGEST_PIN = 12

PersonId = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Signs(BaseModel):
    """第二人 The second person (B23)

    `person`: their id. `pin`: their own PIN, entered by themselves. Left out: they are asked to sign in a session of
    their own, and what is asked waits for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    person: Annotated[PersonId, Field(examples=["mai.gh"])]
    pin: Annotated[SecretStr, Field(max_length=LONGEST_PIN)] | None = None


@dataclass(frozen=True)
class Second:
    """The second person of a use case. `may`: their roles (the company's own type), or those that stand `beside` the
    role of who asks, where it depends on it; none: this role signs alone. Not `always`: the rule itself asks for one,
    where state and policy want it.
    """

    may: frozenset[StrEnum]
    beside: Mapping[StrEnum, frozenset[StrEnum]] = field(default_factory=dict)
    always: bool = True

    def roles(self, role: str) -> frozenset[str]:
        """Roles of which somebody may sign beside this one."""
        found = next((roles for one, roles in self.beside.items() if one == role), self.may)
        return frozenset(map(str, found))

    def wanted(self, role: str) -> bool:
        """Whether this role never signs alone."""
        return self.always and bool(self.roles(role))

    def unfit(self, by: str, role: str, second: Signer) -> Rejected | None:
        """Why somebody cannot sign beside the one who asks; None when they can."""
        if second.id == by:
            return OWN_SECOND
        if second.role not in self.roles(role):
            return not_their_role(second, self.roles(role))
        return None


def lacks(second: Second | None, signers: Iterable[str], command: Command, ctx: Context[Any]) -> Rejected | None:
    """Why a command is not signed by whom it must be, or names somebody in its fields `signers` who has not signed;
    None where it is whole. What we ask ourselves has no second."""
    if ctx.role in {SYSTEM, STEP}:
        return None
    signed = {ctx.by}
    if second is not None and ctx.second is not None:
        unfit = second.unfit(ctx.by, ctx.role, ctx.second)
        if unfit is not None:
            return unfit
        signed.add(ctx.second.id)
    elif second is not None and second.wanted(ctx.role):
        return SECOND_WANTED
    named = [text for name in signers if (text := getattr(command, name, None)) is not None]
    return next((not_signed(text) for text in named if text not in signed), None)


def signed_too(inner: type[BaseModel]) -> type[BaseModel]:
    """What a request says where somebody signs beside: the same, with `second`."""
    made: Any = create_model(  # type: ignore[call-overload]
        inner.__name__, __base__=inner, __doc__=inner.__doc__, **{SECOND: (Signs | None, None)}
    )
    return made


def without_second(inner: type[BaseModel], body: BaseModel) -> tuple[BaseModel, Signs | None]:
    """What a request says besides, and who signs."""
    signs: Signs | None = getattr(body, SECOND)
    said = {name: getattr(body, name) for name in body.model_fields_set & inner.model_fields.keys()}
    return inner.model_validate(said), signs


def without_secret(value: Any) -> Any:
    """`second` as a request says it, but for the PIN."""
    return {name: part for name, part in value.items() if name != PIN} if isinstance(value, dict) else value


# --- refusals: of the machinery, for every use case -----------------------------------------------------------------

SECOND_WANTED = Rejected(
    "second_wanted",
    "B23",
    "这件事要两个人签：请选第二人，由其本人输入 PIN，或请其在自己的登录里签认。什么都没有改变。",
    "Two people sign this: name the second one, who enters their own PIN, or signs in a session of their own. Nothing "
    "was changed.",
)
OWN_SECOND = Rejected(
    "own_second",
    "B23",
    "不能自己给自己做第二人：请另一位同事签认。",
    "Nobody is their own second: another person has to sign.",
)


def not_their_role(second: Signer, roles: frozenset[str]) -> Rejected:
    """Their role does not sign this."""
    wanted = sorted(roles)
    return Rejected(
        "second_not_their_role",
        "B23",
        f"{second.id} 的岗位不能签这件事：第二人应是 {'、'.join(wanted) or '（不用第二人）'}。",
        f"{second.id} may not sign this: the second person is one of {', '.join(wanted) or '(none is wanted)'}.",
        {"second": second.id, "role": second.role},
    )


def not_signed(text: str) -> Rejected:
    """A name in the command that nobody signed with."""
    return Rejected(
        "name_not_signed",
        "B23",
        f"这里写着“{text[:80]}”，但本人没有签：写的名字不算签认。请由本人登记、输入 PIN，或在自己的登录里签认。",
        f'"{text[:80]}" is named here and has not signed: a written name is no signature. They note it themselves, '
        "enter their own PIN, or sign in a session of their own.",
        {"named": text[:80]},
    )
