"""What is counted and signed at the customer's door (B13): shapes that commands and events share."""

from typing import Annotated

from pydantic import Field

from contracts.bounds import Few, HowMany, Nth, OneLine, Words
from contracts.fact import Value

Photos = Annotated[tuple[OneLine, ...], Few(1_000)]


class CountedLine(Value):
    """Pieces of one contract line, as counted."""

    line_no: Nth
    quantity: HowMany = Field(ge=0)


class RefusedLine(Value):
    """Pieces of one contract line that the customer did not take: written down with reason and photos (B13, B15)."""

    line_no: Nth
    quantity: HowMany = Field(gt=0)
    damaged: bool = False
    reason: Words
    photos: Photos = ()


class Signing(Value):
    """What the customer signs for: counted line by line in front of him, and what he did not take (B13, B22)."""

    delivered: Annotated[tuple[CountedLine, ...], Few(1_000)]
    signed_by: Words
    signature_ref: Words
    taught_use: bool
    refused: Annotated[tuple[RefusedLine, ...], Few(1_000)] = ()
    photos: Photos = ()
