"""Sketches: mutated copies are recognised, honest comments and short ones are not taken for copies."""

from __future__ import annotations

import random
import time
from itertools import combinations, pairwise

import pytest

from modbot.text import ALIKE_FROM, BANDS, bands, likeness, normalise, sketch

ADVERT = (
    "Homeowners in Saltmere can now get a solar grant of up to 8,400! I applied in 3 minutes and my bill is almost "
    "zero. Check if you qualify before Friday: https://grant.example/apply"
)
HONEST = (
    "The night bus now stops at the harbour, which saves me the long walk home after the late shift. Thank you!",
    "I was against the new stop at first, because the square is narrow and the bus has to turn in front of the school.",
    "Could somebody at the council say when the night bus will also run on Sundays? The article does not mention it.",
    "My mother takes the bus to the market and cannot walk far, so a stop at the harbour would have helped years ago.",
    "As a driver on that line I can tell you that the new stop costs us two minutes, and nobody gave us two minutes.",
)


def alike(one: str, other: str) -> bool:
    """Whether a store would find one by the other, and take it for a copy."""
    first, second = sketch(one), sketch(other)
    return bool(set(bands(first)) & set(bands(second))) and likeness(first, second) >= ALIKE_FROM


def test_it_works():
    copy = ADVERT.replace("8,400", "9,100").replace("grant.example/apply", "other.example/now")
    assert len(sketch(ADVERT)) == 64
    assert alike(ADVERT, copy)
    assert not any(alike(ADVERT, comment) for comment in HONEST)


@pytest.mark.parametrize(
    ("copy", "why"),
    [
        (ADVERT.upper(), "capitals"),
        (ADVERT.replace("https://grant.example/apply", "http://xyz.example/a/b?c=1"), "another link"),
        (ADVERT.replace("https://grant.example/apply", ""), "no link"),
        (ADVERT.replace("8,400", "12,000").replace("3 minutes", "2 minutes"), "other numbers"),
        (ADVERT.replace("a", "\u0430").replace("o", "\u043e"), "look-alike letters"),
        (ADVERT.replace("e", "e\u200b"), "invisible characters"),
        (ADVERT.replace(" ", "  ").replace(".", " ... "), "spaces and marks"),
        (ADVERT.replace("solar", "s0lar").replace("zero", "z3ro"), "digits for letters"),
        (ADVERT.replace("applied", "signed up").replace("almost", "nearly"), "other words"),
        ("Good evening, neighbours! " + ADVERT + " My sister did it as well.", "a frame around it"),
        ("Check if you qualify before Friday. " + ADVERT.replace("Check if you qualify before Friday", ""), "shuffled"),
        (f"<b>{ADVERT[:40]}</b>{ADVERT[40:]}", "markup"),
    ],
)
def test_it_recognises_a_copy_with(copy, why):
    assert alike(ADVERT, copy), why


@pytest.mark.parametrize(("one", "other"), list(combinations(HONEST, 2)))
def test_it_keeps_honest_comments_on_one_subject_apart(one, other):
    assert not alike(one, other)


@pytest.mark.parametrize(
    "body", ["", "Thanks!", "Great article, thank you so much for sharing it!", "ha " * 500, "👍" * 99]
)
def test_it_makes_no_sketch_of_a_text_too_short_to_be_a_copy(body):
    assert sketch(body) == b""
    assert bands(b"") == ()
    assert likeness(b"", sketch(ADVERT)) == likeness(b"", b"") == 0


@pytest.mark.parametrize(
    "quoted",
    [
        f"> {ADVERT}\n\n",
        f"&gt; {ADVERT}\n",
        f"<blockquote>{ADVERT}</blockquote>",
        f"<BLOCKQUOTE cite='x'>\n{ADVERT}\n</BLOCKQUOTE>",
        f"[quote=Cal]{ADVERT}[/quote]",
    ],
)
def test_it_takes_no_answer_for_a_copy_of_what_it_quotes(quoted):
    assert sketch(quoted + HONEST[0]) == sketch(HONEST[0])
    assert sketch(f"{quoted}This is spam.") == b""


def test_it_reads_languages_without_spaces():
    one = "本店出售各类名牌手表和皮包，价格优惠，全国包邮，支持货到付款，欢迎大家添加微信联系我们咨询详情。"
    assert alike(one, one.replace("手表", "钱包") + "数量有限，先到先得！")
    assert not alike(
        one, "支持周日开放图书馆，不过只安排一位馆员，冬天恐怕忙不过来，希望以后能够增加人手，也希望自习室安静一些。"
    )


def test_it_estimates_the_share_of_common_pairs():
    """Against the exact share of two sets; the standard error of 64 samples is at most 1/16."""
    chance = random.Random(3)
    errors = []
    for kept in range(200, 400, 5):
        words = ["".join(chance.choices("abcdefghij", k=7)) for _ in range(400)]
        changed = words[:kept] + ["".join(chance.choices("klmnopqrst", k=7)) for _ in range(400 - kept)]
        one, other = set(pairwise(words)), set(pairwise(changed))
        exact = len(one & other) / len(one | other)
        errors.append(likeness(sketch(" ".join(words)), sketch(" ".join(changed))) - exact)
    assert abs(sum(errors) / len(errors)) < 0.03
    assert max(map(abs, errors)) < 4 / 16


def test_it_files_under_numbers_that_name_their_band():
    numbers = bands(sketch(ADVERT))
    assert [number >> 24 for number in numbers] == list(range(BANDS))
    assert numbers == bands(sketch(ADVERT.upper()))


def test_it_samples_today_as_it_did_when_stored_sketches_were_made():
    """Whatever changes this line makes copies of earlier comments unfindable: say so in the changelog."""
    body = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen"
    assert (
        sketch(body + " fifteen sixteen").hex()
        == "754d869bf32184aabef3e77a5bfcf20213feb128c98d48b861d829c35a890aa4b6a36dd51e2f532437b94414502dc43549b0389a1b8eb91a1f33581d72d25c24"
    )


def test_it_takes_a_normalised_text_that_is_there_already():
    assert sketch(ADVERT, normalise(ADVERT)) == sketch(ADVERT)
    quoting = f"> {HONEST[1]}\n{ADVERT}"
    assert sketch(quoting, normalise(quoting)) == sketch(ADVERT)


@pytest.mark.parametrize(
    "body",
    ["<blockquote>" * 1_600, "[quote]" * 2_800, "> \n" * 6_600, "ab " * 6_600, "\ud800" * 20_000, "&gt;" * 5_000],
)
def test_it_stays_quick_on_hostile_text(body):
    started = time.process_time()
    sketch(body)
    assert time.process_time() - started < 1.5
