"""Live through many sites' lives and count in how many a promise was ever broken.

    python benchmarks/promise.py [--lives N] [--seed N]

Each life is the same: 70 of 100 comments are good, and risks are drawn from known distributions, so that the true share
beyond a cut-off is known too. People read everything until both sides have a cut-off; from then on the machine
decides, people read what it holds, and chance shows them 5 % of the rest (or, in the lives that are read whole,
everything). Cut-offs are made by the functions that modbot itself calls. Beside them stand two that look
reasonable: the same order statistics over everything that people read, and the plain quantile of what was
drawn by chance. In the last lives comments are scored in another way from their middle on, and for the worse: good ones
are lifted and bad ones sink. There the evidence begins anew, as modbot's does, or goes on as if nothing had happened.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Cut
from modbot.promise import lower_cutoff, upper_cutoff
from modbot.promise.own import in_force, is_due, renewed, spent

MAX_GOOD_REJECTED = 0.01
MAX_BAD_PUBLISHED = 0.05
GOOD_SHARE = 0.7
# Risks are distributed as a uniform number to the power 1/n; of bad ones, with 8, 5 % lie below a risk of 0.69.
GOOD_POWER, BAD_POWER = 1, 8
# And so after the change.
GOOD_POWER_LATER, BAD_POWER_LATER = 3, 4
COMMENTS = 40_000
CHANGED_FROM = COMMENTS // 2
# The worker looks often beside the pace of a young site, so that its first cut-offs rest on hardly more than they need.
YOUNG_BLOCK, BLOCK = 20, 1_000

Chooser = Callable[[Sequence[float], float, float], float | None]


@dataclass(frozen=True)
class Method:
    """How cut-offs are chosen, and from which of the comments that people read."""

    name: str
    upper: Chooser
    lower: Chooser
    drawn_only: bool


@dataclass
class Side:
    """One promise: what was checked, the cut-off, and how risks are distributed in truth."""

    share: float
    choose: Chooser
    truth: Callable[[float, int], float]
    power: int
    risks: list[NDArray[np.float64]] = field(default_factory=list)
    checked: int = 0
    cut: Cut | None = None
    broken: bool = False

    def learn(self, risks: NDArray[np.float64]) -> None:
        """Take in what people answered, and make the cut-off anew if that is due."""
        self.risks.append(risks)
        self.checked += len(risks)
        if is_due(self.cut, self.share, self.checked):
            self.cut = renewed(self.cut, self.share, np.concatenate(self.risks), self.choose)  # type: ignore[arg-type]
            self._judge()

    def change(self, power: int, *, anew: bool) -> None:
        """Be scored in another way from now on; begin anew or go on."""
        self.power = power
        if anew:
            self.cut, self.risks, self.checked = spent(self.cut), [], 0
        self._judge()

    def _judge(self) -> None:
        at = in_force(self.cut, self.share)
        self.broken |= at is not None and self.truth(at, self.power) > self.share


def empirical_upper(risks: Sequence[float], share: float, _delta: float) -> float:
    return float(np.quantile(risks, 1 - share))


def empirical_lower(risks: Sequence[float], share: float, _delta: float) -> float:
    return float(np.quantile(risks, share))


METHODS = (
    Method("modbot", upper_cutoff, lower_cutoff, drawn_only=True),
    Method("all that was read", upper_cutoff, lower_cutoff, drawn_only=False),
    Method("plain quantile", empirical_upper, empirical_lower, drawn_only=True),
)


def live(
    rng: np.random.Generator, method: Method, audit_rate: float, change: Callable[[Side, int], None] | None = None
) -> tuple[bool, bool]:
    """Live one life; say whether too many good ones were ever rejected, or too many bad ones published."""
    good = Side(MAX_GOOD_REJECTED, method.upper, lambda at, power: 1 - at**power, GOOD_POWER)
    bad = Side(MAX_BAD_PUBLISHED, method.lower, lambda at, power: at**power, BAD_POWER)
    came = 0
    while came < COMMENTS and not (good.broken and bad.broken):
        if change and came >= CHANGED_FROM and good.power == GOOD_POWER:
            change(good, GOOD_POWER_LATER)
            change(bad, BAD_POWER_LATER)
        reject_from, publish_below = in_force(good.cut, good.share), in_force(bad.cut, bad.share)
        is_young = reject_from is None or publish_below is None
        size = YOUNG_BLOCK if is_young else BLOCK
        came += size
        is_good = rng.random(size) < GOOD_SHARE
        risk = rng.random(size)
        risk **= 1 / np.where(is_good, good.power, bad.power)
        read = drawn = rng.random(size) < (1.0 if is_young else audit_rate)
        if reject_from is not None and publish_below is not None:
            read = drawn | ((risk >= publish_below) & (risk < reject_from))
        counted = drawn if method.drawn_only else read
        good.learn(risk[counted & is_good])
        bad.learn(risk[counted & ~is_good])
    return good.broken, bad.broken


def begin_anew(side: Side, power: int) -> None:
    side.change(power, anew=True)


def go_on(side: Side, power: int) -> None:
    side.change(power, anew=False)


def broken(
    lives: int, seed: int, method: Method, audit_rate: float, change: Callable[[Side, int], None] | None = None
) -> tuple[int, int]:
    """Count the lives in which each promise was broken."""
    rng = np.random.default_rng(seed)
    found = np.array([live(rng, method, audit_rate, change) for _ in range(lives)])
    return int(found[:, 0].sum()), int(found[:, 1].sum())


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lives", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=20_260_314)
    given = parser.parse_args()
    print(f"Lives of {given.lives:,} in which a promise was ever broken; at most 50 of 1,000 are promised")
    print(f"{'people read':22}{'cut-offs':20}{'good rejected > 1 %':>22}{'bad published > 5 %':>22}")
    for audit_rate, words in ((1.0, "everything"), (0.05, "held and 5 % drawn")):
        for method in METHODS:
            rejected, published = broken(given.lives, given.seed, method, audit_rate)
            print(f"{words:22}{method.name:20}{rejected:22,}{published:22,}")
    for change, words in ((begin_anew, "beginning anew"), (go_on, "going on")):
        rejected, published = broken(given.lives, given.seed, METHODS[0], 0.05, change)
        print(f"{'… and a change':22}{'modbot, ' + words:24}{rejected:18,}{published:22,}")


if __name__ == "__main__":
    main()
