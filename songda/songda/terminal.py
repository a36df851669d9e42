"""What commands share: where they print, who they speak for, and how one ends that came to nothing."""

from collections.abc import Callable
from typing import Annotated, NoReturn

import typer
from rich.console import Console

out = Console()
err = Console(stderr=True)

AsPerson = Annotated[str, typer.Option("--as", help="以谁的身份 As which person (id).")]
AsJson = Annotated[bool, typer.Option("--json", help="机器可读 Machine-readable.")]


def to_the_end(action: Callable[[], object]) -> None:
    """Carry out a command; what the system refuses or cannot do is one clear line and exit code 1."""
    from songda.client import CallFailed

    try:
        action()
    except CallFailed as error:
        fail(str(error))


def fail(text: str) -> NoReturn:
    """End a command with a sentence, and exit code 1."""
    err.print(f"[red]{text}[/red]", highlight=False)
    raise typer.Exit(1)
