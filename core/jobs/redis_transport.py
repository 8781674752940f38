"""How messages travel over Redis: as in Celery, but a taken message is forgotten at once.

Celery keeps a list in Redis of what each worker holds. A worker whose connection broke would strike
messages off that list, or put them back, over the connection that is gone; that error ends the
worker for good. A message here only says that it is time to look (core.nudge): it may be lost.
"""

from kombu.transport import redis


class Channel(redis.Channel):
    """A channel that keeps no such list and puts nothing back when it is closed."""

    ack_emulation = False
    do_restore = False


class Transport(redis.Transport):
    """Redis with such channels."""

    Channel = Channel
