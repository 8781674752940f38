"""URLs of time entries, the timer, imports and included hours."""

from django.urls import path

from dashboard.time.views import bulk, entries, hours, imports, phone, timer, undecided, week

urlpatterns = [
    path("agreements/<uuid:pk>/hours/", hours.HoursPage.as_view(), name="hours"),
    path("agreements/<uuid:pk>/hours/correct/", hours.CorrectHours.as_view(), name="hours_adjust"),
    path("agreements/<uuid:pk>/hours/ask/", hours.RequestExtraHours.as_view(), name="hours_ask"),
    path(
        "agreements/<uuid:pk>/hours/letters/", hours.SetNotifications.as_view(), name="hours_tells"
    ),
    path("overages/<uuid:pk>/withdraw/", hours.WithdrawOverage.as_view(), name="overage_withdraw"),
    path("time/", entries.TimeEntries.as_view(), name="time"),
    path("time/week/", week.WeekPage.as_view(), name="time_week"),
    path("time/week/plan/", week.PlanTime.as_view(), name="time_plan"),
    path("time/week/note/", week.NoteDay.as_view(), name="time_day_note"),
    path("time/bulk/", bulk.ChangeEntries.as_view(), name="time_bulk"),
    path("time/bulk/undo/", bulk.UndoEntries.as_view(), name="time_bulk_undo"),
    path("time/imports/", imports.TimeImports.as_view(), name="time_imports"),
    path("time/imports/<uuid:pk>/", imports.TimeImportPage.as_view(), name="time_import"),
    path("time/imports/<uuid:pk>/take/", imports.ConfirmImport.as_view(), name="time_import_take"),
    path("time/imports/<uuid:pk>/drop/", imports.DiscardImport.as_view(), name="time_import_drop"),
    path(
        "time/imports/<uuid:pk>/lines.csv", imports.RejectedLines.as_view(), name="time_import_bad"
    ),
    path("time/agreements/", entries.AgreementOptions.as_view(), name="time_agreements"),
    path("time/promises/", entries.DeliverableOptions.as_view(), name="time_promises"),
    path("time/<uuid:pk>/", entries.EditTime.as_view(), name="time_edit"),
    path("time/<uuid:pk>/remove/", entries.RemoveTime.as_view(), name="time_remove"),
    path("time/<uuid:pk>/restore/", entries.RestoreTime.as_view(), name="time_restore"),
    path("timer/app/", phone.PhoneTimer.as_view(), name="phone"),
    path("timer/app/state/", phone.PhoneState.as_view(), name="phone_state"),
    path("timer/app/events/", phone.PhoneEvents.as_view(), name="phone_events"),
    path("timer/app/worker.js", phone.worker, name="phone_worker"),
    path("timer/app/manifest.webmanifest", phone.manifest, name="phone_manifest"),
    path("timer/<uuid:pk>/decide/", undecided.DecideTimer.as_view(), name="timer_decide"),
    path("timer/<uuid:pk>/end/", undecided.EndTimer.as_view(), name="timer_end"),
    path("timer/<uuid:pk>/forget/", undecided.ForgetTimer.as_view(), name="timer_forget"),
    path("timer/", timer.TimerPage.as_view(), name="timer"),
    path("timer/start/", timer.StartTimer.as_view(), name="timer_start"),
    path("timer/stop/", timer.StopTimer.as_view(), name="timer_stop"),
    path("timer/discard/", timer.DiscardTimer.as_view(), name="timer_discard"),
]
