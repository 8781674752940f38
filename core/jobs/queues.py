"""The queues of tasks, and how long a task of each may run.

Each queue has workers of its own, so that a mail server that does not answer, or a large export,
never keeps a charge from starting.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Queue:
    """A queue, and the seconds after which its tasks end.

    At `soft` seconds the task is interrupted (SoftTimeLimitExceeded); at `hard` seconds its process
    is killed. Both need a worker with the pool "prefork".
    """

    name: str
    label: Promise
    soft: int
    hard: int
    processes: int  # of its worker, where bin/run starts it

    @property
    def options(self) -> dict[str, Any]:
        """The arguments of `shared_task`; the route to the queue is in retainer_hub.celery."""
        return {
            "soft_time_limit": self.soft,
            "time_limit": self.hard,
            "ignore_result": True,
        }


#: Issues invoices and charges; the next hourly run goes on where this one ended.
MONEY = Queue("money", _("Queue money"), soft=50 * 60, hard=55 * 60, processes=2)
#: Sends emails. A lease of an email is longer than the hard limit (core.outbox.emails.LEASE).
MAIL = Queue("mail", _("Queue mail"), soft=150, hard=180, processes=1)
#: Renders, seals and exports documents, and does all else.
DOCUMENTS = Queue("documents", _("Queue documents"), soft=25 * 60, hard=30 * 60, processes=2)

QUEUES = (MONEY, MAIL, DOCUMENTS)
