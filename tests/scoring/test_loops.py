"""The inner loops: the same answers in C as in Python, and no way to crash them."""

import importlib
import math
import os
import shlex
import subprocess
import sys
import sysconfig
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modbot.domain import Span, Term
from modbot.scoring import features, fields, heads, lexicon, loops, shares
from modbot.scoring.compiled import kernel
from modbot.scoring.hashing import hash_tokens
from modbot.scoring.heads import Model

HEADS, BUCKETS, CLASSES = 3, 2**10, 5
RNG = np.random.default_rng(11)
WEIGHTS = RNG.normal(size=(BUCKETS, HEADS))
KNOWN = ["love", "bus", "\u043e\u043a", "x" * 70]
HASHES = np.sort(hash_tokens(KNOWN, np.zeros(len(KNOWN), dtype=np.uint32), 10).hashes)
MEANINGS = HASHES, RNG.normal(size=(len(KNOWN), HEADS)).astype(np.float32)
NONE = np.empty(0, dtype=np.uint32), np.empty((0, HEADS), dtype=np.float32)
TABLE = (np.arange(300) % CLASSES).astype(np.uint8)
TEXT = st.text(st.characters(exclude_categories=[]), max_size=80)
TOKENS = st.lists(TEXT.filter(bool) | st.sampled_from(KNOWN), min_size=1, max_size=20)
# Python refuses in its own way, and cannot crash.
needs_compiled = pytest.mark.skipif(kernel is loops, reason="there was no C compiler when modbot was installed")
QUICK = settings(deadline=None, max_examples=200)


def entries(which, tokens, salts, meanings=MEANINGS):
    size = len(tokens)
    sums, hashes = np.full((size, 2 * HEADS), np.nan), np.zeros(size, dtype=np.uint32)
    counts = np.zeros(size, dtype=np.intp)
    which.entries(tokens, salts, WEIGHTS, meanings, (sums, hashes, counts))
    return sums, hashes, counts


def test_it_works():
    sums, hashes, counts = entries(kernel, ["love", "love", "a"], [0, 5, 0])
    assert counts.tolist() == [14, 14, 3]
    # What a word means is part of its own weight, and of no field's.
    unmeant = entries(kernel, ["love", "love", "a"], [0, 5, 0], NONE)[0]
    assert sums[0, HEADS:] - unmeant[0, HEADS:] == pytest.approx(MEANINGS[1][HASHES.searchsorted(hashes[0])])
    assert np.array_equal(sums[1:], unmeant[1:])


@needs_compiled
@QUICK
@given(TOKENS, st.lists(st.sampled_from([0, 0, 1, 77, 2**32 - 1]), min_size=20, max_size=20))
def test_it_adds_up_letters_as_in_python(tokens, salts):
    salts = salts[: len(tokens)]
    for ours, theirs in zip(entries(kernel, tokens, salts), entries(loops, tokens, salts), strict=True):
        assert ours == pytest.approx(theirs, rel=1e-12, abs=1e-12)


@st.composite
def parts(draw):
    """What `shares` takes: entries, and which of them are words and texts, with keys, owners and pairs."""
    words, texts, keys = draw(st.integers(0, 9)), draw(st.integers(0, 4)), draw(st.integers(0, 5))
    size = words + 4
    rows = draw(st.lists(st.integers(0, 29), min_size=words + texts, max_size=words + texts))
    buckets = draw(st.lists(st.integers(0, BUCKETS - 1), min_size=keys, max_size=keys))
    owners = draw(st.lists(st.integers(0, size - 1), min_size=keys + texts, max_size=keys + texts))
    one = st.integers(0, max(words - 1, 0))
    pairs = draw(st.lists(st.tuples(one, one), max_size=12 if words else 0, unique=True))
    return size, rows, (buckets, owners, tuple(pairs))


@QUICK
@given(parts())
def test_it_adds_up_shares_as_in_python(drawn):
    size, rows, some = drawn
    sums = np.linspace(-1, 1, 30 * 2 * HEADS).reshape(30, -1)
    hashes, counts = np.arange(30, dtype=np.uint32) * 2_654_435, np.arange(30, dtype=np.intp)
    found = []
    for which in (kernel, loops):
        total = np.zeros((HEADS, size))
        which.shares(total, WEIGHTS, (sums, hashes, rows), some, (0.25, 0.5, 0.75, 2.0))
        found.append(total)
        assert which.letters(counts, rows, 3) == (sum(rows[:3]), sum(rows[3:]))
    assert found[0] == pytest.approx(found[1], rel=1e-12, abs=1e-12)


