"""Who asks: what the machinery knows of a person."""

from pydantic import BaseModel, ConfigDict


class Person(BaseModel):
    """Somebody who may ask: id, name, role (RULES §1), and what the role is limited to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    name: str
    role: str
    store: str | None = None
    crew: str | None = None
    depot: str | None = None
    """Where the person works (D17); None: in all depots."""
