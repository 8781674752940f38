# Retainer Hub as one image for web server, workers and beat (compose.yaml). It writes into its two volumes and /tmp alone.
FROM debian:12-slim AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/retainer-hub
COPY requirements.txt .
RUN python3 -m venv .venv \
    && .venv/bin/python -m pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt \
    && .venv/bin/python -m compileall -q .venv/lib
COPY . .
# The static files are part of the image: no process has to make them. This key signs nothing.
RUN SECRET_KEY=of-the-build-and-of-nothing-else STATIC_ROOT=/srv/static \
        .venv/bin/python manage.py collectstatic --noinput --verbosity 0 --skip-checks \
    && .venv/bin/python -m compileall -q -x '/\.venv/' . \
    && chmod -R a+rX /srv

FROM debian:12-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        ca-certificates libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-client python3 \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 retainer \
    && useradd --uid 10001 --gid 10001 --home-dir /var/lib/retainer-hub --no-create-home --shell /usr/sbin/nologin retainer \
    && install -d -o retainer -g retainer -m 0700 /var/lib/retainer-hub /var/backups/retainer-hub
COPY --from=build /srv /srv
WORKDIR /srv/retainer-hub
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 RH_VAR_DIR=/var/lib/retainer-hub STATIC_ROOT=/srv/static
USER 10001:10001
VOLUME ["/var/lib/retainer-hub", "/var/backups/retainer-hub"]
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s CMD [".venv/bin/python", "-m", "retainer_hub.watching.alive"]
ENTRYPOINT [".venv/bin/python", "-m", "retainer_hub.serve"]
CMD ["--only", "web", "--bind", "0.0.0.0:8000"]
