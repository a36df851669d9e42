"""Refusals are data: `refusals.toml` of a service holds code, rule and words; a rule names the code and the figures.

A file's tables are codes: `[quote_expired]` with `rule`, `zh`, `en`; `{valid_until}` in the words is a fact that the
rule gives. `misfits` compares a file with the code that refuses, so that neither can drift.
"""

import ast
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

from pydantic import BaseModel, ConfigDict, TypeAdapter

from contracts.decision import Detail, Rejected


class Words(BaseModel):
    """What one refusal says: the rule it stands on ("" where none applies), and what is wrong and what to do."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: str = ""
    zh: str
    en: str

    @property
    def facts(self) -> frozenset[str]:
        """Names of the figures in its words."""
        return frozenset(name for text in (self.zh, self.en) for _, name, _, _ in Formatter().parse(text) if name)


_CATALOGUE: TypeAdapter[dict[str, Words]] = TypeAdapter(dict[str, Words])


@cache
def catalogue(file: Path) -> Mapping[str, Words]:
    """All refusals of a file, by code."""
    return _CATALOGUE.validate_python(tomllib.loads(file.read_text(encoding="utf-8")))


class Refusals:
    """One service's refusals: `no("quote_expired", quote_no=..., valid_until=...)` is the `Rejected` with its words."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __call__(self, code: str, /, **facts: Detail) -> Rejected:
        """The refusal with this code; its facts stand in the words and beside them. KeyError for an unknown code."""
        told = catalogue(self.file)[code]
        return Rejected(code, told.rule, told.zh.format(**facts), told.en.format(**facts), facts)


def misfits(file: Path, sources: Mapping[str, str]) -> Iterator[str]:
    """What does not fit between a file and the Python sources (name -> text) that call `no(...)` with literal codes:
    a code that is unknown, one that nobody gives, a figure in the words that the rule does not give."""
    known = catalogue(file)
    given: set[str] = set()
    for name, text in sources.items():
        for call in ast.walk(ast.parse(text)):
            match call:
                case ast.Call(func=ast.Name(id="no"), args=[ast.Constant(value=str(code))], keywords=keywords):
                    given.add(code)
                    if code not in known:
                        yield f"{name}:{call.lineno}: {code} is not in {file.name}"
                    elif None not in {k.arg for k in keywords}:
                        lacking = known[code].facts - {k.arg for k in keywords}
                        if lacking:
                            yield f"{name}:{call.lineno}: {code} lacks {', '.join(sorted(lacking))}"
                case ast.Call(func=ast.Name(id="no"), args=[_, *_]):
                    yield f"{name}:{call.lineno}: the code of a refusal is written out, so that it can be found"
                case _:
                    pass
    for code in sorted(known.keys() - given):
        yield f"{file.name}: nobody gives {code}"


__all__ = ["Refusals", "Words", "catalogue", "misfits"]
