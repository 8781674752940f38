"""What a person wrote in an answer by email: without what is quoted below it, and without their signature. Pure.

Gmail, Apple Mail and Outlook, in English and Thai; other languages where the quoted lines begin with ">".
"""

import re
from html.parser import HTMLParser

_RULE = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|ข้อความดั้งเดิม|ข้อความต้นฉบับ)\s*-{2,}|_{10,})\s*$", re.I
)
_HEAD = re.compile(r"^\s*\*?(?:from|จาก)\s*:\*?\s*\S", re.I)
_HEAD_MORE = re.compile(r"^\s*\*?(?:sent|date|to|subject|ส่ง|ส่งเมื่อ|วันที่|ถึง|เรื่อง)\s*:\*?", re.I)
_WROTE = re.compile(r"(?:\bwrote|เขียนว่า)\s*[::]\s*$", re.I)
_WHEN = re.compile(r"^\s*(?:on\b|เมื่อ|ใน|วัน|\d|.*<[^<>@\s]+@[^<>\s]+>)", re.I)
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_SIGNATURE = re.compile(r"^(?:--|—|__)\s*$")
_PHONE = re.compile(
    r"^\s*(?:sent from (?:my|mail|outlook|yahoo)\b.*|get outlook for .*|ส่งจาก\s*.{0,40}|รับ outlook สำหรับ .*)\s*$",
    re.I,
)
_QUOTE = re.compile(r"^\s*>")
_GAP = re.compile(r"\n{3,}")


def own_words(text: str) -> str:
    """The lines that are the writer's own; "" where there are none."""
    lines = text.replace("\r\n", "\n").replace("\xa0", " ").split("\n")
    lines = _above(lines)
    kept = [line.rstrip() for line in lines if not _QUOTE.match(line)]
    kept = _unsigned(kept)
    return _GAP.sub("\n\n", "\n".join(kept)).strip()


def _above(lines: list[str]) -> list[str]:
    """Everything above the first line that introduces the former letter; below it only what stands between quotes."""
    for at, line in enumerate(lines):
        if _RULE.match(line) and any(_HEAD.match(each) for each in lines[at + 1 : at + 4]):
            return lines[:at]
        if _RULE.match(line) and "-" in line:
            return lines[:at]
        if (
            _HEAD.match(line)
            and sum(bool(_HEAD_MORE.match(each)) for each in lines[at + 1 : at + 6]) >= 2
        ):
            return lines[:at]
        height = _introduction(lines, at)
        if height:
            after = [each for each in lines[at + height :] if each.strip()]
            quoted = bool(after) and bool(_QUOTE.match(after[0]))
            return lines[:at] + (_below(lines[at + height :]) if quoted else [])
    return lines


def _introduction(lines: list[str], at: int) -> int:
    """How many lines from here say who wrote what when; 0 where they do not."""
    if not lines[at].strip() or _QUOTE.match(lines[at]):
        return 0
    for height in (1, 2, 3):
        part = lines[at : at + height]
        if len(part) < height or not all(each.strip() for each in part):
            return 0
        whole = " ".join(each.strip() for each in part)
        if _WROTE.search(whole) and _WHEN.match(whole) and len(whole) < 300:
            return height
        follows = next((each for each in lines[at + height :] if each.strip()), "")
        if whole.endswith((":", ":")) and _ADDRESS.search(whole) and _QUOTE.match(follows):
            return height
    return 0


def _below(lines: list[str]) -> list[str]:
    """What was written between and below the quoted lines, of this letter or of one inside it."""
    found: list[str] = []
    while lines:
        height = _introduction(lines, 0)
        if height:
            lines = lines[height:]
            continue
        found.append(lines[0])
        lines = lines[1:]
    return found


def _unsigned(lines: list[str]) -> list[str]:
    for at, line in enumerate(lines):
        if _SIGNATURE.match(line.strip()):
            lines = lines[:at]
            break
    while lines and (not lines[-1].strip() or _PHONE.match(lines[-1])):
        lines = lines[:-1]
    return lines


def from_html(html: str) -> str:
    """The text of an HTML letter: quoted blocks, styles and scripts left out, blocks on lines of their own."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.found).split("\n")]
    return _GAP.sub("\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    """Collects text; `left_out` are the open elements of a part that is not read."""

    VOID = frozenset(
        (
            "area",
            "base",
            "br",
            "col",
            "embed",
            "hr",
            "img",
            "input",
            "link",
            "meta",
            "source",
            "wbr",
        )
    )
    BLOCKS = frozenset(
        (
            "p",
            "div",
            "br",
            "li",
            "tr",
            "h1",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "table",
            "ul",
            "ol",
            "pre",
            "section",
            "hr",
        )
    )
    OUT = frozenset(("head", "style", "script", "title", "blockquote", "template"))
    QUOTED = re.compile(
        r"gmail_quote|gmail_attr|moz-cite-prefix|yahoo_quoted|divRplyFwdMsg|appendonsend", re.I
    )

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.left_out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            if tag in self.BLOCKS and not self.left_out:
                self.found.append("\n")
            return
        marks = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        if self.left_out or tag in self.OUT or self.QUOTED.search(marks):
            self.left_out.append(tag)
        elif tag in self.BLOCKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.left_out:
            if tag in self.left_out:  # what was left open inside ends with it
                while self.left_out.pop() != tag:
                    pass
        elif tag in self.BLOCKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.left_out:
            self.found.append(" ".join(data.split("\n")) if data.strip() else " ")
