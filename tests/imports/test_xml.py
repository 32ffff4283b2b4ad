from __future__ import annotations

import gzip
import tracemalloc

import pytest

from modbot.errors import Unreadable
from modbot.imports.xml import disqus, wordpress

WXR = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:wp="http://wordpress.org/export/{}/">
<channel><title>The harbour</title><link>https://harbour.example</link>
<item><title>Low water</title><link>https://harbour.example/low</link><wp:comment_status>open</wp:comment_status>
{}</item></channel></rss>"""
COMMENT = """<wp:comment><wp:comment_id>{id}</wp:comment_id><wp:comment_author><![CDATA[Ann]]></wp:comment_author>
<wp:comment_author_email>ann@example.org</wp:comment_author_email><wp:comment_author_url></wp:comment_author_url>
<wp:comment_author_IP>192.0.2.7</wp:comment_author_IP><wp:comment_date>2024-05-01 10:00:00</wp:comment_date>
<wp:comment_date_gmt>2024-05-01 08:00:00</wp:comment_date_gmt>
<wp:comment_content><![CDATA[{body}]]></wp:comment_content><wp:comment_approved>{status}</wp:comment_approved>
<wp:comment_type>{kind}</wp:comment_type><wp:comment_parent>{parent}</wp:comment_parent>{meta}</wp:comment>"""
META = "<wp:commentmeta><wp:meta_key>{}</wp:meta_key><wp:meta_value><![CDATA[{}]]></wp:meta_value></wp:commentmeta>"
DISQUS = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals">
<post dsq:id="7"><id/><message><![CDATA[<p>A good day</p>]]></message><createdAt>2024-05-01T08:00:00Z</createdAt>
<isDeleted>false</isDeleted><isSpam>false</isSpam>
<author><name>Ann</name><email>ann@example.org</email><isAnonymous>false</isAnonymous></author>
<thread dsq:id="1"/><parent dsq:id="6"/></post>
<post dsq:id="8"><message>Buy</message><createdAt>2024-05-01T08:00:00</createdAt><isDeleted>true</isDeleted>
<isSpam>true</isSpam><author><username>seller</username></author><thread dsq:id="1"/></post>
<post><message>Gone</message><isDeleted>true</isDeleted><isSpam>false</isSpam></post>
<thread dsq:id="1"><id>low</id><link>https://harbour.example/low</link><title>Low water</title></thread>
</disqus>"""


def comment(**fields: str) -> str:
    return COMMENT.format(
        **({"id": "5", "body": "Fine", "status": "1", "kind": "", "parent": "0", "meta": ""} | fields)
    )


@pytest.fixture
def write(tmp_path):
    def _write(text: str | bytes):
        path = tmp_path / "export.xml"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        return path

    return _write


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_it_reads_wordpress(write, version):
    (row,) = wordpress(write(WXR.format(version, comment(parent="4"))))
    assert (row.source, row.id, row.label) == ("wordpress", "5", "good")
    assert row.fields == {
        "name": "Ann",
        "email": "ann@example.org",
        "url": "",
        "ip": "192.0.2.7",
        "body": "Fine",
        "created_at": "2024-05-01T08:00:00Z",
        "parent_id": "4",
        "page_url": "https://harbour.example/low",
        "page_title": "Low water",
    }


@pytest.mark.parametrize(
    ("status", "meta", "label"),
    [
        ("1", "", "good"),
        ("0", "", ""),
        ("trash", "", ""),
        ("post-trashed", "", ""),
        ("spam", "", "spam"),
        ("spam", META.format("akismet_result", "true"), ""),
        ("spam", META.format("akismet_result", "true") + META.format("akismet_user_result", "true"), "spam"),
        ("1", META.format("akismet_result", "true") + META.format("akismet_user_result", "false"), "good"),
    ],
)
def test_it_takes_only_what_a_person_decided(write, status, meta, label):
    (row,) = wordpress(write(WXR.format("1.2", comment(status=status, meta=meta))))
    assert row.label == label


def test_it_leaves_out_what_no_person_wrote(write):
    kinds = ("comment", "pingback", "trackback", "order_note")
    rows = wordpress(write(WXR.format("1.2", "".join(comment(kind=kind, id=kind) for kind in kinds))))
    assert [row.id for row in rows] == ["comment"]


def test_it_reads_split_sections_and_forbidden_characters(write):
    text = WXR.format("1.2", comment(body="a\x08b ]]]]><![CDATA[> c" + "\x01" * 200_000))
    (row,) = wordpress(write(text))
    assert row.fields["body"] == "ab ]]> c"


def test_it_reads_disqus(write):
    good, bad, gone = disqus(write(gzip.compress(DISQUS.encode())))
    assert (good.id, good.label, good.fields["body"], good.fields["parent_id"]) == (
        "7",
        "good",
        "<p>A good day</p>",
        "6",
    )
    assert (good.fields["name"], good.fields["email"]) == ("Ann", "ann@example.org")
    assert (good.fields["page_url"], good.fields["page_title"]) == ("https://harbour.example/low", "Low water")
    assert (bad.id, bad.label, bad.fields["name"], bad.fields["email"]) == ("8", "spam", "seller", "")
    assert bad.fields["created_at"] == "2024-05-01T08:00:00Z"
    assert (gone.id, gone.label, gone.fields["page_url"]) == ("", "", "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<!DOCTYPE r [<!ENTITY a 'b'>]><rss>&a;</rss>", "document type or entities"),
        ("<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/hostname'>]><rss>&a;</rss>", "document type or entities"),
        ("<rss><channel>", "cannot be read as XML"),
        ("a comment", "cannot be read as XML"),
        (gzip.compress(b"<rss></rss>", mtime=0)[:-9], "cannot be read as XML"),
    ],
)
def test_it_refuses_what_is_no_export(write, text, said):
    with pytest.raises(Unreadable, match=said):
        list(wordpress(write(text)))


@pytest.mark.slow
def test_its_memory_does_not_grow_with_the_file(write):
    item = WXR.format("1.2", comment(body="word " * 500))
    head, _, rest = item.partition("<item>")
    inner, _, tail = rest.partition("</item>")

    def peak(items: int) -> int:
        path = write(head + ("<item>" + inner + "</item>") * items + tail)
        tracemalloc.start()
        assert sum(1 for _ in wordpress(path)) == items
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    # Ten times the comments are eleven megabytes more of file.
    assert peak(5_000) < peak(500) + 1_000_000
