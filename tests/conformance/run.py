#!/usr/bin/env python3
"""Runs the conformance suite against one binary and holds the result against state.json.

    run.py --binary PATH                   the areas in which something is recorded as passing
    run.py --binary PATH --all             every area
    run.py --binary PATH --all --update    the same, and record what passes now
    run.py --binary PATH -- -k notes -x    everything after -- goes to pytest
    run.py --binary PATH -- --runxfail     show why checks recorded as not-yet fail

state.json has one line per check, `"file::test": "pass"` or `"not-yet"`. A check recorded as
`pass` that fails, is skipped or no longer exists ends the run with status 1. --update only ever
raises a check to `pass`; to lower one, edit the line by hand and say why in DEVIATIONS.md.
"""
import argparse
import collections
import contextlib
import json
import os
import pathlib
import shlex
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).resolve().parent
STATE_FILE = HERE / "state.json"
PASS, NOT_YET = "pass", "not-yet"
# A check that is known to fail may wait for an event that never comes; seconds.
NOT_YET_LIMIT = 30
BROKEN_OFF = (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR, pytest.ExitCode.USAGE_ERROR)


def read_state():
    return json.loads(STATE_FILE.read_text("utf-8")) if STATE_FILE.exists() else {}


def write_state(state):
    STATE_FILE.write_text(json.dumps(state, indent=0, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def file_of(check):
    return check.partition("::")[0]


def area_of(check):
    return file_of(check).removeprefix("test_").removesuffix(".py")


class Recorder:
    """pytest plugin: chooses the files to run, marks what may fail, keeps each outcome."""

    def __init__(self, state, everything):
        self.state = state
        self.everything = everything
        self.collected = set()
        self.selected = set()
        self.outcomes = {}

    # before pytest's own -k and -m, so that `collected` is the whole suite
    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, config, items):
        self.collected = {item.nodeid for item in items}
        live = {file_of(check) for check, result in self.state.items() if result == PASS}
        keep, drop = [], []
        for item in items:
            (keep if self.everything or file_of(item.nodeid) in live else drop).append(item)
            if self.state.get(item.nodeid) != PASS:
                item.add_marker(pytest.mark.xfail(reason="not yet", strict=False))
                item.add_marker(pytest.mark.timeout(NOT_YET_LIMIT))
        config.hook.pytest_deselected(items=drop)
        items[:] = keep

    def pytest_collection_finish(self, session):
        self.selected = {item.nodeid for item in session.items}

    def pytest_runtest_logreport(self, report):
        # A failure in set-up or tear-down counts; "skipped" covers xfail as well.
        if report.failed:
            self.outcomes[report.nodeid] = "failed"
        elif report.skipped:
            self.outcomes.setdefault(report.nodeid, "skipped")
        elif report.when == "call":
            self.outcomes.setdefault(report.nodeid, "passed")


def compare(state, seen):
    """(lost, gained, unrecorded, gone): lists of check names."""
    lost = sorted(c for c in seen.selected if state.get(c) == PASS and seen.outcomes.get(c) != "passed")
    gained = sorted(c for c in seen.selected if state.get(c) == NOT_YET and seen.outcomes.get(c) == "passed")
    unrecorded = sorted(seen.collected - state.keys())
    gone = sorted(state.keys() - seen.collected)
    return lost, gained, unrecorded, gone


def updated(state, seen, gone):
    new = {check: result for check, result in state.items() if check not in gone}
    for check in seen.collected:
        new.setdefault(check, NOT_YET)
        if seen.outcomes.get(check) == "passed":
            new[check] = PASS
    return new


def print_areas(state, seen):
    """One line per area: how many checks pass, of how many, and what this run looked at."""
    total, passing, ran, failed = (collections.Counter() for _ in range(4))
    for check in seen.collected:
        area = area_of(check)
        total[area] += 1
        passing[area] += (state.get(check) == PASS)
        ran[area] += check in seen.outcomes
        failed[area] += state.get(check) == PASS and seen.outcomes.get(check, "passed") != "passed"
    print(f"\n{'area':24} {'recorded':>10} {'run now':>8} {'lost':>5}")
    for area in sorted(total):
        print(f"{area:24} {passing[area]:>6}/{total[area]:<3} {ran[area]:>8} {failed[area] or '':>5}")
    print(f"{'all':24} {sum(passing.values()):>6}/{sum(total.values()):<3} {sum(ran.values()):>8}"
          f" {sum(failed.values()) or '':>5}")


def print_list(title, checks):
    if checks:
        print(f"\n{title}")
        for check in checks:
            print(f"  {check}")


@contextlib.contextmanager
def server_log():
    """Keeps the log of the server under test until the end, for show_log()."""
    with tempfile.NamedTemporaryFile(prefix="conformance-", suffix=".log") as file:
        path = pathlib.Path(os.environ.setdefault("TARGET_LOG", file.name))
        yield path


def show_log(path, lines=40):
    tail = path.read_text("utf-8", "replace").splitlines()[-lines:] if path.exists() else []
    print_list("Last lines of the server's log:", tail)


def parse_arguments():
    ap = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ap.add_argument("--binary", help="the server's binary (or set TARGET_CMD or TARGET_URL, see README.md)")
    ap.add_argument("--all", action="store_true", help="also the areas in which nothing passes yet")
    ap.add_argument("--update", action="store_true", help="record newly passing, new and removed checks")
    ap.add_argument("pytest_args", nargs="*", help="arguments for pytest, after --")
    return ap.parse_args()


def main():
    args = parse_arguments()
    if args.binary:
        binary = pathlib.Path(args.binary).resolve()
        if not binary.exists():
            sys.exit(f"{binary} does not exist: build it first (cargo build -p transom)")
        os.environ["TARGET_CMD"] = (
            f"exec {shlex.quote(str(binary))} serve --host {{host}} --port {{port}} --data-dir {{data_dir}}")
    elif not (os.environ.get("TARGET_CMD") or os.environ.get("TARGET_URL")):
        sys.exit("name the server: --binary PATH")

    state = read_state()
    if not args.all and PASS not in state.values() and state:
        print("No check is recorded as passing, so there is nothing to hold: 0 run (--all runs everything).")
        return 0

    with server_log() as log:
        seen = Recorder(state, args.all)
        status = pytest.main(["--rootdir", str(HERE), *args.pytest_args, str(HERE)], plugins=[seen])
        if not seen.collected or status in BROKEN_OFF:
            show_log(log)
            print(f"\nconformance: pytest stopped with status {int(status)} before it was through")
            return int(status) or 1
        return judge(state, seen, args.update, log)


def judge(state, seen, update, log):
    """Prints what the run says about the record; the exit status."""
    lost, gained, unrecorded, gone = compare(state, seen)
    if update:
        state = updated(state, seen, gone)
        write_state(state)
    print_areas(state, seen)
    print_list("Recorded as pass, but did not pass:", lost)
    print_list("Newly passing" + (" (recorded):" if update else " (record them with --update):"), gained)
    if not update:
        print_list("Checks without a line in state.json (record them with --update):", unrecorded)
        print_list("Lines in state.json without a check (remove them with --update):", gone)
    # An early end (a dead server, -x) leaves recorded checks without an outcome: they are in `lost`.
    if lost:
        show_log(log)
    bad = bool(lost) or (not update and bool(unrecorded or gone))
    verdict = f"{len(lost)} recorded checks did not pass" if lost else "state.json is out of date" if bad else "as recorded"
    print(f"\nconformance: {verdict}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
