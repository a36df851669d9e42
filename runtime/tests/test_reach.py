"""What a definition reaches, followed by name through sources (DESIGN §4.3)."""

import textwrap

import pytest

from runtime.reach import WHOLE, Code, Place

FOLDS = """
    '''Folds.'''
    import functools
    from shop import money as fen
    from shop.states import Open, Closed as Ended
    from shop.rules import refuse

    LIMIT = 3
    UNUSED = 4

    def fold(state: "Open | None", event: list["Paid"]) -> dict[str, int]:
        '''Fold.'''
        total = functools.reduce(fen.add, event, LIMIT)  # a comment
        refuse = total
        return {"refuse": refuse, "Ended": 1}

    class Paid:
        '''Paid.'''
        amount: int
        '''In fen.'''

    def decide(command):
        return refuse("too, much")
"""
STATES = """
    from dataclasses import dataclass

    @dataclass
    class Base:
        number: str

    class Open(Base):
        def owed(self) -> int:
            from shop.money import OWED
            return OWED

    class Closed(Base): ...
"""
MONEY = """
    OWED = 5

    def add(a, b):
        return _rounded(a + b)

    def _rounded(a):
        return a

    def spend(a):
        return -a
"""
SHOP = {"shop": "", "shop.folds": FOLDS, "shop.states": STATES, "shop.money": MONEY, "shop.rules": "def refuse(x): ..."}


def reached(place: Place, **edited: tuple[str, str]) -> dict[Place, str]:
    """What a place reaches, after texts (old, new) of modules were replaced."""
    texts = {name: textwrap.dedent(text) for name, text in SHOP.items()}
    for name, (old, new) in edited.items():
        assert old in texts[f"shop.{name}"]
        texts[f"shop.{name}"] = texts[f"shop.{name}"].replace(old, new)
    return Code(texts.get).reached([place])


FOLD = ("shop.folds", "fold")


def test_a_function_reaches_what_it_names_and_a_class_its_bases_and_what_its_methods_name() -> None:
    """Also a class in a quoted annotation, a name behind a module's, and what a function imports for itself."""
    ours = {place for place, text in reached(FOLD).items() if text}
    assert ours == {
        ("shop.folds", "fold"),
        ("shop.folds", "LIMIT"),
        ("shop.folds", "Paid"),
        ("shop.money", "OWED"),
        ("shop.money", "_rounded"),
        ("shop.money", "add"),
        ("shop.states", "Base"),
        ("shop.states", "Open"),
    }


def test_what_is_not_ours_is_named_and_leads_nowhere() -> None:
    others = {place: text for place, text in reached(FOLD).items() if not place[0].startswith("shop")}
    assert others == {("functools", "reduce"): "", ("dataclasses", "dataclass"): ""}


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("folds", "'''Fold.'''", "'''It folds.'''"),
        ("folds", "    '''Fold.'''\n", ""),
        ("folds", "'''In fen.'''", "'''In yuan.'''"),
        ("folds", "# a comment", "# another, longer comment"),
        ("folds", "    amount: int", "\n    amount:    int"),
        ("folds", "UNUSED = 4", "UNUSED = 5"),
        ("folds", '"too, much"', '"too much"'),
        ("money", "return -a", "return a"),
        ("states", "class Closed(Base): ...", "class Closed(Base):\n    why: str"),
    ],
    ids=lambda text: text.strip().splitlines()[0][:20] if text.strip() else "nothing",
)
def test_words_layout_and_what_else_stands_in_the_file_do_not_count(module: str, old: str, new: str) -> None:
    assert reached(FOLD, **{module: (old, new)}) == reached(FOLD)


@pytest.mark.parametrize(
    ("module", "old", "new"),
    [
        ("folds", "LIMIT = 3", "LIMIT = 2"),
        ("folds", '{"refuse"', '{"refused"'),
        ("folds", "amount: int", "amount: str"),
        ("money", "OWED = 5", "OWED = 6"),
        ("money", "    return a\n", "    return round(a)\n"),
        ("states", "number: str", "number: int"),
        ("states", "def owed(self) -> int:", "def owed(self) -> int | None:"),
    ],
)
def test_whatever_the_answer_hangs_on_counts(module: str, old: str, new: str) -> None:
    assert reached(FOLD, **{module: (old, new)}) != reached(FOLD)


def test_a_name_that_means_something_local_is_not_followed() -> None:
    assert ("shop.rules", "refuse") not in reached(FOLD)
    assert ("shop.rules", "refuse") in reached(("shop.folds", "decide"))


def test_a_local_name_hides_an_outer_one_only_where_it_is_local() -> None:
    text = (
        "def outer():\n    def inner():\n        other = 1\n        return other\n    return other\n\ndef other(): ..."
    )
    assert set(Code({"m": text}.get).reached([("m", "outer")])) == {("m", "outer"), ("m", "other")}


def test_a_module_that_is_named_as_such_counts_whole() -> None:
    texts = {
        "a": "import b\n\ndef f():\n    return vars(b)",
        "b": "from c import X\nY = 1\nX.update(z=Y)",
        "c": "X = {}",
    }
    assert set(Code(texts.get).reached([("a", "f")])) == {("a", "f"), ("b", WHOLE), ("b", "Y"), ("c", "X")}


def test_what_runs_when_a_module_is_imported_counts_for_all_that_is_in_it() -> None:
    text = "TABLE = {}\n\ndef f():\n    return 1\n\nfor name in NAMES:\n    TABLE[name] = f\nNAMES = ()"
    assert set(Code({"m": text}.get).reached([("m", "f")])) == {
        ("m", "f"),
        ("m", "NAMES"),
        ("m", "TABLE"),
        ("m", "name"),
    }


def test_a_module_of_the_same_package_is_found_by_dots() -> None:
    texts = {
        "p": "",
        "p.a": "from . import b\nfrom .b import G as H\n\ndef f():\n    return b.F, H",
        "p.b": "F = 1\nG = 2",
    }
    assert set(Code(texts.get).reached([("p.a", "f")])) == {("p.a", "f"), ("p.b", "F"), ("p.b", "G")}


def test_a_star_import_is_refused() -> None:
    with pytest.raises(ValueError, match=r"m imports \* from n"):
        Code({"m": "from n import *\nX = 1"}.get).reached([("m", "X")])
