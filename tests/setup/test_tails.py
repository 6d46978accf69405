"""Good code bases and bad ones have the same median; they differ in the tail. So the tails are kept short."""

import ast
from collections.abc import Iterator
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
ROOMS = ["config", "demo", "rights", "scenarios", "reports", "tasks", "patients", "login", "teams"]

MODULE, FUNCTION, VIEW, JOB, TEMPLATE = 300, 40, 30, 12, 120

# What may be longer than its budget, and up to where: "tasks/models.py" or "tasks/views.py:my_day".
# Each needs a comment that says why, and goes as soon as it is no longer needed.
ALLOWED: dict[str, int] = {}

Measured = tuple[str, int, int]  # what, its lines, its budget


def modules() -> Iterator[Path]:
    for room in ROOMS:
        for module in sorted((CHECKOUT / room).rglob("*.py")):
            if "migrations" not in module.parts:
                yield module


def budget(function: ast.FunctionDef | ast.AsyncFunctionDef, module: Path) -> int:
    place = module.relative_to(CHECKOUT).parts[1:]
    arguments = [argument.arg for argument in function.args.args]
    decorators = " ".join(ast.unparse(decorator) for decorator in function.decorator_list)
    if place[0].startswith("views") and arguments[:1] == ["request"]:
        return VIEW
    if place[0].startswith("jobs") and "task" in decorators:
        return JOB
    return FUNCTION


def measure() -> Iterator[Measured]:
    for module in modules():
        name = str(module.relative_to(CHECKOUT))
        source = module.read_text()
        yield name, len(source.splitlines()), MODULE
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{name}:{node.name}", lines, budget(node, module)
    for template in sorted((CHECKOUT / "templates").rglob("*.html")):
        yield str(template.relative_to(CHECKOUT)), len(template.read_text().splitlines()), TEMPLATE


def test_tails_are_short() -> None:
    too_long = [
        f"{what}: {lines} lines, budget {ALLOWED.get(what, limit)}"
        for what, lines, limit in measure()
        if lines > ALLOWED.get(what, limit)
    ]
    assert not too_long, "\n".join(["Longer than the house wants it:", *too_long])


def test_allowances_are_still_needed() -> None:
    needed = {what for what, lines, limit in measure() if lines > limit}
    assert set(ALLOWED) <= needed
