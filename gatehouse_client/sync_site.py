"""The client, sync: `make format` writes it from aio_site.py."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Unpack

from gatehouse_client import campaign_calls, people_calls, rule_calls, site_calls
from gatehouse_client.answer import Json
from gatehouse_client.site_calls import SiteChanges
from gatehouse_client.sync_calls import Calls


class Site(Calls):
    """What Gatehouse has besides. Answers are the JSON objects that the OpenAPI document describes."""

    # --- who looks after the site, and its keys ------------------------------------------------------

    def moderators(self) -> list[Json]:
        """Who looks after the site, then who is invited."""
        return self.send(people_calls.moderators())

    def moderator(self, moderator_id: str) -> Json:
        """One of them."""
        return self.send(people_calls.moderator(moderator_id))

    def invite_moderator(self, email: str, role: str, *, sections: Sequence[str] = ()) -> Json:
        """Invites somebody; `link` in the answer is shown this once and works once. sections: that they look after alone, such as /sport."""
        return self.send(people_calls.invite_moderator(email, role, sections))

    def change_role(
        self, moderator_id: str, role: str, *, sections: Sequence[str] | None = None
    ) -> Json:
        """Gives them another role, from their next request on. sections: () for all of the site, None as they were."""
        return self.send(people_calls.change_role(moderator_id, role, sections))

    def remove_moderator(self, moderator_id: str) -> None:
        """Removes somebody, or withdraws an invitation."""
        self.send(people_calls.remove_moderator(moderator_id))

    def sessions(self, moderator_id: str) -> list[Json]:
        """Where somebody is logged in."""
        return self.send(people_calls.sessions(moderator_id))

    def end_sessions(self, moderator_id: str) -> None:
        """Logs somebody out everywhere."""
        self.send(people_calls.end_sessions(moderator_id))

    def end_session(self, moderator_id: str, session_id: str) -> None:
        """Ends one session."""
        self.send(people_calls.end_session(moderator_id, session_id))

    def reset_second_factor(self, moderator_id: str) -> None:
        """Removes the second factor of somebody who has lost it. ApiError 409 where another site has a say."""
        self.send(people_calls.reset_second_factor(moderator_id))

    def keys(self) -> list[Json]:
        """The keys of the site, revoked ones too."""
        return self.send(people_calls.keys())

    def make_key(self, kind: str, name: str = "") -> Json:
        """Another key: secret, publishable or akismet. `key` in the answer is shown this once."""
        return self.send(people_calls.make_key(kind, name))

    def revoke_key(self, key_id: str) -> None:
        """Revokes a key for good."""
        self.send(people_calls.revoke_key(key_id))

    # --- sites, and the compatible APIs that they answer ---------------------------------------------

    def sites(self) -> list[Json]:
        """The site of the key; with a key of the installation all of its sites."""
        return self.send(site_calls.sites())

    def site(self, site_id: str) -> Json:
        """What a site has set about itself."""
        return self.send(site_calls.site(site_id))

    def make_site(self, name: str, origins: Sequence[str], language: str = "") -> Json:
        """Makes a site, with a key of the installation. `secret_key` and `publishable_key` in the answer are shown this once."""
        return self.send(site_calls.make_site(name, origins, language))

    def change_site(self, site_id: str, **changes: Unpack[SiteChanges]) -> Json:
        """Changes what is given. state: open or closed. ApiError 409 where the name or an origin is another site's, and where pages would
        be joined and join_pages does not say that they may.
        """
        return self.send(site_calls.change_site(site_id, changes))

    def compatible_apis(self, site_id: str) -> list[Json]:
        """Akismet, Coral, OpenAI, Perspective: which of them the site answers."""
        return self.send(site_calls.compatible_apis(site_id))

    def switch_api_on(self, site_id: str, name: str, *, limit: str = "") -> Json:
        """Switches one on, or gives it another limit. `key` in the answer is shown this once; None where it had one."""
        return self.send(site_calls.switch_api_on(site_id, name, limit))

    def switch_api_off(self, site_id: str, name: str) -> None:
        """Switches one off; its keys work again when it is switched on again."""
        self.send(site_calls.switch_api_off(site_id, name))

    def make_api_key(self, site_id: str, name: str) -> Json:
        """Another key for one that is on, in `key`, this once."""
        return self.send(site_calls.make_api_key(site_id, name))

    def add_signing_secret(self, site_id: str, name: str, secret: str) -> None:
        """Takes the secret that Coral signs with."""
        self.send(site_calls.add_signing_secret(site_id, name, secret))

    def audit(
        self,
        *,
        since: datetime | None = None,
        until: datetime | None = None,
        who: str = "",
        action: str = "",
        about: str = "",
        size: int = 50,
    ) -> Iterator[Json]:
        """What was changed that is no decision about a comment, the newest first. Times with a zone."""
        return self._pages(site_calls.audit(since, until, who, action, about, size))

    # --- what was decided, by whom, and how well -----------------------------------------------------

    def proposals(self, *, size: int = 100) -> Iterator[Json]:
        """What trainees propose and nobody has answered, the oldest first."""
        return self._pages(site_calls.proposals(size))

    def proposal(self, proposal_id: str) -> Json:
        """A proposal, whatever became of it."""
        return self.send(site_calls.proposal(proposal_id))

    def agree(self, proposal_id: str, *, take_over: bool = False) -> Json:
        """Decides as was proposed."""
        return self.send(site_calls.agree(proposal_id, take_over))

    def refuse(
        self,
        proposal_id: str,
        outcome: str,
        *,
        reason: str = "",
        sentence: str = "",
        note: str = "",
        take_over: bool = False,
    ) -> Json:
        """Decides otherwise than was proposed."""
        return self.send(site_calls.refuse(proposal_id, outcome, reason, sentence, note, take_over))

    def statistics(self, days: int = 30) -> Json:
        """What came in and was decided, day by day; 1 to 90 days, today among them."""
        return self.send(site_calls.statistics(days))

    def sample(self, size: int = 1) -> Json:
        """The next comments that wait for this key's verdict, without what was decided."""
        return self.send(site_calls.sample(size))

    def set_sample_size(self, size: int) -> Json:
        """How many comments of each kind the weekly sample has; 0 for none."""
        return self.send(site_calls.set_sample_size(size))

    def judge_sample(self, comment_id: str, verdict: str) -> Json:
        """Says publish, remove or unsure of one; the answer tells what had been decided."""
        return self.send(site_calls.judge_sample(comment_id, verdict))

    def agreement(self) -> Json:
        """How far people's decisions agree, and what they differ about."""
        return self.send(site_calls.agreement())

    def set_review_share(self, share: int) -> Json:
        """Which share of people's decisions gets a second look from now on, per cent."""
        return self.send(site_calls.set_review_share(share))

    def settle_disagreement(self, look_id: str, verdict: str) -> None:
        """Says who is right: publish or remove. The comment stays as it is."""
        self.send(site_calls.settle_disagreement(look_id, verdict))

    def ask_golden(self, moderator_id: str, count: int = 10) -> Json:
        """Mixes comments with a known answer into what somebody looks at blind."""
        return self.send(site_calls.ask_golden(moderator_id, count))

    # --- rules: policies, filters, second opinions ---------------------------------------------------

    def policies(self) -> list[Json]:
        """The policies in force: of the site, the installation's, and those for parts of the site."""
        return self.send(rule_calls.policies())

    def set_policy(self, policy: str, *, scope: str = "", override: str = "") -> list[Json]:
        """Puts a policy in force: TOML, "" for none of its own. scope: "page:URL", "section:/path" or "language:de", "" the whole site.
        override: why it is, although it misses its own bounds.
        """
        return self.send(rule_calls.set_policy(policy, scope, override))

    def try_policy(self, policy: str, days: int = 30, *, scope: str = "") -> Json:
        """What a policy would have done with the comments of the last days. scope: as in set_policy()."""
        return self.send(rule_calls.try_policy(policy, days, scope))

    def policy_advice(self, *, misses: int | None = None, scope: str = "") -> list[Json]:
        """Thresholds that people's decisions advise. misses: at most one comment in so many may be missed, 5 to 1,000. scope: as in set_policy()."""
        return self.send(rule_calls.policy_advice(misses, scope))

    def policy_errors(self, days: int = 90, *, scope: str = "") -> Json:
        """How often each rule was wrong, by what people decided afterwards and by the weekly sample."""
        return self.send(rule_calls.policy_errors(days, scope))

    def policy_versions(self, *, scope: str = "") -> list[Json]:
        """Every policy that the site, or a part of it, has had."""
        return self.send(rule_calls.policy_versions(scope))

    def candidate_policy(self) -> Json:
        """What the candidate would do beside the policy in force."""
        return self.send(rule_calls.candidate_policy())

    def set_candidate_policy(self, policy: str) -> Json:
        """Lets a candidate run beside it, which decides nothing."""
        return self.send(rule_calls.set_candidate_policy(policy))

    def end_candidate_policy(self) -> None:
        """Ends that."""
        self.send(rule_calls.end_candidate_policy())

    def filters(self) -> list[Json]:
        """The site's filters."""
        return self.send(rule_calls.filters())

    def filter(self, filter_id: str) -> Json:
        """One filter with its entries."""
        return self.send(rule_calls.filter(filter_id))

    def add_filter(self, filter: Json) -> Json:
        """Adds a filter: name, kind, action, entries and so on, as FilterIn of the document."""
        return self.send(rule_calls.add_filter(filter))

    def try_filter(self, filter: Json, days: int = 30) -> Json:
        """What a filter would have caught in the last days."""
        return self.send(rule_calls.try_filter(filter, days))

    def change_filter(self, filter_id: str, filter: Json) -> Json:
        """Replaces a filter as a whole."""
        return self.send(rule_calls.change_filter(filter_id, filter))

    def remove_filter(self, filter_id: str) -> None:
        """Removes a filter."""
        self.send(rule_calls.remove_filter(filter_id))

    def author_filters(self, comment_id: str) -> list[Json]:
        """What holds or marks the author of a comment."""
        return self.send(rule_calls.author_filters(comment_id))

    def filter_author(
        self, comment_id: str, about: str, action: str, days: int | None = None, *, domain: str = ""
    ) -> Json:
        """Treats all further comments of its author, network or domain alike. days: None for good."""
        return self.send(rule_calls.filter_author(comment_id, about, action, days, domain))

    def unfilter_author(self, comment_id: str, filter_id: str) -> None:
        """Ends that."""
        self.send(rule_calls.unfilter_author(comment_id, filter_id))

    def second_opinion_state(self, *, approve_from: float | None = None) -> Json:
        """Whether held comments may be sent to a chat model, and how it did."""
        return self.send(rule_calls.second_opinion_state(approve_from))

    def set_second_opinion(self, may_send: bool, *, approve_from: float | None = None) -> Json:
        """Switches second opinions on or off. approve_from: its probability from which an answer approves, None for never."""
        return self.send(rule_calls.set_second_opinion(may_send, approve_from))

    def ask_about_past(self, count: int) -> Json:
        """Asks about comments that people have decided on, to see how it would do."""
        return self.send(rule_calls.ask_about_past(count))

    # --- campaigns -----------------------------------------------------------------------------------

    def campaigns(
        self, *, waiting: bool = False, ruled: bool = False, size: int = 25
    ) -> Iterator[Json]:
        """Campaigns with comments on the site. waiting: only those that ask for a ruling."""
        return self._pages(campaign_calls.campaigns(waiting, ruled, size))

    def campaign(self, campaign_id: str) -> Json:
        """One campaign."""
        return self.send(campaign_calls.campaign(campaign_id))

    def campaign_comments(self, campaign_id: str, *, size: int = 100) -> Iterator[Json]:
        """Its comments on the site."""
        return self._pages(campaign_calls.campaign_comments(campaign_id, size))

    def rule_campaign(
        self, campaign_id: str, outcome: str, *, sequence: int | None = None, held: bool = False
    ) -> Json:
        """Decides about all its comments on the site. held: only those that wait."""
        return self.send(campaign_calls.rule_campaign(campaign_id, outcome, sequence, held))

    def undo_campaign(self, campaign_id: str, *, sequence: int | None = None) -> Json:
        """Takes the last ruling back."""
        return self.send(campaign_calls.undo_campaign(campaign_id, sequence))

    def exclude_from_campaign(self, campaign_id: str, comment_ids: Sequence[str]) -> Json:
        """Takes comments out of it."""
        return self.send(campaign_calls.exclude_from_campaign(campaign_id, comment_ids))

    def split_campaign(self, campaign_id: str, comment_ids: Sequence[str]) -> Json:
        """Makes these comments a campaign of their own."""
        return self.send(campaign_calls.split_campaign(campaign_id, comment_ids))

    # --- authors, domains and networks; what the spam score learned ----------------------------------

    def reputations(self, kind: str, *, size: int = 50) -> Iterator[Json]:
        """The reputations of one kind: author, domain or network."""
        return self._pages(campaign_calls.reputations(kind, size))

    def reputations_of(self, comment_id: str) -> list[Json]:
        """The reputations that concern a comment."""
        return self.send(campaign_calls.reputations_of(comment_id))

    def reputation(self, kind: str, name: str) -> Json:
        """One reputation."""
        return self.send(campaign_calls.reputation(kind, name))

    def reset_reputation(self, kind: str, name: str, *, sequence: int | None = None) -> Json:
        """Forgets what was said until now."""
        return self.send(campaign_calls.reset_reputation(kind, name, sequence))

    def undo_reset(self, kind: str, name: str, *, sequence: int | None = None) -> Json:
        """Takes that back."""
        return self.send(campaign_calls.undo_reset(kind, name, sequence))

    def learning(self) -> Json:
        """What the site's decisions have taught its spam score."""
        return self.send(campaign_calls.learning())

    def undo_learning(self, *, version: int | None = None, moderator_id: str = "") -> Json:
        """Takes back a lesson, or what one person taught."""
        return self.send(campaign_calls.undo_learning(version, moderator_id))

    # --- at the desk, and before a comment is handed in ----------------------------------------------

    def views(self) -> list[Json]:
        """The saved views that this key sees."""
        return self.send(site_calls.views())

    def add_view(self, name: str, filter: Json, *, shared: bool = False) -> Json:
        """Saves a view; filter as ViewFilterIn of the document."""
        return self.send(site_calls.add_view(name, filter, shared))

    def remove_view(self, view_id: str) -> None:
        """Removes one."""
        self.send(site_calls.remove_view(view_id))

    def context(self, comment_id: str) -> Json:
        """What stands around a comment, and what else its author wrote."""
        return self.send(site_calls.context(comment_id))

    def forewarn(self, text: str, *, page_url: str = "") -> Json:
        """What the policy would say of a text, before it is handed in. page_url: where it would stand."""
        return self.send(site_calls.forewarn(text, page_url))
