from __future__ import annotations

import gzip
import json
import sqlite3
from contextlib import closing

import pytest

from modbot.errors import Unreadable
from modbot.imports.plain import csv_rows, isso, json_lines, remark42, wordpress


@pytest.fixture
def write(tmp_path):
    def _write(told: object):
        path = tmp_path / "export"
        path.write_bytes(
            told if isinstance(told, bytes) else (told if isinstance(told, str) else json.dumps(told)).encode()
        )
        return path

    return _write


def test_it_reads_the_rest_interface_of_wordpress(write):
    said = {
        "id": 5,
        "parent": 0,
        "author_name": "Ann",
        "author_email": "ann@example.org",
        "author_ip": "192.0.2.7",
        "date_gmt": "2024-05-01T08:00:00",
        "content": {"rendered": "<p>Fine</p>", "raw": "Fine"},
        "link": "https://harbour.example/low#comment-5",
        "status": "approved",
        "type": "comment",
    }
    public = said | {"id": 6, "content": {"rendered": "<p>Fine</p>"}, "status": "hold"}
    whole, shown = wordpress(write([said, public, said | {"type": "pingback"}]))
    assert (whole.id, whole.label, whole.fields["body"], whole.fields["parent_id"]) == ("5", "good", "Fine", "")
    assert (whole.fields["email"], whole.fields["created_at"]) == ("ann@example.org", "2024-05-01T08:00:00Z")
    assert (shown.id, shown.label, shown.fields["body"]) == ("6", "", "<p>Fine</p>")


def test_it_reads_the_command_line_of_wordpress(write):
    names = ("comment_ID", "comment_author", "comment_content", "comment_approved", "comment_type", "comment_date_gmt")
    said = (("5", "Ann", "Fine", "1", "comment", "2024-05-01 08:00:00"), ("6", "Seller", "Buy", "spam", "", ""))
    as_json = list(wordpress(write([dict(zip(names, one, strict=True)) for one in said])))
    as_table = list(csv_rows(write("\n".join(",".join(one) for one in (names, *said)))))
    assert as_json == as_table
    assert [(row.id, row.label, row.fields["name"], row.fields["body"]) for row in as_table] == [
        ("5", "good", "Ann", "Fine"),
        ("6", "spam", "Seller", "Buy"),
    ]


def test_it_reads_remark42(write):
    who, where = {"id": "u", "name": "Ann", "ip": "hashed"}, {"site": "s", "url": "https://harbour.example/low"}
    good = {"id": "a", "pid": "b", "text": "<p>Fine</p>", "orig": "Fine", "user": who, "locator": where, "time": "2024"}
    gone = good | {"id": "c", "text": "", "orig": "", "delete": True}
    blocked = good | {"id": "d", "user": who | {"block": True}}
    lines = ({"version": 1, "users": [], "posts": []}, good, gone, blocked)
    rows = list(remark42(write(gzip.compress("\n".join(json.dumps(line) for line in lines).encode()))))
    assert [(row.id, row.label) for row in rows] == [("a", "good"), ("c", ""), ("d", "")]
    assert (rows[0].fields["body"], rows[0].fields["name"], rows[0].fields["ip"]) == ("Fine", "Ann", "")
    assert (rows[0].fields["page_url"], rows[0].fields["parent_id"]) == ("https://harbour.example/low", "b")


