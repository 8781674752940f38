"""A proposal as a PDF to keep or to pass on: what its page says, as an unsigned offer."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from agreements.models import Proposal
from agreements.proposals import client_view
from agreements.rules.states import ProposalState
from core.documents import render


def proposal_pdf(proposal: Proposal, *, offers: Mapping[Any, Any], today: date) -> bytes:
    """The proposal as its client sees it on `today`, in its language.

    `offers` are what each tier costs, by its id, as on the page. Raises MissingGlyphs.
    """
    with translation.override(proposal.language):
        context = {
            **client_view.page_context(proposal, today=today),
            "business": proposal.business,
            "offers": offers,
            "today": today,
            "is_draft": proposal.state == ProposalState.DRAFT,
            "accept_at": settings.SITE_URL + reverse("portal:proposal", args=[proposal.pk]),
        }
    return render.pdf(
        "proposal",
        context,
        language=proposal.language,
        title=proposal.title,
        identifier=f"{proposal.pk}:proposal",
        created=proposal.sent_at or proposal.created_at,
    )


def file_title(proposal: Proposal) -> str:
    """How the file is named, before its ending."""
    # Translators: the name of a file: Proposal A steady audience.
    return _("Proposal %(title)s") % {"title": proposal.title}
