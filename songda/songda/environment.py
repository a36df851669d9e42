"""The environment: each `SONGDA_*` variable is one that somebody reads and has a value it may have, or nothing starts.

A mistyped name would leave its default in force without a word, so a name that nobody reads is refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from company.people import read_people
from company.policy import PolicySettings, policy_book
from notify.settings import NotifySettings
from runtime.settings import Settings
from songda.stack.places import StackSettings

PREFIX = "SONGDA_"
READERS: tuple[type[BaseSettings], ...] = (Settings, StackSettings, NotifySettings, PolicySettings)
"""Whatever reads the environment is named here; the variables of a reader that is not are refused."""
OF_TESTS = ("SONGDA_TEST_", "SONGDA_DEADLINE_VECTORS")
"""Read by the tests, whose processes inherit them."""


def known_variables() -> dict[str, Mapping[str, Any]]:
    """Every variable that something reads, and the JSON Schema of its value."""
    return {
        _variable(reader, name): schema
        for reader in READERS
        for name, schema in reader.model_json_schema()["properties"].items()
    }


def problems(environ: Mapping[str, str]) -> list[str]:
    """What is wrong with the environment of this process, a sentence each; never a text's value: it may be secret."""
    known = known_variables()
    unknown = [
        _unknown(name, known)
        for name in sorted(environ)
        if name.upper().startswith(PREFIX) and name.upper() not in known and not name.upper().startswith(OF_TESTS)
    ]
    bad = [*unknown, *_bad_values(known)]
    return list(dict.fromkeys(bad or _unusable(Settings())))


def _variable(reader: type[BaseSettings], field: object) -> str:
    return f"{reader.model_config['env_prefix']}{str(field).upper()}"


def _unknown(name: str, known: Mapping[str, object]) -> str:
    ends = [one.removeprefix(PREFIX) for one in known]  # what all have in common says nothing
    if near := get_close_matches(name.upper().removeprefix(PREFIX), ends, n=1, cutoff=0.5):
        meant = f"{PREFIX}{near[0]}"
        return f"没有 {name} 这个变量，是不是 {meant}？ There is no variable {name}; did you mean {meant}?"
    return f"没有 {name} 这个变量，请去掉。 There is no variable {name}: remove it."


def _bad_values(known: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for reader in READERS:
        try:
            reader()
        except ValidationError as error:
            for problem in error.errors(include_url=False):
                said = problem.get("ctx", {}).get("error")  # a check of ours says it in words
                if not problem["loc"]:  # fields that do not fit together
                    yield str(said)
                    continue
                name = _variable(reader, problem["loc"][0])
                yield f"{name} 不对：{said}" if said else _bad_value(name, known[name], problem)
        except SettingsError as error:  # a field of several values that is no JSON
            if found := re.search(r'field "(\w+)"', str(error)):
                name = _variable(reader, found[1])
                yield _bad_value(name, known[name], {})


def _unusable(settings: Settings) -> Iterator[str]:
    """What only its reader can judge: files."""
    if settings.home.exists() and not settings.home.is_dir():
        yield "SONGDA_HOME 不对：应是文件夹。 SONGDA_HOME must be a folder."
    if settings.people is not None:
        try:
            people = read_people(settings.people)
            depots = {one.depot for revision in policy_book().revisions for one in revision.depots}
            strange = sorted({one.depot for one in people.values() if one.depot is not None} - depots)
            if strange:
                names = ", ".join(strange)
                yield f"SONGDA_PEOPLE 不对：政策里没有仓库 {names}。 SONGDA_PEOPLE: no policy has a depot {names}."
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3])
            yield f"SONGDA_PEOPLE 不对：人员名单里有错（{wrong}）。 The list of people has faults: {wrong}."
        except (OSError, ValueError) as error:
            why = type(error).__name__
            yield f"SONGDA_PEOPLE 不对：读不了人员名单（{why}）。 SONGDA_PEOPLE must be a JSON file of people ({why})."


def _bad_value(name: str, schema: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    one = next((kind for kind in schema.get("anyOf", ()) if kind.get("type") != "null"), schema)
    zh, en = _allowed(one)
    shown = one["type"] in {"boolean", "integer", "number"} or "enum" in one
    given = f" {json.dumps(problem['input'], ensure_ascii=False)}" if shown else ""
    return f"{name}{given} 不对：应是{zh}。 {name} must be {en}."


def _allowed(schema: Mapping[str, Any]) -> tuple[str, str]:
    if "enum" in schema:
        choices = ", ".join(schema["enum"])
        return f" {choices} 之一", f"one of {choices}"
    least, over, most = (schema.get(bound) for bound in ("minimum", "exclusiveMinimum", "maximum"))
    match schema["type"]:
        case "boolean":
            return " true 或 false", "true or false"
        case "integer" | "number" as kind:
            zh, en = ("整数", "a whole number") if kind == "integer" else ("数", "a number")
            if least is not None and most is not None:
                return f" {least} 到 {most} 的{zh}", f"{en} from {least} to {most}"
            if least is not None:
                return f"不小于 {least} 的{zh}", f"{en} not below {least}"
            return (zh, en) if over is None else (f"大于 {over} 的{zh}", f"{en} above {over}")
        case "object":
            return " JSON 对象", "a JSON object"
        case _:
            return "文字", "text"
