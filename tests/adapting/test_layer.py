"""A site's layer, made of what its people answered, through the real store, model and pipeline."""

from __future__ import annotations

from dataclasses import replace

import pytest

from factories import a_draft, a_user, later
from modbot.adapting import begin_anew, layer_told, learn
from modbot.adapting.layer import FIRST_AT, _use
from modbot.domain import Action, Door, Head, Mode
from modbot.moderation import Submission
from modbot.promise.own import spent

pytestmark = pytest.mark.slow

NAMES = ("Ada", "Bo", "Cleo", "Dov", "Ena", "Fay", "Gus")
# What this site's people do not want, in words that say nothing to a model that never saw the site.
GOOD = "The tide table on page {n} is a day late again, says {name}."
UNWANTED = "Part {n} of my poem about the old lighthouse and its {name} keeper."


@pytest.fixture
def site(house, ada_site):
    return house.store.change_site(replace(ada_site, policy=replace(ada_site.policy, mode=Mode.HOLD_ONLY)), later())


def send(house, site, body, n):
    fields = {"name": NAMES[n % 7], "email": f"reader{n}@example.org", "body": body}
    return house.moderator.moderate(site, Submission(fields, body.encode(), Door.NATIVE, ""), later(n)).case


def answer(house, site, count, *, start=0, tells=lambda n: n % 2 == 0):
    """Send so many comments and answer them: the poems are not wanted."""
    for n in range(start, start + count):
        good = tells(n)
        case = send(house, site, (GOOD if n % 2 == 0 else UNWANTED).format(n=n, name=NAMES[n % 7]), n)
        house.moderator.review(
            a_draft(
                case_id=case.id,
                seen_revision=case.revision,
                action=Action.PUBLISH if good else Action.REJECT,
                reason="" if good else "spam",
                at=later(n + 0.5),
                not_before=later(n + 0.5),
            ),
            a_user(),
        )


def step(house, site, at):
    return learn(house.store, house.store.site(site.id), later(at), house.model)


def test_it_works(house, site):
    answer(house, site, FIRST_AT - 1)
    assert step(house, site, 30) is None
    answer(house, site, 1, start=FIRST_AT - 1)
    first = step(house, site, 40)
    assert first.version == 1
    assert first.facts["in_use"] == [], "nothing has been measured yet"
    answer(house, site, 10, start=50)
    second = step(house, site, 70)
    assert second.facts["in_use"] == ["spam", "toxicity"]
    assert second.facts["limited"] == ["toxicity"], "nobody was rejected for abuse, so little is known of it here"
    assert second.facts["surprise"]["spam"]["layer"] < second.facts["surprise"]["spam"]["model"]
    assert "for spam it is used" in layer_told(second)


def test_it_has_something_to_say_before_the_first(house, site):
    assert layer_told(house.store.site_layer(site.id)).startswith("Nothing was learned from this site yet")


def test_it_waits_for_more_answers(house, site):
    answer(house, site, FIRST_AT)
    step(house, site, 40)
    answer(house, site, 1, start=50)
    assert step(house, site, 60) is None
    answer(house, site, 1, start=51)
    assert step(house, site, 61).version == 2


def test_it_is_not_used_where_it_does_not_help(house, site):
    # People who answer by the toss of a coin teach nothing, and the layer must notice.
    coin = [n * n % 7 in {1, 2} for n in range(200)]
    answer(house, site, 60, tells=coin.__getitem__)
    step(house, site, 70)
    answer(house, site, 60, start=70, tells=lambda n: not coin[n])
    assert "spam" not in step(house, site, 140).facts["in_use"]


@pytest.mark.parametrize(
    ("layer", "was_used", "is_used", "why"),
    [
        (40.1, False, False, "it has not helped yet"),
        (39.9, False, True, "it has helped"),
        (42.9, True, True, "that may be chance"),
        (43.1, True, False, "it does harm, twenty to one"),
    ],
)
def test_it_is_given_up_only_when_it_does_harm_for_sure(layer, was_used, is_used, why):
    surprise = {"spam": {"model": 40.0, "layer": layer}, "toxicity": {"bad": 9}}
    in_use, _ = _use(surprise, [Head.SPAM], {"spam"} if was_used else set())
    assert (in_use == (Head.SPAM,)) is is_used, why


def test_it_learns_nothing_from_answers_that_speak_of_no_head(house, site):
    for n in range(FIRST_AT):
        case = send(house, site, GOOD.format(n=n, name=NAMES[n % 7]), n)
        draft = a_draft(case_id=case.id, seen_revision=case.revision, action=Action.REJECT, reason="other", at=later(n))
        house.moderator.review(draft, a_user())
    assert step(house, site, 60) is None


def test_it_changes_what_the_machine_says_and_tells_so(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 10, start=60)
    learned = step(house, site, 80)
    site = house.store.site(site.id)
    site = house.store.change_site(replace(site, policy=replace(site.policy, mode=Mode.BORROWED)), later(81))
    poem = send(house, site, "Last part of my poem about the old lighthouse and its keeper.", 90)
    tides = send(house, site, "The tide table on page 9 is late again.", 91)
    assert poem.verdict.model == f"{house.model.version}+s{learned.version}"
    assert poem.verdict.scores[Head.SPAM] > 0.5 > tides.verdict.scores[Head.SPAM]
    spam = next(score for score in poem.verdict.heads if score.head is Head.SPAM)
    assert any(term.kind == "site" and term.share > 0 and term.label == "poem" for term in spam.terms)


