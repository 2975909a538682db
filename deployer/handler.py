"""Whether a handler, such as ``app.handler``, is there: its code is read, and not run."""

from __future__ import annotations

import ast
from pathlib import Path

_SUCH_AS = "a handler is module.function, such as app.handler"
_MEND = "mend it there; nothing was deployed"


def fault(handler: str, folder: Path, source: str) -> tuple[str, str] | None:
    """What is wrong with a handler, and what to do about it; None if nothing is.

    Args:
        source: how the configuration calls the folder.
    """
    module, dot, name = handler.rpartition(".")
    if not dot:
        return f"'{handler}' is no module.function", "such as app.handler"
    file = folder / (module.replace(".", "/") + ".py")
    if not file.is_file():
        return f"'{handler}' needs the file {module.replace('.', '/')}.py in '{source}'", _SUCH_AS
    try:
        defined = _names(ast.parse(file.read_bytes(), str(file)))
    except SyntaxError as wrong:
        at = f" line {wrong.lineno}" if wrong.lineno else ""
        return f"{source}/{file.name}{at} is no Python: {wrong.msg}", _MEND
    except ValueError as wrong:  # a NUL byte, up to Python 3.11
        return f"{source}/{file.name} is no Python: {wrong}", _MEND
    if name not in defined:
        return f"'{name}' is not defined in {source}/{file.name}", _SUCH_AS
    return None


def _names(module: ast.Module) -> set[str]:
    """What a module defines or imports at its top level."""
    names: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            names |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    return names
