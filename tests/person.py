"""A person who uses the running product over HTTP, without a browser."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

PATIENCE = 240  # seconds; a busy machine is no defect


class Person:
    """A minimal browser with cookies, forms and redirects."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        ).open
        self.page, self.at = "", ""

    def go(self, address: str, **fields: str) -> str:
        """GET a URL, or POST fields with the CSRF token of the open page."""
        url = urllib.parse.urljoin(self.at or self.site, address)
        data = None
        if fields:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
            fields = {name.replace("__", "-"): value for name, value in fields.items()}
            data = urllib.parse.urlencode(
                fields | {"csrfmiddlewaretoken": token[1] if token else ""}
            ).encode()
        request = urllib.request.Request(url, data, {"Referer": url})
        try:
            with self.open(request, timeout=30) as answer:
                self.at, self.page = answer.url, answer.read().decode(errors="replace")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error.code} {error.read()[:2000]!r}") from None
        return self.page


def soon(what: str, ask: Callable[[], object], seconds: int = PATIENCE) -> object:
    """Ask until there is an answer: the jobs run in other processes."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := ask():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def letter(site: str, subject: str) -> str:
    """Return the text of the newest email with a subject, once the worker has sent it."""
    reader = Person(site)

    def sent() -> str:
        rows = re.findall(
            r'href="(/mail/[^"]+)">([^<]+)</a>.*?rh-badge is-(\w+)', reader.go("/mail/"), re.S
        )
        return next((row[0] for row in rows if subject in row[1] and row[2] == "good"), "")

    return reader.go(str(soon(f"the letter “{subject}”", sent)))
