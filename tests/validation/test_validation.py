"""Validation: every bad field at once, nothing repeated, nothing silently changed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from modbot.domain import Door, Limits, Site
from modbot.errors import InvalidComment
from modbot.text import fingerprint, sketch
from modbot.validation import KNOWN_FIELDS, comment_from, disposable_domains, is_web_address, key_from, unknown_fields

GOOD = {"name": "Ada", "email": "ada@example.org", "body": "Thank you for this."}


def a_blog(**limits):
    at = datetime(2026, 5, 4, tzinfo=UTC)
    return Site(id="s1", name="blog", url="https://blog.example/", created_at=at, limits=Limits(**limits))


def read(fields, *, disposable=frozenset(), key="k1", **limits):
    return comment_from(fields, a_blog(**limits), door=Door.NATIVE, key=key, disposable=disposable)


def errors_of(fields, **options):
    with pytest.raises(InvalidComment) as caught:
        read(fields, **options)
    return {(error.field, error.code) for error in caught.value.fields}


def test_it_works():
    comment = read(
        {
            **GOOD,
            "id": "post-7",
            "url": "https://ada.example/",
            "page_url": "https://blog.example/2026/walk",
            "page_title": "A walk\n  in May",
            "parent_id": 12,
            "ip": "2001:DB8::1",
            "user_agent": "Browser/1.0",
            "referrer": "https://search.example/?q=walk",
            "user_id": "u1",
            "user_role": "subscriber",
            "language": "pt-BR",
            "created_at": "2026-05-04T14:00:00+02:00",
            "honeypot": "",
            "elapsed_ms": 8_000,
        },
        key="post-7",
    )
    assert (comment.key, comment.name, comment.email) == ("post-7", "Ada", "ada@example.org")
    assert (comment.author.key, comment.author.email_domain) == ("", "example.org")
    assert (comment.page_title, comment.parent_id, comment.ip) == ("A walk in May", "12", "2001:db8::1")
    assert comment.created_at == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert comment.elapsed_ms == 8_000
    assert comment.fingerprint


def test_it_names_every_bad_field_at_once_in_the_order_of_the_documentation():
    with pytest.raises(InvalidComment) as caught:
        read({"elapsed_ms": -1, "url": "javascript:alert(1)", "email": "ada", "ip": "here", "name": 7})
    assert [error.field for error in caught.value.fields] == ["name", "email", "body", "url", "ip", "elapsed_ms"]


@pytest.mark.parametrize(
    ("field", "value", "code", "why"),
    [
        ("name", None, "required", "missing"),
        ("name", "  \u200b\u3164 ", "required", "nothing to see"),
        ("name", "x" * 101, "too_long", "one more than allowed"),
        ("name", "Ada\nBcc: all", "control_characters", "a name is one line"),
        ("name", "Ada\x00", "control_characters", "PostgreSQL cannot store NUL"),
        ("name", ["Ada"], "wrong_type", "a list is no name"),
        ("name", "Ada\ud800", "bad_text", "half a surrogate pair is no text"),
        ("email", "", "required", "the site asks for one"),
        ("email", "ada", "not_an_address", "no at sign"),
        ("email", "a@b@example.org", "not_an_address", "two at signs"),
        ("email", "ada@localhost", "not_an_address", "no dot"),
        ("email", "ada@example.test", "not_an_address", "a reserved domain"),
        ("email", "Ada <ada@example.org>", "not_an_address", "a display name"),
        ("email", "a" * 65 + "@example.org", "not_an_address", "the local part is at most 64 octets"),
        ("email", "a" * 300 + "@example.org", "too_long", "longer than any address"),
        ("email", "ada@exa\x00mple.org", "not_an_address", "control characters"),
        ("body", " \n\t ", "required", "only white space"),
        ("body", "x" * 20_001, "too_long", "one more than allowed"),
        ("body", "a\x0cb", "control_characters", "form feed"),
        ("body", {"text": "x"}, "wrong_type", "an object is no text"),
        ("id", "x" * 201, "too_long", "longer than a key may be"),
        ("id", 1.5, "wrong_type", "a fraction is no id"),
        ("id", True, "wrong_type", "a truth value is no id"),
        ("url", "javascript:alert(1)", "not_a_web_address", "only http and https"),
        ("url", "//example.org", "not_a_web_address", "no scheme"),
        ("url", "https://", "not_a_web_address", "no host"),
        ("url", "https://example.org/a b", "not_a_web_address", "white space"),
        ("url", "https://user:pw@example.org/", "not_a_web_address", "credentials"),
        ("url", "https://example.org:99999/", "not_a_web_address", "no such port"),
        ("url", "https://[1:2/", "not_a_web_address", "half an IPv6 host"),
        ("page_url", "https://example.org/" + "x" * 2_000, "too_long", "longer than an address may be"),
        ("page_title", "x" * 501, "too_long", "longer than a title may be"),
        ("ip", "1.2.3.4:80", "not_an_ip", "a port"),
        ("ip", "fe80::1%eth0", "not_an_ip", "a zone"),
        ("user_role", "x" * 51, "too_long", "longer than a role may be"),
        ("language", "english please", "not_a_language", "no language tag"),
        ("created_at", "2026-05-04T12:00:00", "not_a_time", "no zone"),
        ("created_at", "yesterday", "not_a_time", "no time"),
        ("elapsed_ms", -1, "not_a_duration", "negative"),
        ("elapsed_ms", 2**31, "not_a_duration", "more than a column holds"),
        ("elapsed_ms", "soon", "not_a_duration", "no number"),
        ("elapsed_ms", True, "not_a_duration", "a truth value"),
        ("elapsed_ms", "9" * 5_000, "not_a_duration", "a number of 5,000 digits"),
    ],
)
def test_it_refuses(field, value, code, why):
    assert errors_of(GOOD | {field: value}) == {(field, code)}, why


@pytest.mark.parametrize(
    ("field", "value", "expected", "why"),
    [
        ("name", "  Ada \u00a0 Lee ", "Ada Lee", "white space is folded"),
        ("name", "Zoe\u0308", "Zo\u00eb", "NFC"),
        ("name", "李小龙", "李小龙", "any script"),
        ("name", "x" * 100, "x" * 100, "exactly as long as allowed"),
        ("body", "one\r\ntwo\rthree \n\n", "one\ntwo\nthree", "line ends become one kind"),
        ("body", "  if:\n\tyes", "  if:\n\tyes", "leading space stays, so spans count as the caller counts"),
        ("body", "123", "123", "a number as text is text"),
        ("email", " Ada@EXAMPLE.org ", "Ada@example.org", "trimmed, domain in lower case"),
        ("email", "用户@例子.公司", "用户@例子.公司", "internationalised addresses"),
        ("url", "", "", "an empty optional field is not given"),
        ("url", None, "", "null is not given"),
        ("url", "HTTPS://Example.org/Ü?q=1#x", "HTTPS://Example.org/Ü?q=1#x", "kept as written"),
        ("page_url", "http://localhost:8000/post", "http://localhost:8000/post", "development sites"),
        ("ip", "192.0.2.7", "192.0.2.7", "IPv4"),
        ("user_agent", "x" * 900, "x" * 500, "cut, not refused"),
        ("honeypot", "buy\nnow" * 100, ("buy now" * 100)[:200], "kept as evidence, cut"),
        ("elapsed_ms", "4500", 4500, "forms send text"),
        ("elapsed_ms", "", None, "an empty form field"),
        (
            "created_at",
            "2026-05-04t12:00:00z",
            datetime(2026, 5, 4, 12, tzinfo=UTC),
            "lower case is allowed by RFC 3339",
        ),
    ],
)
def test_it_accepts(field, value, expected, why):
    assert getattr(read(GOOD | {field: value}), field) == expected, why


def test_it_gives_a_time_in_utc():
    zone = timezone(timedelta(hours=-3))
    said = datetime(2026, 5, 4, 9, tzinfo=zone)
    assert read(GOOD | {"created_at": said.isoformat()}).created_at.tzinfo is UTC


def test_it_never_repeats_a_value_in_a_message():
    secret = "kanarienvogel"
    fields = dict.fromkeys(KNOWN_FIELDS, f"{secret}\x00{secret}@@{secret}" + secret * 2_000)
    with pytest.raises(InvalidComment) as caught:
        read(fields)
    said = str(caught.value) + "".join(error.message for error in caught.value.fields)
    assert secret not in said
    assert {"name", "email", "body", "id"} <= {error.field for error in caught.value.fields}


def test_it_says_what_was_expected_what_came_and_what_to_do():
    with pytest.raises(InvalidComment) as caught:
        read(GOOD | {"body": "x" * 31_204})
    assert caught.value.fields[0].message == "Expected at most 20,000 characters, got 31,204. Shorten the body."


def test_it_takes_its_limits_from_the_site():
    assert errors_of(GOOD, body_max_chars=5) == {("body", "too_long")}
    assert read(GOOD | {"email": None}, email_required=False).email is None


def test_it_recognises_a_disposable_domain_and_refuses_it_only_if_the_site_says_so():
    listed = frozenset({"throwaway.example"})
    fields = GOOD | {"email": "ada@mail.throwaway.example"}
    assert read(fields, disposable=listed).author.disposable
    assert not read(GOOD, disposable=listed).author.disposable
    assert errors_of(fields, disposable=listed, refuse_disposable=True) == {("email", "disposable_address")}


def test_it_loads_the_maintained_list_and_the_operators_own(tmp_path):
    own = tmp_path / "domains.txt"
    own.write_text("# mine\nThrowaway.Example  # since May\n\n", encoding="utf-8")
    domains = disposable_domains(own)
    assert {"mailinator.com", "throwaway.example"} <= domains
    assert not any("#" in domain or domain != domain.strip().lower() for domain in domains)
    assert "example.org" not in disposable_domains()


def test_it_draws_a_fresh_key_when_the_caller_has_none():
    first, second = read(GOOD, key=""), read(GOOD, key="")
    assert first.key != second.key
    assert first.fingerprint == second.fingerprint


def test_it_prints_and_sketches_the_text():
    comment = read(
        GOOD | {"body": "One > two, but not always and not for everybody, as the last article showed us all. " * 2}
    )
    assert (comment.fingerprint, comment.sketch) == (fingerprint(comment.body), sketch(comment.body))
    assert len(comment.sketch) == 64


def test_it_hides_the_address_from_representations():
    assert "ada@example.org" not in repr(read(GOOD))


def test_it_names_unknown_fields_but_only_harmless_names():
    fields = GOOD | {"colour": 1, "ada@example.org": 2, "x" * 80: 3}
    assert unknown_fields(fields) == ("(a name with other characters)", "colour")
    assert unknown_fields(GOOD) == ()
    many = unknown_fields({f"field{n:03}": n for n in range(1_000)})
    assert len(many) == 21
    assert many[-1] == "(and 980 more)"


@pytest.mark.parametrize(
    ("value", "key"),
    [("c-1", "c-1"), (17, "17"), (" a  b ", "a b"), (None, ""), ("x\x00", ""), ("x" * 201, ""), (1.5, "")],
)
def test_it_reads_a_key_or_nothing(value, key):
    assert key_from(value) == key


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("https://example.org", True),
        ("http://[2001:db8::1]:8080/x", True),
        ("https://bücher.example/ü", True),
        ("ftp://example.org", False),
        ("https://example.org\\@evil.example/", False),
        ("https://...", False),
        ("", False),
        ("https:example.org", False),
    ],
)
def test_it_tells_web_addresses(value, answer):
    assert is_web_address(value) is answer
