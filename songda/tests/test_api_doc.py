"""The HTTP API is public: other systems and pages hold on to it, so whoever changes it sees that they did."""

import json
from pathlib import Path

from songda.api_doc import PAGE, openapi_text
from songda.rules_doc import ROOT


def test_the_committed_document_of_the_api_is_what_the_routes_say(tmp_path: Path) -> None:
    """If this fails and the change is meant: `songda docs api`, and look at the difference of docs/openapi.json."""
    committed = json.loads((ROOT / PAGE).read_text(encoding="utf-8"))
    made = json.loads(openapi_text(tmp_path))
    assert committed["paths"].keys() == made["paths"].keys()
    assert committed == made
