"""Query parameters that say where a reader came from, not which page it is."""

# Whole families, by how their names begin.
_PREFIXES = (
    *("utm_", "mtm_", "matomo_", "pk_", "piwik_", "hsa_", "stm_"),  # Google, Matomo, HubSpot
    *(
        "at_medium",
        "at_campaign",
        "at_custom",
        "at_link",
        "at_ptr",
        "at_bbc_",
    ),  # Piano (AT Internet)
    *("vero_", "oly_", "bsft_", "trk_", "sc_ch", "sc_cmp"),
)
_NAMES = frozenset(
    (
        # Google, Microsoft, Yandex
        *(
            "gclid",
            "gclsrc",
            "dclid",
            "gbraid",
            "wbraid",
            "gad_source",
            "gad_campaignid",
            "srsltid",
        ),
        *("_ga", "_gl", "msclkid", "yclid", "ysclid", "ymclid", "_openstat"),
        # Facebook, Instagram, X, TikTok, LinkedIn, Pinterest, Snapchat, Reddit
        *("fbclid", "fb_action_ids", "fb_action_types", "fb_source", "fb_ref", "mibextid", "sfnsn"),
        *("igshid", "igsh", "twclid", "ttclid", "li_fat_id", "trkcampaign", "epik", "sccid"),
        *("rdt_cid", "ref_src"),
        # newsletters
        *("mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "__hssc", "__hstc", "__hsfp"),
        *("hsctatracking", "ml_subscriber", "ml_subscriber_hash", "elqtrackid", "elqtrack", "dm_i"),
        *("ck_subscriber_id", "sfmc_id", "sfmc_sub", "nr_email_referer", "rb_clickid", "s_cid"),
        *("_bhlid", "_kx", "ss_email_id", "wickedid"),
        # analytics and affiliates of publishers
        *("xtor", "wt_mc", "wt.mc_id", "wt_zmc", "cmpid", "smid", "smtyp"),
        *("ns_mchannel", "ns_source", "ns_campaign", "ns_linkname", "ns_fee", "guccounter"),
        *("guce_referrer", "guce_referrer_sig", "ef_id", "s_kwcid", "irclickid", "irgwc", "zanpid"),
        # what is added to the page after a comment: ours, and WordPress's
        *("gatehouse", "replytocom", "unapproved", "moderation-hash"),
    )
)


def is_tracking(name: str) -> bool:
    """Whether a parameter of this name, in lower case, is left out of a page's identity by default."""
    return name in _NAMES or name.startswith(_PREFIXES)
