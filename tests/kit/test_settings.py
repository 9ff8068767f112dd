"""Settings say what is wrong with them."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rexian.kit.settings import Settings, SettingsError, ensure_secret, load_settings, settings_reference


def test_the_environment_wins_over_the_file_and_the_file_over_the_defaults(tmp_path: Path) -> None:
    (tmp_path / "rexian.toml").write_text('port = 9000\nhost = "0.0.0.0"\ntrusted_origins = ["https://a.example"]\n')
    settings = load_settings({"REXIAN_HOME": str(tmp_path), "REXIAN_PORT": "9001"})
    assert (settings.port, settings.host, settings.log_level) == (9001, "0.0.0.0", "info")
    assert settings.trusted_origins == ("https://a.example",)
    assert load_settings({"REXIAN_HOME": str(tmp_path)}, port=9002).port == 9002


def test_lists_and_switches_in_the_environment() -> None:
    settings = load_settings({"REXIAN_DEMO": "yes", "REXIAN_TRUSTED_ORIGINS": "https://a.example, https://b.example"})
    assert settings.demo
    assert settings.trusted_origins == ("https://a.example", "https://b.example")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("REXIAN_PORT", "eighty", "port: 'eighty' can't be used"),
        ("REXIAN_PORT", "70000", "65535"),
        ("REXIAN_DEMO", "perhaps", "demo"),
        ("REXIAN_LOG_LEVEL", "loud", "log_level"),
        ("REXIAN_PROT", "1", "did you mean port"),
        ("REXIAN_SECRET", "short", "32"),
        ("REXIAN_CONFIG", "/nowhere/at.all", "there is no file"),
    ],
)
def test_a_wrong_setting_is_named_and_explained(name: str, value: str, told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        load_settings({name: value})


def test_a_secret_is_never_told_in_an_error() -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({"REXIAN_SECRET": "hunter2"})
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("text", ["port = ", "prot = 1", 'port = "x"'])
def test_a_wrong_file_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(SettingsError):
        load_settings({"REXIAN_CONFIG": str(path)})


def test_the_secret_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = load_settings({"REXIAN_HOME": str(tmp_path / "deep" / "home")})
    first = ensure_secret(settings).secret
    assert len(first) >= 32
    assert ensure_secret(settings).secret == first
    assert stat.S_IMODE((settings.home / "secret").stat().st_mode) == 0o600


def test_a_damaged_secret_is_said_to_be_damaged(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("")
    with pytest.raises(SettingsError, match="damaged"):
        ensure_secret(load_settings({"REXIAN_HOME": str(tmp_path)}))


def test_the_reference_page_tells_of_every_setting() -> None:
    page = settings_reference()
    for name in Settings.__struct_fields__:
        assert f"`REXIAN_{name.upper()}`" in page
    assert page.startswith("# Settings\n")
