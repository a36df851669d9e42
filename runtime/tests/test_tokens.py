"""Tokens that stand for people, and the key that signs them."""

import stat
from pathlib import Path

import pytest

from runtime.settings import Settings
from runtime.tokens import Tokens, signing_keys, tokens_of


def test_a_token_stands_for_the_person_it_was_issued_to() -> None:
    tokens = Tokens("secret")
    assert tokens.read(tokens.issue("he.jx")) == "he.jx"


@pytest.mark.parametrize("damage", ["", "x", "he.jx", "{}x", "x{}", "{}.x"])
def test_a_forged_or_damaged_token_stands_for_nobody(damage: str) -> None:
    token = Tokens("secret").issue("he.jx")
    assert Tokens("secret").read(damage.format(token)) is None


def test_a_token_of_another_secret_stands_for_nobody() -> None:
    assert Tokens("secret").read(Tokens("other").issue("he.jx")) is None


def test_a_link_stands_for_its_subject_and_never_for_a_person() -> None:
    tokens = Tokens("secret")
    code = tokens.link("T-1")
    assert [tokens.subject_of(code), tokens.subject_of(code + "x"), Tokens("other").subject_of(code)] == [
        "T-1",
        None,
        None,
    ]
    assert (tokens.read(tokens.link("he.jx")), tokens.subject_of(tokens.issue("he.jx"))) == (None, None)


def test_a_token_that_is_too_old_stands_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = Tokens("secret")
    token = tokens.issue("he.jx")
    monkeypatch.setattr("runtime.tokens.TOKEN_SECONDS", -1)
    assert tokens.read(token) is None


def test_the_local_secret_is_made_once_and_readable_by_us_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", secret=None)
    first = signing_keys(settings)
    path = tmp_path / "home" / "secret"
    assert (signing_keys(settings), [len(key) for key in first.values()]) == (first, [43])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]


def test_a_given_secret_goes_over_the_local_one(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, secret="given, and long enough")
    assert (signing_keys(settings), list(tmp_path.iterdir())) == ({1: b"given, and long enough"}, [])


OLD, NEW = "the older secret", "the newer secret"


def test_the_newest_of_several_secrets_signs_and_what_an_older_one_signed_is_read(tmp_path: Path) -> None:
    """C18"""
    before = tokens_of(Settings(home=tmp_path, secret=OLD))
    both = tokens_of(Settings(home=tmp_path, secret=f"2:{NEW},1:{OLD}"))
    after = tokens_of(Settings(home=tmp_path, secret=f"2:{NEW}"))
    old, new = before.issue("he.jx"), both.issue("he.jx")
    assert [both.read(old), both.read(new), after.read(new)] == ["he.jx"] * 3
    assert (before.read(new), after.read(old)) == (None, None)
    assert (both.subject_of(before.link("T-1")), after.subject_of(before.link("T-1"))) == ("T-1", None)
