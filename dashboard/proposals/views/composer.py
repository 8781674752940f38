"""The composer: a proposal is typed on the left, saved as one types, and read on the right."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from agreements.models import OpeningMessage, Proposal, Template, ValueAdd
from agreements.proposals import call_prefill, lifecycle, opening_message, packages, typed_draft
from agreements.rules.errors import NotOpen
from clients.calls import call_notes
from clients.models import Client, Contact, Testimonial
from core.errors import RuleError
from core.lists.name_order import by_name
from core.team.roles import Area
from core.web import query_string
from core.web.tab_saves import ChangedElsewhere
from core.web.throttle import too_often
from dashboard.page import DashboardView
from dashboard.proposals.forms import folds
from dashboard.proposals.forms.as_posted import as_posted, differences
from dashboard.proposals.forms.proposal import ProposalForms
from dashboard.proposals.forms.readable import faults, read_entry, uploads
from dashboard.proposals.views import starting_values
from dashboard.proposals.views.package_tiers import put_tiers

UPLOADS_AN_HOUR = 120  # saves with pictures, of one business


class Composer(DashboardView):
    """The base of the pages on which a proposal is written: its forms, and how they are saved.

    A script saves while the freelancer types; without the script, a button saves.
    """

    template = "dashboard/proposals/proposal_form.html"

    def forms(
        self, client: Client, data: Any = None, proposal: Proposal | None = None, **start: Any
    ) -> ProposalForms:
        """The forms of one proposal; `start` is what they show first."""
        return ProposalForms(
            data,
            business=self.business,
            client=client,
            contacts=self.rows(Contact).filter(client=client, is_active=True).order_by("name_key"),
            own=by_name(self.rows(Template).filter(retired_at__isnull=True)),
            bank=list(self.rows(ValueAdd)),
            testimonials=self.rows(Testimonial).filter(retired_at__isnull=True),
            proposal=proposal,
            pictures=typed_draft.pictures_of(proposal) if proposal else {},
            **start,
        )

    def stored_forms(self, proposal: Proposal) -> ProposalForms:
        """The forms of a draft as it is stored: with what was typed where that cannot be read."""
        typing = typed_draft.typing_of(proposal)
        if not typing.typed:
            start = {"contact": proposal.contact_id, "revision": typing.revision}
            tiers = [
                packages.tier_values(tier, proposal.currency)
                for tier in lifecycle.tiers_of(proposal)
            ]
            return self.forms(proposal.client, None, proposal, initial=start, tiers=tiers)
        data = QueryDict(mutable=True)
        for name, texts in typing.typed.items():
            data.setlist(name, texts)
        data["revision"] = str(typing.revision)
        forms = self.forms(proposal.client, data, proposal)
        read_entry(forms, data)
        return forms

    def page(
        self, request: HttpRequest, forms: ProposalForms, client: Client, **context: Any
    ) -> HttpResponse:
        """Render the page with its forms."""
        context |= {
            "form": forms.form,
            "tiers": forms.tiers,
            "text": forms.text,
            "adds": forms.adds,
            "page_content": forms.content,
            "extras": forms.extras,
        }
        context |= {
            "folds": folds.folds(forms),
            "rungs": folds.tier_folds(forms.tiers),
            "next": forms.next,
            "fields": opening_message.merge_fields(),
            "kept": by_name(self.rows(OpeningMessage)),
            "bank": self.rows(ValueAdd),
        }
        if proposal := context.get("proposal"):
            typing = typed_draft.typing_of(proposal)
            context["intro_gaps"] = opening_message.faults(proposal)
            context["writer"], context["at"] = typing.writer, self._clock(typing.written_at)
            context["open"] = [one["label"] or one["message"] for one in faults(forms)]
            context["packages"] = packages.choices(self.business)
        response = self.show(request, client=client, **context)
        response._csp_update = {"frame-src": "'self'"}  # type: ignore[attr-defined]
        return response

    def store(
        self, request: HttpRequest, client: Client, proposal: Proposal | None
    ) -> HttpResponse:
        """Save what was posted: for the script what can be read, for a button all or none."""
        forms = self.forms(client, request.POST, proposal, files=request.FILES)
        if not self._takes_pictures(request):
            forms.content.refuse_pictures()
        entry = read_entry(forms, request.POST)
        if entry.typed and not self.is_script:
            return self.page(request, forms, client, proposal=proposal, status=422)
        try:
            saved = self._save(client, proposal, forms, entry)
        except ChangedElsewhere as error:
            stored = self._stored(client, proposal)
            if stored is None:
                return self._over(request, None, typed_draft.deleted())
            return self._clash(request, stored, error)
        except NotOpen as error:
            return self._over(request, self._stored(client, proposal), error)
        except RuleError as error:
            forms.refuse(error)
            return self._refuse(request, forms, client, proposal, error)
        if not self.is_script or "final" in request.POST:
            self._save_message(forms)
        if self.is_script:
            return JsonResponse(self._saved(saved, forms))
        return redirect("dashboard:proposal", saved.pk)

    def _save(
        self,
        client: Client,
        proposal: Proposal | None,
        forms: ProposalForms,
        entry: typed_draft.Entry,
    ) -> Proposal:
        now = timezone.now()
        if proposal is not None:
            revision = forms.form.cleaned_data.get("revision") or 0
            return typed_draft.save(
                proposal=proposal, entry=entry, revision=revision, now=now, tab=self.tab
            )
        contact = entry.terms.pop("contact", None) or self._first_contact(client)
        if contact is None:
            raise RuleError(_("Add a person to this client first."), field="contact")
        return typed_draft.begin(
            business=self.business,
            client=client,
            contact=contact,
            entry=entry,
            now=now,
            tab=self.tab,
        )

    def _first_contact(self, client: Client) -> Contact | None:
        people = self.rows(Contact).filter(client=client, is_active=True)
        return people.order_by("-is_decision_maker", "name_key").first()

    def _takes_pictures(self, request: HttpRequest) -> bool:
        """Whether pictures that came with this save are kept; not too many in an hour are."""
        who, now = str(self.business.pk), timezone.now()
        return not request.FILES or not too_often(
            "draft_upload", who, limit=UPLOADS_AN_HOUR, seconds=3600, now=now
        )

    def _stored(self, client: Client, proposal: Proposal | None) -> Proposal | None:
        """The proposal as it is stored now, or the one that this tab began; None if it is deleted.

        Validation has written to the one that was read.
        """
        known = proposal or typed_draft.begun(client, self.tab)
        rows = self.rows(Proposal).select_related(*RELATED)
        return rows.filter(pk=known.pk).first() if known else None

    def _saved(self, proposal: Proposal, forms: ProposalForms) -> dict[str, Any]:
        """What the script learns after a save: what it stands on now, and what the page shows."""
        typing = typed_draft.typing_of(proposal)
        said = {name: fold.said for name, fold in folds.folds(forms).items()}
        tiers = enumerate(folds.tier_folds(forms.tiers))
        return {
            "revision": typing.revision,
            "at": self._clock(typing.written_at),
            "place": reverse("dashboard:proposal_edit", args=[proposal.pk]),
            "next": reverse("dashboard:proposal", args=[proposal.pk]),
            "frame": reverse("dashboard:proposal_frame", args=[proposal.pk]),
            "faults": faults(forms),
            "gaps": opening_message.faults(proposal),
            "said": said | {f"tier-{place}": fold.said for place, (_form, fold) in tiers},
            "pictures": uploads(forms),
        }

    def _clash(
        self, request: HttpRequest, proposal: Proposal, error: ChangedElsewhere
    ) -> HttpResponse:
        """Say that another tab has saved since, and what is there where the two differ."""
        stored, revision = self.stored_forms(proposal), proposal.revision
        differs = differences(stored, request.POST)
        if self.is_script:
            answer = {"said": str(error), "revision": revision, "differs": differs}
            return JsonResponse(answer, status=409)
        data = request.POST.copy()
        data["revision"] = str(revision)
        forms = self.forms(proposal.client, data, proposal, files=request.FILES)
        read_entry(forms, data)
        return self.page(
            request, forms, proposal.client, proposal=proposal, differs=differs, status=409
        )

    def _over(
        self, request: HttpRequest, proposal: Proposal | None, error: NotOpen
    ) -> HttpResponse:
        """Say that the proposal was sent or deleted meanwhile: nothing of this was saved."""
        there, label = reverse("dashboard:proposals"), _("Open the list of proposals")
        if proposal:
            there, label = reverse("dashboard:proposal", args=[proposal.pk]), _("Open the proposal")
        if self.is_script:
            answer = {"said": str(error), "over": True, "next": there, "label": label}
            return JsonResponse(answer, status=409)
        messages.error(request, str(error))
        return redirect(there)

    def _refuse(
        self,
        request: HttpRequest,
        forms: ProposalForms,
        client: Client,
        proposal: Proposal | None,
        error: RuleError,
    ) -> HttpResponse:
        if self.is_script:
            return JsonResponse({"said": str(error)}, status=422)
        return self.page(request, forms, client, proposal=proposal, status=422)

    def _save_message(self, forms: ProposalForms) -> None:
        """Save the opening message under the name that was given, if one was given."""
        data = forms.form.cleaned_data
        if data.get("keep_as") and data.get("intro"):
            opening_message.save_message(
                business=self.business,
                name=data["keep_as"],
                text=data["intro"],
                now=timezone.now(),
            )

    def _clock(self, at: datetime | None) -> str:
        """A moment as HH:MM in the business's time zone; empty if there is none."""
        return f"{at.astimezone(ZoneInfo(self.business.time_zone)):%H:%M}" if at else ""


