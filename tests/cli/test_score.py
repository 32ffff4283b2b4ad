"""``modbot score``: CSV and JSONL, plain and gzipped, in and out."""

import csv
import gzip
import io
import json
from dataclasses import replace

import pytest
from click.testing import CliRunner

from factories import a_site, later
from modbot.cli import main
from modbot.cli.score import BODY_NAMES, EMAIL_NAMES, NAME_NAMES, NO_TABLE, URL_NAMES
from modbot.domain import Author, Comment, Cut, Mode, Policy, SiteLayer
from modbot.scoring import artifacts
from modbot.scoring.heads import probability

SHIPPED = artifacts.load(artifacts.find(artifacts.model_dirs()))


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MODBOT_CONFIG", raising=False)

    def run(*arguments, given=None):
        return CliRunner().invoke(main, ["score", *map(str, arguments)], input=given)

    return run


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


def expected(body, **fields):
    comment = Comment(
        "", "", "", fields.get("name", ""), body, Author("", fields.get("domain", "")), url=fields.get("url", "")
    )
    return {head.head.value: probability(head.margin) for head in SHIPPED.score(comment)}


def test_it_works(run):
    result = run(given='id,author,email,text,spam\n7,Cal,cal@Example.org,"Nice, ""really""\nnice",1\n')
    assert result.exit_code == 0, result.output
    (row,) = rows(result.stdout)
    assert (row["id"], row["given_spam"], row["text"]) == ("7", "1", 'Nice, "really"\nnice')
    for head, p in expected('Nice, "really"\nnice', name="Cal", domain="example.org").items():
        assert float(row[head]) == pytest.approx(p, abs=1e-6)
    assert row["action"] in {"publish", "hold", "reject"}


def test_it_reads_and_writes_gzip_and_files(run, tmp_path):
    source, target = tmp_path / "in.csv.gz", tmp_path / "out.csv.gz"
    with gzip.open(source, "wt") as stream:
        stream.write("comment_text\n" + "\n".join(f"remark {i}" for i in range(2_500)))
    assert run(source, "-o", target).exit_code == 0
    with gzip.open(target, "rt") as stream:
        found = rows(stream.read())
    assert len(found) == 2_500
    assert float(found[2_400]["spam"]) == pytest.approx(expected("remark 2400")["spam"], abs=1e-6)


@pytest.mark.parametrize("comments", [1, 1024, 1025])
def test_it_reads_a_plain_file_to_its_end(run, tmp_path, comments):
    (tmp_path / "in.csv").write_text("text\n" + "The bus helps.\n" * comments)
    done = run(tmp_path / "in.csv", "-o", tmp_path / "out.csv")
    assert done.exit_code == 0, done.exception
    assert len(rows((tmp_path / "out.csv").read_text())) == comments


def test_it_handles_jsonl(run):
    result = run(given='{"body": "hello", "action": "old", "n": 1}\n\n{"text": "\\ud800"}\n')
    first, second = map(json.loads, result.stdout.splitlines())
    assert (first["given_action"], first["n"]) == ("old", 1)
    assert 0 <= second["toxicity"] <= 1


def test_it_writes_jsonl_for_csv_when_asked(run):
    (line,) = run("--json", given="text,given_spam,spam\nhello,a,b\n").stdout.splitlines()
    assert (json.loads(line)["given_spam"], json.loads(line)["given_given_spam"]) == ("a", "b")


def test_it_keeps_short_and_long_rows_in_their_columns(run):
    found = rows(run(given="text,a,b\nhello\nhello,1,2,3\n").stdout)
    assert [(row["a"], row["b"]) for row in found] == [("", ""), ("1", "2")]
    assert all(row["action"] for row in found)


def test_it_handles_nothing(run):
    assert run(given="text\n").stdout.startswith("text,spam,toxicity")


@pytest.mark.parametrize("given", ["a,b\n1,2\n", ""])
def test_it_refuses_a_file_without_comments(run, given):
    result = run(given=given)
    assert result.exit_code == 1
    assert result.stderr.startswith("modbot: expected a column named one of text, body,")


@pytest.mark.parametrize("raw", [bytes(range(128, 256)) * 40, b"\x89PNG\r\n\x1a\n\0\0", b"\x1f\x8b\x08\0broken"])
def test_it_does_not_repeat_a_file_that_is_no_text(run, tmp_path, raw):
    (tmp_path / "in.csv").write_bytes(raw)
    result = run("in.csv", "-o", "out.csv")
    assert result.exit_code == 1
    assert result.stderr == f"modbot: {NO_TABLE}\n"
    assert not (tmp_path / "out.csv").exists()


def test_it_refuses_a_file_that_is_not_there(run):
    result = run("nope.csv")
    assert result.exit_code == 2
    assert "'nope.csv' does not exist" in result.stderr


@pytest.mark.parametrize("name", ["nowhere/out.csv", "nowhere/out.csv.gz"])
def test_it_refuses_a_result_that_cannot_be_written(run, name):
    result = run("-o", name, given="text\nhello\n")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"modbot: --out {name}: cannot be written (No such file or directory)")


def test_it_names_every_column_it_looks_for(run):
    told = run("--help").stdout
    assert [name for name in (*BODY_NAMES, *NAME_NAMES, *EMAIL_NAMES, *URL_NAMES) if f"`{name}`" not in told] == []


def test_it_keeps_quiet_where_nobody_watches(run, tmp_path):
    (tmp_path / "in.csv").write_text("text\nhello\n")
    assert run("in.csv").stderr == ""


def test_it_refuses_what_is_no_object(run):
    result = run(given='{"text": "a"}\n[1]\n')
    assert result.exit_code == 1
    assert "line 2" in result.stderr


def test_it_takes_the_cutoffs_that_a_site_has_earned(run, store):
    site = store.add_site(a_site(id="my-blog", name="My blog"), [])
    given = "text\nThe bus helps.\n"

    def action():
        return rows(run("--site", "My blog", given=given).stdout)[0]["action"]

    assert action() == "hold"
    store.change_site(replace(site, policy=Policy(mode=Mode.OWN)), later())
    assert action() == "hold"
    store.put_site_layer(SiteLayer(site.id, 1, later(), publish=Cut(1.0, 0.05, 80, 1)))
    assert action() == "publish"
    assert run("--site", "Elsewhere", given=given).exit_code == 2


def test_it_never_writes_over_what_it_reads(run, tmp_path):
    source = tmp_path / "in.csv"
    source.write_text("text\nThe bus helps.\n")
    assert run(source, "-o", source).exit_code == 2
    assert source.read_text() == "text\nThe bus helps.\n"
