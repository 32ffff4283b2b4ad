"""The overview through HTTP: its figures against counts by hand, who sees what, and what it costs."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest
from sqlalchemy import event

from factories import NOON, a_draft, a_rule, a_site
from modbot.domain import Action, Mode, Policy
from review.desk import FINE, SPAM, a_spam_verdict

BLOCKS = ("queue", "mistakes", "volume", "agreement", "rules", "reasons", "domains", "people", "sites")


def table(person, block, more=""):
    answer = person.get(f"/overview.csv?block={block}{more}")
    assert answer.status_code == 200
    return list(csv.reader(StringIO(answer.text, newline="")))


@pytest.fixture
def drawn(arrive):
    """A comment that the machine decided and chance laid before people."""

    def drawn(action, body=SPAM):
        verdict = a_spam_verdict(body, action=action, coin=0.01, audit_rate=0.05, audited=True, band="clearly bad")
        return arrive(body, action=action, verdict=verdict)

    return drawn


def test_it_works(at_the_desk, arrive, drawn):
    ada = at_the_desk("ada")
    arrive()
    ada.decide(drawn(Action.REJECT), "approval")
    ada.decide(drawn(Action.PUBLISH, FINE), "approval")

    page = ada.get("/overview").text

    for shown in (
        "1 comment waits for a person; the oldest came 1 hour ago.",
        "3 comments came in 30 days",
        "Chance laid 2 good comments before people; the machine had rejected 1 of them",
        "People agreed with 1 of 2 decisions",
        "Most often: New author",
        "You took 2 decisions in these 30 days.",
    ):
        assert shown in page, shown
    assert table(ada, "mistakes")[1][:3] == ["Good comments that were rejected", "1", "2"]
    assert table(ada, "people")[1] == ["ada", "2", "2", "0"]
    assert table(ada, "volume")[-1] == ["2026-03-14", "0", "2", "1", "0", "0", "3"]


@pytest.mark.parametrize("days", [7, 30, 90])
def test_it_shows_so_many_days(at_the_desk, days):
    rows = table(at_the_desk("ada"), "volume", f"&days={days}")

    assert len(rows) == 1 + days
    assert rows[-1][0] == NOON.date().isoformat()


@pytest.mark.parametrize("days", ["", "8", "-7", "9" * 30, "７"])
def test_it_shows_a_month_to_those_who_ask_for_nonsense(at_the_desk, days):
    assert len(table(at_the_desk("ada"), "volume", f"&days={days}")) == 31


def test_it_describes_its_drawings_for_those_who_do_not_see_them(at_the_desk, arrive):
    arrive()
    page = at_the_desk("ada").get("/overview").text

    drawing = re.search(r'role="img" aria-labelledby="([^"]*)" aria-describedby="([^"]*)"', page)
    assert drawing
    assert [page.count(f'id="{name}"') for name in drawing.groups()] == [1, 1]
    assert "Every day as a table" in page
    assert " style=" not in page


def test_it_shows_nobody_another_site_s_figures(at_the_desk, drawn, house, ada_site):
    ada = at_the_desk("ada")
    ada.decide(drawn(Action.REJECT), "approval")
    house.store.add_rule(a_rule(site_id=ada_site.id, pattern="telltale"))
    ben = at_the_desk("ben")

    page = ben.get("/overview").text

    for hidden in ("casino", "telltale", "Harbour Gazette", "New author"):
        assert hidden not in page, hidden
    assert "telltale" in ada.get("/overview").text
    assert "No comment came" in page
    for block in BLOCKS:
        assert not any("1" in cell for row in table(ben, block) if block != "volume" for cell in row[1:]), block
    for path in ("/overview", "/overview.csv"):
        assert ben.get(f"{path}?site={ada_site.id}&block=volume").status_code == 404
    assert {cell for row in table(ben, "volume")[1:] for cell in row[1:]} == {"0"}


def test_it_lets_a_viewer_read(at_the_desk, drawn):
    at_the_desk("ada").decide(drawn(Action.REJECT), "approval")
    cal = at_the_desk("cal")

    page = cal.get("/overview").text

    assert "the machine had rejected 1 of them" in page
    assert "/admin" not in page.split("<main")[1]
    assert len(table(cal, "people")) == 1


def test_it_sends_strangers_to_the_log_in(visitor):
    for path in ("/overview", "/overview.csv?block=volume"):
        assert visitor.get(path).location.startswith("/login")


def test_it_shows_an_administrator_everybody_and_each_site(at_the_desk, arrive, ben_site):
    at_the_desk("ada").decide(arrive(), "rejection", reason="spam")
    dora = at_the_desk("dora")
    dora.decide(arrive(), "approval")

    page = dora.get("/overview").text

    assert "2 reviewers took 2 decisions" in page
    assert {row[0] for row in table(dora, "sites")[1:]} == {"Harbour Gazette", "Ben&#39;s Boats".replace("&#39;", "'")}
    assert "Choose a site" in page
    assert 'href="/admin/rules?' in page
    assert "Choose a site" not in dora.get(f"/overview?site={ben_site.id}").text
    assert table(dora, "people", f"&site={ben_site.id}") == [["Reviewer", "Decisions", "Published", "Rejected"]]


def test_it_points_at_what_needs_somebody(at_the_desk, arrive, house, clock, ada_site):
    case = arrive()
    quiet = at_the_desk("ada").get("/overview").text
    clock.now += timedelta(days=9)

    page = at_the_desk("ada").get("/overview").text

    assert "Needs you" not in quiet
    assert '<a href="#queue">Queue</a>: 1 comment waits' in page
    house.moderator.review(a_draft(case_id=case.id, at=clock(), not_before=clock()), house.store.user("user-ada"))
    assert "Needs you" not in at_the_desk("ada").get("/overview").text


def test_it_gives_tables_to_spreadsheets_as_files(at_the_desk, arrive):
    answer = at_the_desk("ada").get("/overview.csv?block=queue")

    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="queue-2026-03-14.csv"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize("block", ["", "nothing", "volume%00"])
def test_it_knows_no_other_table(at_the_desk, block):
    assert at_the_desk("ada").get(f"/overview.csv?block={block}").status_code in {400, 404}


def test_it_keeps_hostile_words_inert(at_the_desk, arrive, house, ada_site):
    payload = '=1+1"><script>alert(1)</script>'
    house.store.add_rule(a_rule(site_id=ada_site.id, pattern=payload))
    house.store.change_site(replace(ada_site, name=payload), NOON)
    arrive(f"http://casino.example/{payload}", url=f"https://x.example/{payload}")
    dora = at_the_desk("dora")

    assert "<script>alert" not in dora.get("/overview").text
    assert table(dora, "sites")[1][0] == f"'{payload}"


def test_it_asks_the_database_a_fixed_number_of_questions(at_the_desk, arrive, drawn, house, ada_site):
    asked = []
    event.listen(house.store._db.engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    ada, dora, counted = at_the_desk("ada"), at_the_desk("dora"), []
    for _ in range(2):
        for number in range(4):
            arrive(f"{number} {FINE}")
            ada.decide(drawn(Action.REJECT), "approval")
            house.store.add_rule(a_rule(id=f"rule-{len(asked)}", site_id=ada_site.id))
            site = a_site(id=f"site-{len(asked)}", name=f"Site {len(asked)}", policy=Policy(mode=Mode.BORROWED))
            house.store.add_site(site, [])
        for person, path in ((ada, "/overview"), (dora, "/overview?days=90"), (dora, f"/overview?site={ada_site.id}")):
            asked.clear()
            person.get(path)
            counted.append(len([one for one in asked if one.lstrip().upper().startswith(("SELECT", "WITH"))]))

    assert counted[:3] == counted[3:]
    assert max(counted) <= 20