RELATED = ("client", "contact__client", "business__owner", "template")


class NewProposal(Composer):
    """Write a proposal for a client. It becomes a draft as soon as something is typed."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        client = self.row(Client, pk)
        forms, context = self.start(request, client)
        return self.page(request, forms, client, **context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self.store(request, self.row(Client, pk), None)

    def start(self, request: HttpRequest, client: Client) -> tuple[ProposalForms, dict[str, Any]]:
        """The forms of a new proposal, and what its page says beside them."""
        currency = self.business.currency
        said = call_notes.answers(client)
        # What the form starts with is addressed to the client, so it is in the client's language.
        with translation.override(client.language):
            initial = {"title": _("Retainer for %(client)s") % {"client": client.name}}
            initial |= {
                "intro": call_prefill.opening_text(said, has_call=call_notes.has_notes(client)),
                "recommended_because": call_prefill.recommendation_reason(said),
            }
            key = query_string.text(request.GET, "package") or packages.usual_key(self.business)
            package = packages.find_package(self.business, key)
            values = packages.form_values(package, currency)
            kind = starting_values.of_kind(
                query_string.text(request.GET, "kind"), client, said, self.today
            )
        name = query_string.text(request.GET, "message")
        message = self.rows(OpeningMessage).filter(name=name).first()
        initial |= ({"intro": message.text} if message else {}) | kind["form"]
        wording = {
            "kpis": call_prefill.goals(said, values["kpis"]),
            "service": values["service"],
        } | kind["text"]
        tiers = starting_values.with_extras(
            call_prefill.recommend_tier(values["tiers"], package.drafts, said.minutes), said.extras
        )
        if kind["form"]:
            tiers = [tiers[0] | {"is_recommended": False}]
        goals = call_prefill.client_goals(said)
        forms = self.forms(client, initial=initial, tiers=tiers, wording=wording, goals=goals)
        heard = call_notes.budget_heard(client)
        return forms, {
            "said": said,
            "budget_hint": starting_values.budget_hint(heard, tiers, currency),
            "package": packages.key_of(package),
            "package_name": package.name,
            "packages": packages.choices(self.business),
            "fees_elsewhere": packages.foreign_fees_sentence(package, currency),
        }


class EditProposal(Composer):
    """Change a draft. A proposal that was sent can no longer be changed."""

    needs = Area.SALES

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        proposal = self._proposal(pk)
        if not proposal.is_draft:
            messages.error(
                request, _("This proposal was sent and is frozen. Make a new one instead.")
            )
            return redirect("dashboard:proposal", proposal.pk)
        forms, context = self.stored_forms(proposal), dict[str, Any]()
        if key := query_string.text(request.GET, "package"):
            # Without the script, which puts them into the form.
            data = as_posted(forms)
            context = {"package": key, "is_taken_over": True}
            context["fees_elsewhere"] = put_tiers(data, self.business, key)
            forms = self.forms(proposal.client, data, proposal)
            read_entry(forms, data)
        return self.page(request, forms, proposal.client, proposal=proposal, **context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        try:
            proposal = self._proposal(pk)
        except Http404:
            if not self.is_script:
                raise
            return self._over(request, None, typed_draft.deleted())
        return self.store(request, proposal.client, proposal)

    def _proposal(self, pk: UUID) -> Proposal:
        return self.row(Proposal, pk, self.rows(Proposal).select_related(*RELATED))
