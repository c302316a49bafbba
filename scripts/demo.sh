#!/usr/bin/env bash
# The main job on a real model: a store, a hub, a handle, a path. `make demo` builds first. Everything lands in build/.
set -euo pipefail
cd "$(dirname "$0")/.."
tfhub=build/tfhub
demo=build/demo
model=spotify/basic-pitch/1             # a trained SavedModel: which notes sound in a recording
lite=spotify/lite-model/basic-pitch/1   # the same for phones, one .tflite file
unset "${!TFHUB_@}"                     # the demo is the same whatever this shell has set
export no_proxy="127.0.0.1${no_proxy:+,$no_proxy}" # the hub below stands on this machine

step() { printf '\n\033[1m%s\033[0m\n' "$1"; }
[ -t 1 ] && [ -z "${NO_COLOR-}" ] || step() { printf '\n== %s\n' "$1"; }
show() { echo "\$ $*"; "$@"; }

hub=
stop_hub() {
  [ -z "$hub" ] || { kill -TERM "$hub" 2>/dev/null || true; wait "$hub" && hub= || { hub=; echo "the hub did not end cleanly; $demo/serve.log says why" >&2; return 1; }; }
}
trap 'stop_hub || true' EXIT

rm -rf "$demo"
mkdir -p "$demo"
step "1. A model from outside: the basic-pitch wheel of the Python package index (0.8 MB)"
saved_model=$(scripts/basic_pitch.sh)
ls -1 "$saved_model"

step "2. Publish it, as a SavedModel and as a TF Lite file, into a fresh store"
show $tfhub publish "$saved_model" $model --store "$demo/store"
show $tfhub publish "$saved_model.tflite" $lite --store "$demo/store"

step "3. Serve the store"
echo "\$ $tfhub serve --store $demo/store --listen 127.0.0.1:0"
coproc HUB { exec $tfhub serve --store "$demo/store" --listen 127.0.0.1:0 2>"$demo/serve.log"; }
hub=$HUB_PID
exec {hub_out}<&"${HUB[0]}"
if ! read -r -t 30 line <&"$hub_out"; then
  echo "the hub did not start:" >&2; cat "$demo/serve.log" >&2; exit 1
fi
echo "$line"
url=${line#listening on }

step "4. Resolve the handle over HTTP: the path of the unpacked model in the cache"
export TFHUB_CACHE_DIR=$PWD/$demo/cache
echo "\$ TFHUB_CACHE_DIR=$TFHUB_CACHE_DIR $tfhub resolve $url/$model"
path=$($tfhub resolve "$url/$model")
echo "$path"
echo
echo "The files there:"
(cd "$path" && find . -type f -printf '%P  %s bytes\n' | sort)
diff -r "$saved_model" "$path"
echo "(byte for byte what was published)"
echo
echo "What the model takes, gives and weighs, read without TensorFlow:"
show $tfhub inspect "$url/$model"

step "5. Pull the TF Lite file"
show $tfhub pull "$url/$lite" -o "$demo/pulled.tflite" --force
cmp "$saved_model.tflite" "$demo/pulled.tflite"
echo "(byte for byte what was published)"

stop_hub
step "Done. The hub is stopped; the model stays at"
echo "$path"
cat <<EOT

Type next:
  $tfhub serve --store $demo/store        # and open http://127.0.0.1:8080/$model in a browser
  $tfhub resolve http://127.0.0.1:8080/$model   # in another terminal: a path to load
  curl -L 'http://127.0.0.1:8080/$model?tf-hub-format=compressed' | tar -tzv
  $tfhub publish YOUR_SAVED_MODEL you/your-model/1 --store $demo/store
In Python, unchanged:  hub.load("http://127.0.0.1:8080/$model")
EOT
