"""Filters beyond the first row, lists that people keep, and the author behind an address."""

from __future__ import annotations

import re

import pytest

from factories import an_author
from modbot.domain import Action


def listed(page):
    return re.findall(r'data-case="(\w+)"', page)


def chips(page):
    return re.findall(r'class="chips__chip" href="([^"]+)" aria-label="Without this filter: ([^"]+)"', page)


def test_it_works(at_the_desk, arrive):
    spam, fine = arrive(), arrive("The bus is late again")
    ada = at_the_desk("ada")
    ada.decide(spam, "rejection")
    page = ada.get("/queue?state=all&who=user-ada&age=week").text
    assert listed(page) == [spam.id]
    assert chips(page) == [
        ("/queue?state=all&amp;who=user-ada", "The last 7 days"),
        ("/queue?state=all&amp;age=week", "Decided by ada"),
    ]
    assert listed(ada.get("/queue?state=all&who=machine").text) == [fine.id]
    assert listed(ada.get("/queue?state=all&age=older").text) == []


@pytest.mark.parametrize(
    "typed", ["casino.example", "https://www.casino.example/x", "jo@casino.example", " CASINO.example "]
)
def test_it_finds_a_domain_however_it_is_typed(at_the_desk, arrive, typed):
    spam = arrive()
    arrive("The bus is late again")
    page = at_the_desk("ada").get("/queue", query_string={"host": typed}).text
    assert listed(page) == [spam.id]
    assert "Looked for among the newest 20,000 comments." in page


@pytest.mark.parametrize("query", ["age=x", "band=x", "who=x%27", "author=,,", "host=%2F", "host=..."])
def test_it_survives_what_nobody_offered(at_the_desk, arrive, query):
    arrive()
    assert at_the_desk("ada").get(f"/queue?{query}").status_code == 200


def test_it_finds_an_author_by_address_and_keeps_the_address_nowhere(at_the_desk, house, arrive, ada_site, caplog):
    key = house.vault.author_key(ada_site.id, "cal@example.org")
    mine, _ = arrive(author=an_author(key=key)), arrive("Another")
    ada = at_the_desk("ada")
    answer = ada.post("/queue/author", email=" Cal@Example.org ")
    assert (answer.status_code, answer.location) == (303, f"/queue?state=all&author={key}")
    page = ada.get(answer.location).text
    assert listed(page) == [mine.id]
    assert "One author" in page
    assert "cal@example.org" not in (page + caplog.text).lower()
    assert listed(ada.get(ada.post("/queue/author", email="nobody@example.org").location).text) == []


def test_it_finds_nothing_of_another_site_by_address(at_the_desk, house, arrive, ada_site):
    arrive(author=an_author(key=house.vault.author_key(ada_site.id, "cal@example.org")))
    ben = at_the_desk("ben")
    assert listed(ben.get(ben.post("/queue/author", email="cal@example.org").location).text) == []


def test_it_keeps_lists_per_person(at_the_desk, house):
    ada, dora = at_the_desk("ada"), at_the_desk("dora")
    here = "/queue?state=rejected&age=week"
    assert ada.post("/queue/saved", name="Last week", back=here).location == here
    assert "/queue?state=rejected&amp;age=week" in ada.get("/queue").text
    assert "Last week" not in dora.get("/queue").text
    ada.post("/queue/saved", name="Last week", back="/queue?age=day")
    page = ada.get("/queue").text
    assert page.count('value="Last week"') == 1
    assert "/queue?age=day" in page
    ada.post("/queue/saved/removal", name="Last week", back="/queue")
    assert "Last week" not in ada.get("/queue").text


@pytest.mark.parametrize(
    "back", ["https://evil.example/queue", "//evil.example", "/admin/sites", "javascript:alert(1)"]
)
def test_it_keeps_no_address_elsewhere(at_the_desk, house, people, back):
    at_the_desk("ada").post("/queue/saved", name="Trap", back=back)
    kept = house.store.preferences("user-ada").get("lists", [])
    assert [href for _, href in kept if not href.startswith("/queue")] == []


def test_it_goes_through_a_narrowed_list_case_by_case(at_the_desk, house, arrive):
    for number in range(3):
        arrive(f"Comment number {number}")
    cases = [arrive(f"{number} at http://casino.example") for number in range(2)]
    ada = at_the_desk("ada")
    ada.get("/queue?host=casino.example&order=oldest")
    answer = ada.decide(cases[0], "approval", **{"from": "case"})
    assert answer.location == f"/cases/{cases[1].id}"
    assert house.store.case(cases[0].id).action is Action.PUBLISH


@pytest.mark.parametrize("order", ["worst", "oldest", "unsure"])
@pytest.mark.parametrize(
    "narrow", ["host=casino.example", "q=casino", "host=casino.example&band=probably+bad&q=casino"]
)
@pytest.mark.parametrize("state", ["waiting", "all"])
def test_it_shows_each_once_from_the_first_page_to_the_last(at_the_desk, arrive, order, narrow, state):
    cases = [arrive(f"{n} at http://casino.example" if n % 2 else f"{n} on the bus") for n in range(50)]
    ada, seen, href = at_the_desk("ada"), [], f"/queue?state={state}&order={order}&{narrow}"
    while href:
        page = ada.get(href).text
        seen += listed(page)
        href = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
        href = href if 'rel="next"' in page else ""
    assert sorted(seen) == sorted(case.id for case in cases[1::2])
