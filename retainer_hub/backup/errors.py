"""What a backup or a restore refuses, as a translated sentence."""

from core.errors import RuleError


class BackupError(RuleError):
    """The backup could not be made, or cannot be used; nothing that was there has changed."""
