"""Files, functions and parameter lists fit on a screen."""

from __future__ import annotations

import ast
import functools

from house.sources import SRC, nodes

FILE_LINES = 400
BODY_LINES = 50
SHORT_LINES = 30
SHORT_SHARE = 0.9
PARAMETERS = 5


@functools.cache
def functions():
    # Migrations are lists of columns, written once and never changed.
    paths = sorted(path for path in SRC.rglob("*.py") if "migrations" not in path.parts)
    return [
        (path, node)
        for path in paths
        for node in nodes(path)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]


def body_lines(function: ast.FunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def parameters(function: ast.FunctionDef) -> list[str]:
    """What a caller may give; click passes each option of a command, so commands are left out."""
    names = [arg.arg for arg in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs)]
    is_command = any("command" in ast.unparse(d) or "option" in ast.unparse(d) for d in function.decorator_list)
    return [] if is_command else [name for name in names if name not in {"self", "cls"}]


def test_it_keeps_files_on_a_few_screens():
    long = {
        str(p.relative_to(SRC)): n for p in SRC.rglob("*.py") if (n := len(p.read_text().splitlines())) > FILE_LINES
    }
    assert long == {}


def test_it_keeps_functions_on_a_screen():
    lengths = {f"{path.relative_to(SRC)}:{f.name}": body_lines(f) for path, f in functions()}
    assert {name: n for name, n in lengths.items() if n > BODY_LINES} == {}
    assert sum(n <= SHORT_LINES for n in lengths.values()) / len(lengths) >= SHORT_SHARE


def test_it_keeps_parameter_lists_short():
    faults = {
        f"{path.relative_to(SRC)}:{f.name}": names
        for path, f in functions()
        if len(names := parameters(f)) > PARAMETERS
    }
    assert faults == {}
