"""URLs of proposals, packages and capacity."""

from django.urls import path

from dashboard.proposals.views import (
    actions,
    capacity,
    composer,
    package_tiers,
    packages,
    preview,
    pricing,
    proposals,
    value_adds,
)

urlpatterns = [
    path("clients/<uuid:pk>/propose/", composer.NewProposal.as_view(), name="proposal_new"),
    path(
        "clients/<uuid:pk>/propose/frame/",
        preview.NewProposalFrame.as_view(),
        name="proposal_new_frame",
    ),
    path("packages/", packages.Packages.as_view(), name="packages"),
    path("packages/new/", packages.NewPackage.as_view(), name="package_new"),
    path("packages/help/", packages.PricingHelp.as_view(), name="pricing_help"),
    path("packages/pricing/", pricing.Pricing.as_view(), name="pricing"),
    path("packages/restated/", pricing.RestatedTiers.as_view(), name="restated_tiers"),
    path("packages/tiers/", package_tiers.PackageTiers.as_view(), name="package_tiers"),
    path("packages/value-adds/", value_adds.ValueAdds.as_view(), name="value_adds"),
    path(
        "packages/value-adds/<uuid:pk>/remove/",
        value_adds.RemoveValueAdd.as_view(),
        name="value_add_remove",
    ),
    path("packages/<uuid:pk>/", packages.EditPackage.as_view(), name="package"),
    path("packages/<uuid:pk>/retire/", packages.RetirePackage.as_view(), name="package_retire"),
    path("capacity/", capacity.Capacity.as_view(), name="capacity"),
    path(
        "capacity/time-off/<uuid:pk>/remove/",
        capacity.RemoveTimeOff.as_view(),
        name="time_off_remove",
    ),
    path("proposals/", proposals.Proposals.as_view(), name="proposals"),
    path("proposals/<uuid:pk>/", proposals.ProposalPage.as_view(), name="proposal"),
    path("proposals/<uuid:pk>/pdf/", proposals.AgreementPreviewPdf.as_view(), name="proposal_pdf"),
    path(
        "proposals/<uuid:pk>/download/",
        actions.DownloadProposal.as_view(),
        name="proposal_download",
    ),
    path("proposals/<uuid:pk>/edit/", composer.EditProposal.as_view(), name="proposal_edit"),
    path("proposals/<uuid:pk>/delete/", actions.DeleteDraft.as_view(), name="proposal_delete"),
    path("proposals/<uuid:pk>/send/", proposals.SendProposal.as_view(), name="proposal_send"),
    path(
        "proposals/<uuid:pk>/withdraw/",
        proposals.WithdrawProposal.as_view(),
        name="proposal_withdraw",
    ),
    path(
        "proposals/<uuid:pk>/preview/", preview.PreviewProposal.as_view(), name="proposal_preview"
    ),
    path("proposals/<uuid:pk>/frame/", preview.ProposalFrame.as_view(), name="proposal_frame"),
    path(
        "proposals/<uuid:pk>/face/<uuid:testimonial>/",
        actions.Face.as_view(),
        name="proposal_face",
    ),
    path(
        "proposals/<uuid:pk>/picture/<int:place>/",
        actions.SectionPicture.as_view(),
        name="proposal_picture",
    ),
    path("proposals/<uuid:pk>/try/", actions.SendTestEmail.as_view(), name="proposal_try"),
    path("proposals/<uuid:pk>/extend/", actions.ExtendProposal.as_view(), name="proposal_extend"),
    path(
        "proposals/<uuid:pk>/consent/",
        actions.ConfirmConsent.as_view(),
        name="proposal_consent",
    ),
    path("proposals/<uuid:pk>/link/", actions.PassOn.as_view(), name="proposal_link"),
    path("proposals/<uuid:pk>/copy/", actions.CopyProposal.as_view(), name="proposal_copy"),
    path("proposals/<uuid:pk>/revise/", actions.ReviseProposal.as_view(), name="proposal_revise"),
    path("waitlist/", capacity.Waitlist.as_view(), name="waitlist"),
    path("waitlist/<uuid:pk>/", actions.NotifyWaitlist.as_view(), name="wait_tell"),
    path("questions/<uuid:pk>/", actions.AnswerQuestion.as_view(), name="question"),
]