@QUICK
@given(
    st.lists(st.sampled_from([0.0, 0.04, -0.04, 1.0, -1.0, 2.5, -7.0]), min_size=1, max_size=30),
    st.lists(st.integers(0, 40), min_size=2, max_size=2),
    st.sampled_from([0.0, 0.04, 1.5]),
)
def test_it_finds_the_largest_as_in_python(row, limits, small):
    values = np.array([row, row[::-1]])
    ours, theirs = (which.largest(values, limits, small) for which in (kernel, loops))
    assert [one[1:] for one in ours] == [one[1:] for one in theirs]
    assert [one[0] for one in ours] == pytest.approx([math.fsum(row)] * 2, abs=1e-12)
    names = {owner: (f"word{owner}", (Span(owner, owner + 1),), "word") for owner in range(len(row))}
    for one in ours:
        ours_told, theirs_told = (
            which.terms(one, names, ("rest", (), "rest"), len(row), Term) for which in (kernel, loops)
        )
        assert ours_told == theirs_told
        assert sum(term.share for term in ours_told) == pytest.approx(one[0], abs=1e-12)


@QUICK
@given(st.lists(st.lists(st.integers(0, 6), max_size=3), max_size=20), st.lists(st.integers(0, 9), unique=True))
def test_it_finds_words_as_in_python(pieces, wanted):
    order = [word for piece in pieces for word in piece]
    places = [tuple((2 * i, 2 * i + 1) for i in range(len(piece))) for piece in pieces]
    starts = [300 * i for i in range(len(pieces))]
    ours, theirs = (which.where(order, starts, places, wanted, Span) for which in (kernel, loops))
    assert ours == theirs
    assert sum(map(len, ours)) == sum(word in wanted for word in order)


@QUICK
@given(TEXT)
def test_it_classifies_characters_as_in_python(text):
    ours, theirs = (which.classified(text, TABLE, CLASSES) for which in (kernel, loops))
    assert ours == theirs
    assert sum(ours) == len(text)


@needs_compiled
def test_it_scores_whole_comments_as_in_python(monkeypatch, model, odd_comments):
    def scored():
        fresh = Model(
            model.version, model.heads, model.weights, model.bias, model.evidence, model.card, model.vocabulary
        )
        return [score for comment in odd_comments for score in fresh.score(comment)]

    ours = scored()
    for module in (features, fields, heads, lexicon, shares):
        monkeypatch.setattr(module, "kernel", loops)
    for one, other in zip(ours, scored(), strict=True):
        assert one.bias == pytest.approx(other.bias)
        assert [(t.label, t.spans, t.kind) for t in one.terms] == [(t.label, t.spans, t.kind) for t in other.terms]
        assert [t.share for t in one.terms] == pytest.approx([t.share for t in other.terms], abs=1e-9)


def valid():
    """Arguments that each function takes."""
    out = np.zeros((2, 2 * HEADS)), np.zeros(2, dtype=np.uint32), np.zeros(2, dtype=np.intp)
    sums, hashes = np.ones((5, 2 * HEADS)), np.arange(5, dtype=np.uint32)
    return {
        "entries": (["a", "bus"], [0, 3], WEIGHTS, MEANINGS, out),
        "letters": (np.arange(5), [0, 4, 2], 2),
        "shares": (
            np.zeros((HEADS, 6)),
            WEIGHTS,
            (sums, hashes, [0, 4, 2]),
            ([5, 9], [2, 3, 4], ((0, 1), (1, 0))),
            (1.0, 1.0, 1.0, 1.0),
        ),
        "largest": (np.ones((2, 3)), [1, 2], 0.04),
        "where": ([0, 1, 0], [0, 4], [((0, 1),), ((0, 1), (1, 2))], [0, 1], Span),
        "terms": ((1.0, [0, 1], [0.5, 0.2]), {0: ("a", (), "word"), 1: ("b", (), "word")}, ("r", (), "rest"), 3, Term),
        "classified": ("bus", TABLE, CLASSES),
    }


