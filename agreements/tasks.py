"""The Celery tasks for agreements. Each reads the clock once and passes it on."""

from celery import shared_task
from django.utils import timezone

from agreements.changing import end, pause, renew, trial
from agreements.proposals import after_sending, lifecycle
from agreements.signing import seal, unsigned_documents
from agreements.signing.seal_check import check_seal
from core.jobs import queues, steps
from core.outbox import owner_notes


@shared_task(name="agreements.tasks.seal_signed", **queues.DOCUMENTS.options)
def seal_signed() -> None:
    """Seal what was signed, then send reminders, renew, resume, expire and end what is due."""
    steps.run(
        "seal_signed",
        {
            "seal": seal.seal_signed,
            "end agreements": end.finish_ended,
            "resume agreements": pause.resume_due,
            "remind of proposals": after_sending.remind_due,
            "expire proposals": lifecycle.expire_due,
            "expire unsigned documents": unsigned_documents.expire_due,
            "remind of unsigned documents": unsigned_documents.remind_due,
            "renew agreements": renew.renew_due,
            "remind of trials": trial.remind_due,
            "tell owners once a day": owner_notes.send_daily,
        },
        now=timezone.now(),
    )


@shared_task(name="agreements.tasks.watch_seal", **queues.DOCUMENTS.options)
def watch_seal() -> None:
    """Email administrators when the seal does not work or its certificate expires soon."""
    steps.run("watch_seal", {"check": check_seal}, now=timezone.now())
