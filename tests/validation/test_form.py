"""One field after the other; what comments make of them is in test_validation."""

from __future__ import annotations

import pytest

from modbot.validation.form import Form, is_web_address, whole_number


def test_it_works():
    form = Form({"name": "  Ada\u00a0Byron ", "body": "a\r\nb \n", "ip": "192.0.2.7", "language": "pt-BR"})

    assert (form.line("name"), form.body("body", most=10), form.ip("ip")) == ("Ada Byron", "a\nb", "192.0.2.7")
    assert form.language("language") == "pt-BR"
    assert form.errors == []


def test_it_notes_down_every_fault():
    form = Form({"name": 7, "url": "ftp://a", "ip": "a", "created_at": "now", "elapsed_ms": -1})
    form.line("name", required=True)
    for read in (form.url, form.ip, form.moment, form.milliseconds):
        read({"url": "url", "ip": "ip", "moment": "created_at", "milliseconds": "elapsed_ms"}[read.__name__])

    assert [error.code for error in form.errors] == [
        "wrong_type",
        "not_a_web_address",
        "not_an_ip",
        "not_a_time",
        "not_a_duration",
    ]


@pytest.mark.parametrize("body", ["", " \n", "\u200b"])
def test_it_misses_nothing_where_it_forgives(body):
    form, strict = Form({"body": body}, forgives=True), Form({"body": body})
    form.body("body", most=10)
    strict.body("body", most=10)

    assert (form.errors, [error.code for error in strict.errors]) == ([], ["required"])


@pytest.mark.parametrize("value", ["https://a.example", "http://127.0.0.1:8000/x?y"])
def test_it_knows_an_address_of_the_web(value):
    assert is_web_address(value)
    assert not is_web_address(f"{value} {value}")


@pytest.mark.parametrize("value", [60, 60.0, "60", " 60 ", "60.0"])
def test_it_knows_a_whole_number_however_it_is_written(value):
    assert whole_number(value) == 60
    assert type(whole_number(value)) is int


@pytest.mark.parametrize("value", [6.5, "6.5", "", "-1", "6e1", "1" * 13, True, None, [60]])
def test_it_leaves_everything_else_as_it_is(value):
    assert whole_number(value) is value


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00+03:01", "9999-12-31T23:59:59-12:00"])
def test_it_reads_the_first_and_the_last_day_in_any_zone(value):
    form = Form({"at": value})
    assert form.moment("at").date().isoformat() == value[:10]
    assert form.errors == []


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        (2**63 - 1, []),
        (2**63, ["out_of_range"]),
        (3.0, []),
        (2.0**53, []),
        (2.0**54, ["wrong_type"]),
        (-(2.0**63), ["wrong_type"]),
    ],
)
def test_it_takes_whole_numbers_of_64_bits_for_ids(value, codes):
    form = Form({"id": value})
    form.identifier("id")
    assert [error.code for error in form.errors] == codes
