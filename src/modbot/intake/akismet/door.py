"""Akismet's calls, answered in its words: ``true`` is spam, ``false`` is not, everything else is no verdict.

A check becomes a case like any other; what a site submits as spam or ham is its review of the case with that text.
Reads the clock once per request. May import what the doors may.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from modbot import observe
from modbot.domain import FAILED, Action, Callback, Case, DecidedBy, Door, Mode, SecretKind, Site, Verdict
from modbot.errors import CaseNotFound, ModbotError, NotFound, StaleReview, StoreError, TooManyRequests
from modbot.intake import gate
from modbot.intake.akismet import stats
from modbot.intake.akismet.fields import Call, comment_of, has_blog, read
from modbot.intake.codec import canonical, to_json
from modbot.moderation import Submission
from modbot.policy import is_blatant
from modbot.validation import is_web_address

PLAIN = "text/plain; charset=utf-8"
THANKS = "Thanks for making the web a better place."
BAD_KEY = "Invalid key"
NO_KEY = 'Empty "api_key" value'
BAD_BLOG = "We were unable to parse your blog URI"
# Wrong keys from one address in a minute; twelve hexadecimal digits are not guessed at this pace.
WRONG_KEYS_PER_MINUTE = 60
RETRY_S = 60
# So long a comment may wait for a person in WordPress; after twice that the plugin goes by its own rules.
RECHECK_AFTER_S = 43_200
# Where a comment waits for a person and its client has no word for that: from here on it is called spam.
SPAM_FROM = 0.5
REVIEW_TRIES = 3

bp = Blueprint("akismet", __name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call whose key was recognised."""

    call: Call
    site: Site
    at: datetime


@bp.route("/<any('1.1', '1.2'):version>/<method>", methods=["GET", "POST"])
@bp.route("/k/<given>/<any('1.1', '1.2'):version>/<method>", methods=["GET", "POST"])
def answer_call(version: str, method: str, given: str = "") -> Response:
    """Answer one call."""
    answer = CALLS.get((version, method))
    if answer is None:
        raise NotFound(f"There is no call /{version}/{method[:40]}.")
    return _with_guid(_answer(answer, method, given))


def _answer(answer: Callable[[Asked], Response], method: str, given: str) -> Response:
    at = gate.house().clock()
    call = read(method, given)
    if not call.key:
        return _invalid(NO_KEY)
    site = gate.house().store.site_for_key(SecretKind.AKISMET, gate.house().vault.index(call.key), at)
    if site is None:
        gate.limiter().hit(WRONG_KEYS_PER_MINUTE, "akismet", gate.limited_name(gate.client()))
        return _invalid(BAD_KEY)
    return answer(Asked(call, site, at))


@bp.get("/1.1/test")
def connected() -> Response:
    """Tell the plugin's own check that somebody is there."""
    return _word("connected")


