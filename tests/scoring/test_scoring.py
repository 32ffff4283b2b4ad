from __future__ import annotations

from dataclasses import dataclass

from factories import a_comment, a_score, a_signal
from modbot.domain import Head
from modbot.policy import WEIGHTS
from modbot.scoring import Scene, assess, catalogue


@dataclass
class Says:
    """A scorer that says what it is told, or breaks."""

    found: tuple = ()
    name: str = "says"
    version: str = "v1"
    breaks: bool = False

    def look(self, scene):
        if self.breaks:
            raise ZeroDivisionError
        return self.found


SCENE = Scene(a_comment())


def test_it_works():
    heads = Says((a_score(Head.SPAM, 1.0),), version="m-9")
    assessment = assess(SCENE, model=heads, rules=[Says((a_signal(),))], rules_version="r-1")
    assert [score.head for score in assessment.heads] == [Head.SPAM]
    assert [signal.code for signal in assessment.signals] == ["NEW_AUTHOR"]
    assert (assessment.model, assessment.rules) == ("m-9", "r-1")


def test_it_turns_a_broken_scorer_into_a_signal_and_runs_the_others():
    assessment = assess(SCENE, model=Says(breaks=True, name="model"), rules=[Says((a_signal(),))], rules_version="r-1")
    assert [signal.code for signal in assessment.signals] == ["SCORER_FAILED", "NEW_AUTHOR"]
    assert "model: ZeroDivisionError" in assessment.signals[0].detail
    assert assessment.heads == ()


def test_it_has_a_sentence_for_every_weight():
    assert set(WEIGHTS) <= set(catalogue())
    assert all(sentence.endswith(".") for sentence in catalogue().values())
