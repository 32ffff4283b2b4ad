"""``modbot replay --site``: a site's stored comments judged anew, and what would flip.

May import ``adapting``, ``forecast`` and ``moderation`` inside the functions. Prints no text, name or address unless
asked to.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from modbot.cli import store_for
from modbot.cli.model import loaded
from modbot.cli.wishes import require_evidence, shown, site_called
from modbot.domain import Action, Case, Mode, Policy, Site, SiteLayer, Verdict

if TYPE_CHECKING:
    from modbot.forecast import Against, Flip, Forecast, Judged
    from modbot.scoring.heads import Model
    from modbot.scoring.ruleset import Ruleset
    from modbot.storage import Store

WISHES = ("mode", "max_good_rejected", "max_bad_published")
TEXT_CHARS = 72
AS_THEY_CAME = "what the machine said when each comment came"
LAYERED = (
    "What was learned from this site stems from these very answers: a side that uses it agrees with them by hindsight, "
    "and will agree less with new ones."
)


@dataclass(frozen=True, slots=True)
class Side:
    """What judges: a policy, a model, and what was learned from the site."""

    policy: Policy
    model: Model
    row: SiteLayer | None

    @property
    def layer(self) -> int:
        """The version of the layer that scores; 0 where none does."""
        from modbot.scoring.layer import layer_from

        return self.row.version if self.row and layer_from(self.row, self.model.version) else 0

    def told(self) -> str:
        """Say it in a line."""
        wishes = ", ".join(f"{name.replace('_', ' ')} {shown(name, getattr(self.policy, name))}" for name in WISHES[1:])
        learned = f" with what was learned from the site (s{self.layer})" if self.layer else ""
        return f"mode {self.policy.mode.value}, {wishes}, model {self.model.version}{learned}"

    def facts(self) -> dict[str, Any]:
        """Say it to a program."""
        policy = {name: getattr(self.policy, name) for name in WISHES}
        return {"policy": policy, "model": self.model.version, "layer": self.layer or None}


def show(ctx: click.Context, given: Mapping[str, Any]) -> None:
    """Judge a site's stored comments anew and print what would flip."""
    from modbot import forecast
    from modbot.scoring.ruleset import Ruleset

    store = store_for(ctx)
    site = site_called(store, given["site"])
    before, after = _sides(ctx, store, site, given)
    since = given["since"].replace(tzinfo=UTC) if given["since"] else None
    count = store.count_cases(site.id, given["limit"], since=since)
    if not count:
        ever = f" since {since:%Y-%m-%d}: give an earlier --since" if since else ": nothing came yet, or all is erased"
        raise click.ClickException(f"{site.name} has no stored comments{ever}.")
    cases = _watched(forecast.stored(store, site.id, given["limit"], since=since), count)
    by_name = Ruleset(store.rules_in_force(site.id, datetime.now(UTC)), site.rules)
    found = forecast.forecast(_judged(cases, by_name, before, after))
    texts = _texts(store, found.telling) if given["show_text"] else {}
    if given["as_json"]:
        click.echo(json.dumps(_facts(site, (before, after), found, texts)))
        return
    click.echo(f"{site.name}: the newest {found.judged:,} stored comments, judged anew")
    click.echo(f"  before: {before.told() if before else AS_THEY_CAME}\n  after:  {after.told()}\n")
    _show_table(found)
    _show_people(found)
    if (found.good or found.bad) and (after.layer or (before and before.layer)):
        click.echo(LAYERED)
    _show_telling(found.telling, texts)


def _sides(ctx: click.Context, store: Store, site: Site, given: Mapping[str, Any]) -> tuple[Side | None, Side]:
    """What is compared: the site as it stands and with a change; without one, the verdicts of then and of now."""
    from modbot.adapting import due

    now = Side(site.policy, loaded(ctx, None), store.site_layer(site.id))
    changes = {name: given[name] for name in WISHES if given[name] is not None}
    if not changes and given["version"] is None:
        return None, now
    if "mode" in changes:
        changes["mode"] = Mode(changes["mode"])
    wanted = replace(site, policy=replace(site.policy, **changes))
    if wanted.policy.mode is Mode.OWN:
        require_evidence(store, wanted)
    model = now.model if given["version"] is None else loaded(ctx, given["version"])
    # The background worker would learn this from the site within a minute of the change.
    return now, Side(wanted.policy, model, due(store, wanted, datetime.now(UTC), model) or now.row)


