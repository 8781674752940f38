"""What a person wrote in an email reply, without the quoted email and their signature. Pure.

Understands replies from Gmail, Apple Mail and Outlook in English and Thai, and in other languages
where the quoted lines begin with ">".
"""

import re
from html.parser import HTMLParser

_SEPARATOR = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|ข้อความดั้งเดิม|ข้อความต้นฉบับ)\s*-{2,}|_{10,})\s*$", re.I
)
_FROM_HEADER = re.compile(r"^\s*\*?(?:from|จาก)\s*:\*?\s*\S", re.I)
_OTHER_HEADER = re.compile(r"^\s*\*?(?:sent|date|to|subject|ส่ง|ส่งเมื่อ|วันที่|ถึง|เรื่อง)\s*:\*?", re.I)
_ENDS_WITH_WROTE = re.compile(r"(?:\bwrote|เขียนว่า)\s*[::]\s*$", re.I)
_BEGINS_WITH_DATE = re.compile(r"^\s*(?:on\b|เมื่อ|ใน|วัน|\d|.*<[^<>@\s]+@[^<>\s]+>)", re.I)
_ADDRESS = re.compile(r"[^\s<>@]+@[^\s<>@]+")
_SIGNATURE = re.compile(r"^(?:--|—|__)\s*$")
_SENT_FROM_DEVICE = re.compile(
    r"^\s*(?:sent from (?:my|mail|outlook|yahoo)\b.*|get outlook for .*"
    r"|ส่งจาก\s*.{0,40}|รับ outlook สำหรับ .*)\s*$",
    re.I,
)
_QUOTE = re.compile(r"^\s*>")
_GAP = re.compile(r"\n{3,}")


def own_words(text: str) -> str:
    """Return the lines that the sender wrote themselves; an empty string where there are none."""
    lines = text.replace("\r\n", "\n").replace("\xa0", " ").split("\n")
    lines = _above_quoted_email(lines)
    kept = [line.rstrip() for line in lines if not _QUOTE.match(line)]
    kept = _without_signature(kept)
    return _GAP.sub("\n\n", "\n".join(kept)).strip()


def _above_quoted_email(lines: list[str]) -> list[str]:
    """Return the lines above the line that introduces the quoted email.

    Where the quoted lines begin with ">", the sender may have answered between them: what stands
    between and below them is returned too.
    """
    for index, line in enumerate(lines):
        # Outlook: underscores, or "Original message", above the headers of the quoted email.
        if _SEPARATOR.match(line) and any(
            _FROM_HEADER.match(following) for following in lines[index + 1 : index + 4]
        ):
            return lines[:index]
        if _SEPARATOR.match(line) and "-" in line:
            return lines[:index]
        # Headers without a rule above them: "From:" and at least two others.
        if (
            _FROM_HEADER.match(line)
            and sum(
                bool(_OTHER_HEADER.match(following)) for following in lines[index + 1 : index + 6]
            )
            >= 2
        ):
            return lines[:index]
        # Gmail and Apple Mail: "On 3 Nov 2026, Anna <a@example.com> wrote:", on up to three lines.
        height = _introduction_height(lines, index)
        if height:
            quoted_part = [following for following in lines[index + height :] if following.strip()]
            quoted = bool(quoted_part) and bool(_QUOTE.match(quoted_part[0]))
            return lines[:index] + (_between_quotes(lines[index + height :]) if quoted else [])
    return lines


def _introduction_height(lines: list[str], start: int) -> int:
    """Return how many lines from `start` say who wrote when; 0 if they do not."""
    if not lines[start].strip() or _QUOTE.match(lines[start]):
        return 0
    for height in (1, 2, 3):
        block = lines[start : start + height]
        if len(block) < height or not all(line.strip() for line in block):
            return 0
        text = " ".join(line.strip() for line in block)
        if _ENDS_WITH_WROTE.search(text) and _BEGINS_WITH_DATE.match(text) and len(text) < 300:
            return height
        next_line = next((line for line in lines[start + height :] if line.strip()), "")
        if text.endswith((":", ":")) and _ADDRESS.search(text) and _QUOTE.match(next_line):
            return height
    return 0


def _between_quotes(lines: list[str]) -> list[str]:
    """Return the lines between and below the quoted lines, also those of nested quoted emails."""
    kept: list[str] = []
    while lines:
        height = _introduction_height(lines, 0)
        if height:
            lines = lines[height:]
            continue
        kept.append(lines[0])
        lines = lines[1:]
    return kept


def _without_signature(lines: list[str]) -> list[str]:
    """Drop the signature, and lines such as "Sent from my iPhone" at the end."""
    for index, line in enumerate(lines):
        if _SIGNATURE.match(line.strip()):
            lines = lines[:index]
            break
    while lines and (not lines[-1].strip() or _SENT_FROM_DEVICE.match(lines[-1])):
        lines = lines[:-1]
    return lines


def from_html(html: str) -> str:
    """Return the text of an HTML email.

    Quoted blocks, styles and scripts are left out; each block element begins a new line.
    """
    reader = _TextReader()
    reader.feed(html)
    reader.close()
    lines = [" ".join(line.split()) for line in "".join(reader.parts).split("\n")]
    return _GAP.sub("\n\n", "\n".join(lines)).strip()


class _TextReader(HTMLParser):
    """Collects the text of HTML; `skipped` holds the open elements of a part that is left out."""

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
        self.parts: list[str] = []
        self.skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.VOID:
            if tag in self.BLOCKS and not self.skipped:
                self.parts.append("\n")
            return
        names = " ".join(value or "" for name, value in attrs if name in ("class", "id"))
        if self.skipped or tag in self.OUT or self.QUOTED.search(names):
            self.skipped.append(tag)
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self.skipped:
            if tag in self.skipped:  # elements that were left open inside it end with it
                while self.skipped.pop() != tag:
                    pass
        elif tag in self.BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.skipped:
            self.parts.append(" ".join(data.split("\n")) if data.strip() else " ")
