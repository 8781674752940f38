"""The ground every room stands on: the tenant, documents, mail, links, evidence."""
