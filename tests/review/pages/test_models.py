"""What a model's card says, and two of them side by side."""

from __future__ import annotations

from modbot.review.pages.models import Compared, comparison, model_view


def test_it_shows_a_card():
    card = {
        "heads": ["spam"],
        "rows": {"blog": {"train": 1_200}, "chat": {"train": 34, "test": 9}},
        "held_back": {"spam": {"blog": {"auc": 0.9}, "chat": {"auc": 0.8}, "forum": {"auc": None}}},
        "leave_one_source_out": {"spam": {"blog": {"auc": 0.71}}},
    }

    shown = model_view(card, "v1", live=True)

    assert shown.rows == "1,234 comments from 2 sources"
    assert shown.metrics == (("Spam", "AUC 0.85 on comments held back, 0.71 on sources never seen"),)


def test_it_shows_a_card_that_says_nothing():
    assert model_view({}, "v1", live=False).heads == "unknown"
    assert model_view({"heads": ["spam"], "held_back": {}}, "v1", live=False).metrics == (("Spam", "not measured"),)


def test_it_sets_two_cards_side_by_side_where_both_were_measured():
    measured = {"rows": 9, "auc": 0.91, "auc_interval": [0.9, 0.92], "recall_at_1pct": 0.5}
    one = {"held_back": {"spam": {"blog": measured, "forum": measured}}, "leave_one_source_out": {}}
    other = {"held_back": {"spam": {"blog": {"auc": 0.93, "recall_at_1pct": None}}, "toxicity": {"blog": measured}}}

    assert comparison("a", "b", {"a": one, "b": other}).rows == (
        Compared("spam", "blog (held back)", "AUC", "0.910 (0.900 to 0.920)", "0.930"),
    )
    assert comparison("a", "b", {"a": {}, "b": other}).rows == ()
