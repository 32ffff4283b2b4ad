"""The demo's sample comments are many, varied, accepted by the service, and point nowhere real."""

import json
import re
import unicodedata
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from email_validator import validate_email

import modbot.demo
from modbot.domain import Door, Site
from modbot.validation import comment_from

DEMO = Path(modbot.demo.__file__).parent
KINDS = {"good": "good", "spam": "bad", "insult": "bad", "campaign": "bad", "borderline": "unclear"}
FIELDS = {
    "id", "name", "email", "url", "body", "language", "elapsed_ms", "honeypot", "minutes_ago", "parent", "kind", "expected",
}  # fmt: skip
SUBMITTED = {"name", "email", "url", "body", "language", "elapsed_ms", "honeypot"}


def the_samples():
    return [json.loads(line) for line in (DEMO / "samples.jsonl").read_text(encoding="utf-8").splitlines()]


def is_reserved(host):
    """RFC 2606: example.com, .net and .org with all below them, and the whole of .example."""
    return host == "example" or host.endswith(".example") or bool(re.fullmatch(r"(.+\.)?example\.(com|net|org)", host))


def test_it_works():
    first = the_samples()[0]

    assert (first["id"], first["kind"], first["expected"]) == ("demo-001", "good", "good")


def test_it_has_enough_samples_of_every_kind():
    counts = Counter(sample["kind"] for sample in the_samples())

    assert set(counts) == set(KINDS)
    assert 190 <= sum(counts.values()) <= 220
    assert counts["good"] >= 90
    assert counts["spam"] >= 40
    assert counts["insult"] >= 20
    assert counts["borderline"] >= 12
    assert counts["campaign"] >= 18


def test_it_knows_what_is_expected_of_every_sample():
    assert {(sample["kind"], sample["expected"]) for sample in the_samples()} == set(KINDS.items())


def test_it_uses_only_the_agreed_fields():
    for sample in the_samples():
        assert set(sample) <= FIELDS, sample["id"]
        assert all(sample[name] for name in ("id", "name", "email", "body", "language", "minutes_ago"))
        assert sample["elapsed_ms"] > 0 if "elapsed_ms" in sample else True


def test_it_never_repeats_an_id_or_a_body():
    samples = the_samples()

    assert len({sample["id"] for sample in samples}) == len(samples)
    assert len({sample["body"] for sample in samples}) == len(samples)


def test_its_ids_do_not_tell_the_kind():
    assert all(re.fullmatch(r"demo-\d{3}", sample["id"]) for sample in the_samples())


def test_it_speaks_several_languages():
    good = {sample["language"] for sample in the_samples() if sample["kind"] == "good"}
    bad = {sample["language"] for sample in the_samples() if sample["expected"] == "bad"}

    assert good == {"en", "de", "fr", "es", "id", "tr", "ru", "zh", "ar"}
    assert {"en", "ru", "id", "tr", "de"} <= bad


def test_it_writes_arabic_from_right_to_left():
    arabic = [sample["body"] for sample in the_samples() if sample["language"] == "ar"]

    assert len(arabic) >= 3
    assert all(unicodedata.bidirectional(body[0]) == "AL" for body in arabic)


def test_it_mails_only_to_reserved_domains():
    for sample in the_samples():
        address = validate_email(sample["email"], check_deliverability=False)
        assert is_reserved(address.domain), sample["id"]


def test_it_links_only_to_reserved_domains():
    for sample in the_samples():
        text = f"{sample.get('url', '')} {sample['body']} {sample.get('honeypot', '')}"
        hosts = [urlsplit(link.rstrip(".,!")).hostname for link in re.findall(r"https?://[^\s\"<>\])]+", text)]
        hosts += re.findall(r"[\w.+-]+@([\w-]+(?:\.[\w-]+)+)", text)
        hosts += re.findall(r"\b(?:[\w-]+\.)+(?:com|net|org|info|biz|ru|io|co|me)\b", text)
        hosts += re.findall(r"\bwww\.[\w.-]+\w", text)
        assert all(is_reserved(host) for host in hosts), sample["id"]


def test_it_is_accepted_as_it_stands():
    site = Site(
        id="s1", name="Harbour Gazette", url="https://gazette.example", created_at=datetime(2026, 9, 12, tzinfo=UTC)
    )
    for sample in the_samples():
        fields = {name: sample[name] for name in SUBMITTED & set(sample)}
        comment = comment_from(fields, site, door=Door.NATIVE, key=sample["id"], disposable=())
        assert (comment.name, comment.body) == (sample["name"], sample["body"])


def test_it_goes_from_the_oldest_to_the_newest():
    ages = [sample["minutes_ago"] for sample in the_samples()]

    assert ages == sorted(ages, reverse=True)
    assert ages[0] < 3 * 24 * 60  # the article is three days old


def test_it_replies_only_to_earlier_good_comments():
    samples = the_samples()
    replies = [(i, sample) for i, sample in enumerate(samples) if "parent" in sample]

    assert sum(sample["kind"] == "good" for _, sample in replies) >= 10
    for i, sample in replies:
        assert 0 <= sample["parent"] < i, sample["id"]
        assert samples[sample["parent"]]["kind"] == "good", sample["id"]


def test_its_campaign_is_one_text_in_many_coats():
    words = [
        set(re.findall(r"[a-z]+", sample["body"].lower())) for sample in the_samples() if sample["kind"] == "campaign"
    ]
    likeness = [len(words[0] & other) / len(words[0] | other) for other in words[1:]]

    assert min(likeness) > 0.4
    assert sorted(likeness)[len(likeness) // 2] > 0.7


def test_only_machines_fill_the_honeypot():
    baited = [sample for sample in the_samples() if "honeypot" in sample]

    assert len(baited) >= 5
    assert {sample["kind"] for sample in baited} == {"spam"}
