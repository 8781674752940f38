"""A person at the screens: opens pages, fills in the forms that stand on them, presses buttons.

What a form holds is read from the page as a browser reads it, so what is posted is what the page
showed, with what the person typed.
"""

from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from lxml import etree, html

FIELDS = ("input", "select", "textarea")


def words(element: Any) -> str:
    """The text of an element, with single spaces."""
    return " ".join(element.text_content().split())


class Person:
    """Somebody with a browser. `page` is what is open, `at` its address."""

    def __init__(self, browser: Browser | None = None) -> None:
        self.browser = browser or Browser()
        self.at, self.page, self.answer = "/", html.fragment_fromstring("<p></p>"), None

    def go(self, address: str) -> Self:
        """Open a page, and follow where it leads."""
        return self._shown(self.browser.get(address, follow=True), address)

    def press(self, label: str, *, near: str = "", **typed: Any) -> Self:
        """Fill in the form of a button, by the names of its fields, and press the button.

        `near` is a text in the same form, row or list item, where several buttons read alike. A
        field is named as in the page, with "__" for a hyphen.
        """
        typed = {name.replace("__", "-"): value for name, value in typed.items()}
        button = self._button(label, near, set(typed))
        form = self._form(button)
        fields: dict[str, Any] = {}
        for name, value in [*form.form_values(), *self._outside(form)]:
            fields.setdefault(name, []).append(value)
        fields |= typed
        if button.get("name"):
            fields[button.get("name")] = button.get("value", "")
        action = urljoin(self.at, button.get("formaction") or form.get("action") or self.at)
        address = self._local(action)
        return self._shown(self.browser.post(address, fields, follow=True), address)

    @property
    def text(self) -> str:
        """What the page says."""
        return words(self.page)

    def reads(self, *sentences: str) -> Self:
        """Ask that the page says this."""
        for sentence in sentences:
            assert sentence in self.text, f"{self.at} does not say “{sentence}”: {self.text}"
        return self

    def rows(self, of: str = "//table") -> list[list[str]]:
        """The texts of the cells of the first table that an XPath finds, without its heading."""
        (table, *_others) = self.page.xpath(of)
        rows = [[words(cell) for cell in row.xpath("./th|./td")] for row in table.iter("tr")]
        return rows[1:] if table.xpath("./thead") else rows

    def _shown(self, answer: Any, address: str) -> Self:
        assert answer.status_code == 200, f"{address}: {answer.status_code} {_errors(answer)}"
        chain = getattr(answer, "redirect_chain", [])
        self.at = self._local(urljoin(address, chain[-1][0])) if chain else address
        self.answer = answer
        if answer["Content-Type"].startswith("text/html"):
            self.page = html.document_fromstring(answer.content.decode())
            etree.strip_elements(self.page, "template", "script", with_tail=False)
        return self

    def _local(self, address: str) -> str:
        parts = urlsplit(address)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _button(self, label: str, near: str, typed: set[str]) -> Any:
        """The first button that reads so, whose form has the fields that are typed."""
        buttons = self.page.xpath("//main//button[@form or ancestor::form]")
        for button in buttons:
            if words(button).startswith(label) and near in _around(button):
                names = {one.get("name") for one in self._form(button).iter(*FIELDS)}
                if typed <= names:
                    return button
        there = {words(one): set(self._form(one).inputs.keys()) for one in buttons}
        raise AssertionError(f"{self.at}: no button “{label}” with {typed} near “{near}”: {there}")

    def _form(self, button: Any) -> Any:
        if named := button.get("form"):
            return self.page.get_element_by_id(named)
        return next(button.iterancestors("form"), None)

    def _outside(self, form: Any) -> Iterator[tuple[str, str]]:
        """Fields elsewhere on the page that belong to the form."""
        if form.get("id"):
            for one in self.page.xpath(f"//input[@form='{form.get('id')}'][@name]"):
                yield one.get("name"), one.get("value", "")


def _around(button: Any) -> str:
    around = next(button.iterancestors("li", "tr", "form"), None)
    outer = next(button.iterancestors("li", "tr", "article"), around)
    return words(outer) if outer is not None else ""


def _errors(answer: Any) -> str:
    text = answer.content.decode(errors="replace")
    if "<html" not in text:
        return text[:500]
    page = html.document_fromstring(text)
    said = page.xpath(
        "//*[contains(@class,'invalid-feedback') or contains(@class,'alert') "
        "or contains(@class, 'errorlist')]"
    )
    return " | ".join(f"{one.get('id')}: {words(one)}" for one in said) or words(page)[:800]


def file(name: str, text: str) -> SimpleUploadedFile:
    """A file to upload."""
    return SimpleUploadedFile(name, text.encode(), content_type="text/csv")
