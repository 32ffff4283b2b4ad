"""Adapting to one site: what its own checked comments are good for, and what is learned from them.

``learn`` is the step that the background worker takes for each site and that a replay takes as often; it is cheap as
long as nothing is due. Numpy only, never scikit-learn. May import the rooms of rank 0 and 1; never a door, never a
clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from threading import Event

from modbot import observe
from modbot.adapting.layer import layer_told, remade
from modbot.domain import Checked, Cut, Mode, Site, SiteLayer
from modbot.errors import StoreError
from modbot.promise import lower_cutoff, upper_cutoff
from modbot.promise.own import Meter, is_due, meter, renewed, told
from modbot.scoring.heads import Model
from modbot.storage import Store

__all__ = [
    "LEARN_EVERY_S",
    "Standing",
    "begin_anew",
    "due",
    "keep_learning",
    "layer_told",
    "learn",
    "learn_all",
    "standing",
]

# Evidence grows at the pace of people, and most looks find nothing due.
LEARN_EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """What a site's own evidence is good for today. ``version`` is that of what was learned, 0 for nothing."""

    checked: Checked
    reject: Meter
    publish: Meter
    version: int

    @property
    def suffices(self) -> bool:
        """Whether the site's wish can be kept on its own evidence, for one side at least."""
        return not (self.reject.wish_missing and self.publish.wish_missing)

    def told(self) -> tuple[str, ...]:
        """Say it in sentences: one for each side, one for those that nobody has answered yet."""
        sides = (f"Rejecting: {told(self.reject, 'good')}", f"Publishing: {told(self.publish, 'bad')}")
        waiting = f"Waiting: {self.checked.waiting:,} more were drawn and wait in the queue for an answer."
        return (*sides, waiting) if self.checked.waiting else sides


def standing(store: Store, site: Site) -> Standing:
    """Read how far a site's own evidence carries its wishes."""
    layer, policy = _layer(store, site, site.created_at), site.policy
    checked = store.checked(site.id, layer.since)
    return Standing(
        checked=checked,
        reject=meter(layer.reject, policy.max_good_rejected, checked.good),
        publish=meter(layer.publish, policy.max_bad_published, checked.bad),
        version=layer.version,
    )


def learn(store: Store, site: Site, at: datetime, model: Model | None = None) -> SiteLayer | None:
    """Learn from a site what is due: its own cut-offs and, with a model, the layer on top of that model.

    None if nothing was due, or somebody else was faster.
    """
    new = due(store, site, at, model)
    return None if new is None else _put(store, new)


def due(store: Store, site: Site, at: datetime, model: Model | None = None) -> SiteLayer | None:
    """Say what would be learned from a site now, and write nothing; of a site with other wishes, what that would be."""
    old = _layer(store, site, at)
    reject, publish = _cuts(store, site, old)
    made = None if model is None else remade(store, model, site.policy, old)
    if made is None and (reject, publish) == (old.reject, old.publish):
        return None
    new = replace(old, version=old.version + 1, at=at, reject=reject, publish=publish)
    return new if made is None else replace(new, layer=made.layer, facts=made.facts)


def begin_anew(store: Store, site: Site, at: datetime) -> SiteLayer | None:
    """Count only what comes from now on as evidence, with no cut-offs and nothing spent; for another kind of scores."""
    old = _layer(store, site, at)
    return _put(store, replace(old, version=old.version + 1, at=at, since=at, reject=None, publish=None))


def learn_all(store: Store, model: Model, at: datetime) -> int:
    """Take the step for every site; return for how many something new was learned."""
    return sum(learn(store, site, at, model) is not None for site in store.sites())


def keep_learning(store: Store, model: Model, clock: Callable[[], datetime], stop: Event) -> None:
    """Learn from every site now and then until told to stop. Any number may run: the store numbers the versions."""
    while not stop.is_set():
        try:
            learn_all(store, model, clock())
        except StoreError as error:
            observe.log_trouble("learning_unavailable", error)
        stop.wait(LEARN_EVERY_S)


def _cuts(store: Store, site: Site, old: SiteLayer) -> tuple[Cut | None, Cut | None]:
    """Make a site's own cut-offs anew where that is due.

    Only in mode own: a look at the evidence that nobody acts on would spend confidence for nothing.
    """
    reject, publish, policy = old.reject, old.publish, site.policy
    if policy.mode is not Mode.OWN:
        return reject, publish
    checked = store.checked(site.id, old.since)
    if is_due(reject, policy.max_good_rejected, checked.good):
        good = store.checked_risks(site.id, good=True, since=old.since)
        reject = renewed(reject, policy.max_good_rejected, good, upper_cutoff)
    if is_due(publish, policy.max_bad_published, checked.bad):
        bad = store.checked_risks(site.id, good=False, since=old.since)
        publish = renewed(publish, policy.max_bad_published, bad, lower_cutoff)
    return reject, publish


def _layer(store: Store, site: Site, at: datetime) -> SiteLayer:
    return store.site_layer(site.id) or SiteLayer(site.id, 0, at)


def _put(store: Store, layer: SiteLayer) -> SiteLayer | None:
    return layer if store.put_site_layer(layer) else None
