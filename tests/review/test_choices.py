"""What people choose for themselves: their keys, on every device, and no two alike."""

from __future__ import annotations

from modbot.review.pages.frame import DEFAULT_KEYS


def test_it_works(at_the_desk, house, arrive):
    arrive()
    ada = at_the_desk("ada")

    answer = ada.post("/preferences/keys", **(DEFAULT_KEYS | {"publish": "1"}))

    assert answer.location == "/preferences/keys?saved=1"
    assert house.store.preferences("user-ada")["keys"] == {"publish": "1"}
    assert "Kept." in ada.get(answer.location).text
    elsewhere = at_the_desk("ada").get("/queue").text
    assert '<kbd class="kbd" aria-hidden="true">1</kbd>' in elsewhere
    assert 'aria-keyshortcuts="1"' in elsewhere
    assert "&#34;publish&#34;: &#34;1&#34;" in elsewhere
    assert 'aria-keyshortcuts="1"' not in at_the_desk("dora").get("/queue").text


def test_it_names_the_two_that_collide_and_keeps_what_was(at_the_desk, house):
    ada = at_the_desk("ada")

    answer = ada.post("/preferences/keys", **(DEFAULT_KEYS | {"publish": "r"}))

    assert answer.status_code == 400
    assert "“r” is already the key of “Publish”" in answer.text
    assert "keys" not in house.store.preferences("user-ada")


def test_it_goes_back_to_the_usual_keys(at_the_desk, house):
    ada = at_the_desk("ada")
    ada.post("/preferences/keys", **(DEFAULT_KEYS | {"publish": "1"}))

    ada.post("/preferences/keys", usual="1")

    assert "keys" not in house.store.preferences("user-ada")