def refuse(error: ModbotError | HTTPException) -> Response:
    """Say an error so that no client takes it for a verdict: in plain text, never with status 200."""
    status = error.status if isinstance(error, ModbotError) else error.code or 500
    if isinstance(error, HTTPException) and status < 400:
        return Response(status=status, headers=dict(error.get_response().headers))
    response = Response("error", status=status, content_type=PLAIN)
    if isinstance(error, TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    elif status >= 500:
        if isinstance(error, ModbotError) and not isinstance(error, StoreError):
            observe.log_trouble("refused", error, code=error.code)
        response.headers["Retry-After"] = str(RETRY_S)
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        response.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return _with_guid(response)


def _with_guid(response: Response) -> Response:
    """Give each answer about a comment an id. Without one WordPress forgets that it got no verdict, and publishes."""
    if request.path.endswith("/comment-check"):
        response.headers.setdefault("X-akismet-guid", secrets.token_hex(16))
    return response


# -- about the key ------------------------------------------------------------------


def verify_key(_asked: Asked) -> Response:
    """Say that the key is one of ours."""
    return _word("valid")


def deactivate(_asked: Asked) -> Response:
    """Take note that the plugin was switched off; the key stays, as the plugin may be switched on again."""
    return _word("deactivated")


def subscription(asked: Asked) -> Response:
    """Say what WordPress wants to hear before it keeps a key."""
    told = {"account_id": 1, "account_type": "self-hosted", "account_name": asked.site.name, "status": "active"}
    return _json(told | {"next_billing_date": False, "limit_reached": False})


def show_stats(asked: Asked) -> Response:
    """Show the counts of a stretch of time."""
    return _json(stats.stats(asked.site, asked.call.text("from"), asked.at))


def usage(asked: Asked) -> Response:
    """Show how much was asked this month."""
    told = stats.usage(asked.site, asked.at)
    return _json(told | {"notice_level": 0, "upgrade": False} if asked.call.says("extended") else told)


def sites_of_key(asked: Asked) -> Response:
    """Show the sites of the key."""
    told = stats.key_sites(asked.site, asked.call.fields, asked.at)
    if asked.call.text("format") == "csv":
        return Response(stats.as_csv(asked.call.key, told), content_type="text/csv; charset=utf-8")
    return _json(told)


def not_here(_asked: Asked) -> Response:
    """Refuse what belongs to Akismet's own accounts."""
    return _invalid("Not on this server")


# -- about a comment ----------------------------------------------------------------


def check(asked: Asked) -> Response:
    """Moderate a comment and say whether it is spam."""
    started = time.perf_counter()
    call, site = asked.call, asked.site
    if not has_blog(call):
        return _invalid(BAD_BLOG)
    # The mark goes before the role: whoever sends both tests whether spam is caught.
    if call.is_marked or call.is_administrators:
        return _verdict(secrets.token_hex(16), spam=call.is_marked)
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    submission = replace(_submission(call, secrets.token_hex(16)), callback=_callback(asked))
    moderator = gate.house().moderator
    if call.is_test or not _has_text(submission):
        return _of_verdict(submission.key, moderator.preview(site, submission, asked.at))
    known = moderator.recall(site, submission) if call.is_recheck else None
    if known is not None:
        return _of_case(known, asked)
    done = moderator.moderate(site, submission, asked.at)
    observe.log_case(done.case, Door.AKISMET, (time.perf_counter() - started) * 1_000)
    return _of_case(done.case, asked)


def submit_spam(asked: Asked) -> Response:
    """Take what the site calls spam as its review."""
    return _submitted(asked, Action.REJECT)


def submit_ham(asked: Asked) -> Response:
    """Take what the site calls no spam as its review."""
    return _submitted(asked, Action.PUBLISH)


def _submitted(asked: Asked, action: Action) -> Response:
    call, site, moderator = asked.call, asked.site, gate.house().moderator
    gate.limiter().hit(gate.house().settings.site_posts_per_minute, "site", site.id)
    submission = _submission(call, secrets.token_hex(16))
    if call.is_test or call.is_marked or not _has_text(submission):
        return _word(THANKS)
    for _try in range(REVIEW_TRIES):
        case = moderator.recall(site, submission) or moderator.moderate(site, submission, asked.at).case
        try:
            moderator.site_says(site, case, action, asked.at, "spam" if action is Action.REJECT else "")
        except (StaleReview, CaseNotFound):
            # Somebody decided it, or had it erased, a moment ago: what the site says now comes after that.
            continue
        break
    return _word(THANKS)


def _submission(call: Call, guid: str) -> Submission:
    fields = comment_of(call)
    return Submission(fields=fields, payload=canonical(fields), door=Door.AKISMET, key=guid)


def _callback(asked: Asked) -> Callback | None:
    """Return where the client waits, if that is on the site's own host: the address comes from whoever has the key."""
    url, site = asked.call.text("callback").strip(), asked.site
    if not is_web_address(url):
        return None
    parts = urlsplit(url)
    own = parts.hostname in {urlsplit(one).hostname for one in (site.url, *site.origins)}
    is_known = own or not {parts.hostname, parts.netloc.lower()}.isdisjoint(site.allowed_hosts)
    about = {name: said for name in ("comment_post_ID", "comment_parent") if (said := asked.call.text(name).strip())}
    return Callback(url, about) if is_known else None


def _has_text(submission: Submission) -> bool:
    return bool(str(submission.fields["body"]).strip())


# -- answers ------------------------------------------------------------------------


def _of_case(case: Case, asked: Asked) -> Response:
    if any(signal.code == FAILED for signal in case.verdict.signals) and case.action is Action.HOLD:
        # A person will look; until then the client keeps it and asks again.
        return _not_yet()
    if case.action is Action.HOLD:
        waits = _callback(asked) is not None
        if asked.call.text("recheck_reason") == "retry" and _is_wordpress() and not waits:
            # After an outage the plugin publishes at the word "false", whatever stands beside it.
            return _not_yet()
        return _held(case.comment.key, case.verdict, waits=waits and not asked.call.is_recheck)
    machine = case.decided_by is DecidedBy.MACHINE
    blatant = machine and asked.site.policy.mode is not Mode.HOLD_ONLY and is_blatant(case.verdict)
    return _verdict(case.comment.key, spam=case.action is Action.REJECT, discard=blatant)


def _of_verdict(guid: str, verdict: Verdict) -> Response:
    if verdict.action is Action.HOLD:
        return _held(guid, verdict)
    return _verdict(guid, spam=verdict.action is Action.REJECT)


def _held(guid: str, verdict: Verdict, *, waits: bool = False) -> Response:
    """Say that a person should look, in a way that this client has a place for."""
    if waits:
        response = _verdict(guid, spam=False)
        response.headers["X-akismet-recheck-after"] = str(RECHECK_AFTER_S)
        return response
    if _is_wordpress():
        # The plugin keeps the comment pending when a call seems incomplete, whatever the verdict.
        response = _verdict(guid, spam=False)
        response.headers["X-akismet-error"] = "awaiting-review"
        return response
    return _verdict(guid, spam=max(verdict.scores.values(), default=0.0) >= SPAM_FROM)


def _not_yet() -> Response:
    return Response("error", status=503, content_type=PLAIN, headers={"Retry-After": str(RETRY_S)})


def _is_wordpress() -> bool:
    return request.headers.get("User-Agent", "").startswith("WordPress/")


def _verdict(guid: str, *, spam: bool, discard: bool = False) -> Response:
    response = _word("true" if spam else "false")
    response.headers["X-akismet-guid"] = guid
    if discard:
        response.headers["X-akismet-pro-tip"] = "discard"
    return response


def _word(word: str) -> Response:
    return Response(word, content_type=PLAIN)


def _invalid(why: str) -> Response:
    response = _word("invalid")
    # Some clients take any answer but "false" for spam, unless this header is there.
    response.headers["X-akismet-debug-help"] = why
    return response


def _json(told: Mapping[str, object]) -> Response:
    return Response(to_json(told), content_type=gate.JSON)


CALLS: Mapping[tuple[str, str], Callable[[Asked], Response]] = {
    ("1.1", "verify-key"): verify_key,
    ("1.1", "comment-check"): check,
    ("1.1", "submit-spam"): submit_spam,
    ("1.1", "submit-ham"): submit_ham,
    ("1.1", "deactivate"): deactivate,
    ("1.1", "get-subscription"): subscription,
    ("1.1", "get-stats"): show_stats,
    ("1.2", "get-key-stats"): show_stats,
    ("1.2", "usage-limit"): usage,
    ("1.2", "key-sites"): sites_of_key,
    ("1.1", "token"): not_here,
    ("1.1", "verify-wpcom-key"): not_here,
}
