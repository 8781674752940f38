"""Mistakes that open what is sensitive, or hide from an owner what happened to an account."""

from tests.mutants import Mutant

CONFIRMATION = "core/safety/confirmation.py"
SECOND_FACTOR = "core/safety/second_factor.py"
CONFIRMING = "dashboard/tests/test_confirming.py"
SESSIONS = "dashboard/tests/test_sessions.py"
REASONS = "tests/test_admin_reasons.py"
LOG = "dashboard/tests/test_security_log.py"
FACTOR = "dashboard/tests/test_second_factor.py"
MUTANTS = [
    Mutant(
        "Only forms that are posted ask whether it is you",
        "core/safety/middleware.py",
        "if confirmation.asks(view, name) and not",
        'if request.method == "POST" and confirmation.asks(view, name) and not',
        (f"{CONFIRMING}::test_no_way_of_asking_gets_past_it",),
    ),
    Mutant(
        "A confirmation never ends",
        CONFIRMATION,
        "since < settings.CONFIRM_MINUTES * 60",
        "since < settings.CONFIRM_MINUTES * 6000",
        (f"{CONFIRMING}::test_after_signing_in_nothing_is_asked_until_the_time_is_over",),
    ),
    Mutant(
        "What waits is stored as it was typed",
        CONFIRMATION,
        "vault.seal(kept).decode()",
        "kept",
        (f"{CONFIRMING}::test_what_waits_is_kept_encrypted_and_once",),
    ),
    Mutant(
        "A code that was sent to somebody else confirms",
        "core/links.py",
        "_unused(now).filter(pk=link_id, subject_id=of)",
        "_unused(now).filter(pk=link_id)",
        (f"{CONFIRMING}::test_a_session_of_another_person_confirms_nothing",),
    ),
    Mutant(
        "With a second factor an emailed code is enough",
        "dashboard/settings/views/confirm.py",
        '            return confirmation.ask(request)\n        if "code" not in',
        '            pass\n        if "code" not in',
        (f"{CONFIRMING}::test_with_a_second_factor_an_emailed_code_is_not_enough",),
    ),
    Mutant(
        "Each download of an export is emailed",
        "exports/requested_exports.py",
        'once=f"download:{once}:{person.pk.hex}"',
        'once=f"download:{once}:{now.timestamp()}"',
        (f"{CONFIRMING}::test_a_downloaded_export_is_a_line_each_time_and_one_email",),
    ),
    Mutant(
        "Ending all others forgets sessions without a row",
        "core/safety/sessions.py",
        "if user.sessions_from and session.get(BEGAN, 0) <",
        "if user.sessions_from and session.get(BEGAN, 0) < 0 * ",
        (f"{SESSIONS}::test_all_others_end_also_those_that_no_row_is_known_of",),
    ),
    Mutant(
        "Anybody ends the session whose id they name",
        "core/safety/end_sessions.py",
        "UserSession.objects.filter(user=user).exclude(",
        "UserSession.objects.exclude(",
        (f"{SESSIONS}::test_nobody_ends_the_session_of_another_person",),
    ),
    Mutant(
        "Each page writes when a session was last seen",
        "core/safety/sessions.py",
        "PRECISION = timedelta(minutes=10)",
        "PRECISION = timedelta(minutes=0)",
        (f"{SESSIONS}::test_last_seen_is_written_every_ten_minutes_and_not_for_each_page",),
    ),
    Mutant(
        "A browser names itself as it likes",
        "core/safety/devices.py",
        'return plain[0].strip()[:LONGEST] if plain else ""',
        "return text[:LONGEST]",
        (f"{LOG}::test_no_browser_forges_a_line_by_what_it_claims_to_be",),
    ),
    Mutant(
        "A device that anybody has used is a known one",
        "core/safety/sign_ins.py",
        "not before.filter(device_id=device).exists()",
        "not SecurityEvent.objects.filter(device_id=device).exists()",
        (f"{LOG}::test_another_persons_device_is_a_new_one_for_this_person",),
    ),
    Mutant(
        "Bank details that were saved unchanged are told again",
        "billing/bank_transfer/bank_details.py",
        'if after == (before or dict.fromkeys(fields, "")):',
        'if after == dict.fromkeys(fields, ""):',
        (f"{LOG}::test_new_bank_details_are_a_line_and_one_email_that_hide_the_number",),
    ),
    Mutant(
        "The log holds the whole number of the account",
        "billing/bank_transfer/bank_details.py",
        'f"•••• {plain[-SHOWN:]}"',
        'f"•••• {plain}"',
        (f"{LOG}::test_new_bank_details_are_a_line_and_one_email_that_hide_the_number",),
    ),
    Mutant(
        "Each failed sign-in is a line",
        "core/safety/log.py",
        "hour = now.replace(minute=0, second=0, microsecond=0)",
        "hour = now",
        (f"{LOG}::test_failed_sign_ins_of_an_hour_are_one_line_with_their_number",),
    ),
    Mutant(
        "Staff need no second factor",
        SECOND_FACTOR,
        "is_asked_of_staff = user.is_staff and",
        "is_asked_of_staff = not user.is_staff and",
        (f"{FACTOR}::test_staff_without_a_second_factor_reach_no_page_of_the_admin_site",),
    ),
    Mutant(
        "Who has a second factor adds another one without it",
        SECOND_FACTOR,
        "    if has_one(user):\n        back",
        "    if has_one(user) and match.view_name not in SETTING_UP:\n        back",
        (f"{FACTOR}::test_staff_with_one_come_in_once_they_have_used_it",),
    ),
    Mutant(
        "A reset second factor leaves the sessions open",
        SECOND_FACTOR,
        "        sessions.end_all(user, now=now)\n",
        "",
        (f"{FACTOR}::test_an_administrator_helps_who_is_locked_out_and_it_is_told",),
    ),
    Mutant(
        "A reason holds for ever",
        "core/web/admin_site/reasons.py",
        'if kept is None or now.timestamp() >= kept["until"]:',
        "if kept is None:",
        (f"{REASONS}::test_a_reason_is_for_one_business_one_session_and_one_hour",),
    ),
    Mutant(
        "A document is downloaded without a reason",
        "core/web/admin_site/rows.py",
        'return self._stopped(request, row, "file") or self.file(row)',
        "return self.file(row)",
        (f"{REASONS}::test_a_document_is_opened_with_a_reason_alone_and_its_owner_reads_it",),
    ),
    Mutant(
        "Who may only view rows acts upon them",
        "core/web/admin_site/acts.py",
        "    if not may(request, model_admin):\n        raise PermissionDenied\n",
        "",
        (f"{REASONS}::test_who_may_only_look_does_nothing_and_what_is_unknown_is_not_there",),
    ),
    Mutant(
        "An address asks a list about any column",
        "core/web/admin_site/rows.py",
        "return lookup in self._lookups",
        "return True",
        (f"{REASONS}::test_no_address_asks_a_list_about_what_it_does_not_show",),
    ),
    Mutant(
        "Filters of the admin site read the whole table",
        "core/web/admin_site/bounded.py",
        "return rows.filter(pk__gte=beyond[0]) if beyond else rows",
        "return rows",
        ("tests/test_admin_lists.py::test_a_list_reads_as_much_of_many_rows_as_of_few",),
    ),
]
