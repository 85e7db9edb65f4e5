"""Makes mutants: small errors in a module, one at a time, that some test should notice.

The source is parsed and one node is replaced in its text, so that all other lines stay as they are.
Docstrings, annotations, messages of errors, logging, ``__all__`` and lines with a pragma are left alone.
"""

import ast
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, chain, zip_longest
from pathlib import Path

PACKAGES = ("archive", "color", "guidance", "outputs", "painter", "picture", "session")
COMPARISONS = {
    "Lt": (ast.LtE, ast.GtE),
    "LtE": (ast.Lt, ast.Gt),
    "Gt": (ast.GtE, ast.LtE),
    "GtE": (ast.Gt, ast.Lt),
    "Eq": (ast.NotEq,),
    "NotEq": (ast.Eq,),
    "Is": (ast.IsNot,),
    "IsNot": (ast.Is,),
    "In": (ast.NotIn,),
    "NotIn": (ast.In,),
}
ARITHMETIC: dict[str, type[ast.operator]] = {
    "Add": ast.Sub,
    "Sub": ast.Add,
    "Mult": ast.Div,
    "Div": ast.Mult,
    "FloorDiv": ast.Mult,
    "Mod": ast.FloorDiv,
    "Pow": ast.Mult,
    "BitAnd": ast.BitOr,
    "BitOr": ast.BitAnd,
    "LShift": ast.RShift,
    "RShift": ast.LShift,
}
NAMES = {"min": "max", "max": "min", "minimum": "maximum", "maximum": "minimum", "any": "all", "all": "any"}
SYMMETRIC = {*NAMES, "hypot", "allclose", "array_equal", "logical_and", "logical_or"}
UNTOUCHED_CALLS = {"log", "logger", "logging", "warnings", "cast", "TypeVar", "NewType"}
UNTOUCHED_KEYWORDS = {"strict", "stacklevel", "maxsize"}
SKIPPED = (ast.Raise, ast.Assert, ast.Import, ast.ImportFrom, ast.JoinedStr, ast.Global, ast.Nonlocal)


