"""`songda docs api`: docs/openapi.json, the HTTP API as the routes say it. What changes in it is seen in review."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from songda.rules_doc import ROOT

PAGE = Path("docs/openapi.json")


def openapi_text(home: Path) -> str:
    """The whole system's OpenAPI document; a process is put together for it in `home` and not started."""
    from runtime.app import Process, web  # here and below: other commands need not wait for the whole system
    from runtime.settings import Settings
    from songda.system import system

    settings = Settings(home=home)
    whole = system(settings)
    document = web(Process(settings, whole, whole.services, ["api"])).openapi()
    return _written(document, depth=3) + "\n"


def _written(part: Any, depth: int) -> str:
    """JSON with an operation or a schema a line: what changed is one line of a difference, and the file stays small."""
    if depth == 0 or not isinstance(part, Mapping):
        return json.dumps(part, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    inside = ",\n".join(f"{json.dumps(name)}: {_written(part[name], depth - 1)}" for name in sorted(part))
    return f"{{\n{inside}\n}}"


def api(root: Annotated[Path, typer.Option(help="项目目录 | the checkout")] = ROOT) -> None:
    """写出 HTTP 接口文档 docs/openapi.json。 Write the document of the HTTP API."""
    page = root / PAGE
    text = openapi_text(root / ".local")
    if page.exists() and page.read_text(encoding="utf-8") == text:
        print(f"未变 unchanged: {PAGE}")
        return
    page.write_text(text, encoding="utf-8")
    print(f"✓ 已更新 updated: {PAGE}")
