"""Settings: what is read, from where, and how what is wrong is named."""

import contextlib
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dmp_tui import config
from dmp_tui.config import ConfigError, ConfigProblem, Settings, load


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    return {"XDG_CONFIG_HOME": str(tmp_path / "config")}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_nothing_set_is_the_defaults(home: dict[str, str]) -> None:
    assert load(None, home) == Settings()


def test_a_whole_file(tmp_path: Path, home: dict[str, str]) -> None:
    for name in ("ca.pem", "module.so"):
        (tmp_path / name).touch()
    path = written(
        tmp_path,
        """
        server_url = "https://DMP.example:8443/"
        authority = "ca.pem"
        site_oid = "1.2.250.1.213.1.4.10"
        idle_minutes = 10
        pkcs11_module = "module.so"
        pkcs11_cache = "/var/cache/cps"
        deposit_folder = "scans"
        reference = "reference.db"
        [keymap]
        "go.search" = "f3"
        """,
    )
    assert load(path, home) == Settings(
        "https://dmp.example:8443",
        tmp_path / "ca.pem",
        "1.2.250.1.213.1.4.10",
        10,
        tmp_path / "module.so",
        Path("/var/cache/cps"),
        tmp_path / "scans",
        tmp_path / "reference.db",
        {"go.search": "f3"},
        path,
    )


def test_the_users_own_file(home: dict[str, str]) -> None:
    own = config.default_path(home)
    own.parent.mkdir(parents=True)
    own.write_text("idle_minutes = 7")
    found = load(None, home)
    assert (found.idle_minutes, found.source) == (7, own)


def test_the_environment_wins(tmp_path: Path, home: dict[str, str]) -> None:
    path = written(tmp_path, "idle_minutes = 7")
    variables = {"DMP_TUI_IDLE_MINUTES": "9", "DMP_TUI_SERVER_URL": "https://dmp.example", "DMP_TUI_SITE_OID": ""}
    found = load(path, home | variables)
    assert (found.idle_minutes, found.server_url, found.site_oid) == (9, "https://dmp.example", Settings().site_oid)


@pytest.mark.parametrize(
    ("text", "problem", "place"),
    [
        ("idle_minutes = ", ConfigProblem.NOT_TOML, ("", 1)),
        ("\n\nidle_minutes == 3\n", ConfigProblem.NOT_TOML, ("", 3)),
        ("idle_minutes = 3\nidle_minutes = 3", ConfigProblem.NOT_TOML, ("", 2)),
        ("\nidle = 3", ConfigProblem.UNKNOWN_KEY, ("idle", 2)),
        ("[server]\nurl = 'x'", ConfigProblem.UNKNOWN_KEY, ("server", 1)),
        ("idle_minutes = '3'", ConfigProblem.WRONG_TYPE, ("idle_minutes", 1)),
        ("idle_minutes = true", ConfigProblem.WRONG_TYPE, ("idle_minutes", 1)),
        ("idle_minutes = 0", ConfigProblem.OUT_OF_RANGE, ("idle_minutes", 1)),
        ("# idle_minutes = 0\nidle_minutes = 61", ConfigProblem.OUT_OF_RANGE, ("idle_minutes", 2)),
        ("server_url = 'http://dmp.example'", ConfigProblem.NOT_A_URL, ("server_url", 1)),
        ("server_url = 'https://dmp.example/fhir'", ConfigProblem.NOT_A_URL, ("server_url", 1)),
        ("server_url = 'https://me@dmp.example'", ConfigProblem.NOT_A_URL, ("server_url", 1)),
        ("server_url = 'https://dmp.example:99999'", ConfigProblem.NOT_A_URL, ("server_url", 1)),
        ("server_url = 'https://[::1'", ConfigProblem.NOT_A_URL, ("server_url", 1)),
        ("server_url = 3", ConfigProblem.WRONG_TYPE, ("server_url", 1)),
        ("authority = 'absent.pem'", ConfigProblem.NO_SUCH_FILE, ("authority", 1)),
        ("site_oid = '1.2.3'", ConfigProblem.UNKNOWN_OID, ("site_oid", 1)),
        ("pkcs11_cache = ''", ConfigProblem.WRONG_TYPE, ("pkcs11_cache", 1)),
        ("keymap = 'f3'", ConfigProblem.WRONG_TYPE, ("keymap", 1)),
        ("[keymap]\nsearch = 3", ConfigProblem.WRONG_TYPE, ("keymap", 1)),
    ],
)
def test_what_is_wrong_is_named(
    tmp_path: Path, home: dict[str, str], text: str, problem: ConfigProblem, place: tuple[str, int]
) -> None:
    path = written(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load(path, home)
    error = raised.value
    assert (error.problem, error.source, (error.key, error.line)) == (problem, str(path), place)
    assert f"{path}:{error.line}" in str(error)


def test_a_wrong_variable_is_named(home: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as raised:
        load(None, home | {"DMP_TUI_IDLE_MINUTES": "soon"})
    assert (raised.value.source, raised.value.problem) == ("DMP_TUI_IDLE_MINUTES", ConfigProblem.WRONG_TYPE)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * 300_000])
def test_a_file_that_is_no_text(tmp_path: Path, home: dict[str, str], content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigError) as raised:
        load(path, home)
    assert raised.value.problem is ConfigProblem.UNREADABLE


def test_a_named_file_must_exist(tmp_path: Path, home: dict[str, str]) -> None:
    with pytest.raises(ConfigError) as raised:
        load(tmp_path / "absent.toml", home)
    assert raised.value.problem is ConfigProblem.UNREADABLE


@given(st.text())
def test_any_text_is_settings_or_a_config_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with contextlib.suppress(ConfigError):
        assert load(path, {}).source == path


def test_every_setting_is_documented() -> None:
    assert config.__doc__
    assert all(f"``{name}``" in config.__doc__ for name in config.names())


def test_it_imports_the_standard_library_only() -> None:
    code = (
        "import sys, dmp_tui.config; print([m for m in sys.modules if m.split('.')[0] in ('textual', 'httpx', 'rich')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
