"""Forms about objections: which reply was used, and saved replies."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clients import playbook
from clients.models import Objection, Reply
from clients.models.sales import KIND_LONGEST, KINDS

OWN = "own"  # the choice of a reply in the freelancer's own words


class AnswerForm(forms.Form):
    """Which reply was used: one of the playbook, a saved one, or new words."""

    used = forms.ChoiceField(
        label=_("What did you answer?"), required=False, widget=forms.RadioSelect
    )
    own = forms.CharField(
        label=_("In your own words"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Kept for the next time."),
    )
    words = forms.CharField(label=_("What did they say?"), max_length=300, required=False)
    tier = forms.ChoiceField(label=_("About the tier"), required=False)

    def __init__(
        self, data: Any = None, *, objection: Objection, replies: list[Reply], tiers: list[str]
    ) -> None:
        used = f"reply:{objection.reply_id}" if objection.reply_id else f"play:{objection.play}"
        start = {"used": used, "words": objection.words, "tier": objection.tier}
        super().__init__(data, initial=start)
        self.replies = {f"reply:{row.pk}": row for row in replies}
        self.plays = {f"play:{play.key}": play for play in playbook.plays(objection.kind)}
        tiers = list(dict.fromkeys([*tiers, *([objection.tier] if objection.tier else [])]))
        chosen: Any = self.fields["used"]
        chosen.choices = [(value, value) for value in (*self.plays, *self.replies, OWN)]
        tier: Any = self.fields["tier"]
        tier.choices = [("", gettext("None yet")), *((name, name) for name in tiers)]
        if not tiers:
            del self.fields["tier"]

    def clean(self) -> dict[str, Any]:
        """Refuse an answer of their own without its words."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("used") == OWN and not data.get("own"):
            self.add_error("own", gettext("Write what you said."))
        return data

    def details(self) -> dict[str, Any]:
        """What the client said and about which tier, as keyword arguments for saving the answer."""
        return {
            name: self.cleaned_data[name] for name in ("words", "tier") if name in self.cleaned_data
        }

    def chosen_reply(self) -> dict[str, Any]:
        """The reply as a keyword argument for saving the answer; empty if none was chosen."""
        used = self.cleaned_data["used"]
        if used in self.replies:
            return {"reply": self.replies[used]}
        return {"play": self.plays[used].key} if used in self.plays else {}


class ReplyForm(forms.Form):
    """A reply to save for later use."""

    kind = forms.CharField(
        label=_("Against"),
        max_length=KIND_LONGEST,
        widget=forms.TextInput(attrs={"list": "kinds", "autocomplete": "off"}),
    )
    words = forms.CharField(
        label=_("What you say"), max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )


def kinds(own: list[str]) -> list[tuple[str, Any]]:
    """The built-in kinds of objection, followed by the business's own."""
    return [*KINDS.items(), *((kind, kind) for kind in own)]