@dataclass(frozen=True)
class Mutant:
    """One error: the bytes from ``begin`` to ``end`` of a file become ``text``.

    ``lines`` are those that run what is changed; ``number`` tells equal mutants of one function apart.
    """

    file: str
    place: str
    kind: str
    line: int
    lines: range
    begin: int
    end: int
    text: str
    original: str
    mutated: str
    number: int = 0

    @property
    def package(self) -> str:
        """The package below vermilion."""
        return Path(self.file).parts[2]

    @property
    def key(self) -> str:
        """The same as long as the function and the line are: it holds no line number."""
        parts = [self.file, self.place, self.kind, self.original, self.mutated, str(self.number)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def applied(self, source: bytes) -> bytes:
        """The mutated file."""
        return source[: self.begin] + self.text.encode() + source[self.end :]


@dataclass(frozen=True)
class _Place:
    name: str
    lines: range


class _Module:
    """One source file, and the mutants of each of its nodes."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source = file, source
        self.rows = source.splitlines(keepends=True)
        self.starts = [0, *accumulate(map(len, self.rows))]

    def mutants(self) -> Iterator[Mutant]:
        whole = _Place("", range(1, len(self.rows) + 1))
        seen: defaultdict[str, int] = defaultdict(int)
        for node, place in self._walk(ast.parse(self.source), whole):
            for kind, make in KINDS.items():
                for text in make(node):
                    mutant = self._mutant(node, place, kind, text)
                    if b"# pragma:" not in b"".join(self.rows[node.lineno - 1 : node.end_lineno]):
                        yield replace(mutant, number=seen[mutant.key])
                        seen[mutant.key] += 1

    def _walk(self, node: ast.AST, place: _Place) -> Iterator[tuple[ast.expr | ast.stmt, _Place]]:
        for child in _children(node):
            inside = self._place(child, place)
            if isinstance(child, ast.expr | ast.stmt):
                yield child, inside
            if not isinstance(child, SKIPPED):
                yield from self._walk(child, inside)

    def _place(self, node: ast.AST, outer: _Place) -> _Place:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            name = f"{outer.name}.{node.name}".lstrip(".")
            return _Place(name, outer.lines if isinstance(node, ast.ClassDef) else _body(node))
        if isinstance(node, ast.stmt) and len(outer.lines) < len(self.rows):
            return _Place(outer.name, _header(node))
        return outer

    def _mutant(self, node: ast.expr | ast.stmt, place: _Place, kind: str, text: str) -> Mutant:
        last = node.end_lineno or node.lineno
        first, after = self.starts[node.lineno - 1], self.starts[last]
        begin, end = first + node.col_offset, self.starts[last - 1] + (node.end_col_offset or 0)
        shown = [self.source[first:after], self.source[first:begin] + text.encode() + self.source[end:after]]
        original, mutated = (" ".join(part.decode().split()) for part in shown)
        return Mutant(
            self.file, place.name, kind, node.lineno, place.lines, begin, end, text, original, mutated
        )


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef) -> range:
    return range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)


def _header(node: ast.stmt) -> range:
    """The lines of a statement, without those of its body."""
    body = getattr(node, "body", None)
    last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    return range(node.lineno, max(last, node.lineno) + 1)


def _children(node: ast.AST) -> Iterator[ast.AST]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases", "format_spec", "pattern"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _untouched(node, child):
                yield child


def _untouched(parent: ast.AST, child: ast.AST) -> bool:
    match child:
        case ast.keyword(arg=name):
            return name in UNTOUCHED_KEYWORDS or isinstance(parent, ast.ClassDef)
        case ast.Expr(value=ast.Constant() | ast.Yield() | ast.Await()):
            return True
        case ast.Call(func=func) | ast.Expr(value=ast.Call(func=func)):
            return bool({part.id for part in ast.walk(func) if isinstance(part, ast.Name)} & UNTOUCHED_CALLS)
        case (
            ast.If(test=ast.Name(id="TYPE_CHECKING"))
            | ast.Assign(targets=[ast.Name(id="__all__" | "__slots__")])
            | ast.Subscript(value=ast.Name(id="Literal" | "Annotated"))
        ):
            return True
    return False


def _comparisons(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            for other in COMPARISONS[type(op).__name__]:
                yield f"({ast.unparse(ast.Compare(left, [other()], [right]))})"


def _arithmetic(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.BinOp(left=left, op=op, right=right) if not (_is_text(left) or _is_text(right)):
            if other := ARITHMETIC.get(type(op).__name__):
                yield f"({ast.unparse(ast.BinOp(left, other(), right))})"
        case ast.AugAssign(target=target, op=op, value=value):
            if other := ARITHMETIC.get(type(op).__name__):
                yield ast.unparse(ast.AugAssign(target, other(), value))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            yield f"({ast.unparse(operand)})"


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _negations(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield f"({ast.unparse(operand)})"
        case ast.BoolOp(op=op, values=values):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield f"({ast.unparse(ast.BoolOp(other, values))})"
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"({ast.unparse(ast.IfExp(test, orelse, body))})"
        case ast.Constant(value=bool(value)):
            yield str(not value)


def _constants(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Constant(value=bool()):
            return
        case ast.Constant(value=int(value)):
            yield str(value + 1)
        case ast.Constant(value=float(value)):
            yield repr(value * 1.5 if value else 1.0)
        case ast.Constant(value=str(value)) if value and " " not in value:
            yield repr(f"XX{value}XX")
        case ast.Name(id=name) if name in NAMES:
            yield NAMES[name]
        case ast.Attribute(value=ast.Name(id="np"), attr=name) if name in NAMES:
            yield f"np.{NAMES[name]}"


def _dropped(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Expr() | ast.AugAssign() | ast.Raise() | ast.Continue() | ast.Break() | ast.Delete():
            yield "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "pass"
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            if any(isinstance(part, ast.Name) and part.id == name for part in ast.walk(value)):
                yield "pass"


def _swapped(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=func, args=[first, second, *rest]) if not isinstance(second, ast.Starred):
            symmetric = ast.unparse(func).rpartition(".")[2] in SYMMETRIC
            if not symmetric and ast.dump(first) != ast.dump(second):
                yield ast.unparse(ast.Call(func, [second, first, *rest], node.keywords))


def _returned(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            yield "return None"


KINDS: dict[str, Callable[[ast.AST], Iterator[str]]] = {
    "comparison": _comparisons,
    "arithmetic": _arithmetic,
    "negation": _negations,
    "constant": _constants,
    "dropped": _dropped,
    "swapped": _swapped,
    "return": _returned,
}


def mutants_of(file: str, source: bytes) -> list[Mutant]:
    """All mutants of a module, in the order of its lines."""
    return list(_Module(file, source).mutants())


def sample(mutants: list[Mutant], seed: int, count: int) -> list[Mutant]:
    """``count`` of ``mutants``, dealt out over packages and kinds; a larger sample begins with a smaller one.

    Ranks come from hashes, so that an edit to one file does not change what is drawn from others.
    """
    ranked = sorted(mutants, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.key}".encode()).digest())
    groups: defaultdict[str, defaultdict[str, list[Mutant]]] = defaultdict(lambda: defaultdict(list))
    for mutant in ranked:
        groups[mutant.package][mutant.kind].append(mutant)
    dealt = [_dealt([kinds[kind] for kind in KINDS]) for _, kinds in sorted(groups.items())]
    return _dealt(dealt)[:count]


def _dealt(hands: list[list[Mutant]]) -> list[Mutant]:
    """One of each in turn, until none is left."""
    return [mutant for mutant in chain.from_iterable(zip_longest(*hands)) if mutant is not None]
