"""Documents of dispatch's rows, as the projector writes them."""

import json
from typing import Any

from dispatch_cases import meta

from contracts.fact import Fact
from runtime.rows import STATE
from runtime.view import View


def document_of(view: View[Any, Any, Any], *events: Fact) -> dict[str, Any]:
    """The document after these events, as it comes back from the store."""
    values: dict[str, Any] = {}
    for sequence, event in enumerate(events, start=1):
        for facet in view.projection.facets:
            values[facet.name] = facet.fold(values.get(facet.name), event, meta(sequence))
    fields = {name: value for facet in view.projection.facets for name, value in facet.fields(values).items()}
    del fields[STATE]
    place = {"seq": len(events)}
    row: dict[str, Any] = json.loads(json.dumps({**fields, "_pos": {f.name: place for f in view.projection.facets}}))
    return row
