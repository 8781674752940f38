"""A person who uses the running product over HTTP, without a browser."""

import re
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

EDGE = "the-edge-of-a-part"  # of a form with a file
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
        data = None
        if fields:
            fields = {name.replace("__", "-"): value for name, value in fields.items()}
            data = urllib.parse.urlencode(fields | self._token()).encode()
        return self._ask(address, data).decode(errors="replace")

    def upload(self, address: str, file: tuple[str, bytes], **fields: str) -> str:
        """POST fields and a file named `file` as a browser does."""
        parts = [
            f'--{EDGE}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (fields | self._token()).items()
        ]
        head = f'--{EDGE}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\n'
        end = f"\r\n--{EDGE}--\r\n".encode()
        kind = "Content-Type: application/octet-stream\r\n\r\n"
        data = "".join([*parts, head, kind]).encode() + file[1] + end
        form = {"Content-Type": f"multipart/form-data; boundary={EDGE}"}
        return self._ask(address, data, **form).decode(errors="replace")

    def download(self, address: str) -> bytes:
        """GET a file; the page stays open."""
        page, at = self.page, self.at
        body = self._ask(address)
        self.page, self.at = page, at
        return body

    def _token(self) -> dict[str, str]:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        return {"csrfmiddlewaretoken": token[1] if token else ""}

    def _ask(self, address: str, data: bytes | None = None, **headers: str) -> bytes:
        url = urllib.parse.urljoin(self.at or self.site, address)
        request = urllib.request.Request(url, data, headers | {"Referer": url})
        try:
            with self.open(request, timeout=30) as answer:
                body: bytes = answer.read()
                self.at, self.page = answer.url, body.decode(errors="replace")
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{url}: {error.code} {error.read()[:2000]!r}") from None
        return body


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
