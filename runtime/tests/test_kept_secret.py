"""A secret that nobody gave is made once and kept for us alone."""

from pathlib import Path

from runtime.kept_secret import kept_secret


def test_a_secret_is_made_once_and_readable_by_us_only(tmp_path: Path) -> None:
    """B20, C18"""
    path = tmp_path / "home" / "label_key"
    first = kept_secret(path)
    assert (len(first) >= 32, kept_secret(path), path.stat().st_mode & 0o777) == (True, first, 0o600)
    assert [entry.name for entry in path.parent.iterdir()] == ["label_key"]


def test_two_secrets_differ(tmp_path: Path) -> None:
    """B20"""
    assert kept_secret(tmp_path / "a") != kept_secret(tmp_path / "b")
