"""What an answer hangs on: the definitions that a function or class reaches, followed by name through the sources.

A function reaches what it names, a class its fields, bases and methods, a constant what it is made of. Docstrings,
comments, layout and whatever else stands in the same file do not count. Where a name cannot be followed, its whole
module counts: too much is a rebuild for nothing, too little is a wrong row.

Not seen: `getattr` by a computed name, what is registered elsewhere at run time, files that are read.
"""

import ast
import symtable
from collections.abc import Callable, Iterable, Iterator

WHOLE = "*"
"""In the place of a name: all that the module holds."""

Place = tuple[str, str]
"""Module, and a name at its top level."""

Source = Callable[[str], str | None]
"""Module name -> its text; None for what is not ours, or is no module."""

_BLOCKS = (ast.If, ast.For, ast.While, ast.With, ast.Try)


class Code:
    """Sources, as places that reach one another. Each module is parsed once, each place looked at once."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._modules: dict[str, _Module | None] = {}
        self._places: dict[Place, tuple[str, tuple[Place, ...]]] = {}

    def reached(self, roots: Iterable[Place]) -> dict[Place, str]:
        """Every place that the roots reach, with its code; one that is not ours has none and leads nowhere."""
        found: dict[Place, str] = {}
        waiting = list(roots)
        while waiting:
            place = waiting.pop()
            if place in found:
                continue
            if place not in self._places:
                self._places[place] = self._look(*place)
            found[place], more = self._places[place]
            waiting += more
        return found

    def _look(self, name: str, what: str) -> tuple[str, tuple[Place, ...]]:
        """A place's code, and what that names."""
        if name not in self._modules:
            text = self._source(name)
            self._modules[name] = None if text is None else _Module(name, text, self._source)
        module = self._modules[name]
        if module is None:
            return "", ()
        if what in module.defined:
            return module.code(module.defined[what])
        if what in module.imported:
            return "", (module.imported[what],)
        text, named = module.code([statement for many in module.defined.values() for statement in many])
        return text, (*named, *module.imported.values())


class _Module:
    """A module's top level: what is defined there, what is imported, and what simply runs when it is imported."""

    def __init__(self, name: str, text: str, source: Source) -> None:
        self.name = name
        self.defined: dict[str, list[ast.stmt]] = {}
        self.imported: dict[str, Place] = {}
        self._runs: list[ast.stmt] = []
        self._source = source
        self._known: dict[ast.stmt, tuple[str, tuple[Place, ...]]] = {}
        for statement in ast.parse(text).body:
            if isinstance(statement, (ast.Import, ast.ImportFrom, *_BLOCKS)):
                self.imported |= self._imports_in(ast.walk(statement))
            if isinstance(statement, ast.Import | ast.ImportFrom) or _is_text(statement):
                continue
            names = set(_bound(statement))
            for one in names - {"__all__"}:
                self.defined.setdefault(one, []).append(statement)
            if not names or isinstance(statement, _BLOCKS):
                self._runs.append(statement)

    def code(self, statements: Iterable[ast.stmt]) -> tuple[str, tuple[Place, ...]]:
        """The text of statements and of what runs in any case, and the places that they name."""
        texts: list[str] = []
        places: list[Place] = []
        for statement in (*statements, *self._runs):
            if statement not in self._known:
                plain = _Plain().visit(statement)
                text = ast.unparse(plain)
                self._known[statement] = text, tuple(self._named(plain, set(_free(text))))
            texts.append(self._known[statement][0])
            places += self._known[statement][1]
        return "\n".join(texts), tuple(places)

    def _named(self, statement: ast.stmt, free: set[str]) -> Iterator[Place]:
        """`name` and `module.name`, and what a function imports. A name that is local wherever it stands is none."""
        nodes = list(ast.walk(statement))
        yield from self._imports_in(nodes).values()
        through = {
            id(node.value): node.attr
            for node in nodes
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
        }
        for node in nodes:
            if not isinstance(node, ast.Name) or node.id not in free:
                continue
            if node.id in self.defined:
                yield self.name, node.id
            elif node.id in self.imported:
                module, what = self.imported[node.id]
                yield module, through.get(id(node), WHOLE) if what == WHOLE else what

    def _imports_in(self, nodes: Iterable[ast.AST]) -> dict[str, Place]:
        """What imports bind: local name -> where it comes from. Raises `ValueError` for `import *`."""
        found: dict[str, Place] = {}
        for node in nodes:
            if isinstance(node, ast.Import):
                found |= {a.asname or a.name.partition(".")[0]: (a.name, WHOLE) for a in node.names}
            elif isinstance(node, ast.ImportFrom):
                above = self.name.split(".")[: -node.level] if node.level else []
                package = ".".join([*above, *([node.module] if node.module else [])])
                for a in node.names:
                    if a.name == "*":
                        raise ValueError(f"{self.name} imports * from {package}: that cannot be followed; name it")
                    inner = f"{package}.{a.name}"
                    found[a.asname or a.name] = (package, a.name) if self._source(inner) is None else (inner, WHOLE)
        return found


class _Plain(ast.NodeTransformer):
    """Takes out every text that stands alone (docstrings of modules, classes, functions, fields) and the quotes of
    annotations, so that a class named in them is a name."""

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        return None if _is_text(node) else self.generic_visit(node)

    def generic_visit(self, node: ast.AST) -> ast.AST:
        for field in ("annotation", "returns"):
            if isinstance(annotation := getattr(node, field, None), ast.expr):
                setattr(node, field, _Unquote().visit(annotation))
        super().generic_visit(node)
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            node.body = node.body or [ast.Pass()]
        return node


class _Unquote(ast.NodeTransformer):
    """A quoted type becomes a name; what `Literal` lists, and arguments of calls (a pattern), stay texts."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        return node if ast.unparse(node.value).endswith("Literal") else self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        return node

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.parse(node.value, mode="eval").body if isinstance(node.value, str) else node


def _free(text: str) -> Iterator[str]:
    """Names that a statement takes from outside, as the compiler sees it."""
    tables = [symtable.symtable(text, "", "exec")]
    while tables:
        table = tables.pop()
        tables += table.get_children()
        outermost = table.get_type() == "module"
        yield from (s.get_name() for s in table.get_symbols() if s.is_referenced() and (outermost or s.is_global()))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """Names that a top-level statement gives a meaning; inside `if` and `try`, all that are given one there."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield statement.name
        return
    for node in ast.walk(statement):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
