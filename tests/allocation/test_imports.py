"""Solvers are loaded by the workers that solve, and never by a web process: they cost memory and time."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "scipy", "ortools", "numba", "pandas"}


def loaded_by(*lines: str) -> set[str]:
    """The heavy packages that a fresh process has loaded after these lines."""
    program = "\n".join(
        (
            "import json, os, sys",
            "os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'config.settings')",
            *lines,
            "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))",
        )
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def test_a_web_process_loads_no_solver() -> None:
    setup = "import django; django.setup()"
    pages = "import config.wsgi, config.urls, tasks.urls, tasks.views"
    assert loaded_by(setup, pages) == set()


@pytest.mark.parametrize("name", ["problem", "weights", "checker", "recount", "document", "insertion"])
def test_what_pages_may_import_is_light(name: str) -> None:
    assert loaded_by(f"import tasks.allocation.{name}") == set()


def test_solving_does_load_them() -> None:
    """Else the tests above would prove nothing."""
    solving = "from tasks.allocation import Problem, solve; solve(Problem((), (), ()))"
    assert "numpy" in loaded_by(solving)
