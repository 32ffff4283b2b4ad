"""``modbot explain``: why a comment got its scores, word by word."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from typing import Any

import click

from modbot.cli import house_for
from modbot.cli.model import loaded
from modbot.domain import Action, Author, Case, Comment, Head, HeadScore, Mode, Policy, Verdict
from modbot.explaining import Edit, Judge, Telling, edit_told, smallest_edit, telling
from modbot.policy import MAIN_HEADS

TERMS_SHOWN = 10
BAR_CHARS = 12
LABEL_CHARS = 28
_VERDICTS = {Action.PUBLISH: "Published", Action.HOLD: "Held", Action.REJECT: "Rejected"}


@click.command("explain")
@click.argument("case_id", required=False)
@click.option("--text", help="Explain this text instead of a stored case; needs no settings.")
@click.option("--name", default="", help="Author's name that goes with --text.")
@click.option("--email", default="", help="Author's address that goes with --text; only its domain is looked at.")
@click.option("--url", default="", help="Author's website that goes with --text.")
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option("--all", "every", is_flag=True, help="Show every word, not only the telling ones.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Say why a comment got its scores, and what would change its verdict: the stored case CASE_ID, or --text.

    For each head the three most telling reasons for and against, then a line for each word or field with its share in
    log-odds; the start value and all shares add up to the score. A text is judged as on a site in mode borrowed. Of a
    comment that was erased, only decision and scores are left.
    """
    if (given["case_id"] is None) == (given["text"] is None):
        raise click.UsageError("give either the id of a case or --text.")
    if given["text"] is not None and not given["text"].strip():
        raise click.UsageError("--text is empty: give the words that are to be explained.")
    case, comment, judge, mode = _asked(ctx, given)
    if case is not None and case.erased:
        _show_erased(case, as_json=given["as_json"])
        return
    verdict = judge(comment) if case is None else case.verdict
    now = verdict if case is None else judge(comment)
    edit = smallest_edit(comment, now, judge, mode)
    heads = _every(ctx, given, comment, verdict) if given["every"] and case is None else verdict.heads
    told = {score.head: telling(score, verdict.signals) for score in heads if score.head in MAIN_HEADS}
    if given["as_json"]:
        click.echo(json.dumps(_facts(verdict, heads, told, edit)))
        return
    click.echo(click.style(f"{_VERDICTS[verdict.action]}: {verdict.band}", bold=True))
    if now.action is not verdict.action:
        click.echo(f"Judged anew, it would be {_VERDICTS[now.action].lower()}.")
    click.echo(f"{edit_told(edit, mode)}\n")
    for score in heads:
        _show(score, told.get(score.head), None if given["every"] else TERMS_SHOWN)


def _asked(ctx: click.Context, given: dict[str, Any]) -> tuple[Case | None, Comment, Judge, Mode]:
    """The case, if it is one, its comment, how that is judged now, and how far the machine may go."""
    from modbot.moderation import judge_of

    if given["case_id"] is None:
        author = Author(key="", email_domain=given["email"].rpartition("@")[2].lower())
        comment = Comment(
            site_id="", key="", fingerprint="", name=given["name"], body=given["text"], author=author, url=given["url"]
        )
        judge = judge_of(loaded(ctx, given["version"]), Policy(mode=Mode.BORROWED))
        return None, comment, judge, Mode.BORROWED
    house = house_for(ctx)
    case = house.store.case(given["case_id"])
    if case is None:
        raise click.ClickException(f"no case has the id {given['case_id']!r}.")
    site = house.store.site(case.comment.site_id)
    if site is None:
        raise click.ClickException(f"the site of the case {given['case_id']!r} is gone.")
    now = house.clock()
    return case, case.comment, lambda comment: house.moderator.judge(site, comment, now, case.id), site.policy.mode


def _every(ctx: click.Context, given: dict[str, Any], comment: Comment, verdict: Verdict) -> tuple[HeadScore, ...]:
    """Every term of the model, and what the rules added to it."""
    rules = [tuple(term for term in score.terms if term.kind == "rule") for score in verdict.heads]
    scores = loaded(ctx, given["version"]).score(comment, small=0.0)
    return tuple(replace(one, terms=one.terms + added) for one, added in zip(scores, rules, strict=True))


def _facts(
    verdict: Verdict, heads: tuple[HeadScore, ...], told: dict[Head, Telling], edit: Edit | None
) -> dict[str, Any]:
    return {
        "action": verdict.action,
        "band": verdict.band,
        "risk": verdict.risk,
        "model": verdict.model,
        "heads": [{**asdict(score), "margin": score.margin} for score in heads],
        "telling": {head: {"for": one.speaks_for, "against": one.speaks_against} for head, one in told.items()},
        "smallest_edit": {**asdict(edit), "sentence": edit.sentence} if edit else None,
    }


def _show_erased(case: Case, *, as_json: bool) -> None:
    from modbot.scoring.heads import band, probability

    if as_json:
        scores = [{"head": score.head, "margin": score.margin} for score in case.verdict.heads]
        click.echo(json.dumps({"erased": True, "action": case.action, "decided_by": case.decided_by, "heads": scores}))
        return
    click.echo("The text of this comment was erased: no words are left that could explain its scores.")
    click.echo(f"decision: {case.action.value} (by {case.decided_by.value})")
    for score in case.verdict.heads:
        p = probability(score.margin)
        click.echo(f"{score.head.value}: {band(p)} ({p:.1%})")


def _show(score: HeadScore, told: Telling | None, shown: int | None) -> None:
    from modbot.scoring.heads import band, probability

    p = probability(score.margin)
    click.echo(click.style(f"{score.head.value}: {band(p)} ({p:.1%})", bold=True))
    for sentence in (*told.speaks_for, *told.speaks_against) if told else ():
        click.echo(f"  {sentence}")
    click.echo(f"  {'start value':<{LABEL_CHARS}}{score.bias:+8.3f}")
    terms = sorted(score.terms, key=lambda term: -abs(term.share))
    for term in terms[:shown]:
        label = " ".join(term.label.split())[: LABEL_CHARS - 2] if term.kind == "word" else f"[{term.label}]"
        bar = ("+" if term.share > 0 else "-") * min(BAR_CHARS, round(abs(term.share) * 6))
        click.echo(
            f"  {label:<{LABEL_CHARS}}{term.share:+8.3f}  {click.style(bar, fg='red' if term.share > 0 else 'green')}"
        )
    rest = sum(term.share for term in terms[len(terms[:shown]) :])
    if shown is not None and len(terms) > shown:
        click.echo(f"  {f'{len(terms) - shown} more':<{LABEL_CHARS}}{rest:+8.3f}")
    click.echo(f"  {'sum, log-odds':<{LABEL_CHARS}}{score.margin:+8.3f}\n")
