"""Adapting to one site: what its own checked comments are good for, and what is learned from them.

``learn`` is the step that the background worker takes for each site and that a replay takes as often; it is cheap as
long as nothing is due. Numpy only, never scikit-learn. May import the rooms of rank 0 and 1; never a door, never a
clock.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Event

from modbot import observe
from modbot.adapting.layer import Made, is_another, layer_told, remade
from modbot.domain import Checked, Cut, Mode, Site, SiteLayer
from modbot.errors import StoreError
from modbot.language import _, counted
from modbot.promise import lower_cutoff, upper_cutoff
from modbot.promise.own import Meter, is_due, meter, renewed, spent, told
from modbot.scoring.heads import Model
from modbot.scoring.layer import fits
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
# What is under way when the scores change is still scored as before, and is no evidence for those after.
SETTLED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a site's own evidence is good for today.

    ``version`` is that of what was learned, 0 for nothing; ``since`` says from when on comments are evidence, in ISO
    8601, empty for always.
    """

    checked: Checked
    reject: Meter
    publish: Meter
    version: int
    since: str = ""

    @property
    def suffices(self) -> bool:
        """Whether the site's wish can be kept on its own evidence, for one side at least."""
        return not (self.reject.wish_missing and self.publish.wish_missing)

    def told(self) -> tuple[str, ...]:
        """Say it in sentences: one for each side, one for those that nobody has answered yet, one for those too old."""
        sides = (
            _("Rejecting: {told}", told=told(self.reject, "good")),
            _("Publishing: {told}", told=told(self.publish, "bad")),
        )
        waiting = counted(
            self.checked.waiting,
            "Waiting: {n} more was drawn and waits in the queue for an answer.",
            "Waiting: {n} more were drawn and wait in the queue for an answer.",
        )
        since = _(
            "Since: only comments from {date} on count; those before were scored in another way.", date=self.since
        )
        return (*sides, *([waiting] if self.checked.waiting else []), *([since] if self.since else []))


def standing(store: Store, site: Site) -> Standing:
    """Read how far a site's own evidence carries its wishes."""
    layer, policy = _layer(store, site, site.created_at), site.policy
    checked = store.checked(site.id, layer.since)
    return Standing(
        checked=checked,
        reject=meter(layer.reject, policy.max_good_rejected, checked.good),
        publish=meter(layer.publish, policy.max_bad_published, checked.bad),
        version=layer.version,
        since="" if layer.since is None else layer.since.isoformat(timespec="seconds"),
    )


def learn(store: Store, site: Site, at: datetime, model: Model | None = None) -> SiteLayer | None:
    """Learn from a site what is due: its own cut-offs and, with a model, the layer on top of that model.

    Where that changes how comments are scored, the evidence begins anew. None if nothing was due, or somebody else was
    faster.
    """
    new = due(store, site, at, model)
    if new is None:
        return None
    if new.since == at + SETTLED_AFTER:
        observe.log_event("evidence_begins_anew", site=site.id)
    return _put(store, new)


def due(store: Store, site: Site, at: datetime, model: Model | None = None) -> SiteLayer | None:
    """Say what would be learned from a site now, and write nothing; of a site with other wishes, what that would be."""
    known = _layer(store, site, at)
    old = known if model is None else _without_another(model, known, at)
    made = None if model is None else remade(store, model, site.policy, old)
    new = old if made is None else _taught(old, made, at)
    reject, publish = _cuts(store, site, new)
    new = replace(new, reject=reject, publish=publish)
    return None if new == known else replace(new, version=known.version + 1, at=at)


def begin_anew(store: Store, site: Site, at: datetime) -> SiteLayer:
    """Count only what comes from now on as evidence, with no cut-offs; for another kind of scores."""
    while True:
        old = _layer(store, site, at)
        # Whoever was faster has put a version, so somebody always gets on.
        if put := _put(store, replace(_anew(old, at), version=old.version + 1, at=at)):
            return put


def learn_all(store: Store, model: Model, clock: Callable[[], datetime]) -> int:
    """Take the step for every site; return for how many something new was learned."""
    learned = 0
    for site in store.sites():
        try:
            learned += learn(store, site, clock(), model) is not None
        except Exception as error:  # noqa: BLE001 - trouble with one site must not keep the others from learning
            observe.log_trouble("learning_failed", error, site=site.id)
    return learned


def keep_learning(store: Store, model: Model, clock: Callable[[], datetime], stop: Event) -> None:
    """Learn from every site now and then until told to stop. Any number may run: the store numbers the versions."""
    while not stop.is_set():
        try:
            learn_all(store, model, clock)
        except StoreError as error:
            observe.log_trouble("learning_unavailable", error)
        stop.wait(LEARN_EVERY_S)


def _without_another(model: Model, known: SiteLayer, at: datetime) -> SiteLayer:
    """What was learned of a site, if it was learned with this model; with another one all is to be learned anew."""
    if not known.facts or fits(known, model.version):
        return known
    return replace(_anew(known, at + SETTLED_AFTER), layer=None, facts={})


def _taught(old: SiteLayer, made: Made, at: datetime) -> SiteLayer:
    """Put a layer in the place of an older one; one that scores in another way makes the evidence begin anew."""
    kept = _anew(old, at + SETTLED_AFTER) if is_another(made.facts, old.facts) else old
    return replace(kept, layer=made.layer, facts=made.facts)


def _anew(layer: SiteLayer, since: datetime) -> SiteLayer:
    return replace(layer, since=since, reject=spent(layer.reject), publish=spent(layer.publish))


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
