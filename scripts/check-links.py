#!/usr/bin/env python3
"""Checks that relative links and pictures in the project's Markdown files lead to something that exists."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
CODE = re.compile(r"^(```|~~~).*?^\1", re.M | re.S)
SKIP = ("tests/fixtures/", "web/node_modules/")


def slug(heading):
    """The anchor that mdBook and GitHub give a heading."""
    text = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", text))


def anchors(path):
    text = CODE.sub("", path.read_text("utf-8"))
    return {slug(m) for m in re.findall(r"^#{1,6}\s+(.+)$", text, re.M)}


def broken_links(path):
    text = re.sub(r"`[^`\n]*`", "", CODE.sub("", path.read_text("utf-8")))
    for target in LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = target.partition("#")
        place = (path.parent / file).resolve() if file else path
        if not place.exists():
            yield target, "no such file"
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            yield target, "no such heading"


def main():
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, check=True,
                            capture_output=True, text=True).stdout.split("\n")
    files = [name for name in listed if name and not name.startswith(SKIP) and (ROOT / name).exists()]
    problems = [f"{name}: {target}: {why}" for name in files for target, why in broken_links(ROOT / name)]
    print("\n".join(problems) if problems else f"links of {len(files)} Markdown files lead somewhere")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
