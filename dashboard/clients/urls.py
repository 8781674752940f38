"""URLs of clients, their contacts and their statements."""

from django.urls import path

from dashboard.clients import statement, views

urlpatterns = [
    path("clients/", views.Clients.as_view(), name="clients"),
    path("clients/new/", views.NewClient.as_view(), name="client_new"),
    path("clients/<uuid:pk>/", views.ClientPage.as_view(), name="client"),
    path("clients/<uuid:pk>/statement/", statement.Statement.as_view(), name="statement"),
    path("clients/<uuid:pk>/statement.csv", statement.StatementCsv.as_view(), name="statement_csv"),
    path("clients/<uuid:pk>/statement.pdf", statement.StatementPdf.as_view(), name="statement_pdf"),
    path("clients/<uuid:pk>/files/", views.ClientFiles.as_view(), name="client_files"),
    path("clients/<uuid:pk>/edit/", views.EditClient.as_view(), name="client_edit"),
    path("clients/<uuid:pk>/contacts/new/", views.NewContact.as_view(), name="contact_new"),
    path("contacts/<uuid:pk>/link/", views.MailLink.as_view(), name="contact_link"),
    path(
        "contacts/<uuid:pk>/end-sessions/", views.EndSessions.as_view(), name="contact_end_sessions"
    ),
]
