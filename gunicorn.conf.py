"""How gunicorn serves, wherever it is started from this folder; its options come on top."""

worker_class = "retainer_hub.processes.web_worker.Worker"
threads = 8