JUNK = (
    None, -1, 0, 1, 7, 10**6, 10**30, 0.5, math.nan, "", "odd", b"odd", (), (1,), (1, 2), (-1, 10**9), [], [1], [None],
    ["a", "b"], [10**9, -10**9, 3], [1, 2, 3, 4], ((0, 99),), ((0,),), [((0, 1), (5,))], {}, {0: ()}, {0: ("a",)},
    Span, Term, int, object(), np.zeros(0), np.zeros((0, 0)), np.zeros((2, 2)), np.zeros((HEADS, 1)), np.zeros((1, 6)),
    np.zeros(2, dtype=np.uint32), np.zeros(9, dtype=np.intp), np.zeros((4, 2 * HEADS))[::2], np.zeros((3, 5)).T,
    np.full(3, 200, dtype=np.uint8), np.zeros((2, 6), dtype=np.float32),
)  # fmt: skip


def with_junk(given, path, junk):
    if not path:
        return junk
    items = list(given)
    items[path[0]] = with_junk(items[path[0]], path[1:], junk)
    return type(given)(items)


def paths(given):
    """Where something stands in nested tuples and lists."""
    yield ()
    if isinstance(given, tuple | list):
        for i, item in enumerate(given):
            yield from ((i, *rest) for rest in paths(item))


@needs_compiled
@pytest.mark.parametrize("name", sorted(valid()))
def test_it_survives_anything(name):
    function = getattr(kernel, name)
    function(*valid()[name])
    refused = 0
    for path in list(paths(valid()[name]))[1:]:
        # Twice: what was freed too early is only missed by those who come later.
        for junk in JUNK * 2:
            try:
                function(*with_junk(valid()[name], path, junk))
            except Exception:
                refused += 1
    assert refused > len(JUNK)


@needs_compiled
@pytest.mark.parametrize(
    ("name", "path", "junk"),
    [
        ("shares", (2, 2), [0, 5, 2]),
        ("shares", (3, 0), [5, BUCKETS]),
        ("shares", (3, 1), [2, 3, 6]),
        ("shares", (3, 2), ((0, 2),)),
        ("shares", (3, 2), ((-1, 0),)),
        ("shares", (0,), np.zeros((HEADS + 1, 6))),
        ("entries", (4, 0), np.zeros((1, 2 * HEADS))),
        ("entries", (3, 1), np.zeros((2, HEADS), dtype=np.float32)),
        ("letters", (1,), [5]),
        ("largest", (1,), [1]),
        ("classified", (2,), 3),
    ],
)
def test_it_refuses_what_is_out_of_bounds(name, path, junk):
    with pytest.raises(ValueError, match="expected"):
        getattr(kernel, name)(*with_junk(valid()[name], path, junk))


UNDER_SANITIZERS = """
import importlib.util, sys, pytest
spec = importlib.util.spec_from_file_location("modbot.scoring.kernel", sys.argv[1])
sys.modules[spec.name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[spec.name])
from modbot.scoring.compiled import kernel
assert kernel.__file__ == sys.argv[1]
sys.exit(pytest.main(["-q", "-p", "no:cacheprovider", "-m", "not slow", *sys.argv[2:]]))
"""


@needs_compiled
@pytest.mark.slow
def test_it_keeps_within_its_memory(pytestconfig, tmp_path, monkeypatch):
    """All of this file, and whole comments, with every access to memory checked."""
    monkeypatch.syspath_prepend(str(pytestconfig.rootpath))
    flags = "-fsanitize=address,undefined -fno-sanitize-recover=all -g -O1"
    monkeypatch.setenv("CFLAGS", flags)
    monkeypatch.setenv("LDFLAGS", flags)
    (built,) = importlib.import_module("hatch_build").compiled(pytestconfig.rootpath, tmp_path)
    cc = shlex.split(sysconfig.get_config_var("CC"))
    runtimes = [
        subprocess.run([*cc, f"-print-file-name={name}"], check=True, capture_output=True, text=True).stdout.strip()
        for name in ("libasan.so", "libubsan.so")
    ]
    checked = {"LD_PRELOAD": " ".join(runtimes), "PYTHONMALLOC": "malloc", "ASAN_OPTIONS": "detect_leaks=0"}
    outside = {name: value for name, value in os.environ.items() if not name.startswith(("COVERAGE", "PYTEST"))}
    here = Path(__file__)
    done = subprocess.run(
        [sys.executable, "-c", UNDER_SANITIZERS, str(built), str(here), str(here.with_name("test_heads.py"))],
        cwd=pytestconfig.rootpath,
        env=outside | checked,
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert " passed" in done.stdout
