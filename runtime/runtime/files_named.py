"""Files that a command names are there: a photo that nobody put proves nothing (C18, D4)."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from runtime.decision import Rejected
from runtime.objects import Objects, hex_of

PHOTOS = "photos"
"""Fields of this name hold files alone; others, such as a signature's, may hold the number of a paper instead."""

OF_A_FILE = "sha256:"


async def file_that_lacks(command: BaseModel, objects: Objects) -> Rejected | None:
    """The refusal of a command that names a file which is not in the store; None where all are."""
    for ref in dict.fromkeys(_named(command.model_dump(), is_photo=False)):
        name = hex_of(ref)
        if name is None or not await objects.holds(name):
            return Rejected(
                "unknown_file",
                "C18",
                f"没有文件 {ref[:80]}。请先上传照片或签名，再提交",
                f"There is no file {ref[:80]}. Upload the photo or signature first, then send this",
            )
    return None


def _named(value: Any, *, is_photo: bool) -> Iterator[str]:
    """References within a command."""
    match value:
        case str():
            if is_photo or value.startswith(OF_A_FILE):
                yield value
        case dict():
            for name, inner in value.items():
                yield from _named(inner, is_photo=name == PHOTOS)
        case list() | tuple():
            for inner in value:
                yield from _named(inner, is_photo=is_photo)
        case _:
            pass
