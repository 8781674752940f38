"""The WSGI application that the web server calls."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
django.setup()

from core.documents import render  # noqa: E402  (needs the settings)
from retainer_hub import start  # noqa: E402
from retainer_hub.processes import garbage  # noqa: E402

start.prepare()
application = get_wsgi_application()
render.warm()  # load the fonts now, so that the first PDF does not wait for them
garbage.load_views_and_leave_alone()
