# Sourced by the programs of bin/: finds Python, makes the virtual environment, installs what is missing.
cd "$(dirname "$0")/.." || exit 1
export PIP_DISABLE_PIP_VERSION_CHECK=1

say() { printf '%s\n' "$*"; }
die() { printf '\n%s\n' "$*" >&2; exit 1; }

# With sudo everything made here would be root's, and the next start without it could not change it.
[ -n "${SUDO_USER:-}" ] && [ "$(id -u)" = 0 ] && [ ! -O . ] \
  && die "Please start this without sudo: $PWD belongs to another user."

# apt where it may (root, or sudo that asks nothing); else prints the exact command and fails.
install_system() {
  if ! command -v apt-get >/dev/null 2>&1; then return 1; fi
  if [ "$(id -u)" = 0 ]; then as=""; elif sudo -n true 2>/dev/null; then as="sudo"; else
    say "Please run:  sudo apt-get install --no-install-recommends $*"; return 1; fi
  say "Installing $* ..."
  # shellcheck disable=SC2086
  $as apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086
  DEBIAN_FRONTEND=noninteractive $as apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>&1 \
    || { say "apt-get could not install them. Please run:  apt-get install --no-install-recommends $*"; return 1; }
}

find_python() { # quietly: pyenv's shim of a version that is not active fails with half a page of text
  if [ -x .venv/bin/python ]; then PYTHON=.venv/bin/python; return; fi
  for one in python3.13 python3.12 python3.11 python3; do
    if "$one" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' >/dev/null 2>&1; then
      PYTHON=$(command -v "$one"); return
    fi
  done
  die "Retainer Hub needs Python 3.11, 3.12 or 3.13. Debian, Ubuntu: apt-get install python3. macOS: brew install python@3.12."
}

make_venv() { # make_venv REQUIREMENTS
  if [ ! -x .venv/bin/python ]; then
    find_python
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || install_system python3-venv \
      || die "This Python cannot make virtual environments. Debian, Ubuntu: apt-get install python3-venv"
    "$PYTHON" -m venv .venv || die "The virtual environment could not be made."
  fi
  is_installed "$1" || is_installed requirements-dev.txt && return   # which holds requirements.txt
  say "Installing Python packages from $1 ..."
  .venv/bin/python -m pip install -q --require-hashes -r "$1" || die "The packages could not be installed."
  .venv/bin/python -m compileall -q .venv/lib || true
  print_of "$1" > ".venv/installed-$1"
}
print_of() { cat requirements.txt "$1" | cksum; }
is_installed() { [ "$(cat ".venv/installed-$1" 2>/dev/null)" = "$(print_of "$1")" ]; }

# WeasyPrint opens Pango when the first PDF is made; Debian's slim images do not have it.
need_pango() {
  .venv/bin/python - <<'PY' && return
import ctypes.util, sys
sys.exit(any(ctypes.util.find_library(n) is None for n in ("pango-1.0", "pangoft2-1.0", "harfbuzz-subset")))
PY
  install_system libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 && return
  case $(uname) in
    Darwin) command -v brew >/dev/null && [ -e "$(brew --prefix)/lib/libpango-1.0.dylib" ] && return
            die "PDFs need Pango. Please run:  brew install pango" ;;
    *) die "PDFs need Pango (see the command above), then start again." ;;
  esac
}

# The key that signs links and sessions: this installation's own, made once, readable by the owner of the folder alone.
need_secret() {
  export RH_VAR_DIR=${RH_VAR_DIR:-$PWD/var}
  (umask 077; mkdir -p "$RH_VAR_DIR") && [ -w "$RH_VAR_DIR" ] \
    || die "$RH_VAR_DIR belongs to another user. Start this as that user, or set RH_VAR_DIR to a folder of your own."
  if [ -z "${SECRET_KEY:-}" ] && [ ! -s "$RH_VAR_DIR/secret_key" ]; then
    (umask 077; .venv/bin/python - "$RH_VAR_DIR" > "$RH_VAR_DIR/secret_key") <<'PY'
import os, secrets, sys
print(secrets.token_urlsafe(64))
if os.geteuid() == 0:
    os.fchown(1, os.stat(sys.argv[1]).st_uid, -1)
PY
  fi
}
