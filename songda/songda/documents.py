"""`songda docs …`: documents that are made of the code."""

import typer

from songda.api_doc import api
from songda.rules_doc import rules

docs = typer.Typer(no_args_is_help=True, help="生成文档 Generate documents.")
docs.command("rules")(rules)
docs.command("api")(api)
