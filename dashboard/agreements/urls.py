"""URLs of agreements, amendments and contract templates."""

from django.urls import path

from dashboard.agreements.views import (
    agreements,
    change_terms,
    history,
    pause,
    signing,
    templates,
    value_adds,
)

urlpatterns = [
    path("settings/templates/", templates.Templates.as_view(), name="templates"),
    path("settings/templates/<uuid:pk>/", templates.EditTemplate.as_view(), name="template"),
    path(
        "settings/templates/<uuid:pk>/preview/",
        templates.PreviewTemplate.as_view(),
        name="template_preview",
    ),
    path(
        "settings/templates/<uuid:pk>/pdf/",
        templates.PreviewTemplatePdf.as_view(),
        name="template_pdf",
    ),
    path(
        "settings/templates/<uuid:pk>/complete/",
        templates.CompleteTemplate.as_view(),
        name="template_complete",
    ),
    path(
        "settings/templates/<uuid:pk>/retire/",
        templates.RetireTemplate.as_view(),
        name="template_retire",
    ),
    path("agreements/", agreements.Agreements.as_view(), name="agreements"),
    path("agreements/fees/", change_terms.NewFees.as_view(), name="fees"),
    path(
        "agreements/<uuid:pk>/change/", change_terms.ChangeTerms.as_view(), name="agreement_change"
    ),
    path("agreements/<uuid:pk>/decide/", agreements.DecideTrial.as_view(), name="trial_decide"),
    path(
        "agreements/<uuid:pk>/countersign/",
        signing.Countersign.as_view(),
        name="agreement_countersign",
    ),
    path("agreements/<uuid:pk>/remind/", signing.RemindSigner.as_view(), name="agreement_remind"),
    path("agreements/<uuid:pk>/take-back/", signing.VoidDocument.as_view(), name="agreement_void"),
    path("amendments/<uuid:pk>/pdf/", signing.AmendmentPdf.as_view(), name="amendment_pdf"),
    path(
        "amendments/<uuid:pk>/remind/",
        signing.for_amendment(signing.RemindSigner),
        name="amendment_remind",
    ),
    path(
        "amendments/<uuid:pk>/take-back/",
        signing.for_amendment(signing.VoidDocument),
        name="amendment_void",
    ),
    path("agreements/<uuid:pk>/", agreements.AgreementPage.as_view(), name="agreement"),
    path(
        "agreements/<uuid:pk>/history/",
        history.AgreementHistory.as_view(),
        name="agreement_history",
    ),
    path("agreements/<uuid:pk>/files/", history.ExportAgreement.as_view(), name="agreement_files"),
    path("agreements/<uuid:pk>/pdf/", agreements.AgreementPdf.as_view(), name="agreement_pdf"),
    path("agreements/<uuid:pk>/end/", agreements.EndAgreement.as_view(), name="agreement_end"),
    path("agreements/<uuid:pk>/pause/", pause.PauseAgreement.as_view(), name="agreement_pause"),
    path(
        "agreements/<uuid:pk>/value-add/",
        value_adds.GiveValueAdd.as_view(),
        name="value_add_give",
    ),
    path(
        "value-adds/<uuid:pk>/take-back/",
        value_adds.TakeBackValueAdd.as_view(),
        name="value_add_take_back",
    ),
    path("skips/<uuid:pk>/undo/", pause.UndoSkip.as_view(), name="skip_undo"),
    path("agreements/<uuid:pk>/resume/", pause.ResumeAgreement.as_view(), name="agreement_resume"),
    path("agreements/<uuid:pk>/release/", agreements.ReleaseHold.as_view(), name="park_release"),
]
