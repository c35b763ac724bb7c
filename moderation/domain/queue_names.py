"""The queues that are no status: what readers reported, what trainees propose, what is a person's own."""

REPORTED, PROPOSED, OWN = "reported", "proposed", "mine"
WITHOUT_STATUS = (REPORTED, PROPOSED, OWN)
