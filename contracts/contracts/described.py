"""Docstrings of fields, as what a document says of them (JSON Schema, OpenAPI).

They are read when a document is made. pydantic's own `use_attribute_docstrings` reads the source of every model again
whenever a process starts: a fifth of its start, for what a process that serves hardly ever tells.
"""

import ast
import inspect
from functools import cache
from itertools import pairwise
from textwrap import dedent
from typing import Any

from pydantic import BaseModel, GetJsonSchemaHandler
from pydantic_core import CoreSchema


class Described(BaseModel):
    """A model whose fields are described by the docstrings under them."""

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The schema, with a description of each field that has none of its own."""
        made = handler(schema)
        fields = handler.resolve_ref_schema(made).get("properties", {})
        for name, text in descriptions(cls).items():
            field = cls.model_fields[name]
            for written in {name, field.alias, field.serialization_alias} & fields.keys():
                fields[written]["description"] = text  # it says more than what is said of the field's type
        return made


@cache
def descriptions(model: type[Described]) -> dict[str, str]:
    """Field -> its docstring, of inherited fields too; not of one that has a `Field(description=...)`."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if issubclass(one, Described):
            found |= _own(one)
    fields = model.model_fields
    return {name: text for name, text in found.items() if name in fields and fields[name].description is None}


@cache
def _own(model: type[Described]) -> dict[str, str]:
    try:
        source = inspect.getsource(model)
    except OSError:  # it was made at run time
        return {}
    (made,) = ast.parse(dedent(source)).body
    assert isinstance(made, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(said.value.value)
        for field, said in pairwise(made.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(said, ast.Expr) and isinstance(said.value, ast.Constant) and isinstance(said.value.value, str)
    }
