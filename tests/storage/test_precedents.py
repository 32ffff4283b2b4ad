"""How people decided earlier comments that are like one at hand, on both engines."""

from __future__ import annotations

from factories import a_comment, a_draft, a_new_case, an_author, later
from modbot.domain import Action, Alike, DecidedBy
from modbot.text import sketch

LINK = "Win at https://casino-royal.example/now today"


def recorded(store, key, *, joins="", at_s=0, **comment):
    made = a_comment(**{"key": key, "fingerprint": f"f-{key}", "author": an_author(key=f"a-{key}"), **comment})
    return store.record(a_new_case(comment=made, joins=joins, at=later(at_s)))[0]


def decided(store, case, action=Action.REJECT, **draft):
    return store.record_review(a_draft(case_id=case.id, action=action, **draft))


def told(store, case, **asked):
    return {(one.alike, one.about): (one.published, one.rejected) for one in store.precedents(case, **asked)}


def test_it_works(store):
    same = decided(store, recorded(store, "k1", fingerprint="f"))
    linking = decided(store, recorded(store, "k2", body=LINK, at_s=1))
    by_her = decided(store, recorded(store, "k3", author=an_author(key="a"), at_s=2), Action.PUBLISH)
    case = recorded(store, "k4", fingerprint="f", author=an_author(key="a"), body=f"Hello. {LINK}!", at_s=3)

    found = store.precedents(case)

    assert [(one.alike, one.about, one.published, one.rejected) for one in found] == [
        (Alike.TEXT, "", 0, 1),
        (Alike.DOMAIN, "casino-royal.example", 0, 1),
        (Alike.AUTHOR, "", 1, 0),
    ]
    assert [one.newest[0].id for one in found] == [same.id, linking.id, by_her.id]
    assert found[0].newest[0].reviews[0].reviewer_name == "ada"


def test_it_finds_mutated_copies(store):
    text = (
        "Homeowners in Saltmere can now get a solar grant of up to 8,400! Check if you qualify before Friday, please."
    )
    first = recorded(store, "k1", sketch=sketch(text))
    second = recorded(store, "k2", sketch=sketch(text), joins=first.id, at_s=1)
    decided(store, first)
    assert told(store, second) == {(Alike.COPY, ""): (0, 1)}


def test_it_counts_only_what_people_decided_on_this_site(store):
    store.record(a_new_case(comment=a_comment(key="machine", body=LINK), action=Action.REJECT))
    decided(store, recorded(store, "elsewhere", body=LINK, site_id="site-ben", fingerprint="f"))
    undone = decided(store, recorded(store, "undone", body=LINK, fingerprint="f"))
    decided(store, undone, seen_revision=2, undo=True)
    case = recorded(store, "k", body=LINK, fingerprint="f")
    assert told(store, case) == {}
    decided(store, recorded(store, "site", body=LINK), decided_by=DecidedBy.SITE)
    assert told(store, case) == {(Alike.DOMAIN, "casino-royal.example"): (0, 1)}


def test_it_takes_no_words_for_a_domain(store):
    decided(store, recorded(store, "k1", body="The casino royal example of this town"))
    decided(store, recorded(store, "k2", body="More at HTTPS://www.Casino-Royal.example", at_s=1), Action.PUBLISH)
    assert told(store, recorded(store, "k3", body=LINK)) == {(Alike.DOMAIN, "casino-royal.example"): (1, 0)}


def test_it_looks_for_the_author_s_website_too(store):
    decided(store, recorded(store, "k1", body=LINK))
    case = recorded(store, "k2", body="Thanks", url="https://casino-royal.example")
    assert told(store, case) == {(Alike.DOMAIN, "casino-royal.example"): (0, 1)}


def test_it_gives_a_few_examples_and_none_twice(store):
    for number in range(4):
        one = recorded(store, f"k{number}", fingerprint="f", author=an_author(key="a"), at_s=number)
        decided(store, one)
    case = recorded(store, "k", fingerprint="f", author=an_author(key="a"), at_s=9)
    text, author = store.precedents(case, examples=2)
    assert (text.rejected, author.rejected) == (4, 4)
    assert [one.comment.key for one in text.newest + author.newest] == ["k3", "k2", "k1", "k0"]


def test_it_takes_nameless_authors_for_different_ones(store):
    decided(store, recorded(store, "k1", author=an_author(key="")))
    assert told(store, recorded(store, "k2", author=an_author(key=""))) == {}


def test_it_keeps_the_decision_of_an_erased_text(store):
    gone = decided(store, recorded(store, "k1", fingerprint="f"))
    store.erase_comment(gone.id, later(99))
    (found,) = store.precedents(recorded(store, "k2", fingerprint="f"))
    assert (found.rejected, found.newest[0].erased) == (1, True)
