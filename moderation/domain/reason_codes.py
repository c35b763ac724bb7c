"""The reason codes that the code itself gives or looks for; every other one is a policy's own."""

from enum import StrEnum


class ReasonCode(StrEnum):
    """Stable: they stand in the API, in webhooks and in stored decisions.

    A moderator may give a code of their own, and so may a rule of a policy.
    """

    # given by the code
    SCORER_UNAVAILABLE = "scorer_unavailable"  # something could not be measured yet
    SCORING_FAILED = "scoring_failed"  # nor in any later attempt
    PREMODERATED = "premoderated"  # the page holds every comment
    CAMPAIGN_DECIDED = "campaign_decided"  # decided with the campaign; value: the ruling's sequence
    TAKEN_BACK = "taken_back"  # value: the sequence of the decision that counts again
    SITE_SAID_SO = "site_said_so"  # corrected through Akismet's API

    # names of rules, or given by moderators, that mean something to the code
    SPAM = "spam"  # rejected as spam
    BLATANT = "blatant"  # known spam that may be dropped unseen
    LANGUAGE_UNSUPPORTED = "language_unsupported"  # says nothing against the comment
