"""URLs of clients, their contacts and their statements."""

from django.urls import path

from dashboard.clients import client_statement, erasing, views

urlpatterns = [
    path("clients/", views.Clients.as_view(), name="clients"),
    path("clients/new/", views.NewClient.as_view(), name="client_new"),
    path("clients/<uuid:pk>/", views.ClientPage.as_view(), name="client"),
    path(
        "clients/<uuid:pk>/statement/", client_statement.ClientStatement.as_view(), name="statement"
    ),
    path(
        "clients/<uuid:pk>/statement.csv",
        client_statement.ClientStatementCsv.as_view(),
        name="statement_csv",
    ),
    path(
        "clients/<uuid:pk>/statement.pdf",
        client_statement.ClientStatementPdf.as_view(),
        name="statement_pdf",
    ),
    path("clients/<uuid:pk>/files/", views.ExportClient.as_view(), name="client_files"),
    path("clients/<uuid:pk>/erase/", erasing.EraseClient.as_view(), name="client_erase"),
    path("clients/<uuid:pk>/edit/", views.EditClient.as_view(), name="client_edit"),
    path("clients/<uuid:pk>/contacts/new/", views.NewContact.as_view(), name="contact_new"),
    path("contacts/<uuid:pk>/access/", views.ContactAccess.as_view(), name="contact_access"),
    path("clients/<uuid:pk>/merge/<uuid:other>/", views.MergeClient.as_view(), name="client_merge"),
    path("contacts/<uuid:pk>/edit/", views.EditContact.as_view(), name="contact_edit"),
    path("contacts/<uuid:pk>/data.zip", erasing.PersonData.as_view(), name="contact_data"),
    path("contacts/<uuid:pk>/erase/", erasing.EraseContact.as_view(), name="contact_erase"),
    path("contacts/<uuid:pk>/link/", views.EmailPortalLink.as_view(), name="contact_link"),
    path(
        "contacts/<uuid:pk>/end-sessions/", views.EndSessions.as_view(), name="contact_end_sessions"
    ),
]
