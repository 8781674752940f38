"""The forms of what only the proposal's page shows: goals, own sections, questions and answers."""

from typing import Any, TypeVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from agreements.models import Proposal
from agreements.proposals.page.usual_questions import USUAL
from core.documents import pictures
from dashboard.form_fields import LinesField

GOALS, GOAL_LENGTH = 8, 200
ROWS, MOST_ROWS = 3, 8  # of sections and of questions: shown at least, and at most


class GoalsForm(forms.Form):
    """The client's goals, and which usual questions the page answers from the terms."""

    goals = LinesField(
        label=_("Your client's goals (one per line)"),
        lines=GOALS,
        length=GOAL_LENGTH,
        required=False,
        help_text=_("In their own words. They open the proposal."),
    )
    usual = forms.MultipleChoiceField(
        label=_("Answer these questions from your terms"),
        choices=[(key, usual.question) for key, usual in USUAL.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("The answers follow the terms. Questions that do not apply are left out."),
    )


F = TypeVar("F", bound="PairForm")


class PairForm(forms.Form):
    """Two texts that belong together: both or none of them."""

    names: tuple[str, str]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A stored row is cleaned also where nobody changed it: else it would count as empty.
        self.empty_permitted = not self.initial
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Refuse a pair of which one is empty."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        missing = [name for name in self.names if not data.get(name) and name not in self.errors]
        if len(missing) == 1:
            self.add_error(missing[0], gettext("Please fill in both fields, or neither."))
        return data

    def row(self) -> dict[str, Any] | None:
        """The pair as the proposal stores it; None if the form is empty."""
        data = self.cleaned_data
        return {name: data[name] for name in self.names} if data.get(self.names[0]) else None


class SectionForm(PairForm):
    """One section of the page, in Markdown."""

    names = ("title", "body")
    title = forms.CharField(label=_("Section title"), max_length=120, required=False)
    body = forms.CharField(
        label=_("Text"),
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("**bold**, - for lists, ## for headings, [words](https://address) for links."),
    )
    picture = forms.FileField(
        label=_("Picture"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
        help_text=_("PNG, JPEG or WebP, 10 MB at most."),
    )
    alt = forms.CharField(
        label=_("What the picture shows"),
        max_length=160,
        required=False,
        help_text=_("Read aloud to people who do not see it."),
    )
    removes = forms.BooleanField(label=_("Remove the picture"), required=False)
    # The name of the picture that was uploaded before: sections may move up while one types.
    kept = forms.CharField(max_length=100, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, known: dict[str, dict[str, int]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known
        self.takes_pictures = True
        self.fresh: dict[str, Any] = {}  # the new picture, as it was kept: its name and its size
        self.initial = {**self.initial, "kept": self.initial.get("picture", "")}
        # An empty section counts as empty, even where it shows no picture any more.
        self.empty_permitted = not any(self.initial.values())

    @property
    def has_picture(self) -> bool:
        """Whether a picture was uploaded already."""
        return bool(self._stored_name())

    def _stored_name(self) -> str:
        """The name of the picture that was uploaded before; "" if there is none."""
        posted = self.add_prefix("kept")
        name = self.data[posted] if posted in self.data else self.initial["kept"]
        return str(name) if name in self.known else ""

    def clean_picture(self) -> Any:
        """The picture, redrawn; None if none was chosen. Raises ValidationError."""
        upload = self.files.get(self.add_prefix("picture"))
        if upload and not self.takes_pictures:
            raise forms.ValidationError(
                gettext(
                    "Too many pictures were uploaded within the last hour. Please try again later."
                )
            )
        return pictures.redrawn(upload) if upload else None

    def clean(self) -> dict[str, Any]:
        """Refuse a picture without a section."""
        data = super().clean()
        if data.get("picture") and not data.get("title") and "title" not in self.errors:
            self.add_error(
                "title", gettext("A picture belongs to a section. Please give the section a title.")
            )
        return data

    def row(self) -> dict[str, Any] | None:
        """The section; its picture is a new one, the stored one, or none."""
        found, data = super().row(), self.cleaned_data
        if found is None:
            return None
        if self.fresh or data.get("picture"):
            return {**found, "alt": data["alt"], **(self.fresh or {"picture": data["picture"]})}
        name = "" if data["removes"] else self._stored_name()
        return {**found, "picture": name, "alt": data["alt"], **self.known[name]} if name else found


class QuestionForm(PairForm):
    """One question with its answer."""

    names = ("question", "answer")
    question = forms.CharField(label=_("Question"), max_length=200, required=False)
    answer = forms.CharField(
        label=_("Answer"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PageContentForms:
    """Every form about the content of the page; `goals` is what a new proposal shows first."""

    def __init__(
        self,
        data: Any,
        files: Any,
        proposal: Proposal | None,
        goals: list[str] | None,
        pictures: dict[str, dict[str, int]],
    ) -> None:
        faq = list(proposal.faq) if proposal else []
        keys = [row["key"] for row in faq if "key" in row] if proposal else list(USUAL)
        initial = {"goals": proposal.goals if proposal else goals or [], "usual": keys}
        own = [row for row in faq if "key" not in row]
        self.goals = GoalsForm(data, prefix="page", initial=initial)
        stored = proposal.sections if proposal else []
        self.sections = _rows(SectionForm, data, files, "section", stored, known=pictures)
        self.questions = _rows(QuestionForm, data, files, "faq", own)

    most = MOST_ROWS

    def refuse_pictures(self) -> None:
        """Keep no picture of this save, and say so at its field."""
        for form in self.sections:
            form.takes_pictures = False

    @property
    def blank_section(self) -> "SectionForm":
        """The form of one more section; the script puts its number in."""
        return SectionForm(prefix="section-__n__", known={})

    @property
    def blank_question(self) -> "QuestionForm":
        """The form of one more question."""
        return QuestionForm(prefix="faq-__n__")

    @property
    def everything(self) -> list[forms.Form]:
        """All forms."""
        return [self.goals, *self.sections, *self.questions]

    def is_valid(self) -> bool:
        """Whether all forms are valid; errors stand at their fields."""
        valid = [form.is_valid() for form in self.everything]  # each, so that each shows its errors
        return all(valid)

    def terms(self) -> dict[str, Any]:
        """The columns of a proposal that hold the content, of what can be read."""
        data = self.goals.cleaned_data
        written = [form.row() for form in self.questions if form.is_valid()]
        keys = data["usual"] if "usual" in data else self.goals.initial["usual"]
        return {
            **({"goals": data["goals"]} if "goals" in data else {}),
            "sections": [
                row for row in (form.row() for form in self.sections if form.is_valid()) if row
            ],
            "faq": [*(row for row in written if row), *({"key": key} for key in keys)],
        }


def _rows(
    form: type[F],
    data: Any,
    files: Any,
    prefix: str,
    stored: list[dict[str, Any]],
    **options: Any,
) -> list[F]:
    """A form for each stored row and some for more."""
    count = min(max(ROWS, len(stored) + 1), MOST_ROWS)
    if data:
        posted = [n for n in range(MOST_ROWS) if f"{prefix}-{n}-{form.names[0]}" in data]
        count = max(count, len(posted))
    rows = [*stored, *[{}] * MOST_ROWS][:count]
    return [
        form(data, files, prefix=f"{prefix}-{n}", initial=row, **options)
        for n, row in enumerate(rows)
    ]
