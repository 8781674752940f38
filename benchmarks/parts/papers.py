"""Renders documents in a process: our way, and naively with styles and fonts loaded each time."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from pyhanko.pdf_utils.reader import PdfFileReader

from agreements.contract import library, sample, wording
from agreements.models import Template
from agreements.models.reusable import TextKind
from agreements.signing import agreement_pdf
from benchmarks.parts.process import measure, memory
from core.documents import archive, render
from core.models import Business, User
from delivery.reports.compose import Facts, Item, ReportTexts, Work, compose_report
from delivery.reports.report_texts import template_context
from delivery.rules.allowance import Flow, Policy, statement
from delivery.rules.kpi_pace import Pace

NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
Asked = tuple[
    str, dict[str, Any], dict[str, Any]
]  # template, context, the rest of what render.pdf is asked


@measure
def papers(kind: str, count: int) -> dict[str, Any]:
    """Render `count` new documents our way and naively in turn, then ours again from the cache."""
    settings.KEPT_PAPERS = "/dev/null/nowhere"
    for warm in _asked(kind, 2):
        _ours(warm)
        _naive(warm)
    documents = _asked(kind, count)
    ours, naive, pages = 0.0, 0.0, 0
    for asked in documents:
        seconds, pdf = _timed(_ours, asked)
        ours, pages = ours + seconds, pages + PdfFileReader(BytesIO(pdf)).root["/Pages"]["/Count"]
        naive += _timed(_naive, asked)[0]
    with TemporaryDirectory() as folder:
        settings.KEPT_PAPERS = folder
        for asked in documents:
            _ours(asked)
        kept = sum(_timed(_ours, asked)[0] for asked in documents)
    return {"ours": ours, "naive": naive, "kept": kept, "pages": pages, "count": count}


@measure
def many_papers(few: int, many: int) -> dict[str, Any]:
    """The most memory after `few` agreements and after `many`, in MB."""
    settings.KEPT_PAPERS = "/dev/null/nowhere"
    found = {}
    for n, asked in enumerate(_asked("agreement", many), start=1):
        _ours(asked)
        if n in (few, many):
            found[str(n)] = memory()
    return found


def _timed(make: Any, asked: Asked) -> tuple[float, bytes]:
    began = time.perf_counter()
    made = make(asked)
    return time.perf_counter() - began, made


def _ours(asked: Asked) -> bytes:
    template, context, more = asked
    return render.pdf(template, context, **more)


def _naive(asked: Asked) -> bytes:
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    template, context, more = asked
    with translation.override(more["language"]):
        stamp = more["created"].isoformat(timespec="seconds")
        known = {"language": more["language"], "title": more["title"], "created": stamp}
        html = render_to_string(f"documents/{template}.html", known | context)
    fonts = FontConfiguration()
    sheet = CSS(string=Path(render.SHEET).read_text(), font_config=fonts, base_url=render.BASE_URL)
    options = {"pdf_variant": archive.PDF_VARIANT, "pdf_identifier": more["identifier"].encode()}
    made: bytes = HTML(string=html, base_url=render.BASE_URL).write_pdf(
        stylesheets=[sheet], font_config=fonts, **options
    )
    return made


def _asked(kind: str, count: int) -> list[Asked]:
    """Documents that differ in a name."""
    make = {"agreement": _agreement, "invoice": _invoice, "report": _report}[kind]
    return [make(n) for n in range(count)]


def _business() -> Business:
    owner = User(email="nan@studio.example", name="Nan Kittisak")
    return Business(
        owner=owner,
        name="Nan Studio",
        address="88/12 Nimmanhaemin Road\nChiang Mai",
        currency="USD",
    )


def _agreement(n: int) -> Asked:
    """A monthly retainer of three pages: what render.pdf is asked for when one is printed."""
    business = _business()
    tier, terms = sample.tier_and_terms(
        business, TextKind.MONTHLY, today=date(2026, 12, 1), language="en", is_bilingual=False
    )
    terms["buyer"]["legal_name"] = f"Client {n} Ltd"
    terms["clauses"] = wording.write_clauses(library.built_in(TextKind.MONTHLY), tier, terms)
    template = Template(business=business, name=f"Retainer {n}", kind=TextKind.MONTHLY)
    caught: list[Asked] = []
    original = render.pdf
    render.pdf = lambda name, context, **more: caught.append((name, context, more)) or b""  # type: ignore[assignment]
    try:
        agreement_pdf.unsigned_pdf(sample.sample_agreement(template, tier, terms), created=NOW)
    finally:
        render.pdf = original
    return caught[0]


def _report(n: int) -> Asked:
    """Two pages: three KPIs with charts of six months, a checklist, a decision, a month's work."""
    first = date(2026, 11, 1)
    kpis = [
        SimpleNamespace(
            pk=pk,
            name=f"Figure {pk}",
            kind="own",
            shape="level",
            unit="",
            baseline=Decimal(100),
            target=Decimal(200),
            less_is_better=False,
        )
        for pk in range(3)
    ]
    history = [(date(2026, month, 1), Decimal(90 + month * 9)) for month in range(6, 12)]
    read = {
        "start": Decimal(150),
        "value": Decimal(189),
        "on": first,
        "pace": Pace.BEHIND,
        "history": history,
    }
    (stated,) = statement([Flow(granted=1920, used=1800)], Policy())
    items = [Item(title, 8, 8, "open") for title in ("posts", "graphics", "newsletters")]
    work = [
        Work(
            first + timedelta(days=day),
            ("Content plan and captions", "Graphics", "Answering the community")[day % 3],
            75,
        )
        for day in range(24)
    ]
    figures = [SimpleNamespace(kpi=kpi, **read) for kpi in kpis]
    facts = Facts(stated, figures, items, items, [], work, [])
    said = ReportTexts(
        "Nan Studio",
        f"Client {n} Ltd",
        "Retainer",
        first,
        date(2026, 12, 1),
        comment="A good month. " * 8,
        next_text="Two more videos.",
        decision="Shall we film two videos?",
    )
    words = {
        "language": "en",
        "title": "Report for November 2026",
        "identifier": f"{n:064}",
        "created": NOW,
    }
    return (
        "report",
        {"business": _business(), **template_context(compose_report(said, facts))},
        words,
    )


def _invoice(n: int) -> Asked:
    """One page with a line, a tax and where to pay."""
    day = date(2026, 12, 1)
    line = SimpleNamespace(
        description="Retainer: Growth", starts_on=day, ends_on=date(2027, 1, 1), amount=500_000
    )
    party = {
        "legal_name": f"Client {n} Ltd",
        "address": "9 Thanon Road\nBangkok",
        "tax_id": "0505560000000",
    }
    invoice = SimpleNamespace(
        number=f"RH-2026-{n:04}",
        issued_on=day,
        due_on=day,
        currency="USD",
        subtotal=500_000,
        tax=35_000,
        total=535_000,
        withholding=0,
        tax_mode="exclusive",
        tax_note="",
        taxes=[{"name": "VAT", "percent": "7", "amount": 35_000}],
        seller=party,
        buyer=party,
        language="en",
        collect_by="card",
        state="open",
    )
    more = {
        "language": "en",
        "title": f"Invoice {invoice.number}",
        "identifier": str(n),
        "created": NOW,
    }
    return (
        "invoice",
        {"business": _business(), "invoice": invoice, "lines": [line], "way": None},
        more,
    )
