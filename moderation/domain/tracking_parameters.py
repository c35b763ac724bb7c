"""Query parameters that say where a reader came from, not which page it is.

Each is the label of a sender, a click or a recipient: its name belongs to one product, and leaving it out never shows another article.
Names that some site uses for its articles stay, whoever also counts clicks by them: id, p, page, cid, ref, src, source, from,
partner, campaign_id, tid, icid, itid, ncid, trk, mod, cmp, s, t. A site adds those that name none of its own.
"""

import re

# Whole families, by how their names begin.
_FAMILIES = """
    utm_ gad_ gaa_ _ga_ ga_source ga_medium ga_campaign ga_term ga_content
    mtm_ matomo_ pk_ piwik_ itm_ cm_mmc wt. wt_mc wt_zmc wt_cc wt_kw adobe_mc cx_test cx_art cx_exp
    at_medium at_campaign at_custom at_link at_ptr at_bbc_ at_recipient at_creation at_variant at_network at_emailtype
    __cft__ __xts__ hsa_ elqtrack elqcampaignid sfmc_ sara_ taboola_ outbrain
    stm_ vero_conv vero_id oly_anon_id oly_enc_id bsft_ trk_contact trk_module trk_msg trk_sid sc_channel sc_cmp
"""
_PREFIXES = tuple(_FAMILIES.split())
# By whose they are.
_NAMES_OF = {
    "Google: ads, shopping, accounts, and its own copies of pages": """
        gad gclid gclsrc dclid gbraid wbraid srsltid _ga _gl gdfms gdftrk gdffi gws_rd amp_js_v amp_gsa amp_r usqp
    """,
    "Microsoft, Yahoo, Yandex, VK, Seznam, Line": """
        msclkid msockid ocid guccounter guce_referrer guce_referrer_sig soc_src soc_trk .tsrc yclid ysclid ymclid
        yadclid yadordid yzclid _openstat etext rb_clickid sznclid ldtag_cl
    """,
    "Facebook, Instagram, X, TikTok, LinkedIn, Pinterest, Snapchat, Reddit, Quora": """
        fbclid fbadid fb_action_ids fb_action_types fb_source fb_ref fb_comment_id fb_news_token hc_ref hc_location
        __tn__ mibextid sfnsn igshid igsh ig_rid ig_mid ig_cache_key twclid ref_src ref_url tw_source tw_medium
        tw_campaign tw_adid __twitter_impression ttclid tt_medium tt_content li_fat_id li_source li_medium lipi licu
        trkcampaign trkinfo epik sccid rdt_cid qclid xing_share
    """,
    "Taboola, Outbrain, Criteo: the boxes below articles": """
        tblci tb_click_id dicbo oborigurl obclid ob_click_id cto_pld cto_bundle
    """,
    "newsletters: Mailchimp, Marketo, HubSpot, Klaviyo, Salesforce, Acoustic, Drip and so on": """
        mc_cid mc_eid mc_tc mkt_tok _hsenc _hsmi __hssc __hstc __hsfp hsctatracking ml_subscriber ml_subscriber_hash
        _ke _kx __s _bhlid bhlid ck_subscriber_id et_rid et_cid dm_i dm_t spmailingid spuserid spjobid spreportid
        elq elqaid elqak elqat oft_c oft_d oft_id oft_k oft_lk oft_sk
        inf_contact_key omnisendcontactid ss_email_id wickedid nr_email_referer bbeml vgo_ee unicorn_click_id pnespid
    """,
    "analytics and affiliates: Adobe, AT Internet, Branch, Impact, Commission Junction, Awin, Rakuten, Tradedoubler, Marin": """
        ns_mchannel ns_source ns_campaign ns_linkname ns_fee s_cid s_kwcid ef_id xtor xtref _branch_match_id
        _branch_referrer irclickid irgwc cjevent at_format cjdata awc zanpid tduid ranmid raneaid ransiteid mkwid clickid
        click_id
    """,
    "what publishers mark their own links, newsletters and gifts with: Condé Nast, The New York Times and others": """
        mbid cndid bxid esrc hasha hashb hashc cmpid smid smtyp smvar referringsource unlocked_article_code
        pwapi_token sharetype sharetoken giftcopy reflink intcid int_cid int_source int_medium int_campaign icmpid ito
        lctg sr_share gepc referrer referer
    """,
    "what is added to the page after a comment: ours, and WordPress's": """
        gatehouse replytocom unapproved moderation-hash
    """,
}
_NAMES = frozenset(name for names in _NAMES_OF.values() for name in names.split())
# An address that was copied out of a page's source: `&amp;` or, twice escaped, `&amp;amp;`.
_ESCAPED = re.compile("(?:amp(?:;|%3b))+")


def unescaped(name: str) -> str:
    """A parameter's name, in lower case, without what is left of an escaped `&` before it."""
    return name[match.end() :] if (match := _ESCAPED.match(name)) else name


def is_tracking(name: str) -> bool:
    """Whether a parameter of this name, in lower case, is left out of a page's identity by default."""
    return name in _NAMES or name.startswith(_PREFIXES)
