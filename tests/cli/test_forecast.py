"""``modbot replay --site``: what would flip among stored comments, without a word of them."""

from __future__ import annotations

import hashlib
import json

import pytest

from factories import a_comment, a_draft, a_new_case, a_rule, a_site, a_verdict, an_author, later
from modbot.adapting import learn
from modbot.domain import Action, Mode, Policy
from modbot.scoring.artifacts import find, load, model_dirs

pytestmark = pytest.mark.usefixtures("founded")
SPAM = "Cheap pills {n}, best price, buy now http://pills-{n}.example casino viagra bonus \x1b[31m"
GOOD = "The night bus of line {n} now stops at the harbour, which saves me a long walk. Thank you!"


@pytest.fixture
def site(store):
    """A hold-only site with thirty stored comments; a person rejected the spam and published ten of the others."""
    site = store.add_site(a_site(), ())
    for n in range(30):
        body = (SPAM if n % 3 == 0 else GOOD).format(n=n)
        author = an_author(key=f"author-{n}", email_domain="zebra.example", email_masked="z•••@z•••.example")
        comment = a_comment(
            site_id=site.id, key=f"k{n}", fingerprint=f"{n:032}", name="Zebedee", body=body, author=author
        )
        case, _ = store.record(a_new_case(comment=comment, at=later(days=n), verdict=a_verdict(signals=())))
        if n % 3 < 2:
            store.record_review(a_draft(case_id=case.id, action=Action.REJECT if n % 3 == 0 else Action.PUBLISH))
    return site


def told(run, *args):
    return json.loads(run("replay", "--site", "site-ada", "--json", *args).stdout)


def test_it_works(run, site):
    shown = run("replay", "--site", "Harbour Gazette", "--mode", "borrowed").stdout
    assert "Harbour Gazette: the newest 30 stored comments, judged anew" in shown
    assert "before: mode hold-only, max good rejected 1%, max bad published 5%, model" in shown
    assert "after:  mode borrowed" in shown
    assert "People decided 20 of them: 10 published, 10 rejected." in shown
    assert "Agreements with people:" in shown
    flips = [line for line in shown.splitlines() if "hold → publish" in line]
    assert 0 < len(flips) <= 10
    assert "clearly fine" in flips[0]
    assert "people published it" in flips[0]


def test_it_tells_programs(run, site):
    found = told(run, "--mode", "borrowed", "--max-good-rejected", "5%")
    assert (found["site"], found["judged"]) == ("site-ada", 30)
    assert sum(count for row in found["table"].values() for count in row.values()) == 30
    assert sum(found["table"]["hold"].values()) == 30
    assert found["flipped"] == 30 - found["table"]["hold"]["hold"] > 0
    assert found["before"]["policy"] == {"mode": "hold-only", "max_good_rejected": 0.01, "max_bad_published": 0.05}
    assert found["after"]["policy"] == {"mode": "borrowed", "max_good_rejected": 0.05, "max_bad_published": 0.05}
    assert found["people"] | {"gained": 0} == {"published": 10, "rejected": 10, "gained": 0, "lost": 0}
    assert found["after"]["agreed"] == found["people"]["gained"] > 0
    assert (found["before"]["held"], found["before"]["share_good_rejected"]) == (20, 0.0)
    assert 0 < len(found["telling"]) <= 10
    assert {"case_id", "at", "before", "after", "band", "reason", "answered"} <= set(found["telling"][0])


def test_it_compares_the_verdicts_of_then_with_those_of_now_without_a_change(run, store, site):
    assert "before: what the machine said when each comment came" in run("replay", "--site", "site-ada").stdout
    assert told(run)["flipped"] == 0
    store.change_site(a_site(policy=Policy(mode=Mode.BORROWED)), later())
    assert told(run)["flipped"] > 0


def test_it_writes_nothing(run, founded, store, site):
    def kept():
        return [hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(founded.glob("*.db"))]

    store.close()
    before = kept()
    run("replay", "--site", "site-ada", "--mode", "borrowed", "--max-good-rejected", "5%")
    assert kept() == before


