"""Several people in one business: what each role may do, invitations and memberships (rule 82)."""
