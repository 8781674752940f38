"""Creates new links into the demo: one for the freelancer and one for each client."""

from datetime import datetime

from clients import portal_links
from clients.models import Contact
from core import links
from core.models import User
from core.models.link import LinkPurpose
from retainer_hub.demo.cast import EMAIL


def doors(*, now: datetime) -> list[tuple[str, str]]:
    """Return (name, URL) pairs; an empty list when there is no demo."""
    owner = User.objects.filter(email=EMAIL).first()
    if owner is None:
        return []
    link = links.mint(purpose=LinkPurpose.SIGN_IN, subject_id=owner.id, now=now)
    pairs = [(f"{owner.name} (freelancer)", links.url(link))]
    contacts = Contact.objects.filter(
        business__owner=owner, client__proposals__sent_at__isnull=False
    ).distinct()
    contacts = contacts.select_related("client").order_by("created_at", "id")
    for contact in contacts:
        target = ""
        proposal = contact.client.proposals.order_by("-created_at").first()
        if proposal and not hasattr(proposal, "agreement"):
            target = f"proposal:{proposal.id}"
        pairs.append(
            (
                f"{contact.client.name} (client)",
                links.url(portal_links.portal_link(contact=contact, now=now, target=target)),
            )
        )
    return pairs
