"""Put the front end's locked packages beside the Python ones, in one CycloneDX document on standard output."""

import base64
import json
import sys
from pathlib import Path
from urllib.parse import quote

document = json.loads(Path(sys.argv[1]).read_text())
lock = json.loads(Path(sys.argv[2]).read_text())
for place, package in sorted(lock["packages"].items()):
    if not place:
        continue  # ourselves
    name = place.rpartition("node_modules/")[2]
    scope, _, plain = name.rpartition("/")
    method, _, digest = package["integrity"].partition("-")
    purl = f"pkg:npm/{quote(scope, safe='')}{'/' if scope else ''}{plain}@{package['version']}"
    part = {
        "bom-ref": purl,
        "type": "library",
        "name": plain,
        "version": package["version"],
        "purl": purl,
        "hashes": [{"alg": method.upper().replace("SHA", "SHA-"), "content": base64.b64decode(digest).hex()}],
    }
    if scope:
        part["group"] = scope
    if licence := package.get("license"):
        part["licenses"] = [{"license": {"id": licence}}]
    document["components"].append(part)
json.dump(document, sys.stdout, indent=2)
print()
