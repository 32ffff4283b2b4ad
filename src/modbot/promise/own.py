"""The promise over a site's whole life: cut-offs from its own checked comments, made anew as evidence arrives.

Own evidence is what chance laid before people, whatever the machine thought of it: comments whose coin, drawn before
the outcome was known, fell below the audit rate, and everything from a time in which people read everything. Comments
that people read for another reason, because they were held or reported, say little about the rest and stay out.

What is guaranteed: with 95 % confidence, at no time of a site's life does the cut-off in force let the machine reject
more than the promised share of its good comments; and the same, by itself, for publishing bad ones. The k-th cut-off
of a side may spend 0.05 / (k (k + 1)) of the 5 %, and the sum over all k is 5 %. A look that could not have led to a
cut-off spends nothing.

What is assumed: that comments are independent draws and keep coming from the same mixture; that those drawn and not yet
answered are like those answered; and that a risk scored earlier could have been scored now. The last one deserves care,
because the model and what is learned from the site change. Each risk counts as it was when the comment came, so no
comment is judged by what was learned from it. While scoring gets better by and by, good comments sink and their older
risks err on the side of caution; when it becomes quite another one, begin anew: read the evidence from that moment on
and keep of the old cuts only what was `spent`, so that the 5 % are those of the whole life.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from modbot.domain import Cut
from modbot.language import _, counted, listed
from modbot.promise import DELTA, evidence_needed

SHARES = (0.05, 0.02, 0.01, 0.005, 0.001)
"""The promises that a meter speaks of, the easiest first."""

# Evidence must grow so much before another look is worth what it spends.
_GROWTH = 2


@dataclass(frozen=True, slots=True)
class Meter:
    """What a side's evidence is good for today.

    Attributes
    ----------
    checked : int
        Checked comments of this side.
    wish : float
        The share that the site's owner promises.
    wish_missing : int
        Checked comments that the wish still lacks; 0 if it can be kept.
    supports : tuple of float
        Those of `SHARES` that can be kept.
    next : float or None
        The next one, None if there is none.
    missing : int
        Checked comments that the next one still lacks.
    cutoff : float or None
        The cut-off that keeps the wish now, None before it was made.
    """

    checked: int
    wish: float
    wish_missing: int
    supports: tuple[float, ...]
    next: float | None
    missing: int
    cutoff: float | None


def spending(look: int) -> float:
    """Say how much of the 5 % a look may spend.

    Parameters
    ----------
    look : int
        Counted from 1.

    Returns
    -------
    float
        0.05 / (k (k + 1)), which adds up to 0.05 however long it goes on.
    """
    return DELTA / (look * (look + 1))


def spent(cut: Cut | None) -> Cut | None:
    """Keep of a cut-off what it spent, and nothing else.

    Parameters
    ----------
    cut : Cut or None
        Made for scores that are given no more.

    Returns
    -------
    Cut or None
        Never in force, and due as soon as new evidence suffices for the next look.
    """
    return None if cut is None else Cut(at=None, share=cut.share, evidence=0, looks=cut.looks)


def missing(cut: Cut | None, share: float, checked: int) -> int:
    """Count the checked comments that a promise lacks.

    Parameters
    ----------
    cut : Cut or None
        The side's present cut-off.
    share : float in (0, 1)
        The promise.
    checked : int
        Checked comments of this side.

    Returns
    -------
    int
        0 if the present cut-off keeps the promise or the next look will.
    """
    if in_force(cut, share) is not None:
        return 0
    return max(0, evidence_needed(share, spending(_next_look(cut))) - checked)


def in_force(cut: Cut | None, share: float) -> float | None:
    """Give the cut-off that keeps a promise.

    Parameters
    ----------
    cut : Cut or None
        The side's present cut-off.
    share : float in (0, 1)
        The promise that the owner makes now, perhaps stricter than the one that the cut-off was made for.

    Returns
    -------
    float or None
        None where nothing keeps it.
    """
    return cut.at if cut is not None and cut.share <= share else None


def is_due(cut: Cut | None, share: float, checked: int) -> bool:
    """Say whether a side's cut-off should be made now.

    Parameters
    ----------
    cut : Cut or None
        The present one.
    share : float in (0, 1)
        The promise.
    checked : int
        Checked comments of this side.

    Returns
    -------
    bool
        There is enough evidence, and there was no cut-off for this promise or the evidence has doubled since.
    """
    is_news = cut is None or cut.share != share or checked >= _GROWTH * cut.evidence
    return is_news and checked >= evidence_needed(share, spending(_next_look(cut)))


def renewed(
    cut: Cut | None,
    share: float,
    risks: Sequence[float],
    choose: Callable[[Sequence[float], float, float], float | None],
) -> Cut | None:
    """Make a side's cut-off from its evidence.

    Parameters
    ----------
    cut : Cut or None
        The present one.
    share : float in (0, 1)
        The promise.
    risks : sequence of float
        Of all checked comments of this side.
    choose : callable
        `upper_cutoff` for rejecting, `lower_cutoff` for publishing.

    Returns
    -------
    Cut or None
        The present one if none is due.
    """
    if not is_due(cut, share, len(risks)):
        return cut
    look = _next_look(cut)
    at = choose(risks, share, spending(look))
    return cut if at is None else Cut(at=at, share=share, evidence=len(risks), looks=look)


def meter(cut: Cut | None, wish: float, checked: int) -> Meter:
    """Read what a side's evidence is good for.

    Parameters
    ----------
    cut : Cut or None
        The present cut-off.
    wish : float in (0, 1)
        The promise that the owner makes.
    checked : int
        Checked comments of this side.

    Returns
    -------
    Meter
        For people and programs.
    """
    lacks = {share: missing(cut, share, checked) for share in SHARES}
    open_ones = [share for share in SHARES if lacks[share]]
    return Meter(
        checked=checked,
        wish=wish,
        wish_missing=missing(cut, wish, checked),
        supports=tuple(share for share in SHARES if not lacks[share]),
        next=open_ones[0] if open_ones else None,
        missing=lacks[open_ones[0]] if open_ones else 0,
        cutoff=in_force(cut, wish),
    )


def told(side: Meter, kind: str) -> str:
    """Say a meter in a sentence.

    Parameters
    ----------
    side : Meter
        Of one side.
    kind : str
        What was checked, "good" or "bad".

    Returns
    -------
    str
        Such as: 80 checked good comments support 5 %; 103 more would support 2 %. The promised 1 % needs 288 more.
    """
    shares = list(map(_percent, side.supports))
    supported = _supported(side.checked, kind, listed(shares) or _("no promise"))
    more = "" if side.next is None else _("; {n} more would support {share}", n=side.missing, share=_percent(side.next))
    wished = ""
    if side.wish_missing and side.wish != side.next:
        wished = " " + _("The promised {share} needs {n} more.", share=_percent(side.wish), n=side.wish_missing)
    return f"{supported}{more}.{wished}"


def _supported(checked: int, kind: str, shares: str) -> str:
    if kind == "good":
        return counted(
            checked,
            "{n} checked good comment supports {shares}",
            "{n} checked good comments support {shares}",
            shares=shares,
        )
    return counted(
        checked,
        "{n} checked bad comment supports {shares}",
        "{n} checked bad comments support {shares}",
        shares=shares,
    )


def _percent(share: float) -> str:
    percent = f"{share * 100:g}"
    return _("{number} %", number=percent)


def _next_look(cut: Cut | None) -> int:
    return 1 if cut is None else cut.looks + 1
