"""From people's answers to a site's own cut-offs, through the real store and the real pipeline."""

from __future__ import annotations

import io
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from factories import a_comment, a_draft, a_new_case, a_verdict, later
from modbot import observe
from modbot.adapting import begin_anew, due, keep_learning, learn, learn_all, standing
from modbot.domain import Action, Cut, Mode, SiteLayer
from modbot.errors import StoreUnavailable
from modbot.storage import open_store


@pytest.fixture
def own_site(house, ada_site):
    """Ada's site, which promises 30 % both ways on its own evidence: eleven comments, for 0.7**11 is below 0.025."""
    policy = replace(ada_site.policy, mode=Mode.OWN, max_good_rejected=0.3, max_bad_published=0.3)
    return house.store.change_site(replace(ada_site, policy=policy), later())


@pytest.fixture
def lines():
    """The log as it is written; the root logger is put back afterwards."""
    root, hook = logging.getLogger(), threading.excepthook
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    observe.configure_logging("info", json=True, stream=stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:], root.level, threading.excepthook = handlers, level, hook


def check(house, site, action, risks, at=None):
    """Let people answer comments that chance laid before them."""
    for number, risk in enumerate(risks):
        key = f"{action}-{risk}-{at}-{number}"
        new = a_new_case(
            comment=a_comment(site_id=site.id, key=key), payload_hash=key, verdict=a_verdict(coin=0.0, risk=risk)
        )
        case, _ = house.store.record(replace(new, at=at or later()))
        house.store.record_review(a_draft(case_id=case.id, action=action))


def evenly(low, high, count):
    return [low + (high - low) * n / (count - 1) for n in range(count)]


def test_it_works(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    learned = learn(house.store, own_site, later(5))
    assert (learned.version, learned.at, learned.publish) == (1, later(5), None)
    assert learned.reject == Cut(pytest.approx(0.8), 0.3, 11, 1)
    assert house.store.site_layer(own_site.id) == learned
    assert learn(house.store, own_site, later(6)) is None


def test_it_says_what_would_be_learned_and_writes_nothing(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    foreseen = due(house.store, own_site, later(5))
    assert house.store.site_layer(own_site.id) is None
    assert learn(house.store, own_site, later(5)) == foreseen
    stricter = replace(own_site, policy=replace(own_site.policy, max_good_rejected=0.01))
    assert due(house.store, stricter, later(6)) is None


def test_it_keeps_each_side_by_itself(house, own_site):
    check(house, own_site, Action.REJECT, evenly(0.5, 0.9, 11))
    first = learn(house.store, own_site, later())
    assert (first.reject, first.publish) == (None, Cut(pytest.approx(0.5), 0.3, 11, 1))
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    second = learn(house.store, own_site, later())
    assert (second.version, second.publish) == (2, first.publish)
    assert second.reject.evidence == 11


def test_it_looks_again_when_the_evidence_has_doubled(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    learn(house.store, own_site, later())
    check(house, own_site, Action.PUBLISH, evenly(0.2, 0.7, 10))
    assert learn(house.store, own_site, later()) is None
    check(house, own_site, Action.PUBLISH, [0.9])
    # By hand: of 22, P(at most one above) = 0.7**22 * (1 + 22 * 3/7) = 0.0041 is below 0.05 / 6; with two it is 0.0206.
    assert learn(house.store, own_site, later()).reject == Cut(pytest.approx(0.8), 0.3, 22, 2)


def test_it_keeps_what_else_was_learned(house, own_site):
    house.store.put_site_layer(SiteLayer(own_site.id, 1, later(), layer=b"arrays", facts={"rows": 9}))
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    learned = learn(house.store, own_site, later())
    assert (learned.version, learned.layer, learned.facts) == (2, b"arrays", {"rows": 9})


@pytest.mark.parametrize("mode", [Mode.HOLD_ONLY, Mode.BORROWED])
def test_it_spends_nothing_on_cutoffs_that_nobody_uses(house, own_site, mode):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    assert learn(house.store, replace(own_site, policy=replace(own_site.policy, mode=mode)), later()) is None
    assert house.store.site_layer(own_site.id) is None


def test_it_begins_anew_from_a_moment_on(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.99, 11))
    learn(house.store, own_site, later())
    fresh = begin_anew(house.store, own_site, later(hours=1))
    assert (fresh.version, fresh.since, fresh.reject) == (2, later(hours=1), Cut(None, 0.3, 0, 1))
    assert house.store.site_layer(own_site.id) == fresh
    now = standing(house.store, own_site)
    assert (now.checked.good, now.reject.cutoff) == (0, None)
    assert now.told()[-1] == (
        "Since: only comments from 2026-03-14T13:00:00+00:00 on count; those before were scored in another way."
    )
    # What the first look spent stays spent: 0.7**13 is above 0.05 / 6, 0.7**14 is not.
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.7, 13), at=later(hours=1))
    assert learn(house.store, own_site, later(hours=2)) is None
    check(house, own_site, Action.PUBLISH, [0.3], at=later(hours=1))
    assert learn(house.store, own_site, later(hours=2)).reject == Cut(pytest.approx(0.7), 0.3, 14, 2)
    assert house.store.site_layer(own_site.id).since == later(hours=1)