def test_it_reads_the_database_of_isso(tmp_path):
    path = tmp_path / "comments.db"
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            """CREATE TABLE threads (id INTEGER PRIMARY KEY, uri TEXT, title TEXT);
            CREATE TABLE comments (tid, id INTEGER PRIMARY KEY, parent, created FLOAT, modified, mode INTEGER,
                remote_addr, text, author, email, website, likes, dislikes, voters);
            INSERT INTO threads VALUES (1, '/low/', 'Low water');
            INSERT INTO comments (tid, id, created, mode, remote_addr, text, author) VALUES
                (1, 5, 1714550400.5, 1, '192.0.2.0', 'Fine', 'Ann'), (1, 6, 1714550401, 2, '', 'Waits', NULL),
                (1, 7, 1714550402, 4, '', '', NULL);"""
        )
    rows = list(isso(path))
    assert [(row.id, row.label, row.fields["body"]) for row in rows] == [
        ("5", "good", "Fine"),
        ("6", "", "Waits"),
        ("7", "", ""),
    ]
    assert rows[0].fields["created_at"] == "2024-05-01T08:00:00.500000+00:00"
    assert (rows[0].fields["page_url"], rows[0].fields["page_title"]) == ("/low/", "Low water")


def test_it_reads_what_isso_imports(write):
    said = {"text": "Fine", "author": "Ann", "created": "2024-05-01 08:00:00", "website": "https://ann.example"}
    (row,) = isso(write([{"id": "/low/", "title": "Low water", "comments": [said]}]))
    assert (row.id, row.label, row.fields["url"]) == ("", "good", "https://ann.example")
    assert (row.fields["page_url"], row.fields["created_at"]) == ("/low/", "2024-05-01T08:00:00Z")


@pytest.mark.parametrize(
    ("label", "source", "meant"),
    [
        ("ham", "human", "good"),
        ("Spam", "", "spam"),
        ("toxic", "human", "abuse"),
        ("spam", "akismet", ""),
        ("", "human", ""),
        ("later", "human", ""),
    ],
)
def test_it_reads_labels_that_people_gave(write, label, source, meant):
    said = {"id": "5", "content": "Fine", "label": label, "label_source": source}
    (row,) = json_lines(write(said))
    (same,) = csv_rows(write(f"\ufeffid,content,label,label_source\n5,Fine,{label},{source}\n"))
    assert (row.label, row.id, row.fields) == (meant, same.id, same.fields)
    assert same.label == meant


@pytest.mark.parametrize(
    ("spam", "toxicity", "meant"),
    [("1", "", "spam"), ("0", "", "good"), ("0.2", "0.9", "abuse"), ("", "0", "good"), ("", "", ""), ("maybe", "", "")],
)
def test_it_reads_the_labels_of_a_file_for_training(write, spam, toxicity, meant):
    (row,) = csv_rows(write(f"id,text,author,email,spam,toxicity\n5,Fine,Cal,cal@example.org,{spam},{toxicity}\n"))
    (same,) = json_lines(write({"id": "5", "text": "Fine", "spam": spam, "toxicity": toxicity}))

    assert (row.label, same.label) == (meant, meant)
    assert row.fields["body"] == "Fine"


def test_it_reads_booleans_as_labels(write):
    assert [json_lines(write({"id": "5", "text": "x", "spam": said})).__next__().label for said in (True, False)] == [
        "spam",
        "good",
    ]


def test_it_reads_a_table_with_breaks_and_long_fields(write):
    (row,) = csv_rows(write('body,name\n"two\nlines ' + "x" * 200_000 + '",Ann\n'))
    assert row.fields["body"].startswith("two\nlines xx")


@pytest.mark.parametrize(
    ("read", "told", "said"),
    [
        (csv_rows, "name,email\nAnn,ann@example.org\n", "expected a column content or body"),
        (csv_rows, b"body\n\xff\xfe\n", "cannot be read as a table"),
        (csv_rows, "", "expected a column"),
        (json_lines, '{"body": "a"}\n{"body"', "line 2: cannot be read as JSON"),
        (json_lines, b"\x1f\x8bno", "cannot be read as JSON"),
        (wordpress, {"code": "rest_forbidden"}, "expected a list of comments"),
        (wordpress, "<rss/>", "cannot be read as JSON"),
        (isso, b"SQLite format 3\0" + b"\0" * 100, "no database of Isso's"),
    ],
)
def test_it_refuses_what_is_no_export(write, read, told, said):
    with pytest.raises(Unreadable, match=said):
        list(read(write(told)))
