#!/bin/sh
# Your first model over HTTP: any language that can send a request can do this.
#
#     SERVER=http://127.0.0.1:8080 TOKEN=… sh first-model-curl.sh inputs/model.onnx
#
# `workbench up --port 8080` serves, and the token is in ~/.local/share/workbench/token.
set -eu

ask() { curl -sSf -H "Authorization: Bearer $TOKEN" "$@"; }
field() { python3 -c 'import json, sys
value = json.load(sys.stdin)
for name in sys.argv[1].split("."):
    value = value[name]
print(value)' "$1"; }
post() { ask -H "Content-Type: application/json" -d "$2" "$SERVER/v1/$1" | field id; }
# A job is asked about until it ends.
ended() {
    while state=$(ask "$SERVER/v1/$1/$2" | field state); [ "$state" = queued ] || [ "$state" = running ]; do sleep 0.5; done
    [ "$state" = succeeded ] || { ask "$SERVER/v1/$1/$2" >&2; exit 1; }
}

model=$(ask -F "files=@$1" "$SERVER/v1/models" | field id)
ended models "$model"

conversion=$(post conversions "{\"model_id\": \"$model\", \"precision\": \"FP16\"}")
ended conversions "$conversion"
converted=$(ask "$SERVER/v1/conversions/$conversion" | field result.id)

profile=$(post profiles "{\"model_id\": \"$converted\", \"duration_s\": 0.2}")
ended profiles "$profile"
echo "frames per second: $(ask "$SERVER/v1/profiles/$profile" | field facts.throughput_fps.value)"
