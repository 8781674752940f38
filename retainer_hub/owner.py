"""Root works as the owner of the installation's folder, who could not use files owned by root."""

import os
import pwd
import sys
from pathlib import Path


def become_owner_of(folder: Path) -> None:
    """Give up root for the owner of the folder, or of its nearest parent before it is made."""
    if os.geteuid() != 0:
        return
    there = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    uid, gid = there.stat().st_uid, there.stat().st_gid
    if uid == 0:
        return
    try:
        account = pwd.getpwuid(uid)
    except KeyError:  # a container does not know the users outside of it
        name, home = f"user {uid}", str(there)
        os.setgroups([gid])
    else:
        name, home = account.pw_name, account.pw_dir
        os.initgroups(name, gid)
    os.setgid(gid)
    os.setuid(uid)
    os.environ["HOME"] = home
    if not (os.access(__file__, os.R_OK) and os.access(os.__file__, os.R_OK)):
        sys.exit(
            f"{there} belongs to {name}, who may not read the program at "
            f"{Path(__file__).parent.parent}."
        )
