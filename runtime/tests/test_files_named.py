"""Photos and signatures that a command names are in the store."""

from pathlib import Path

import pytest
from pydantic import BaseModel

from runtime.files_named import file_that_lacks
from runtime.objects import Objects, open_objects
from runtime.settings import Settings

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"


class Refused(BaseModel):
    """A piece, with photos."""

    photos: tuple[str, ...] = ()


class Signed(BaseModel):
    """What is signed."""

    signature_ref: str = ""
    refused: tuple[Refused, ...] = ()


@pytest.fixture
def objects(tmp_path: Path) -> Objects:
    return open_objects(Settings(home=tmp_path))


@pytest.mark.parametrize(
    "command",
    [
        Signed(refused=(Refused(photos=("p1",)),)),
        Signed(refused=(Refused(photos=("sha256:" + "a" * 64,)),)),
        Signed(signature_ref="sha256:" + "a" * 64),
        Signed(signature_ref="sha256:ab"),
    ],
)
async def test_a_file_that_nobody_put_is_none(command: Signed, objects: Objects) -> None:
    """C18, D4"""
    lacks = await file_that_lacks(command, objects)
    assert lacks is not None
    assert (lacks.code, lacks.rule) == ("unknown_file", "C18")


async def test_a_file_that_was_put_and_the_number_of_a_paper_are_taken(objects: Objects) -> None:
    """B13, C18"""
    put = await objects.put(PDF)
    photographed = Signed(signature_ref=put.ref, refused=(Refused(photos=(put.ref,)),))
    taken = [await file_that_lacks(one, objects) for one in (photographed, Signed(signature_ref="签收单 0042"))]
    assert taken == [None, None]
