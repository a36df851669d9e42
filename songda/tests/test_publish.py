"""`songda contracts generate` says what it wrote, and refuses with exit code 1 what would break a reader."""

import json
import shutil
from pathlib import Path

import pytest
import typer

from contracts.publishing.published import FOLDER
from songda.publish import generate


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for part in ("schemas", "asyncapi", "golden"):
        shutil.copytree(FOLDER / part, tmp_path / part)
    generate(tmp_path)
    return tmp_path


def test_what_was_written_is_listed(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "schemas" / "songda.order.GoodsNoted.v1.json").unlink()
    capsys.readouterr()
    generate(folder)
    first, last = capsys.readouterr().out.splitlines()
    assert (first, "更新 1 个文件" in last) == ("✓ schemas/songda.order.GoodsNoted.v1.json", True)


def test_a_breaking_change_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = folder / "schemas" / "songda.order.GoodsNoted.v1.json"
    schema = json.loads(path.read_text(encoding="utf-8"))
    schema["properties"]["quantity"]["type"] = "string"
    path.write_text(json.dumps(schema), encoding="utf-8")
    capsys.readouterr()
    with pytest.raises(typer.Exit) as stopped:
        generate(folder)
    first, last = capsys.readouterr().out.splitlines()
    assert (stopped.value.exit_code, "quantity: type changed (string -> integer)" in first, last) == (
        1,
        True,
        "未写入任何文件。 Nothing was written.",
    )
