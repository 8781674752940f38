"""A document's HTML as text for a diff: a line for each paragraph, heading, item and table row."""

from html.parser import HTMLParser

HEADINGS = {"h1": "# ", "h2": "## ", "h3": "### ", "li": "- "}
BLOCKS = frozenset(
    (
        "body",
        "title",
        "header",
        "section",
        "div",
        "p",
        "ul",
        "ol",
        "table",
        "thead",
        "tbody",
        "tr",
        "figure",
        *HEADINGS,
    )
)
CELLS = frozenset(("td", "th"))
APART = frozenset(
    ("h1", "h2", "h3", "table", "section", "facts", "signatures")
)  # tags and classes after a free line
WIDE = 110  # characters; a row that is longer has a line for each cell


class _Reader(HTMLParser):
    """Collects the lines."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._words: list[str] = []
        self._mark = ""
        self._cells: list[str] | None = None  # of the row that is being read

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._words.append(" / ")
        elif tag == "text":  # of a drawing
            self._words.append(" ")
        elif tag == "img":
            self._words.append(f"[{dict(attrs).get('alt')}]")
        elif tag in CELLS:
            self._end_line()
            assert self._cells is not None
            self._cells.append("")
        elif tag in BLOCKS:
            self._end_line()
            if {tag, dict(attrs).get("class")} & APART and self._cells is None:
                self._leave_a_line()
            self._mark = HEADINGS.get(tag, self._mark)
            if tag == "tr":
                self._cells = []

    def handle_endtag(self, tag: str) -> None:
        if tag in BLOCKS or tag in CELLS:
            self._end_line()
        if tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        self._words.append(data)

    def _end_line(self) -> None:
        said = " ".join("".join(self._words).split())
        self._words = []
        if not said:
            return
        if self._cells:
            before = self._cells[-1]
            self._cells[-1] = f"{before} / {self._mark}{said}" if before else f"{self._mark}{said}"
        else:
            self.lines.append(f"{self._mark}{said}")
        self._mark = ""

    def _end_row(self) -> None:
        cells, self._cells = self._cells or [], None
        row = " | ".join(cells).rstrip(" |")
        self.lines += [row] if len(row) <= WIDE else [f"| {cell}".rstrip() for cell in cells]

    def _leave_a_line(self) -> None:
        if self.lines and self.lines[-1]:
            self.lines.append("")


def of_html(html: str) -> str:
    """Its title first; what is drawn (a code, a chart) as the words in it."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines).strip() + "\n"
