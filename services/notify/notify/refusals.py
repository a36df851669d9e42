"""How notify says no: codes, rules and words are data (`refusals.toml`)."""

from pathlib import Path

from runtime.refusal import Refusals

no = Refusals(Path(__file__).with_name("refusals.toml"))
