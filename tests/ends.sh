#!/usr/bin/env bash
# Both ends of the versions that pyproject.toml allows: tests/ends.sh lowest|newest [PYTHON] [FOLDER TO KEEP IT IN]
# Installs one end in an environment of its own and runs the tests that tell whether each library still does what we
# need of it. Style, types and journeys in a browser are judged with the newest alone, by the whole suite.
set -euo pipefail
cd "$(dirname "$0")/.."
end="${1:?lowest or newest}" python="${2:-python3}" folder="${3:-}"
case "$end" in
  lowest) resolution=lowest-direct ;;
  newest) resolution=highest ;;
  *) echo "say lowest or newest" >&2; exit 2 ;;
esac
if [ -z "$folder" ]; then
  folder="$(mktemp -d)"
  trap 'rm -rf "$folder"' EXIT
fi
uv venv -q --allow-existing --python "$python" "$folder/venv"
uv pip install -q --python "$folder/venv/bin/python" --resolution "$resolution" -e ".[test,teach]"
export ZONESIM_CACHE_DIR="$folder/cache"
# Numbers move in their last places with numpy and scipy, so nothing here compares them with kept ones.
exec "$folder/venv/bin/python" -m pytest -q -p no:cacheprovider \
  tests/science tests/kernel tests/inputs tests/outputs tests/report tests/robustness tests/views tests/workshops \
  tests/engine/test_twins.py tests/engine/test_builds.py tests/engine/test_population.py \
  tests/experiments/test_sweeps.py tests/experiments/test_search.py tests/experiments/test_discovery.py \
  tests/experiments/test_sensitivity.py tests/calibration/test_fit.py tests/calibration/test_emulate.py \
  tests/cli/test_look.py tests/cli/test_simulate.py \
  tests/ui/test_links.py tests/ui/test_jobs.py tests/ui/test_state.py tests/ui/test_server.py
