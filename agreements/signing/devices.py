"""Says in two words from which device an event of the record came (rule 29). Pure.

A browser describes itself with up to 300 characters. The certificate page prints a short name with
each event, and each full description once, numbered, at its end.
"""

from collections.abc import Iterable

#: What a browser says of itself, and the name that people know; the first that fits counts.
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "Chromebook"),
    ("Macintosh", "Mac"),
    ("Linux", "Linux"),
)
BROWSERS = (
    ("Line/", "LINE"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)


def short_name(user_agent: str) -> str:
    """The system and the browser, such as "iPhone · Safari"; "" where neither is recognised."""
    found = (
        next((name for mark, name in marks if mark in user_agent), "")
        for marks in (SYSTEMS, BROWSERS)
    )
    return " · ".join(filter(None, found))


def numbers(user_agents: Iterable[str]) -> dict[str, int]:
    """Each user agent with its number from 1, in the order in which they first appear."""
    distinct = dict.fromkeys(filter(None, user_agents))
    return {user_agent: number for number, user_agent in enumerate(distinct, start=1)}
