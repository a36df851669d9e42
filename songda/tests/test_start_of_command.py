"""How much a command of `songda` waits for before it does anything."""

import subprocess
import sys


def test_a_command_does_not_wait_for_the_whole_system_unless_it_needs_it() -> None:
    """`songda status` and its like are used in a hurry; all routes of all services take seconds to put together."""
    late = {"songda.system", "dashboards.main", "openpyxl"}
    asked = f"import sys, songda.main; print(*sorted({late} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
