"""What Fordel is made of is told in full, and an advisory service that does not answer is never taken for a good answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_list_of_parts_has_every_locked_package_with_its_hashes(tmp_path: Path) -> None:
    target = tmp_path / "sbom.json"
    subprocess.run([CHECKOUT / "bin/sbom", target], check=True, capture_output=True)
    told = json.loads(target.read_text())
    assert (told["bomFormat"], told["metadata"]["component"]["name"]) == ("CycloneDX", "fordel")
    parts = {part["purl"].partition("?")[0]: part for part in told["components"]}
    python = re.findall(
        r"^([a-z0-9._-]+)(?:\[.*?\])?==(\S+)", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE
    )
    lock = json.loads((CHECKOUT / "package-lock.json").read_text())["packages"]
    npm = [
        (place.removeprefix("node_modules/"), package["version"]) for place, package in lock.items() if place
    ]
    wanted = {f"pkg:pypi/{name}@{version}" for name, version in python}
    wanted |= {f"pkg:npm/{name.replace('@', '%40')}@{version}" for name, version in npm}
    assert set(parts) == wanted
    assert all(part.get("hashes") or part["externalReferences"][0]["hashes"] for part in parts.values())
    assert len({part["bom-ref"] for part in told["components"]}) == len(told["components"])


def test_no_answer_is_told_as_no_answer() -> None:
    nowhere = dict.fromkeys(("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"), "http://127.0.0.1:9")
    unreached = {**nowhere, "NO_PROXY": "", "no_proxy": "", "npm_config_fetch_retries": "0"}
    answer = subprocess.run(
        [CHECKOUT / "bin/audit"],
        env={**os.environ, **unreached},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert answer.returncode == 2
    assert answer.stderr.count("UNASKED") == 3
    assert "nothing known" not in answer.stderr