def test_it_begins_anew_whoever_else_learns_at_the_same_moment(house, own_site):
    with ThreadPoolExecutor(8) as pool:
        put = list(pool.map(lambda n: begin_anew(house.store, own_site, later(n)), range(8)))
    assert sorted(layer.version for layer in put) == list(range(1, 9))


def test_it_begins_anew_with_another_model(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    first = learn(house.store, own_site, later())
    facts = {"model": "another", "in_use": ["spam"]}
    house.store.put_site_layer(replace(first, version=2, layer=b"arrays", facts=facts))
    found = learn(house.store, own_site, later(5), house.model)
    assert (found.version, found.layer, found.facts) == (3, None, {})
    assert (found.reject, found.since) == (Cut(None, 0.3, 0, 1), later(65))
    assert learn(house.store, own_site, later(6), house.model) is None


def test_it_says_what_the_evidence_is_good_for(house, own_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 5))
    house.store.record(a_new_case(verdict=a_verdict(coin=0.0)))
    now = standing(house.store, own_site)
    assert not now.suffices
    assert now.told() == (
        "Rejecting: 5 checked good comments support no promise; 67 more would support 5 %. The promised 30 % needs 6 more.",
        "Publishing: 0 checked bad comments support no promise; 72 more would support 5 %. The promised 30 % needs 11 more.",
        "Waiting: 1 more was drawn and waits in the queue for an answer.",
    )
    check(house, own_site, Action.PUBLISH, evenly(0.2, 0.81, 6))
    assert standing(house.store, own_site).suffices


def test_it_learns_from_every_site_until_told_to_stop(house, own_site, ben_site):
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    stop = threading.Event()
    keep_learning(house.store, house.model, stopping(stop), stop)
    assert house.store.site_layer(own_site.id).at == later(7)
    assert learn_all(house.store, house.model, later) == 0


def test_it_tells_of_trouble_with_a_site_and_learns_from_the_next(house, own_site, ben_site, lines):
    # What was written down for Ben's site, which comes first, lacks what it should have.
    broken = SiteLayer(ben_site.id, 1, later(), facts={"model": house.model.version, "answers": 9})
    house.store.put_site_layer(broken)
    check(house, own_site, Action.PUBLISH, evenly(0.1, 0.8, 11))
    assert [site.id for site in house.store.sites()] == [ben_site.id, own_site.id]
    assert learn_all(house.store, house.model, later) == 1
    assert house.store.site_layer(own_site.id).reject is not None
    (line,) = [line for line in lines() if line["event"] == "learning_failed"]
    assert (line["site"], line["level"], line["error"]) == (ben_site.id, "error", "KeyError")


def test_it_goes_on_when_the_database_is_away(house, lines):
    away, stop = open_store("sqlite:////no/such/folder/modbot.db"), threading.Event()
    threading.Timer(0.2, stop.set).start()
    keep_learning(away, house.model, later, stop)
    assert [line["event"] for line in lines()] == ["learning_unavailable"]
    with pytest.raises(StoreUnavailable):
        learn_all(away, house.model, later)
    away.close()


def stopping(stop):
    """A clock that ends the work that asks it the time."""

    def clock():
        stop.set()
        return later(7)

    return clock