def _judged(cases: Iterable[Case], by_name: Ruleset, before: Side | None, after: Side) -> Iterator[Judged]:
    from modbot.moderation import judge_again

    if before is not None and (before.model, before.row) == (after.model, after.row):
        # One look serves both policies where nothing else differs.
        look = judge_again(after.model, by_name, after.row, before.policy, after.policy)
    else:
        looks = [
            judge_again(side.model, by_name, side.row, side.policy) for side in (before, after) if side is not None
        ]

        def look(case: Case) -> tuple[Verdict, ...]:
            return tuple(verdict for one in looks for verdict in one(case))

    for case in cases:
        verdicts = look(case)
        yield case, case.verdict if before is None else verdicts[0], verdicts[-1]


def _watched(cases: Iterable[Case], count: int) -> Iterator[Case]:
    with click.progressbar(cases, length=count, label="judge", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        yield from bar


def _show_table(found: Forecast) -> None:
    click.echo(f"  {'before, after:':<16}" + "".join(f"{action.value:>10}" for action in Action))
    for was in Action:
        click.echo(f"  {was.value:<16}" + "".join(f"{found.table[was, now]:>10,}" for now in Action))
    click.echo(
        f"\n{found.flipped:,} of {found.judged:,} would be judged otherwise ({found.flipped / found.judged:.1%}).\n"
    )


def _show_people(found: Forecast) -> None:
    answered = found.good + found.bad
    if not answered:
        click.echo("People decided none of them, so nothing says which side is right.")
        return
    click.echo(f"People decided {answered:,} of them: {found.good:,} published, {found.bad:,} rejected.\n")
    click.echo(f"  {'':<16}{'before':>20}{'after':>20}")
    rows = [("as they decided", "agreed", answered), ("held for them", "held", answered)]
    rows += [("good rejected", "good_rejected", found.good), ("bad published", "bad_published", found.bad)]
    for label, name, among in rows:
        sides = (_share(getattr(side, name), among) for side in (found.before, found.after))
        click.echo(f"  {label:<16}" + "".join(f"{side:>20}" for side in sides))
    if found.before.forbidden or found.after.forbidden:
        sides = (f"{side.forbidden:,}" for side in (found.before, found.after))
        click.echo(f"  {'good forbidden':<16}" + "".join(f"{side:>20}" for side in sides))
    click.echo(f"\nAgreements with people: {found.gained:,} gained, {found.lost:,} lost.")


def _share(count: int, among: int) -> str:
    return f"{count:,} of {among:,} ({count / among:.1%})" if among else "-"


def _show_telling(telling: tuple[Flip, ...], texts: Mapping[str, str]) -> None:
    if telling:
        click.echo("\nThe most telling flips:\n")
    for flip in telling:
        people = {None: "", Action.PUBLISH: "people published it", Action.REJECT: "people rejected it"}[flip.answered]
        line = (
            f"  {flip.case_id}  {flip.at:%Y-%m-%d}  {f'{flip.before.value} → {flip.after.value}':<18}"
            f"{flip.band:<15}{flip.reason:<22}{people}"
        )
        click.echo(line.rstrip())
        if flip.case_id in texts:
            click.echo(f"      {texts[flip.case_id]}")


def _texts(store: Store, telling: tuple[Flip, ...]) -> dict[str, str]:
    """Name and beginning of the text of each, in one line and without anything that a terminal would obey."""
    told = {}
    for case in store.whole_cases([flip.case_id for flip in telling]):
        line = " ".join(f"{case.comment.name}: {case.comment.body}".split())
        plain = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)
        told[case.id] = plain if len(plain) <= TEXT_CHARS else f"{plain[: TEXT_CHARS - 1]}…"
    return told


def _facts(site: Site, sides: tuple[Side | None, Side], found: Forecast, texts: Mapping[str, str]) -> dict[str, Any]:
    before, after = sides
    told = [{**asdict(one), "at": one.at.isoformat()} for one in found.telling]
    return {
        "site": site.id,
        "judged": found.judged,
        "flipped": found.flipped,
        "table": {was: {now: found.table[was, now] for now in Action} for was in Action},
        "people": {"published": found.good, "rejected": found.bad, "gained": found.gained, "lost": found.lost},
        "before": (before.facts() if before else {}) | _measured(found.before, found),
        "after": after.facts() | _measured(found.after, found),
        "telling": [one | ({"text": texts[one["case_id"]]} if one["case_id"] in texts else {}) for one in told],
    }


def _measured(side: Against, found: Forecast) -> dict[str, Any]:
    return {
        **asdict(side),
        "share_good_rejected": side.good_rejected / found.good if found.good else None,
        "share_bad_published": side.bad_published / found.bad if found.bad else None,
    }
