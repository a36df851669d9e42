"""The published folder: schemas, AsyncAPI documents and recordings, kept in step with the models."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import contracts
from contracts.publishing import asyncapi
from contracts.publishing.compatibility import Break, check_compatible
from contracts.publishing.recordings import SUFFIX, recordings
from contracts.publishing.schemas import Schema, event_schemas
from contracts.reading import SERVICES
from contracts.upcasters import UPCASTERS

FOLDER = Path(contracts.__file__).parent.parent
"""Where the published files lie beside the package, in a checkout."""


@dataclass(frozen=True, slots=True)
class Published:
    """What generating came to. Nothing was written when there are `problems`."""

    problems: tuple[str, ...] = ()
    """For people: what is wrong and what to do, zh first."""
    written: tuple[str, ...] = ()
    """Files that are new or changed, by path under the folder."""
    unchanged: int = field(default=0)


def committed_schemas(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Schemas as last published, by wire name; versions that are only read any more included."""
    paths = sorted((folder / "schemas").glob("*.json"))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in paths}


def problems_between(committed: Mapping[str, Schema], fresh: Mapping[str, Schema]) -> list[str]:
    """Why `fresh` must not take the place of `committed`: breaks under the same name, and names that vanished."""
    found: list[str] = []
    for name, old in committed.items():
        if name in fresh:
            found += [_shape_broken(name, broken) for broken in check_compatible(old, fresh[name])]
        elif name not in UPCASTERS:
            found.append(
                f"{name}: 已发布的事件不能取消，旧记录永远存在：请在 contracts/upcasters.py 写明它变成什么。 "
                "A published event cannot be withdrawn, its records stay for ever: "
                "say in contracts/upcasters.py what they become."
            )
    return found


def _shape_broken(name: str, broken: Break) -> str:
    base, _, number = name.rpartition(".v")
    newer = f"{base}.v{int(number) + 1}"
    return (
        f"{name}: {broken}. 这会使读者读不懂：请保留旧形状，改用 {newer}（事件的 wire=），"
        f"在 contracts/upcasters.py 加 {name} -> {newer}，并录一份 golden/{newer}{SUFFIX}。 "
        f"This would break a reader. Publish it as {newer} (the event's `wire=`), add an upcaster from {name} "
        f"to contracts/upcasters.py, and record golden/{newer}{SUFFIX}; then generate again."
    )


def contents(folder: Path = FOLDER) -> dict[str, str]:
    """All files that ought to be there, by path under `folder`. Raises ValueError when a recording is missing."""
    fresh = event_schemas()
    retired = {name: schema for name, schema in committed_schemas(folder).items() if name in UPCASTERS}
    recorded = recordings(folder / "golden")
    missing = sorted((fresh.keys() | UPCASTERS.keys()) - recorded.keys())
    if missing:
        raise ValueError(
            f"缺少录制样本 golden/{missing[0]}{SUFFIX}（共缺 {len(missing)}）：每个事件版本须录一条真实记录。 "
            f"No recording golden/{missing[0]}{SUFFIX} ({len(missing)} missing): each event version needs one, "
            "header lines, an empty line, the value."
        )
    files = {f"schemas/{name}.json": _json(schema) for name, schema in fresh.items()}
    for service in SERVICES:
        of_service = {name: schema for name, schema in {**fresh, **retired}.items() if name.split(".")[1] == service}
        described = asyncapi.document(service, of_service, recorded, retired.keys())
        files[f"asyncapi/{service}.yaml"] = asyncapi.to_yaml(described)
    return files


def _json(schema: Schema) -> str:
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def write_schemas(folder: Path = FOLDER) -> Published:
    """Bring the published files in step with the models; where a change would break a reader, write nothing."""
    problems = problems_between(committed_schemas(folder), event_schemas())
    if problems:
        return Published(problems=tuple(problems))
    try:
        files = contents(folder)
    except ValueError as missing:
        return Published(problems=(str(missing),))
    written = []
    for name, text in files.items():
        path = folder / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            written.append(name)
    return Published(written=tuple(sorted(written)), unchanged=len(files) - len(written))
