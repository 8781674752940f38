"""The report of a period: composed, drafted, reviewed, frozen, rendered, emailed, answered."""
