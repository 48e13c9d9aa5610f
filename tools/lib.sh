# Shared by the scripts beside it: where the checkout and the caches are. Source it, do not run it.
ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Things that several checkouts can share (Python environments, tools) live outside the checkout.
CACHE="${RUNSTEAD_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/runstead}"
TARGET="${CARGO_TARGET_DIR:-$ROOT/target}"

say() { printf '== %s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
