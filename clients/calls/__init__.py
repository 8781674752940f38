"""Discovery calls: booking and moving them, the emails about them, and the notes of one."""
