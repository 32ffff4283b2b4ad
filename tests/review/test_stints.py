"""How long a person has been at it: in their own session, said when they asked for it."""

from __future__ import annotations


def work(ada, arrive, clock, minutes):
    for number in range(minutes // 4):
        ada.decide(arrive(f"Comment {number} of {minutes}"), "rejection", reason="abuse" if number == 0 else "")
        clock.tick(4 * 60)


def test_it_works(at_the_desk, arrive, clock):
    ada = at_the_desk("ada")
    ada.post("/preferences/care", count="1", pause_min="25")
    work(ada, arrive, clock, 24)
    assert "Time for a break?" not in ada.get("/queue").text
    work(ada, arrive, clock, 8)
    said = "Time for a break? You decided 8 times in 28 minutes without a break; 2 of them were hard to read."
    assert said in ada.get("/queue").text
    assert "Time for a break?" not in ada.get("/queue").text
    assert "Since your last break: 8 times in 28 minutes" in ada.get("/preferences/care").text


def test_it_reminds_nobody_who_did_not_ask(at_the_desk, arrive, clock):
    ada = at_the_desk("ada")
    work(ada, arrive, clock, 60)
    assert "Time for a break?" not in ada.get("/queue").text
    assert "Since your last break" not in ada.get("/preferences/care").text


def test_it_says_so_in_the_answer_to_a_decision_in_the_list(at_the_desk, arrive, clock):
    ada = at_the_desk("ada")
    ada.post("/preferences/care", pause_min="25")
    work(ada, arrive, clock, 32)
    case = arrive("One more")
    answer = ada.decide(case, "rejection", back=f"/cases/{case.id}/outcome")
    assert "Time for a break?" in ada.get(answer.location).text
