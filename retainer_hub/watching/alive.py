"""Asks the web server of this machine whether it answers: the health check of a container.

`python -m retainer_hub.watching.alive` ends with 0 if it does, and with 1 if it does not.
"""

import http.client
import os
import sys
from urllib.parse import urlsplit

PORT, SECONDS = 8000, 4


def is_alive(port: int) -> bool:
    """Whether it answers when it is asked as the proxy in front would ask."""
    site = urlsplit(os.environ.get("SITE_URL", ""))
    headers = {"Host": site.netloc or "127.0.0.1", "X-Forwarded-Proto": site.scheme or "http"}
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        server.request("GET", "/health/live/", headers=headers)
        return server.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        server.close()


if __name__ == "__main__":
    sys.exit(not is_alive(PORT))
