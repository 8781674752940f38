# What deploy/install and deploy/upgrade share: where everything is, and the steps that both take.
settings=/etc/retainer-hub.env data=/var/lib/retainer-hub units=/etc/systemd/system
say() { printf '%s\n' "$*"; }
die() { printf '%s\n' "$*" >&2; exit 1; }
if [ -d /run/systemd/system ] && command -v systemctl >/dev/null; then systemd=yes; else systemd=no; fi
umask 022

prepare() { # prepare FOLDER: install the packages of the version in it
  "$1/bin/setup" >/dev/null
  "$1/.venv/bin/python" -m compileall -q -x '/\.venv/' "$1"
}
load_settings() {
  set -a
  # shellcheck disable=SC1090
  . "$settings"
  set +a
}
put_units() { # put_units FOLDER: the units of the version in it, which run it at $here
  install -d "$units"
  for unit in "$1"/deploy/systemd/*; do
    sed "s#/srv/retainer-hub#$here#g" "$unit" > "$units/.fresh"
    mv "$units/.fresh" "$units/$(basename "$unit")"
  done
  [ $systemd = no ] || systemctl daemon-reload
}
backup_folder() {
  if [ -n "${BACKUP_TO:-}" ]; then printf '%s' "$BACKUP_TO"; return; fi
  install -d -o retainer -g retainer -m 0700 /var/backups/retainer-hub
  printf '%s' /var/backups/retainer-hub
}
wait_until_alive() { # wait_until_alive FOLDER: until its web server answers
  tries=0
  until (cd "$1" && .venv/bin/python -m retainer_hub.watching.alive); do
    tries=$((tries + 1))
    [ $tries -lt 60 ] || { say "The web server does not answer. It says why in:  journalctl -u retainer-hub@web" >&2; return 1; }
    sleep 1
  done
}
