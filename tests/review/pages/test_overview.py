"""The overview from nouns, without HTTP."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from factories import NOON, a_site, a_user, later
from modbot.domain import Action, Appeals, DayCount, DecidedBy, QueueAges, Role, SiteHealth, Tally
from modbot.review.pages.frame import Frame
from modbot.review.pages.mistakes import appeals
from modbot.review.pages.overview import (
    OverviewFacts,
    age_bounds,
    blocks,
    faults,
    first_day,
    overview_page,
    people,
    queue,
    sites,
    start_of,
    volume,
)

HELD, GOOD, BAD = Action.HOLD, Action.PUBLISH, Action.REJECT
MACHINE, PERSON, SITE = DecidedBy.MACHINE, DecidedBy.PERSON, DecidedBy.SITE
FRAME = Frame("overview", None, (), "/static", "/overview")
TODAY = NOON.date()
HEALTHY = SiteHealth("site-ada", "Harbour Gazette", 2, True, True, "", 0, None, 0)


def facts(**changes):
    base = OverviewFacts(
        user=a_user(role=Role.ADMIN),
        sites=[a_site(), a_site(id="site-ben", name="Ben's Boats")],
        site=None,
        days=30,
        now=NOON,
        daily=[],
        tallies=[],
        ages=QueueAges((0,) * 6, None),
        checks=[],
        standing=[],
        troubles=[],
        rules=[],
        rule_tallies={},
        health=[HEALTHY],
        appeals=Appeals(),
        faults={},
    )
    return replace(base, **changes)


def a_tally(reviewer="user-ada", action=GOOD, decisions=1, lately=0, **changes):
    base = Tally(reviewer, reviewer[5:], PERSON, HELD, "unclear", False, action, decisions, decisions, lately)
    return replace(base, **changes)


def test_it_works():
    page = overview_page(FRAME, facts(ages=QueueAges((1, 0, 0, 0, 0, 2), later(days=-9))))

    assert [block.key for block in page.blocks] == [
        "queue",
        "mistakes",
        "volume",
        "agreement",
        "appeals",
        "rules",
        "reasons",
        "domains",
        "people",
        "sites",
        "faults",
    ]
    assert all(block.lead for block in page.blocks)
    assert [(span.words, span.href, span.current) for span in page.spans] == [
        ("7 days", "/overview?days=7", False),
        ("30 days", "/overview", True),
        ("90 days", "/overview?days=90", False),
    ]
    assert page.sites == (("site-ada", "Harbour Gazette", False), ("site-ben", "Ben's Boats", False))
    assert [block.key for block in page.urgent] == ["queue"]
    assert page.blocks[0].csv_href == "/overview.csv?block=queue"


def test_it_keeps_site_and_days_in_its_addresses():
    page = overview_page(FRAME, facts(site=a_site(), days=7))

    assert page.spans[2].href == "/overview?site=site-ada&days=90"
    assert page.blocks[0].csv_href == "/overview.csv?block=queue&site=site-ada&days=7"
    assert page.sites[0][2]


def test_it_counts_days_in_utc():
    assert first_day(NOON, 1) == TODAY
    assert first_day(NOON, 7) == date(2026, 3, 8)
    assert start_of(TODAY) == NOON.replace(hour=0)
    assert age_bounds(NOON)[-1] == NOON.replace(day=8, hour=0)


def test_it_says_how_long_the_queue_has_waited():
    block = queue(facts(ages=QueueAges((3, 1, 2, 0, 0, 0), NOON - timedelta(hours=20))))

    assert block.lead == (
        "6 comments wait for a person; the oldest came 20 hours ago. Half of them have waited less than an hour."
    )
    assert [row.cells for row in block.rows] == [
        ("Less than an hour", 3),
        ("1 to 6 hours", 1),
        ("6 hours to a day", 2),
        ("1 to 3 days", 0),
        ("3 days to a week", 0),
        ("Longer", 0),
    ]
    assert [row.mark.percent for row in block.rows][:3] == [100, 33.3, 66.7]
    assert block.tone == ""
    assert queue(facts()).lead == "Nobody is waiting for you."


# 10 wait and came this week; of those that came this week people decided some, and they decided so many in all.
@pytest.mark.parametrize(
    ("answered", "left", "forecast"),
    [
        (0, 0, "Nobody decided a waiting comment this week."),
        (25, 49, "At this week's pace it is empty in 5 days."),
        (25, 35, "At this week's pace it stays as long as it is."),
        (60, 7, "At this week's pace it grows by 9 a day."),
    ],
)
def test_it_says_where_the_queue_goes(answered, left, forecast):
    daily = [DayCount(first_day(NOON, 7), GOOD, PERSON, answered)] if answered else []
    tallies = [a_tally(decisions=left, lately=left)] if left else []

    block = queue(facts(ages=QueueAges((10, 0, 0, 0, 0, 0), NOON), daily=daily, tallies=tallies))

    assert block.remedy == forecast


def test_it_judges_the_pace_of_a_young_house_by_the_days_it_has():
    daily = [DayCount(TODAY, HELD, MACHINE, 10), DayCount(TODAY, GOOD, PERSON, 2)]

    block = queue(facts(ages=QueueAges((10, 0, 0, 0, 0, 0), NOON), daily=daily, tallies=[a_tally(lately=2)]))

    assert block.remedy == "At this week's pace it grows by 10 a day."


def test_it_stacks_each_day_by_where_comments_stand():
    daily = [
        DayCount(TODAY, GOOD, MACHINE, 4),
        DayCount(TODAY, GOOD, SITE, 1),
        DayCount(TODAY, HELD, PERSON, 1),
        DayCount(TODAY - timedelta(days=6), BAD, MACHINE, 2),
        DayCount(TODAY - timedelta(days=6), BAD, PERSON, 2),
    ]

    block = volume(facts(days=7, daily=daily))

    assert block.lead == "10 comments came in 7 days; the machine decided 60 % of them."
    assert block.remedy == "Most came on Saturday, 14 March: 6. Days are those of UTC."
    assert block.columns[0] == "Day"
    assert block.rows[0].cells == ("2026-03-08", 0, 0, 0, 2, 2, 4)
    assert block.rows[6].cells == ("2026-03-14", 4, 1, 1, 0, 0, 6)
    assert [row.cells[6] for row in block.rows[1:6]] == [0] * 5
    assert [series.total for series in block.stack.series] == ["4", "1", "1", "2", "2"]
    assert volume(facts()).stack is None


def test_it_shows_administrators_everybody_and_others_themselves():
    tallies = [
        a_tally(decisions=2),
        a_tally(action=BAD, decisions=1, audited=True),
        a_tally("user-ben", decisions=7),
        a_tally("site-ada", decisions=5, name="Harbour Gazette", decided_by=SITE),
    ]

    block = people(facts(tallies=tallies))
    own = people(facts(tallies=tallies, user=a_user()))

    assert block.lead == "3 reviewers took 15 decisions; ben took the most."
    assert [row.cells for row in block.rows] == [
        ("ben", 7, 7, 0),
        ("Harbour Gazette (the site's own moderators)", 5, 5, 0),
        ("ada", 3, 2, 1),
    ]
    assert people(facts(tallies=tallies[:2])).lead == "ada took 3 decisions."
    assert people(facts()).lead == "Nobody took a decision in this time."
    assert own.lead == "You took 3 decisions in these 30 days."
    assert [row.cells for row in own.rows] == [("ada", 3, 2, 1)]


def test_it_says_which_site_does_not_hear():
    failing = replace(HEALTHY, failures=3, failing_since=NOON - timedelta(hours=3), unheard=40)
    off = replace(HEALTHY, site_id="b", name="Boats", hook_on=False, off_reason="Ten failures in a row.")
    without = replace(HEALTHY, site_id="c", name="Third", has_hook=False)

    block = sites(facts(health=[failing, off, without]))

    assert block.lead == "2 sites do not take messages; 40 decisions did not arrive."
    assert [(row.note, row.told[2]) for row in block.rows] == [
        ("Webhook failing, first 3 hours ago", "40"),
        ("Webhook switched off. Ten failures in a row.", "0"),
        ("No webhook", "0"),
    ]
    assert (block.tone, block.link[0]) == ("problem", "/admin/sites")
    assert sites(facts()).tone == ""
    assert sites(facts(user=a_user())).link is None
    assert "ask for decisions" in sites(facts(health=[without])).lead


def test_it_tells_what_became_of_appeals():
    block = appeals(Appeals(waiting=1, overturned=2, upheld=3))

    assert block.lead == ("6 authors asked for another look. 2 of 5 answers published the comment after all.")
    assert [row.cells for row in block.rows] == [
        ("Waiting for an answer", 1),
        ("Published after all", 2),
        ("The rejection stands", 3),
    ]
    assert appeals(Appeals()).lead == "No author asked for another look in this time."
    assert appeals(Appeals(waiting=1)).lead == "1 author asked for another look."


def test_it_tells_administrators_what_failed():
    block = faults({"learning_failed": 1, "refused": 3, "model": 1, "rules": 1})

    assert block.lead == "Since modbot was started, something failed 6 times."
    assert [row.cells for row in block.rows] == [
        ("Answers that were refused with an error", 3),
        ("A scorer, or something that has no name here", 2),
        ("A site's layer could not learn", 1),
    ]
    assert faults({}).lead == "Nothing failed since modbot was started."
    moderator = facts(user=a_user(role=Role.MODERATOR))
    assert "faults" not in [block.key for block in blocks(moderator)]