def test_it_adapts_the_borrowed_cutoffs(house, site):
    site = house.store.change_site(replace(site, policy=replace(site.policy, mode=Mode.BORROWED)), later())
    answer(house, site, 40)
    step(house, site, 50)
    assert send(house, site, "A word about tides.", 55).verdict.policy == f"p{site.policy.version}"
    answer(house, site, 10, start=60)
    learned = step(house, site, 80)
    verdict = send(house, house.store.site(site.id), "The tide table is late again.", 90).verdict
    assert verdict.policy == f"p{site.policy.version}.s{learned.version}"
    assert 0 < learned.facts["publish_below"] < learned.facts["reject_from"] <= 1


def test_it_follows_a_changed_wish(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 10, start=60)
    step(house, site, 80)
    site = house.store.site(site.id)
    assert step(house, site, 81) is None
    house.store.change_site(replace(site, policy=replace(site.policy, max_bad_published=0.3)), later(82))
    assert step(house, site, 83).facts["wishes"] == [site.policy.max_good_rejected, 0.3]


def test_it_begins_anew_with_another_model(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 10, start=60)
    step(house, site, 80)
    other = learn(house.store, house.store.site(site.id), later(90), replace(house.model, version="other"))
    assert other.facts["model"] == "other"
    assert other.facts["in_use"] == [], "with this model nothing has been measured yet"


@pytest.fixture
def own_site(house, site):
    """A site that decides by its own cut-offs on comments that the model alone has scored."""
    answer(house, site, 40)
    step(house, site, 50)
    wishes = replace(site.policy, mode=Mode.OWN, max_good_rejected=0.3, max_bad_published=0.3)
    own = house.store.change_site(replace(house.store.site(site.id), policy=wishes), later(51))
    found = step(house, site, 52)
    assert found.reject.at is not None
    assert found.publish.at is not None
    return own


def test_it_does_not_come_into_use_under_cutoffs_that_were_made_without_it(house, site, own_site):
    before = house.store.site_layer(site.id)
    answer(house, house.store.site(site.id), 10, start=60)
    found = step(house, site, 80)
    assert (found.version, found.facts["in_use"]) == (before.version + 1, [])
    assert (found.reject, found.publish, found.since) == (before.reject, before.publish, None)
    assert "for spam it would help, and waits for fresh evidence" in layer_told(found)


def test_it_comes_into_use_once_the_evidence_begins_anew(house, site, own_site):
    answer(house, house.store.site(site.id), 10, start=60)
    step(house, site, 80)
    begin_anew(house.store, house.store.site(site.id), later(81))
    answer(house, house.store.site(site.id), 10, start=90)
    assert step(house, site, 110).facts["in_use"] == ["spam", "toxicity"]


def test_it_takes_the_cutoffs_away_that_it_was_used_for_when_it_does_harm(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 4, start=60)
    assert "spam" in step(house, site, 70).facts["in_use"]
    answer(house, site, 30, start=140)
    wishes = replace(site.policy, mode=Mode.OWN, max_good_rejected=0.3, max_bad_published=0.3)
    house.store.change_site(replace(house.store.site(site.id), policy=wishes), later(180))
    used = step(house, site, 181)
    assert used.reject.at is not None
    # People have changed their minds, and the layer that believed them surprises more than the model alone.
    answer(house, house.store.site(site.id), 60, start=200, tells=lambda n: n % 2 == 1)
    found = step(house, site, 280)
    assert "spam" not in found.facts["in_use"]
    assert (found.reject, found.publish) == (spent(used.reject), spent(used.publish))
    assert found.since > later(280)
    held = send(house, house.store.site(site.id), "The tide table is late again.", 400).verdict
    assert (held.action, held.audit_rate) == (Action.HOLD, 1.0)


def test_it_lets_the_evidence_begin_anew_when_it_comes_into_use(house, site):
    answer(house, site, 40)
    before = step(house, site, 50)
    answer(house, site, 10, start=60)
    found = step(house, site, 80)
    assert (before.facts["in_use"], found.facts["in_use"]) == ([], ["spam", "toxicity"])
    assert before.since is None
    assert found.since > later(80)


def test_it_keeps_the_evidence_as_long_as_the_same_heads_are_in_use(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 10, start=60)
    used = step(house, site, 80)
    answer(house, site, 10, start=90)
    found = step(house, site, 110)
    assert (found.version, found.since, found.facts["in_use"]) == (3, used.since, used.facts["in_use"])


def test_it_lets_the_evidence_begin_anew_when_it_learns_very_much_at_one_stroke(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 10, start=60)
    used = step(house, site, 80)
    answer(house, site, 50, start=90)
    found = step(house, site, 150)
    assert (used.facts["answers"], found.facts["answers"]) == (50, 100)
    assert found.facts["in_use"] == used.facts["in_use"]
    assert found.since > used.since


def test_it_lets_the_evidence_begin_anew_when_it_goes_out_of_use(house, site):
    answer(house, site, 40)
    step(house, site, 50)
    answer(house, site, 4, start=60)
    used = step(house, site, 80)
    assert "spam" in used.facts["in_use"]
    # People have changed their minds, and the layer that believed them surprises more than the model alone.
    answer(house, site, 40, start=90, tells=lambda n: n % 2 == 1)
    found = step(house, site, 150)
    assert "spam" not in found.facts["in_use"]
    assert found.since > used.since


def test_it_asks_for_both_heads(house, site):
    answer(house, site, FIRST_AT)
    lone = replace(house.model, heads=house.model.heads[:1], weights=house.model.weights[:, :1])
    assert learn(house.store, house.store.site(site.id), later(90), lone) is None
