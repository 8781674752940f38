"""The WSGI application that the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
application = get_wsgi_application()

from core.documents import render  # noqa: E402  (needs the settings)

render.warm()  # load the fonts now, so that the first PDF does not wait for them
