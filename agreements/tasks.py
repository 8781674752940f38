"""The Celery tasks for agreements. Each reads the clock once and passes it on."""

from celery import shared_task
from django.utils import timezone

from agreements.changing import end, pause, renew, trial
from agreements.proposals import after_sending, lifecycle
from agreements.signing import seal, unsigned_documents
from agreements.signing.seal_check import check_seal


@shared_task(name="agreements.tasks.seal_signed", ignore_result=True)
def seal_signed() -> None:
    """Seal what was signed, then send reminders, renew, resume, expire and end what is due."""
    now = timezone.now()
    seal.seal_signed(now=now)
    end.finish_ended(now=now)
    pause.resume_due(now=now)
    after_sending.remind_due(now=now)
    lifecycle.expire_due(now=now)
    unsigned_documents.expire_due(now=now)
    unsigned_documents.remind_due(now=now)
    renew.renew_due(now=now)
    trial.remind_due(now=now)


@shared_task(name="agreements.tasks.watch_seal", ignore_result=True)
def watch_seal() -> None:
    """Email administrators when the seal does not work or its certificate expires soon."""
    check_seal(now=timezone.now())
