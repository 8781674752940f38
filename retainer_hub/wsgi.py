"""What the web server calls."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
django.setup()

from core.documents import render  # noqa: E402  (it needs the settings)
from retainer_hub import start  # noqa: E402

start.prepare()
application = get_wsgi_application()
render.warm()  # the first person who asks this process for a paper does not wait for its fonts