def test_it_shows_no_text_name_or_address_unless_asked(run, site):
    asked = ("replay", "--site", "site-ada", "--mode", "borrowed")
    for shown in (run(*asked), run(*asked, "--json")):
        for word in ("Zebedee", "zebra", "pills", "night bus", "•"):
            assert word not in shown.output
    with_text = run(*asked, "--show-text").stdout
    assert "Zebedee: " in with_text
    assert "\x1b" not in with_text
    assert "zebra" not in with_text
    assert told(run, "--mode", "borrowed", "--show-text")["telling"][0]["text"].startswith("Zebedee: ")


def test_it_judges_only_the_newest(run, site):
    assert told(run, "--limit", "7")["judged"] == 7
    assert told(run, "--since", f"{later(days=20):%Y-%m-%d}")["judged"] == 10
    assert told(run, "--since", f"{later(days=20):%Y-%m-%d}", "--limit", "4")["judged"] == 4


def test_it_judges_by_another_model(run, founded, site):
    version = json.loads(run("model", "list", "--json").stdout)[0]["version"]
    found = told(run, "--model", version)
    assert (found["flipped"], found["after"]["model"]) == (0, version)


def test_it_judges_with_what_was_learned_from_the_site_and_says_so(run, store):
    """People of this site reject its lighthouse poems, which no model would; the change is tried with a layer of its own."""
    site = store.add_site(a_site(policy=Policy(mode=Mode.BORROWED)), ())
    model = load(find(model_dirs()))
    for n in range(100):
        bad = n % 2 == 0
        body = f"Part {n} of my lighthouse poem" if bad else f"The tide table on page {n} is late again"
        comment = a_comment(site_id=site.id, key=f"k{n}", fingerprint=f"{n:032}", body=body)
        case, _ = store.record(a_new_case(comment=comment, at=later(n), verdict=a_verdict(signals=())))
        action, reason = (Action.REJECT, "spam") if bad else (Action.PUBLISH, "")
        store.record_review(a_draft(case_id=case.id, action=action, reason=reason, at=later(n + 1)))
        if n in {49, 99}:
            learn(store, site, later(n + 2), model)
    found = told(run, "--max-good-rejected", "2%")
    assert (found["before"]["layer"], found["after"]["layer"]) == (2, 3)
    assert store.site_layer(site.id).version == 2
    assert found["before"]["agreed"] > 50
    assert told(run)["before"].get("layer") is None
    assert "by hindsight" in run("replay", "--site", "site-ada").stdout


@pytest.mark.parametrize(
    ("args", "remedy"),
    [
        (("--mode", "own"), "until then use hold-only or borrowed"),
        (("--since", "2031-01-01"), "give an earlier --since"),
        (("--model", "none-such"), "none-such"),
    ],
)
def test_it_refuses_with_a_remedy(run, site, args, remedy):
    assert remedy in run("replay", "--site", "site-ada", *args, code=1).stderr


def test_it_requires_a_site_with_something_stored(run, store):
    assert "modbot site list" in run("replay", "--site", "nobody", code=1).stderr
    store.add_site(a_site(), ())
    assert "has no stored comments" in run("replay", "--site", "site-ada", code=1).stderr


@pytest.mark.parametrize(
    ("args", "named"),
    [
        (("--max-good-rejected", "1"), "--max-good-rejected"),
        (("--since", "yesterday"), "--since"),
        (("--limit", "0"), "--limit"),
        (("--seed", "4"), "--seed goes with --history only"),
        (("--audit-rate", "1%"), "--audit-rate goes with --history only"),
    ],
)
def test_it_names_the_option_that_is_wrong(run, site, args, named):
    assert named in run("replay", "--site", "site-ada", *args, code=2).stderr


def test_it_judges_by_the_rules_that_count_today(run, store, site):
    store.add_rule(a_rule(pattern="harbour"))
    store.add_rule(a_rule(id="over", pattern="pills", until=later(60)))
    after = told(run, "--mode", "borrowed")["after"]
    assert (after["forbidden"], after["good_rejected"]) == (10, 0)
