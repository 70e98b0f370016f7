#!/usr/bin/env python3
"""Sends requests made from our own OpenAPI document to a seeded server: as a user, then as an administrator.

    run.py --binary PATH                 both, about two minutes
    run.py --binary PATH --seconds 600   longer
    run.py --binary PATH --seed 7        other requests; the seed of a run is in its output

A run fails when the server answers with 5xx, with what is not described, or when a handler panicked. What is never sent
stands in EXCLUDED, each with its reason.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

import httpx

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "conformance"))
from conftest import free_port, target_env  # noqa: E402
from fake_upstream import FakeUpstream  # noqa: E402

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance"

# (method or *, path, why it is not sent)
EXCLUDED = [
    ("GET", "/api/v1/auths/signout", "ends the session that asks"),
    ("POST", "/api/v1/auths/update/password", "ends all other sessions of the account"),
    ("POST", "/api/v1/users/{user_id}/sessions/revoke", "ends the sessions of the other half of the run"),
    ("DELETE", "/api/v1/users/{user_id}", "takes away the account of the other half of the run"),
    ("POST", "/api/v1/users/{user_id}/update", "takes away the role of the other half of the run"),
    ("POST", "/api/v1/configs/import", "replaces all settings, those of this run included"),
    ("POST", "/openai/config/update", "leaves the server without its model servers"),
    ("POST", "/ollama/config/update", "leaves the server without its model servers"),
    ("POST", "/openai/verify", "asks an address that was made up"),
    ("POST", "/ollama/verify", "asks an address that was made up"),
    ("POST", "/api/v1/configs/tool_servers/verify", "asks an address that was made up"),
    ("POST", "/ollama/models/download", "fetches from an address that was made up"),
    ("POST", "/ollama/models/download/{url_idx}", "fetches from an address that was made up"),
    ("*", "/openai/{path}", "passes on to the model server whatever it answers, 5xx included"),
]


def start(binary, upstream, scratch):
    """The server, and the file that holds its log."""
    port = free_port()
    data = scratch / "data"
    data.mkdir()
    env = {**os.environ, **target_env(upstream.url, str(data), port), "GLOBAL_LOG_LEVEL": "WARNING"}
    log = scratch / "server.log"
    with log.open("wb") as out:
        command = [str(binary), "serve", "--host", "127.0.0.1", "--port", str(port), "--data-dir", str(data)]
        process = subprocess.Popen(command, env=env, stdout=out, stderr=subprocess.STDOUT)
    url = f"http://127.0.0.1:{port}"
    for _ in range(600):
        if process.poll() is not None:
            sys.exit(f"the server ended while it started:\n{log.read_text('utf-8', 'replace')}")
        try:
            if httpx.get(f"{url}/health", timeout=2).status_code == 200:
                return process, url, log
        except httpx.HTTPError:
            time.sleep(0.1)
    sys.exit("the server did not start")


def client(url, token=None):
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.Client(base_url=url, headers=headers, timeout=60)


def made(reply):
    reply.raise_for_status()
    return reply.json()


def accounts(url):
    """Tokens: an administrator's, a user's."""
    account = {"name": "Ada", "email": "ada@example.com", "password": "a long password"}
    admin = made(client(url).post("/api/v1/auths/signup", json=account))["token"]
    account = {"name": "Bob", "email": "bob@example.com", "password": "a long password", "role": "user"}
    user = made(client(url, admin).post("/api/v1/auths/add", json=account))["token"]
    return admin, user


def seed(url, token):
    """One thing of each kind: {area: {parameter: id}}."""
    with client(url, token) as c:
        message = {"id": "m1", "parentId": None, "childrenIds": [], "role": "user", "content": "Hello"}
        chat = {"title": "Seeded", "models": ["fake-small"],
                "history": {"currentId": "m1", "messages": {"m1": message}}}
        chat = made(c.post("/api/v1/chats/new", json={"chat": chat}))["id"]
        share = made(c.post(f"/api/v1/chats/{chat}/share"))["share_id"] or ""
        folder = made(c.post("/api/v1/folders/", json={"name": f"Seeded {token[-8:]}"}))["id"]
        note = made(c.post("/api/v1/notes/create", json={"title": "Seeded"}))["id"]
        channel = made(c.post("/api/v1/channels/create", json={"name": "seeded", "type": "group"}))["id"]
        sent = made(c.post(f"/api/v1/channels/{channel}/messages/post", json={"content": "Hello"}))["id"]
        file = made(c.post("/api/v1/files/", params={"process": "false"}, files={"file": ("a.txt", b"text")}))["id"]
        memory = made(c.post("/api/v1/memories/add", json={"content": "Seeded"}))["id"]
        rating = made(c.post("/api/v1/evaluations/feedback", json={"type": "rating", "data": {"rating": 1}}))["id"]
    return {
        "chats": {"id": chat, "message_id": "m1", "share_id": share, "folder_id": folder},
        "folders": {"id": folder},
        "notes": {"id": note},
        "channels": {"id": channel, "message_id": sent},
        "files": {"id": file},
        "memories": {"memory_id": memory},
        "evaluations": {"id": rating},
        "ollama": {"url_idx": 0},
        "openai": {"url_idx": 0},
    }


def configuration(ids):
    """schemathesis.toml: half of the requests of an area name something that exists."""
    lines = []
    for area, parameters in ids.items():
        for name, value in parameters.items():
            lines += [f"[dictionaries.{area}_{name}]", f"values = [{json.dumps(value)}]"]
    for area, parameters in ids.items():
        lines += ["[[operations]]", f'include-tag = "{area}"', "[operations.parameters]"]
        for name in parameters:
            lines.append(f'"path.{name}" = {{ dictionary = "{area}_{name}", probability = 0.5 }}')
    for method, path, _ in EXCLUDED:
        one = f"include-path = {json.dumps(path)}" if method == "*" else f'include-name = "{method} {path}"'
        lines += ["[[operations]]", one, "enabled = false"]
    return "\n".join(lines) + "\n"


def fuzz(name, url, token, seconds, args, scratch):
    config = scratch / f"{name}.toml"
    config.write_text(configuration(seed(url, token)), "utf-8")
    tool = pathlib.Path(sys.executable).with_name("schemathesis")
    command = [
        str(tool), "--config-file", str(config), "run", f"{url}/openapi.json", "--checks", CHECKS,
        "--header", f"Authorization: Bearer {token}", "--phases", "coverage,fuzzing", "--max-time", str(seconds),
        "--workers", "1", "--max-examples", str(args.examples), "--seed", str(args.seed), "--continue-on-failure",
        "--request-timeout", "20", "--suppress-health-check", "all", "--warnings", "off", "--no-shrink",
    ]
    print(f"\n=== as {name}, {seconds} s, seed {args.seed}", flush=True)
    return subprocess.run(command, cwd=scratch).returncode


def main():
    ap = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    ap.add_argument("--binary", required=True, type=pathlib.Path)
    ap.add_argument("--seconds", type=int, default=110, help="time for both halves together")
    ap.add_argument("--examples", type=int, default=12, help="generated requests per operation, at most")
    ap.add_argument("--seed", type=int, default=1)
    args = ap.parse_args()

    scratch = pathlib.Path(tempfile.mkdtemp(prefix="fuzz-"))
    upstream = FakeUpstream().start()
    process, url, log = start(args.binary.resolve(), upstream, scratch)
    try:
        admin, user = accounts(url)
        halves = [("user", user), ("admin", admin)]
        failed = [name for name, token in halves if fuzz(name, url, token, args.seconds // 2, args, scratch)]
        alive = process.poll() is None and httpx.get(f"{url}/health/db", timeout=10).status_code == 200
        text = log.read_text("utf-8", "replace")
        panics = [line for line in text.splitlines() if "panicked" in line]
    finally:
        process.terminate()
        process.wait(20)
        upstream.stop()
    if failed or panics or not alive:
        print("\nLast lines of the server's log:\n" + "\n".join(text.splitlines()[-40:]))
        print("\nfuzz: " + "; ".join(
            [f"failures as {name}" for name in failed] + panics + ([] if alive else ["the server is gone"])))
        return 1
    shutil.rmtree(scratch, ignore_errors=True)
    print("\nfuzz: nothing found")
    return 0


if __name__ == "__main__":
    sys.exit(main())
