"""How much a command of `songda` waits for before it does anything."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from songda.main import ELSEWHERE, app


def test_a_command_does_not_wait_for_the_whole_system_unless_it_needs_it() -> None:
    """`songda status` and its like are used in a hurry; all routes of all services take seconds to put together."""
    late = {"songda.system", "dashboards.main", "openpyxl"}
    asked = f"import sys, songda.main; print(*sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("path", [(name,) for name in ELSEWHERE] + [("verify", "books"), ("ops", "parked", "list")])
def test_every_command_is_found_and_has_help(path: tuple[str, ...]) -> None:
    """A command that is imported when it is given is there when it is given, with the commands below it."""
    shown = CliRunner().invoke(app, [*path, "--help"])
    assert shown.exit_code == 0, shown.output
    assert path[-1] in shown.output
