"""Settings of the app, from a TOML file and the environment.

The file is the one that ``--config`` names, else ``$XDG_CONFIG_HOME/dmp-tui/config.toml`` (``~/.config/...``), which
need not exist. A variable ``DMP_TUI_<NAME>`` wins over the file. Relative paths start at the file's directory.

==================  ======================================================================  =======================
name                what                                                                    default
==================  ======================================================================  =======================
``server_url``      base URL of the record server, ``https://host[:port]``                  none: must be given
``authority``       PEM file of the authority that issued the server's certificate          none: must be given
``site_oid``        OID of an INS that came without one (NIR ...4.8, tests ...4.10, .11)     ``1.2.250.1.213.1.4.8``
``idle_minutes``    minutes without a key after which the screen locks (1 to 60)            ``5``
``pkcs11_module``   PKCS#11 module that reads the CPS card, instead of its APDUs            none
``pkcs11_cache``    directory where that module keeps card files; must not be writable      none
``deposit_folder``  folder of files to deposit, shown first by ``a``                        ``~/Documents``
``reference``       file of the official base of medicines (``admin import-medicines``)      see ``reference_path``
``keymap``          table ``binding id = "key,key"``: keys of this site                     empty
==================  ======================================================================  =======================

Settings of the server (emergency access of blocked professionals, revocation lists, sizes) are the server's own, in the
``server.toml`` of its data directory.
"""

import os
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

PREFIX = "DMP_TUI_"
_SITE_OIDS = ("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9", "1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11")
_LARGEST = 256 * 1024


class ConfigProblem(StrEnum):
    """What is wrong with the settings; the command line says each in one sentence."""

    UNREADABLE = "unreadable"
    """The file cannot be opened, is not UTF-8, or is larger than 256 KiB."""
    NOT_TOML = "not-toml"
    UNKNOWN_KEY = "unknown-key"
    WRONG_TYPE = "wrong-type"
    NOT_A_URL = "not-a-url"
    UNKNOWN_OID = "unknown-oid"
    OUT_OF_RANGE = "out-of-range"
    NO_SUCH_FILE = "no-such-file"


class ConfigError(Exception):
    """Settings that cannot be used.

    ``source`` is the file, or the variable's name; ``line`` counts from 1, 0 where the place is not known; ``key`` is
    the setting's name, empty where the file as a whole is wrong.
    """

    def __init__(self, problem: ConfigProblem, source: str, key: str = "", line: int = 0) -> None:
        place = f"{source}:{line}" if line else source
        super().__init__(f"{place}: {key or 'file'}: {problem.value}")
        self.problem = problem
        self.source = source
        self.key = key
        self.line = line


@dataclass(frozen=True, slots=True)
class Settings:
    """See the module's table. Empty and None mean "not set"."""

    server_url: str = ""
    authority: Path | None = None
    site_oid: str = "1.2.250.1.213.1.4.8"
    idle_minutes: int = 5
    pkcs11_module: Path | None = None
    pkcs11_cache: Path | None = None
    deposit_folder: Path | None = None
    reference: Path | None = None
    keymap: Mapping[str, str] = field(default_factory=dict)
    source: Path | None = None
    """The file that was read, None if there was none."""


