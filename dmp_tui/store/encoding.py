"""Frozen dataclasses to JSON and back: strict, typed, without a line of code per class.

A field that equals its default is left out, so that a later release may add an optional field and still read what an
earlier one wrote. Anything that the type does not foresee is an error, never dropped.
"""

import json
import types
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Callable, Hashable
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_CLASS = "class"


class EncodingError(ValueError):
    """Bytes or a value that do not fit the type. Names the type and the field, never the value."""


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment, exactly."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def moment(microseconds_: int) -> datetime:
    """The UTC moment of microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=microseconds_)


def encode(kind: Any, value: object) -> bytes:
    """JSON (UTF-8) of a value of type ``kind``.

    Raises:
        EncodingError: the value is not of that type.
    """
    plain = _coder(kind)[0](value)
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode(
        "utf-8", "surrogatepass"
    )


def decode(kind: type[T], content: bytes) -> T:
    """The value of type ``kind`` that ``encode`` wrote.

    Raises:
        EncodingError: the bytes are not such a value.
    """
    try:
        plain = json.loads(content.decode("utf-8", "surrogatepass"))
    except ValueError as error:
        raise EncodingError("not JSON") from error
    decoder: Callable[[Any], T] = _coder(cast(Hashable, kind))[1]
    return decoder(plain)


Code = Callable[[Any], Any]


@cache
def _coder(kind: Any) -> tuple[Code, Code]:
    """The encoder and the decoder of a type, made once."""
    if kind in {str, int, bool, float}:
        return _scalar(kind), _scalar(kind)
    if kind is bytes:
        return (lambda value: b64encode(value).decode("ascii")), _base64
    if kind is datetime:
        return microseconds, (lambda plain: _call(moment, _scalar(int)(plain), "datetime"))
    if kind is date:
        return date.isoformat, (lambda plain: _call(date.fromisoformat, plain, "date"))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return (lambda value: kind(value).value), (lambda plain: _call(kind, plain, kind.__name__))
    if is_dataclass(kind) and isinstance(kind, type):
        return _dataclass(kind)
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in {Union, types.UnionType}:
        return _union(arguments)
    if origin in {tuple, frozenset}:
        return _collection(origin, arguments)
    raise EncodingError(f"no code for {kind!r}")


def _scalar(kind: type) -> Code:
    def same(value: Any) -> Any:
        if type(value) is not kind:
            raise EncodingError(f"not a {kind.__name__}")
        return value

    return same


def _call(make: Callable[[Any], Any], plain: Any, name: str) -> Any:
    try:
        return make(plain)
    except (TypeError, ValueError, OverflowError) as error:
        raise EncodingError(f"not a {name}") from error


def _base64(plain: Any) -> bytes:
    try:
        return b64decode(plain, validate=True)
    except (TypeError, Base64Error) as error:
        raise EncodingError("not base64") from error


def _collection(origin: Any, arguments: tuple[Any, ...]) -> tuple[Code, Code]:
    if origin is frozenset or arguments[-1] is Ellipsis:
        one, back = _coder(arguments[0])

        def unpack(plain: Any) -> Any:
            if type(plain) is not list:
                raise EncodingError("not a list")
            return origin(map(back, plain))

        # A set has no order of its own: sorted, so that equal values give equal bytes.
        pack = (lambda value: sorted(map(one, value))) if origin is frozenset else (lambda value: list(map(one, value)))
        return pack, unpack
    coders = [_coder(argument) for argument in arguments]

    def pack_each(value: Any) -> Any:
        return [coder[0](item) for coder, item in zip(coders, value, strict=True)]

    def unpack_each(plain: Any) -> Any:
        if type(plain) is not list or len(plain) != len(coders):
            raise EncodingError(f"not a list of {len(coders)}")
        return tuple(coder[1](item) for coder, item in zip(coders, plain, strict=True))

    return pack_each, unpack_each


def _union(arguments: tuple[Any, ...]) -> tuple[Code, Code]:
    """``X | None`` as X or null; a union of dataclasses as the class's name and its fields."""
    members = [argument for argument in arguments if argument is not types.NoneType]
    optional = len(members) < len(arguments)
    if len(members) == 1:
        one, back = _coder(members[0])
        return (lambda value: None if value is None else one(value)), (
            lambda plain: None if plain is None else back(plain)
        )
    coders = {member.__name__: _coder(member) for member in members}

    def pack(value: Any) -> Any:
        if value is None and optional:
            return None
        name = type(value).__name__
        if name not in coders:
            raise EncodingError("not a member of the union")
        return {_CLASS: name, **coders[name][0](value)}

    def unpack(plain: Any) -> Any:
        if plain is None and optional:
            return None
        if type(plain) is not dict or plain.get(_CLASS) not in coders:
            raise EncodingError("not a member of the union")
        rest = {key: item for key, item in plain.items() if key != _CLASS}
        return coders[plain[_CLASS]][1](rest)

    return pack, unpack


def _default(field: Field[Any]) -> Any:
    return field.default_factory() if field.default_factory is not MISSING else field.default


def _dataclass(kind: type) -> tuple[Code, Code]:
    hints = get_type_hints(kind)
    plan = [(field.name, _default(field), _coder(hints[field.name])) for field in fields(kind) if field.init]
    decoders = {name: coder[1] for name, _, coder in plan}
    required = frozenset(name for name, default, _ in plan if default is MISSING)

    def pack(value: Any) -> Any:
        if type(value) is not kind:
            raise EncodingError(f"not a {kind.__name__}")
        result = {}
        for name, default, coder in plan:
            item = getattr(value, name)
            if default is MISSING or item != default:
                result[name] = coder[0](item)
        return result

    def unpack(plain: Any) -> Any:
        if type(plain) is not dict or not required <= plain.keys() <= decoders.keys():
            raise EncodingError(f"not a {kind.__name__}")
        arguments = {name: decoders[name](item) for name, item in plain.items()}
        return _call(lambda known: kind(**known), arguments, kind.__name__)

    return pack, unpack
