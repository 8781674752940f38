"""Root works as the owner of the installation's folder: nobody else could read or change what root left there."""

import os
import pwd
import sys
from pathlib import Path


def become_owner_of(folder: Path) -> None:
    """Give up root for the user who owns the folder or, before it is made, the nearest one around it."""
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
            f"{there} belongs to {name}, who may not read the program at {Path(__file__).parent.parent}."
        )
