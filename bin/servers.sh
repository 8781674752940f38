# Sourced by bin/test and bin/bench after setup.sh: a PostgreSQL and a Redis of their own, with all they keep in $scratch.
servers=()
py=.venv/bin/python

start_postgres() { # start_postgres [settings of the server...]: it listens in the folder $scratch/pg, as user rh
  local binaries as=()
  binaries=$($py bin/servers.py) || return 1
  eval "$binaries"   # POSTGRES_BIN=… REDIS_BIN=…
  [ "$(id -u)" = 0 ] && as=(unshare -U --map-user=1000 --map-group=1000)
  mkdir -p "$scratch/pg"
  "${as[@]}" "$POSTGRES_BIN/initdb" -D "$scratch/pg/data" -U rh -A trust --encoding=UTF8 --locale=C --no-sync >/dev/null || return 1
  "${as[@]}" "$POSTGRES_BIN/postgres" -D "$scratch/pg/data" -k "$scratch/pg" -c listen_addresses= "$@" >"$scratch/pg/log" 2>&1 &
  servers+=($!)
  ready "$scratch/pg/log" "$POSTGRES_BIN/psql" -h "$scratch/pg" -U rh -d postgres -qc 'SELECT 1'
}
start_redis() { # it listens on $redis_port
  redis_port=$($py -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1]); s.close()')
  "$REDIS_BIN" --bind 127.0.0.1 --port "$redis_port" --save '' --appendonly no >"$scratch/redis.log" 2>&1 & servers+=($!)
  ready "$scratch/redis.log" grep -q 'accept connections' "$scratch/redis.log"
}
ready() { # ready LOG COMMAND...: wait until it succeeds; else show the log
  local log=$1; shift
  for _ in $(seq 100); do "$@" >/dev/null 2>&1 && return 0; sleep 0.2; done
  cat "$log"; return 1
}
stop_servers() {
  for pid in "${servers[@]:-}"; do [ -n "$pid" ] && kill "$pid" 2>/dev/null; done
  wait 2>/dev/null
}
