"""What the signature inside a PDF proves."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class SealStatus:
    """What the signature of a file proves. All times are UTC.

    `ours` tells that the file contains a certificate of this installation, whether or not its
    signature is valid. A valid signature does not prove that every byte is unchanged, because the
    padding around it can be altered. Use core.documents.verify to find out whether a file is the
    one that was issued: it also compares the hash of the whole file.
    """

    signed: bool = False
    signature_valid: bool = False
    covers_whole_file: bool = False
    trusted: bool = False
    ours: bool = False
    signed_at: datetime | None = None
    reason: str = ""
    stamped_at: datetime | None = None
    stamped_by: str = ""

    @property
    def intact(self) -> bool:
        """Whether this installation sealed the file, and nothing was changed or added since.

        Bytes that the signature does not cover (its padding) are not checked.
        """
        return self.signature_valid and self.covers_whole_file and self.trusted
