"""The reason codes that the code itself gives or checks; policies and moderators add their own."""

from enum import StrEnum


class ReasonCode(StrEnum):
    """Stable: they appear in the API, in webhooks and in stored decisions."""

    # given by the code
    SCORER_UNAVAILABLE = "scorer_unavailable"  # something could not be measured so far
    SCORING_FAILED = "scoring_failed"  # nor in the last attempt
    TOO_LONG_TO_JUDGE = "too_long_to_judge"  # a model has read only parts of the text
    PREMODERATED = "premoderated"  # the page holds every comment
    CLOSED_HOURS = "closed_hours"  # it came in while the policy publishes nothing unseen
    UNPROVEN = "unproven"  # came by a plain form, without the proof of work that the site asks for
    PARENT_HELD = "parent_held"  # it answers a comment that is not decided yet
    PARENT_REMOVED = "parent_removed"  # it answers one that was removed while it was on its way
    BRANCH_REJECTED = "branch_rejected"  # rejected with the comment it answers; label: that comment
    CAMPAIGN_DECIDED = "campaign_decided"  # decided with the campaign; value: the ruling's sequence
    BULK_DECIDED = "bulk_decided"  # decided together with others; label: the bulk decision
    TAKEN_BACK = "taken_back"  # value: the sequence of the decision that counts again
    OVERTURNED = "overturned"  # approved in answer to its writer's appeal
    REPORTED = "reported"  # by as many readers as the site's setting says
    SECOND_OPINION = "second_opinion"  # approved because a second opinion calls it fine
    SITE_SAID_SO = "site_said_so"  # corrected through Akismet's API

    # of policies or moderators, with a meaning in the code
    SPAM = "spam"  # rejected as spam
    BLATANT = "blatant"  # known spam that may be dropped unseen
    LANGUAGE_UNSUPPORTED = "language_unsupported"  # says nothing against the comment


# For where, when or how a comment came, where nothing was found against it: they say nothing about it.
CIRCUMSTANCES = frozenset(
    {
        ReasonCode.CLOSED_HOURS,
        ReasonCode.PREMODERATED,
        ReasonCode.UNPROVEN,
        ReasonCode.PARENT_HELD,
        ReasonCode.PARENT_REMOVED,
    }
)
