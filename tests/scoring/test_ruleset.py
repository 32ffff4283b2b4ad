from __future__ import annotations

import time

import pytest

from factories import a_comment, a_rule, an_author, later
from modbot.domain import RuleEffect, RuleKind, Span
from modbot.scoring.ruleset import NO_RULES, SENTENCES, Ruleset, code_of, host_in_ascii

ADDRESS = "192.0.2.77"


def codes(*rules, **comment) -> list[str]:
    return [signal.code for signal in Ruleset(rules, 3).look(a_comment(**comment))]


def test_it_works():
    rule = a_rule(id="r9", pattern="harbour\nquay", note="only a test")
    (signal,) = Ruleset((rule,), 3).look(a_comment(body="The quay and the harbour, the quay."))
    assert (signal.code, signal.strength, signal.source) == ("BLOCKED_WORD", 1.0, "owner:r9@r3")
    assert signal.spans == (Span(4, 8), Span(17, 24), Span(30, 34))
    assert signal.detail == "A word that this site does not allow stands in the text."
    assert NO_RULES.look(a_comment()) == ()


@pytest.mark.parametrize(
    ("kind", "pattern", "comment", "expected", "why"),
    [
        (RuleKind.WORDS, "cal", {}, True, "the name is looked at"),
        (RuleKind.WORDS, "cal", {"name": "Pascal"}, False, "whole words only"),
        (RuleKind.WORDS, "shop", {"url": "https://best.shop.example"}, True, "the website is looked at"),
        (RuleKind.PATTERN, "h[a4]rbou?r", {}, True, "a pattern in the text"),
        (RuleKind.LINK, "shop.example", {"body": "at https://www.shop.example/x?y"}, True, "the domain itself"),
        (
            RuleKind.LINK,
            "shop.example",
            {"body": "at a.b.SHOP.example:80/x http://a.b.shop.example"},
            True,
            "one under it",
        ),
        (RuleKind.LINK, "shop.example", {"body": "at https://myshop.example"}, False, "another domain"),
        (RuleKind.LINK, "shop.example", {"body": "at https://shop.example.org"}, False, "under another domain"),
        (RuleKind.LINK, "shop.example", {"body": "my shop, example"}, False, "no link at all"),
        (RuleKind.LINK, "shop.example", {"url": "https://shop.example"}, True, "the website"),
        (RuleKind.LINK, "shop.example", {"body": "see https://ｓhop.example/"}, True, "wide letters are seen through"),
        (
            RuleKind.LINK,
            "xn--mnchen-3ya.example",
            {"body": "https://münchen.example"},
            True,
            "both spellings of a host",
        ),
        (RuleKind.LINK, "*.example", {"body": "see https://a.example"}, True, "all under an ending"),
        (RuleKind.EMAIL_DOMAIN, "example.org", {}, True, "the address is at it"),
        (
            RuleKind.EMAIL_DOMAIN,
            "example.org",
            {"author": an_author(email_domain="mail.example.org")},
            True,
            "under it",
        ),
        (RuleKind.EMAIL_DOMAIN, "example.org", {"author": an_author(email_domain="")}, False, "no address"),
        (RuleKind.AUTHOR, "author-cal", {}, True, "this author"),
        (RuleKind.AUTHOR, "author-cal", {"author": an_author(key="author-dee")}, False, "another one"),
        (RuleKind.NETWORK, ADDRESS, {"ip": ADDRESS}, True, "this address"),
        (RuleKind.NETWORK, "192.0.2.0/24", {"ip": ADDRESS}, True, "in the range"),
        (RuleKind.NETWORK, "192.0.2.0/26", {"ip": ADDRESS}, False, "outside of it"),
        (RuleKind.NETWORK, "192.0.2.0/24", {"ip": f"::ffff:{ADDRESS}"}, True, "in the clothes of IPv6"),
        (RuleKind.NETWORK, "2001:db8::/32", {"ip": "2001:db8:1::7"}, True, "a range of IPv6"),
        (RuleKind.NETWORK, "2001:db8::/32", {"ip": ADDRESS}, False, "another kind of address"),
        (RuleKind.NETWORK, "192.0.2.0/24", {"ip": ""}, False, "no address known"),
        (RuleKind.NETWORK, "192.0.2.0/24", {"ip": "somewhere"}, False, "no address at all"),
    ],
)
def test_it_finds_what_the_owner_means(kind, pattern, comment, expected, why):
    assert bool(codes(a_rule(kind=kind, pattern=pattern), **comment)) is expected, why


