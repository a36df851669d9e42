"""`__all__` of each module is the catalogue of what others may use: whole, sorted, and nothing borrowed."""

import ast
from pathlib import Path

import pytest

import contracts

PACKAGE = Path(contracts.__file__).parent
MODULES = sorted(path for path in PACKAGE.rglob("*.py") if path.name != "__init__.py")


def defined(tree: ast.Module) -> set[str]:
    """Public names that a module itself makes."""
    names: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            names.add(node.name)
        elif isinstance(node, ast.Assign):
            names |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            names.add(node.target.id)
    return {name for name in names if not name.startswith("_")}


def exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        if isinstance(node, ast.Assign) and [getattr(t, "id", "") for t in node.targets] == ["__all__"]:
            return [str(name) for name in ast.literal_eval(node.value)]
    return None


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_the_catalogue_is_what_the_module_makes(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert set(exported(tree) or ()) == defined(tree)
