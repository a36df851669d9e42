"""The words of all refusals of dispatch stand in `refusals.toml`; a rule names the code and gives the facts."""

from pathlib import Path

from runtime.refusal import Refusals

no = Refusals(Path(__file__).with_name("refusals.toml"))