@pytest.mark.parametrize(
    ("kind", "effect", "code"),
    [
        (RuleKind.WORDS, RuleEffect.REJECT, "BLOCKED_WORD"),
        (RuleKind.PATTERN, RuleEffect.REJECT, "BLOCKED_WORD"),
        (RuleKind.LINK, RuleEffect.REJECT, "BANNED"),
        (RuleKind.AUTHOR, RuleEffect.REJECT, "BANNED"),
        (RuleKind.NETWORK, RuleEffect.HOLD, "HELD_BY_RULE"),
        (RuleKind.AUTHOR, RuleEffect.TRUST, "TRUSTED"),
        (RuleKind.WORDS, RuleEffect.NOTE, "NOTED"),
    ],
)
def test_it_names_the_signal_by_what_the_owner_wants(kind, effect, code):
    assert code_of(a_rule(kind=kind, effect=effect)) == code
    assert code in SENTENCES


@pytest.mark.parametrize(
    ("rule", "comment", "sentence"),
    [
        (
            a_rule(pattern="cal", effect=RuleEffect.HOLD),
            {},
            "A word that this site wants a person to see stands in the name or website.",
        ),
        (
            a_rule(kind=RuleKind.LINK, pattern="a.example"),
            {"body": "see http://a.example"},
            "The text links to a domain that this site does not allow.",
        ),
        (
            a_rule(kind=RuleKind.LINK, pattern="a.example", effect=RuleEffect.NOTE),
            {"url": "http://a.example"},
            "The website is at a domain that this site marks.",
        ),
        (
            a_rule(kind=RuleKind.AUTHOR, pattern="author-cal", effect=RuleEffect.TRUST),
            {},
            "It is by an author that this site trusts.",
        ),
    ],
)
def test_it_says_why_and_never_quotes_the_rule(rule, comment, sentence):
    assert [signal.detail for signal in Ruleset((rule,)).look(a_comment(**comment))] == [sentence]


def test_it_tells_each_rule_once():
    two = a_rule(id="r2", effect=RuleEffect.NOTE, pattern="bus\nharbour")
    assert codes(a_rule(id="r1", pattern="bus"), two) == ["BLOCKED_WORD", "NOTED"]


def test_it_knows_when_the_first_rule_runs_out():
    assert Ruleset([a_rule(), a_rule(id="b", until=later(9)), a_rule(id="c", until=later(5))]).until == later(5)
    assert Ruleset([a_rule()]).until is None


def test_it_costs_no_more_with_thousands_of_rules():
    few, many = (
        Ruleset(
            [a_rule(id=f"a{n}", kind=RuleKind.AUTHOR, pattern=f"author-{n}") for n in range(count)]
            + [a_rule(id=f"w{n}", pattern=f"word{n}x\nstem{n}x*") for n in range(count)]
            + [a_rule(id=f"l{n}", kind=RuleKind.LINK, pattern=f"s{n}.example") for n in range(count)]
        )
        for count in (10, 3_000)
    )

    def cost(ruleset):
        started = time.process_time()
        for _ in range(200):
            ruleset.look(a_comment(body="See the night bus at https://gazette.example, it helps. " * 4))
        return time.process_time() - started

    assert min(cost(many) for _ in range(3)) < 3 * min(cost(few) for _ in range(3)) + 0.02


def test_it_writes_hosts_as_the_name_system_does():
    assert host_in_ascii("MÜNCHEN.example.") == "xn--mnchen-3ya.example"
    assert host_in_ascii("ü" * 80) == "ü" * 80