def default_path(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's own file."""
    base = environment.get("XDG_CONFIG_HOME") or "~/.config"
    return Path(base).expanduser() / "dmp-tui" / "config.toml"


def reference_path(settings: Settings, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the official base of medicines lies: the setting, else ``$XDG_DATA_HOME/dmp-tui/reference.db``."""
    base = environment.get("XDG_DATA_HOME") or "~/.local/share"
    return settings.reference or Path(base).expanduser() / "dmp-tui" / "reference.db"


def load(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of a file (the user's own if None, which may be missing) and of the environment.

    Raises:
        ConfigError: with the file and line, or the variable, and the setting's name.
    """
    chosen = path or default_path(environment)
    values: dict[str, Any] = {}
    source: Path | None = None
    if path is not None or chosen.exists():
        source = chosen
        values = _of_file(chosen)
    values |= _of_environment(environment)
    return Settings(**values, source=source)


def _of_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            raise ConfigError(ConfigProblem.UNREADABLE, str(path))
        text = content.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise ConfigError(ConfigProblem.UNREADABLE, str(path)) from None
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(ConfigProblem.NOT_TOML, str(path), line=_line_in(str(error), text)) from None
    values = {}
    for key, value in table.items():
        try:
            values[key] = _checked(key, value, path.parent)
        except _WrongError as wrong:
            raise ConfigError(wrong.problem, str(path), key, _line_of(text, key)) from None
    return values


def _of_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values = {}
    for key in sorted(_CHECKS):
        text = environment.get(f"{PREFIX}{key.upper()}", "")
        if not text or key == "keymap":
            continue
        value: Any = int(text) if key == "idle_minutes" and text.isdecimal() else text
        try:
            values[key] = _checked(key, value, Path.cwd())
        except _WrongError as wrong:
            raise ConfigError(wrong.problem, f"{PREFIX}{key.upper()}", key) from None
    return values


class _WrongError(Exception):
    def __init__(self, problem: ConfigProblem) -> None:
        super().__init__(problem.value)
        self.problem = problem


def _checked(key: str, value: Any, base: Path) -> Any:
    if key not in _CHECKS:
        raise _WrongError(ConfigProblem.UNKNOWN_KEY)
    return _CHECKS[key](value, base)


def _url(value: Any, _: Path) -> str:
    try:
        parts = urlsplit(_text(value))
        port_is_one = parts.port is None or 0 < parts.port < 65536
    except ValueError:
        raise _WrongError(ConfigProblem.NOT_A_URL) from None
    if parts.scheme != "https" or not parts.hostname or not port_is_one or parts.username is not None:
        raise _WrongError(ConfigProblem.NOT_A_URL)
    if parts.path not in {"", "/"} or parts.query or parts.fragment:
        raise _WrongError(ConfigProblem.NOT_A_URL)
    return f"https://{parts.netloc.lower()}"


def _file(value: Any, base: Path) -> Path:
    path = base / Path(_text(value)).expanduser()
    if not path.is_file():
        raise _WrongError(ConfigProblem.NO_SUCH_FILE)
    return path


def _directory(value: Any, base: Path) -> Path:
    # A module makes its directory itself, a folder may be on a disk that comes later, the base may be imported later:
    # absence is no fault.
    return base / Path(_text(value)).expanduser()


def _oid(value: Any, _: Path) -> str:
    if _text(value) not in _SITE_OIDS:
        raise _WrongError(ConfigProblem.UNKNOWN_OID)
    return str(value)


def _minutes(value: Any, _: Path) -> int:
    if type(value) is not int:
        raise _WrongError(ConfigProblem.WRONG_TYPE)
    if not 1 <= value <= 60:
        raise _WrongError(ConfigProblem.OUT_OF_RANGE)
    return value


def _keymap(value: Any, _: Path) -> dict[str, str]:
    if not isinstance(value, dict) or not all(isinstance(keys, str) and keys for keys in value.values()):
        raise _WrongError(ConfigProblem.WRONG_TYPE)
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip() or "\0" in value:
        raise _WrongError(ConfigProblem.WRONG_TYPE)
    return value


_CHECKS: dict[str, Callable[[Any, Path], Any]] = {
    "server_url": _url,
    "authority": _file,
    "site_oid": _oid,
    "idle_minutes": _minutes,
    "pkcs11_module": _file,
    "pkcs11_cache": _directory,
    "deposit_folder": _directory,
    "reference": _directory,
    "keymap": _keymap,
}


def names() -> tuple[str, ...]:
    """The names of all settings, in the order of the table."""
    return tuple(setting.name for setting in fields(Settings) if setting.name != "source")


def _line_in(message: str, text: str) -> int:
    """The line that tomllib names (``... (at line 3, column 5)``); the last one for the end of the file."""
    _, found, rest = message.partition("at line ")
    digits = rest.partition(",")[0]
    return int(digits) if found and digits.isdecimal() else text.count("\n") + 1


def _line_of(text: str, key: str) -> int:
    """The first line that sets this key, or opens its table."""
    for number, line in enumerate(text.splitlines(), 1):
        bare = line.strip().lstrip("[").lstrip()
        for spelt in (key, f'"{key}"', f"'{key}'"):
            after = bare.removeprefix(spelt)
            if after != bare and after.lstrip()[:1] in {"=", "]", "."}:
                return number
    return 0
