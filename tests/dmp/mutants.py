"""Mutants of a module: its source with one decision changed, for tests that must notice each of them."""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
}


@dataclass(frozen=True)
class Mutant:
    """One change: where (line of the source), what, and the source that has it."""

    line: int
    what: str
    source: str


Change = tuple[str, Callable[[ast.AST], None]]


def mutants(source: str, enums: dict[str, tuple[str, ...]]) -> Iterator[Mutant]:
    """Every mutant of a module. ``enums`` are members by class name: one is replaced by the next.

    Changed are the bodies of functions and the sets at the module's top; docstrings, annotations and classes are not.
    """
    tree = ast.parse(source)
    for path, node in _sites(tree):
        for what, change in _changes(node, enums):
            mutated = copy.deepcopy(tree)
            change(_at(mutated, path))
            text = ast.unparse(ast.fix_missing_locations(mutated))
            yield Mutant(getattr(node, "lineno", 0), what, text)


Path = tuple[tuple[str, int | None], ...]


def _sites(tree: ast.Module) -> Iterator[tuple[Path, ast.AST]]:
    for at, statement in enumerate(tree.body):
        if isinstance(statement, ast.FunctionDef):
            for inner, own in enumerate(statement.body):
                yield from _walk((("body", at), ("body", inner)), own)
        elif isinstance(statement, ast.Assign):
            yield from _walk((("body", at), ("value", None)), statement.value)


def _walk(path: Path, node: ast.AST) -> Iterator[tuple[Path, ast.AST]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    yield path, node
    for name, value in ast.iter_fields(node):
        if name in {"annotation", "returns", "ctx"}:
            continue
        if isinstance(value, ast.AST):
            yield from _walk((*path, (name, None)), value)
        elif isinstance(value, list):
            for at, item in enumerate(value):
                if isinstance(item, ast.AST):
                    yield from _walk((*path, (name, at)), item)


def _at(tree: ast.AST, path: Path) -> ast.AST:
    node: ast.AST = tree
    for name, at in path:
        value = getattr(node, name)
        node = value if at is None else value[at]
    return node


def _changes(node: ast.AST, enums: dict[str, tuple[str, ...]]) -> Iterator[Change]:
    if isinstance(node, ast.Compare):
        yield from _of_compare(node)
    elif isinstance(node, ast.BoolOp):
        yield from _of_bool(node)
    elif isinstance(node, ast.Set) and len(node.elts) > 1:
        for at, member in enumerate(node.elts):
            yield f"without {ast.unparse(member)}", partial(_without, at)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "without not", partial(_set, "op", ast.UAdd())
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield f"{not node.value}", partial(_set, "value", not node.value)
    elif isinstance(node, ast.IfExp | ast.If):
        turned = ast.UnaryOp(ast.Not(), copy.deepcopy(node.test))
        yield f"if not {ast.unparse(node.test)}", partial(_set, "test", turned)
    elif isinstance(node, ast.Return) and node.value is not None and not _is_none(node.value):
        yield "return None", partial(_set, "value", ast.Constant(None))
    elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in enums:
        members = enums[node.value.id]
        other = members[(members.index(node.attr) + 1) % len(members)] if node.attr in members else node.attr
        if other != node.attr:
            yield f"{node.value.id}.{other}", partial(_set, "attr", other)


def _set(name: str, value: object, own: ast.AST) -> None:
    setattr(own, name, value)


def _without(at: int, own: ast.AST) -> None:
    assert isinstance(own, ast.Set)
    del own.elts[at]


def _of_compare(node: ast.Compare) -> Iterator[Change]:
    for at, operator in enumerate(node.ops):
        other = _COMPARED.get(type(operator))
        if other is not None:

            def change(own: ast.AST, at: int = at, other: type[ast.cmpop] = other) -> None:
                assert isinstance(own, ast.Compare)
                own.ops[at] = other()

            yield f"{ast.unparse(node)}: {other.__name__}", change


def _of_bool(node: ast.BoolOp) -> Iterator[Change]:
    def swap(own: ast.AST) -> None:
        assert isinstance(own, ast.BoolOp)
        own.op = ast.Or() if isinstance(own.op, ast.And) else ast.And()

    yield f"{ast.unparse(node)}: and, or", swap
    for at, operand in enumerate(node.values):

        def drop(own: ast.AST, at: int = at) -> None:
            assert isinstance(own, ast.BoolOp)
            del own.values[at]

        yield f"without {ast.unparse(operand)}", drop


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
