"""The page for people: complete, by itself, from the card alone."""

import re
from html.parser import HTMLParser

import pytest

from modbot.learning.report import page

pytestmark = pytest.mark.slow

FUNCTIONAL = {
    "cases": 44,
    "auc": 0.75,
    "auc_interval": [0.6, 0.9],
    "functions": {
        "threat": {"hateful": True, "cases": 35, "auc": 0.8, "toxicity": 0.4},
        "counter-speech": {"hateful": False, "cases": 9, "auc": 0.7},
    },
}
VOID = {"meta", "br", "img", "link", "input", "hr"}


class Nesting(HTMLParser):
    """Tags in the order in which they are opened; complains of one that is closed in the wrong place."""

    def __init__(self):
        super().__init__()
        self.open, self.seen, self.faults = [], [], []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(tag)


def parsed(text):
    parser = Nesting()
    parser.feed(text)
    return parser


@pytest.fixture(scope="module")
def text(trained):
    curve = [{"part": 1.0, "rows": 90, "held_back": 0.9, "leave_one_source_out": None}]
    return page("0123456789", {**trained.card, "functional": FUNCTIONAL, "learning_curve": {"spam": curve}})


def test_it_works(text, trained):
    assert text.startswith("<!doctype html>")
    assert all(f"<td>{source}</td>" in text for source in ("harbour", "market", "quay"))
    assert all(term in text for term in trained.card["identity"]["terms"])
    assert all(f"<td>{kind}</td>" in text for kind in FUNCTIONAL["functions"])
    assert "All 44 cases: AUC 0.750, 95 % interval 0.600 to 0.900." in text
    auc = trained.card["leave_one_source_out"]["spam"]["market"]
    low, high = auc["auc_interval"]
    assert f"<td>{auc['auc']:.3f}<small>{low:.3f} to {high:.3f}</small></td>" in text
    assert len(text.encode()) < 1_000_000


def test_it_is_one_file_that_runs_and_fetches_nothing(text):
    tags = parsed(text)
    assert (tags.faults, tags.open) == ([], [])
    names = {tag for tag, _ in tags.seen}
    assert not names & {"script", "link", "img", "iframe", "object"}
    targets = [value for _, attrs in tags.seen for key, value in attrs.items() if key in {"href", "src", "xlink:href"}]
    assert targets
    assert all(target.startswith("#") for target in targets)
    assert "url(http" not in text


def test_it_says_in_words_what_each_plot_shows(text):
    plots = [attrs for tag, attrs in parsed(text).seen if tag == "svg" and "aria-hidden" not in attrs]
    assert all(attrs["role"] == "img" and attrs["aria-label"] for attrs in plots)
    labels = [attrs["aria-label"] for attrs in plots]
    assert len(set(labels)) == len(labels)
    # Two ways of measuring with two heads of four plots each, the gaps and the learning curve.
    assert len(labels) == 2 * 2 * 4 + 2


def test_it_links_to_parts_that_are_there(text):
    tags = parsed(text).seen
    ids = {attrs["id"] for _, attrs in tags if "id" in attrs}
    menu = [attrs["href"][1:] for tag, attrs in tags if tag == "a"]
    assert menu == ["leave_one_source_out", "held_back", "identity", "functional", "growth", "sources"]
    assert set(menu) <= ids


def test_it_gives_no_two_things_on_the_page_the_same_name(text):
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(set(ids)) == len(ids)


def test_it_shows_what_the_policy_did_with_later_comments(trained, examples):
    from modbot.learning.evaluate import by_head, compare

    harbour = {"harbour <1>": compare(trained, [one for one in examples if one.source == "harbour"])}
    text = page("x", {**trained.card, "evaluated": by_head(harbour)})
    assert "read by people" in text
    assert "<td>harbour &lt;1&gt;</td>" in text
    assert "harbour <1>" not in text
    figures = harbour["harbour <1>"]["spam"]
    assert f"<td>{figures['bad_rejected']:.1%} ({figures['bad_rejected_count']:,})" in text


def test_it_shows_a_card_from_before_there_were_intervals_and_curves():
    old = {
        "held_back": {"spam": {"mine": {"rows": 5, "positive": 2, "auc": 0.75}}},
        "leave_one_source_out": {"spam": {}},
    }
    text = page("x", old)
    assert "<td>0.750</td>" in text
    assert "<svg" not in text
    assert "In short" in text


def test_it_draws_nothing_from_curves_of_another_form():
    figures = {"rows": 5, "positive": 2, "auc": 0.75, "curves": {"form": 0, "recall": [0.5]}}
    text = page("x", {"held_back": {"spam": {"mine": figures}}})
    assert "<td>0.750</td>" in text
    assert "<svg" not in text


def test_it_writes_the_same_page_each_time(trained):
    assert page("x", trained.card) == page("x", trained.card)
