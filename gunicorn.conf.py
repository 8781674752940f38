"""How gunicorn serves, wherever it is started from this folder; its options come on top."""

import os

worker_class = "retainer_hub.processes.web_worker.Worker"
threads = 8
control_socket_disable = True  # systemd and containers control it
if os.environ.get("LOG_FORMAT") == "json":  # its own lines as well: starts, ends, time-outs
    _TO_STDERR = {
        "class": "logging.StreamHandler",
        "formatter": "json",
        "stream": "ext://sys.stderr",
    }
    _OWN = {"handlers": ["console"], "propagate": False}
    logconfig_dict = {
        "formatters": {"json": {"()": "retainer_hub.watching.log_format.JsonFormatter"}},
        "handlers": {"console": _TO_STDERR},
        "loggers": {"gunicorn.error": _OWN, "gunicorn.access": _OWN},
    }
