#!/usr/bin/env python3
"""Checks that imports between the workspace's crates point downward, and writes the facts other rules grep.

    layers.py METADATA OUT_DIR      METADATA: output of `cargo metadata`

Writes OUT_DIR/direct ("crate dependency kind", one line for each manifest entry of a workspace crate) and
OUT_DIR/reach ("crate dependency", everything a workspace crate reaches without dev-dependencies).
"""
import json
import pathlib
import sys

# From the top down; crates of one line do not import each other.
LAYERS = [
    ["transom"],
    ["transom-api"],
    ["transom-realtime", "transom-chat"],
    ["transom-retrieval", "transom-plugins", "transom-media"],
    ["transom-providers", "transom-identity"],
    ["transom-engine", "transom-store", "transom-net", "transom-pdf"],
    ["transom-encoder", "transom-whisper"],
    ["transom-telemetry", "transom-kernels"],
    ["transom-config"],
]
RANK = {name: height for height, line in enumerate(reversed(LAYERS)) for name in line}
# Stand beside the layers: a dev-dependency of anyone, and a program that depends on none of ours.
ASIDE = {"transom-testkit", "transom-bench"}


def direct_edges(packages):
    for package in packages:
        for dependency in package["dependencies"]:
            yield package["name"], dependency["name"], dependency["kind"] or "normal"


def reachable(start, links):
    seen, todo = set(), [start]
    while todo:
        for target in links[todo.pop()]:
            if target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def misplaced(edges, names):
    """Sentences about crates without a place and about imports that do not point down."""
    for name in sorted(names - RANK.keys() - ASIDE):
        yield f"{name} has no place in LAYERS of scripts/layers.py"
    for crate, dependency, kind in edges:
        # a crate may name itself to switch its own test features on
        if crate != dependency and crate in RANK and dependency in RANK and RANK[dependency] >= RANK[crate]:
            way = "sideways" if RANK[dependency] == RANK[crate] else "upward"
            yield f"{crate} imports {dependency} ({kind}), which points {way}"


def main(metadata_file, out_dir):
    metadata = json.loads(pathlib.Path(metadata_file).read_text("utf-8"))
    out = pathlib.Path(out_dir)
    members = set(metadata["workspace_members"])
    packages = [p for p in metadata["packages"] if p["id"] in members]
    names = {p["id"]: p["name"] for p in metadata["packages"]}

    edges = sorted(set(direct_edges(packages)))
    (out / "direct").write_text("".join(f"{a} {b} {kind}\n" for a, b, kind in edges), "utf-8")

    links = {node["id"]: [dep["pkg"] for dep in node["deps"]
                          if any(kind["kind"] != "dev" for kind in dep["dep_kinds"])]
             for node in metadata["resolve"]["nodes"]}
    with (out / "reach").open("w", encoding="utf-8") as file:
        for member in sorted(members):
            for name in sorted({names[i] for i in reachable(member, links)}):
                file.write(f"{names[member]} {name}\n")

    problems = list(misplaced(edges, {p["name"] for p in packages}))
    if problems:
        print("broken rule: imports point downward and not sideways (" +
              " > ".join(" · ".join(n.removeprefix("transom-") for n in line) for line in LAYERS) + ")")
        print("".join(f"    {problem}\n" for problem in problems), end="")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
