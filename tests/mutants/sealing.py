"""Mistakes in signing and sealing: who signs, what is sealed, and what a seal proves."""

from tests.mutants import Mutant

SEAL = "core/tests/test_seal.py"
SIGN = "agreements/signing/sign.py"
SIGNING = "agreements/tests/test_signing.py"
SIGNERS = "agreements/tests/test_signers.py"
EVIDENCE = "agreements/tests/test_evidence.py"
DOCUMENTS = "core/tests/test_documents.py"
MUTANTS = [
    Mutant(
        "The hash of a stored file is not compared",
        "core/documents/store.py",
        "    if hashlib.sha256(pdf).hexdigest() != document.sha256:",
        "    if not pdf:",
        (DOCUMENTS,),
    ),
    Mutant(
        "A rendered PDF is served from the cache though its bytes have changed",
        "core/documents/kept.py",
        "return body if hashlib.sha256(body).digest() == whole[:DIGEST_BYTES] else None",
        "return body",
        (
            "core/tests/test_documents.py::test_a_rendered_pdf_is_cached_and_never_served_damaged",
            DOCUMENTS,
        ),
    ),
    Mutant(
        "Bytes that were added after the seal do not break it",
        "core/documents/seal_status.py",
        "return self.signature_valid and self.covers_whole_file and self.trusted",
        "return self.signature_valid and self.trusted",
        (
            "core/tests/test_seal.py::test_bytes_appended_after_the_seal_are_found",
            SEAL,
        ),
    ),
    Mutant(
        "A seal that was made after its certificate had expired counts",
        "core/documents/pades.py",
        "trusted=bool(status.trusted) and in_time,",
        "trusted=bool(status.trusted),",
        (
            "core/tests/test_seal.py::test_a_seal_applied_after_its_certificate_expired_does_not_count",
            SEAL,
        ),
    ),
    Mutant(
        "A seal counts though nobody knows its certificate",
        "core/documents/pades.py",
        "trusted=bool(status.trusted) and in_time,",
        "trusted=True,",
        (
            "core/tests/test_seal.py::test_the_seal_of_another_installation_is_not_ours",
            SEAL,
        ),
    ),
    Mutant(
        "A file is intact if it carries a seal, whatever that is worth",
        "core/documents/verify.py",
        "    if status.intact:",
        "    if status.signed:",
        (f"{SEAL}::test_a_stored_document_whose_seal_is_not_ours_is_not_called_intact", SEAL),
    ),
    Mutant(
        "A changed file is “unknown” if the change hit the first half of our certificate",
        "core/documents/seal.py",
        "    return any(half in text for own in certificate.all_certificates() for half in _halves(own))",
        "    return any(_halves(own)[0] in text for own in certificate.all_certificates())",
        (
            "core/tests/test_seal.py::test_a_changed_bit_anywhere_is_altered_and_never_merely_unknown",
            SEAL,
        ),
    ),
    Mutant(
        "A key that does not belong to the certificate seals",
        "core/documents/certificate.py",
        "    if _public(key.public_key()) != _public(present.public_key()):",
        "    if not key:",
        (
            "core/tests/test_seal.py::test_nothing_is_sealed_with_a_key_that_does_not_match_its_certificate",
            SEAL,
        ),
    ),
    Mutant(
        "A lost key is replaced though documents were sealed with it",
        "core/documents/seal.py",
        "    if certificate.own() is None and Document.objects.filter(kind__startswith=SEALED).exists():",
        "    if certificate.own() is None and not Document.objects:",
        (
            "core/tests/test_seal.py::test_a_lost_key_is_not_replaced_while_sealed_documents_need_it",
            SEAL,
        ),
    ),
    Mutant(
        "A renewed certificate forgets the one before it",
        "core/documents/certificate.py",
        "    certificates = [own(), *map(_read_certificate, former)]",
        "    certificates = [own(), *map(_read_certificate, former[:0])]",
        (
            "core/tests/test_seal.py::test_after_a_renewal_older_seals_stay_valid",
            SEAL,
        ),
    ),
    Mutant(
        "Everybody on the machine can read the key of the seal",
        "core/documents/certificate.py",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600",
        "os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644",
        (
            "core/tests/test_seal.py::test_the_key_is_readable_by_its_owner_alone",
            SEAL,
        ),
    ),
    Mutant(
        "Administrators learn of the end of the certificate a day late",
        "agreements/signing/seal_check.py",
        "days <= WARN_DAYS",
        "days < WARN_DAYS",
        ("tests/test_seal_waits.py",),
    ),
    Mutant(
        "Two workers seal the same agreement, each with a file of its own",
        "agreements/signing/seal.py",
        "        if signers.lock(signable).signed_document_id:\n            return 0  #",
        "        if signers.lock(signable) is None:\n            return 0  #",
        (
            "agreements/tests/test_evidence.py::test_of_two_workers_that_seal_an_agreement_the_first_ones_file_counts",
            EVIDENCE,
        ),
    ),
    Mutant(
        "A code signs a name that was typed after it was sent",
        SIGN,
        "filter(pk=signature.pk, contact=contact, code_row=signature.code_row)",
        "filter(pk=signature.pk, contact=contact)",
        (EVIDENCE,),
    ),
    Mutant(
        "A code has one try more than five",
        SIGN,
        "code_tries__lt=CODE_TRIES",
        "code_tries__lte=CODE_TRIES",
        (
            "agreements/tests/test_signing.py::test_a_code_is_void_after_five_wrong_tries",
            SIGNING,
        ),
    ),
    Mutant(
        "A code never grows old",
        SIGN,
        "    if now - signature.code_sent_at > CODE_LIFE or not tried",
        "    if not tried",
        (
            "agreements/tests/test_signing.py::test_a_code_expires_after_fifteen_minutes",
            SIGNING,
        ),
    ),
    Mutant(
        "An agreement is signed that was withdrawn while the code was typed",
        SIGN,
        "    signers.require_turn(paper, contact)\n    if not own.update(",
        "    if not own.update(",
        (
            "agreements/tests/test_signers.py::test_an_agreement_withdrawn_while_the_code_is_compared_is_not_signed",
            SIGNERS,
        ),
    ),
    Mutant(
        "The last day to sign is that of the server, not of the client",
        SIGN,
        "local_day(now, paper.agreement.time_zone) <= paper.sign_by",
        "now.date() <= paper.sign_by",
        (
            "agreements/tests/test_signers.py::test_the_last_day_ends_at_the_clients_midnight",
            SIGNERS,
        ),
    ),
    Mutant(
        "Signers in an order may sign in any order",
        "agreements/signing/signers.py",
        "return contacts[:1] if in_order else contacts",
        "return contacts",
        (SIGNERS,),
    ),
    Mutant(
        "An event of the audit trail can be replaced by another one",
        "core/audit.py",
        "if row.n != n or row.previous != previous or row.hash != event_hash(row):",
        "if row.n != n or row.previous != previous:",
        (
            "agreements/tests/test_evidence.py::test_a_chain_is_not_whole_any_more_if_an_event_was_changed_or_taken_out",
            EVIDENCE,
        ),
    ),
]
