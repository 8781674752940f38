"""The monthly report: composed, drafted, reviewed, frozen, printed, mailed, seen and answered."""
