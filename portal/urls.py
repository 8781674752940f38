"""URLs of the client portal, all below /p/."""

from django.urls import path

from portal import front_page, privacy
from portal.documents import views as documents
from portal.installed import views as installed
from portal.people import views as people
from portal.views import (
    agreement,
    call,
    history,
    home,
    hours,
    invoices,
    notice,
    payment,
    proposal,
    reports,
    requests,
    review,
    session,
    work,
)
from portal.views.agreement import for_amendment

app_name = "portal"
urlpatterns = [
    path("", home.Home.as_view(), name="home"),
    path("ask/", session.request_link, name="ask"),
    path("ask/code/", session.enter_code, name="ask_code"),
    path("privacy/", privacy.privacy, name="privacy"),
    path("leave/", session.leave, name="leave"),
    path("calls/<str:token>/call.ics", call.call_file, name="call_file"),
    path("mark/<str:token>.png", front_page.email_logo, name="email_logo"),
    path("logo/", invoices.Logo.as_view(), name="logo"),
    path("app/<str:token>/manifest.webmanifest", installed.manifest, name="manifest"),
    path("app/<str:token>/<slug:name>.png", installed.icon, name="icon"),
    path("documents/", documents.Documents.as_view(), name="documents"),
    path("people/", people.People.as_view(), name="people"),
    path("people/<uuid:pk>/remove/", people.RemovePerson.as_view(), name="person_remove"),
    path("people/<uuid:pk>/money/", people.ChooseMoney.as_view(), name="person_money"),
    path("language/", people.ChooseLanguage.as_view(), name="language"),
    path("requests/", requests.Requests.as_view(), name="requests"),
    path("requests/new/", requests.NewRequest.as_view(), name="request_new"),
    path("requests/fits/", requests.ScopePreview.as_view(), name="request_fits"),
    path("requests/<uuid:pk>/", requests.RequestPage.as_view(), name="request"),
    path(
        "requests/<uuid:pk>/take-back/", requests.WithdrawRequest.as_view(), name="request_withdraw"
    ),
    path("work/<uuid:pk>/", work.WorkPage.as_view(), name="work"),
    path("deliverables/<uuid:pk>/", work.AnswerWork.as_view(), name="work_answer"),
    path("handovers/<uuid:pk>/", work.HandoverFile.as_view(), name="handover_file"),
    path("hours/<uuid:pk>/", hours.Hours.as_view(), name="hours"),
    path("overage/<uuid:pk>/", hours.OveragePage.as_view(), name="overage"),
    path("proposal/<uuid:pk>/", proposal.ProposalPage.as_view(), name="proposal"),
    path("proposal/<uuid:pk>/ask/", proposal.AskQuestion.as_view(), name="proposal_ask"),
    path(
        "proposal/<uuid:pk>/forward/", proposal.ForwardProposal.as_view(), name="proposal_forward"
    ),
    path("proposal/<uuid:pk>/wait/", proposal.JoinWaitlist.as_view(), name="proposal_wait"),
    path(
        "proposal/<uuid:pk>/download/",
        proposal.DownloadProposal.as_view(),
        name="proposal_download",
    ),
    path("proposal/<uuid:pk>/read/", proposal.ProposalRead.as_view(), name="proposal_read"),
    path("proposal/<uuid:pk>/seen/", proposal.TierSeen.as_view(), name="tier_seen"),
    path(
        "proposal/<uuid:pk>/letter/<uuid:letter>/",
        proposal.ReferenceLetter.as_view(),
        name="proposal_letter",
    ),
    path(
        "proposal/<uuid:pk>/face/<uuid:testimonial>/",
        proposal.Face.as_view(),
        name="proposal_face",
    ),
    path(
        "proposal/<uuid:pk>/picture/<int:place>/",
        proposal.SectionPicture.as_view(),
        name="proposal_picture",
    ),
    path("proposal/<uuid:pk>/decline/", proposal.DeclineProposal.as_view(), name="decline"),
    path("agreement/<uuid:pk>/", agreement.AgreementPage.as_view(), name="agreement"),
    path("agreement/<uuid:pk>/code/", agreement.ConfirmCode.as_view(), name="agreement_code"),
    path(
        "agreement/<uuid:pk>/decline/", agreement.DeclineToSign.as_view(), name="agreement_decline"
    ),
    path(
        "agreement/<uuid:pk>/instead/", agreement.ReassignSigner.as_view(), name="agreement_instead"
    ),
    path(
        "agreement/<uuid:pk>/instead/code/",
        agreement.ConfirmNewSigner.as_view(),
        name="agreement_instead_code",
    ),
    path("agreement/<uuid:pk>/notice/", notice.GiveNotice.as_view(), name="notice"),
    path(
        "agreement/<uuid:pk>/history/", history.AgreementHistory.as_view(), name="agreement_history"
    ),
    path("agreement/<uuid:pk>/pdf/", agreement.SignablePdf.as_view(), name="agreement_pdf"),
    path("amendment/<uuid:pk>/", for_amendment(agreement.AgreementPage), name="amendment"),
    path("amendment/<uuid:pk>/code/", for_amendment(agreement.ConfirmCode), name="amendment_code"),
    path(
        "amendment/<uuid:pk>/decline/",
        for_amendment(agreement.DeclineToSign),
        name="amendment_decline",
    ),
    path(
        "amendment/<uuid:pk>/instead/",
        for_amendment(agreement.ReassignSigner),
        name="amendment_instead",
    ),
    path(
        "amendment/<uuid:pk>/instead/code/",
        for_amendment(agreement.ConfirmNewSigner),
        name="amendment_instead_code",
    ),
    path("amendment/<uuid:pk>/pdf/", for_amendment(agreement.SignablePdf), name="amendment_pdf"),
    path("agreement/<uuid:pk>/charging/", payment.FirstCharge.as_view(), name="charging"),
    path(
        "agreement/<uuid:pk>/charging/state/",
        payment.FirstCharge.as_view(fragment=True),
        name="charging_state",
    ),
    path("payment/", payment.PaymentMethodPage.as_view(), name="method"),
    path("payment/confirmed/", payment.BackFromBank.as_view(), name="confirmed"),
    path("payment/saved/", payment.CardSaved.as_view(), name="method_saved"),
    path("payment/done/", payment.MethodSaved.as_view(), name="method_done"),
    path("invoices/", invoices.Invoices.as_view(), name="invoices"),
    path("invoices/<uuid:pk>/", invoices.InvoicePage.as_view(), name="invoice"),
    path("invoices/<uuid:pk>/qr.png", invoices.InvoiceQr.as_view(), name="invoice_qr"),
    path("invoices/<uuid:pk>/pdf/", invoices.InvoicePdf.as_view(), name="invoice_pdf"),
    path("credit-notes/<uuid:pk>/pdf/", invoices.CreditNotePdf.as_view(), name="credit_note_pdf"),
    path("statement/", invoices.Statement.as_view(), name="statement"),
    path(
        "extra-lines/<uuid:pk>/receipt/",
        invoices.ExtraLineReceipt.as_view(),
        name="extra_line_receipt",
    ),
    path("receipts/<uuid:pk>/pdf/", invoices.ReceiptPdf.as_view(), name="receipt_pdf"),
    path("reports/", reports.Reports.as_view(), name="reports"),
    path("reports/<uuid:pk>/", reports.ReportPage.as_view(), name="report"),
    path("reports/<uuid:pk>/pdf/", reports.ReportPdf.as_view(), name="report_pdf"),
    path("reports/<uuid:pk>/read/", reports.RecordReadingTime.as_view(), name="report_read"),
    path("a/<str:code>/", reports.paper_answer, name="paper_answer"),
    path("answer/<uuid:pk>/", reports.AnswerPage.as_view(), name="answer"),
    path("seen/<str:token>.gif", reports.email_opened, name="seen"),
    path("reviews/<uuid:pk>/", review.ReviewPage.as_view(), name="review"),
    path("reviews/<uuid:pk>/pdf/", review.ReviewPdf.as_view(), name="review_pdf"),
    path("<str:token>/renew/", session.renew, name="renew"),
    path("<str:token>/", session.enter, name="enter"),
]
