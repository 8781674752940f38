"""What the web server calls."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "retainer_hub.settings")
application = get_wsgi_application()

from core.documents import render  # noqa: E402  (it needs the settings)

render.warm()  # the first person who asks this process for a paper does not wait for its fonts
