"""A secret that nobody gave is made once and kept for us alone; one that is given may have versions."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from runtime.kept_secret import kept_secret, keys_of, read_keys


def test_a_secret_is_made_once_and_readable_by_us_only(tmp_path: Path) -> None:
    """B20, C18"""
    path = tmp_path / "home" / "label_key"
    first = kept_secret(path)
    assert (len(first) >= 32, kept_secret(path), path.stat().st_mode & 0o777) == (True, first, 0o600)
    assert [entry.name for entry in path.parent.iterdir()] == ["label_key"]


def test_two_secrets_differ(tmp_path: Path) -> None:
    """B20"""
    assert kept_secret(tmp_path / "a") != kept_secret(tmp_path / "b")


def test_keys_are_one_secret_or_several_with_versions() -> None:
    """B20, DESIGN §6"""
    assert read_keys("s" * 16) == {1: b"s" * 16}
    assert read_keys("1:" + "a" * 16 + ", 12:" + "b" * 16) == {1: b"a" * 16, 12: b"b" * 16}


@pytest.mark.parametrize(
    "broken",
    ["short", "", *(f"{version}:{'a' * 16}" for version in ("0", "100", "x", "²")), f"1:{'a' * 16},1:{'b' * 16}"],
)
def test_other_keys_are_refused_and_none_is_shown(broken: str) -> None:
    """B20, C18"""
    with pytest.raises(ValueError, match="1:older,2:newer") as refused:
        read_keys(broken)
    assert "aaaa" not in str(refused.value)


def test_a_given_key_goes_before_a_kept_one(tmp_path: Path) -> None:
    """B20, DESIGN §6"""
    kept = keys_of(None, tmp_path / "key")
    assert (keys_of(None, tmp_path / "key"), keys_of(SecretStr("g" * 16), tmp_path / "key")) == (kept, {1: b"g" * 16})
