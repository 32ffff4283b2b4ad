"""The page for people about a model: what was measured, on what, how sure that is, and how it looks.

Written from the card alone, so that training and later evaluations write the same page. One file without scripts or
foreign parts. Writes nothing to disk.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from modbot.learning import plots
from modbot.learning.figures import FORM

CSS = Path(__file__).with_name("report.css")

FIGURES = (
    ("rows", "rows"),
    ("positive", "bad"),
    ("auc", "AUC"),
    ("average_precision", "average precision"),
    ("recall_at_1pct", "recall at 1 % good"),
    ("recall_at_0.1pct", "recall at 0.1 % good"),
    ("brier", "Brier"),
    ("calibration_error", "calibration error"),
    ("good_from_half", "good with p ≥ 0.5"),
    ("bad_from_half", "bad with p ≥ 0.5"),
)
OUTCOMES = (
    ("good_rejected", "good rejected"),
    ("bad_published", "bad published"),
    ("bad_rejected", "bad rejected"),
    ("good_published", "good published"),
    ("held", "read by people"),
)
TERMS = (
    ("gap", "gap"),
    ("subgroup_auc", "subgroup AUC"),
    ("bpsn_auc", "BPSN AUC"),
    ("bnsp_auc", "BNSP AUC"),
)
CASES = (("answer", "hateful"), ("cases", "cases"), ("auc", "AUC"), ("toxicity", "median p of toxicity"))
SECTIONS = (
    (
        "evaluated",
        "Evaluated",
        "Labelled comments that were measured after training. What the model learned from is listed below.",
    ),
    (
        "leave_one_source_out",
        "Leave one source out",
        "Each source scored by a fit that never saw the source: what an unseen site may expect.",
    ),
    ("held_back", "Held-back parts", "Authors and texts that training never saw, of sources that it knows."),
)
PLOTS: tuple[tuple[str, Callable[[str, plots.Curves], str]], ...] = (
    ("Bad comments found against good ones above the cut-off (ROC)", plots.roc),
    ("Precision against bad comments found, at the prior", plots.precision_recall),
    ("Reliability: probability said against what came true", plots.reliability),
    ("Where good and bad comments lie", plots.histograms),
)
INTRODUCTION = (
    "Small print below a figure is its 95 % interval. AUC: how often a bad comment ranks above a good one. Recall at "
    "1 % good: bad comments found above a cut-off that 1 % of good ones pass. Calibration error: mean distance of "
    "probability and truth, at the prior that the head expects."
)
ABOUT_TERMS = (
    "Sentences of our own, harmless and abusive, each said of groups of people and of neutral words. The gap is what a "
    "term adds to harmless sentences, in log-odds of toxicity; near 0 the word itself carries no verdict. BPSN: abuse "
    "with neutral words against harmless sentences with the term; low where the term looks like abuse. BNSP: the "
    "reverse; low where abuse with the term passes (Borkan et al. 2019)."
)
ABOUT_FUNCTIONS = (
    "Short cases of our own, after Röttger et al. 2021: kinds of hate, and kinds of harmless text that share words "
    "with them. AUC of identity_attack, each kind against all cases of the other answer; near 0.5 it is a toss-up."
)
ABOUT_GROWTH = (
    "The same recipe fitted on growing parts of the sources, divided by author and text. What still rises on the right "
    "would profit from more comments of the same kind."
)
ABOUT_SHORT = "From the worst source to the best, of those in which both answers occur."
SHORT = {
    "auc_known": "AUC, held-back parts",
    "auc_unseen": "AUC, sources left out",
    "recall_known": "recall at 1 % good, held-back parts",
    "recall_unseen": "recall at 1 % good, sources left out",
}
WAYS = {"held_back": "held-back parts", "leave_one_source_out": "sources left out"}


def page(version: str, card: Mapping[str, Any]) -> str:
    """Write the page for people.

    Parameters
    ----------
    version : str
        The model's.
    card : mapping
        As training made it, perhaps with what later evaluations added. Parts that it lacks are left out.

    Returns
    -------
    str
        A complete HTML page.
    """
    parts = [_section(key, title, note, card) for key, title, note in SECTIONS if any(card.get(key, {}).values())]
    if card.get("identity"):
        parts.append(_identity(card["identity"]))
    if card.get("functional"):
        parts.append(_functional(card["functional"]))
    if card.get("learning_curve"):
        parts.append(_growth(card["learning_curve"]))
    parts.append(_sources(card.get("rows", {})))
    title = f"Model {html.escape(version)}"
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{CSS.read_text(encoding='utf-8')}</style></head>\n<body><main><h1>{title}</h1>{_opening(card)}"
        f"{''.join(parts)}</main></body></html>\n"
    )


def _opening(card: Mapping[str, Any]) -> str:
    links = [(key, title) for key, title, _ in SECTIONS if any(card.get(key, {}).values())]
    links += [("identity", "Words for groups")] if card.get("identity") else []
    links += [("functional", "Hate and its look-alikes")] if card.get("functional") else []
    links += [("growth", "Learning curve")] if card.get("learning_curve") else []
    menu = "".join(f'<a href="#{key}">{title}</a>' for key, title in [*links, ("sources", "Learned from")])
    return f"<p>{INTRODUCTION}</p><nav>{menu}</nav>{_short(card)}"


def _short(card: Mapping[str, Any]) -> str:
    """From the worst source to the best, before any detail."""
    rows = []
    for head, slices in card.get("held_back", {}).items():
        unseen = card.get("leave_one_source_out", {}).get(head, {})
        ranges = [_range(part, key) for key in ("auc", "recall_at_1pct") for part in (slices, unseen)]
        rows.append((head, dict(zip(SHORT, ranges, strict=True))))
    return f"<h2>In short</h2><p>{ABOUT_SHORT}</p>{_table('head', tuple(SHORT.items()), rows)}" if rows else ""


def _range(slices: Mapping[str, Mapping[str, Any]], key: str) -> str | None:
    values = [figures[key] for figures in slices.values() if figures.get(key) is not None]
    return f"{min(values):.2f} to {max(values):.2f}" if values else None


def _section(key: str, title: str, note: str, card: Mapping[str, Any]) -> str:
    parts = [f'<section><h2 id="{key}">{title}</h2><p>{note}</p>']
    for head, slices in card[key].items():
        if not slices:
            continue
        parts.append(f"<h3>{html.escape(head)}</h3>{_table('source', FIGURES, slices.items())}")
        drawn = {
            source: curves
            for source, figures in slices.items()
            if (curves := figures.get("curves")) and curves["form"] == FORM
        }
        if drawn:
            parts.append(_outcomes(slices))
            parts.append(_key(drawn) + _plots(f"{title}, {head}", drawn))
    return "".join([*parts, "</section>"])


def _outcomes(slices: Mapping[str, Mapping[str, Any]]) -> str:
    """What became of them, of the heads that decide: what is no threat may still be advertising."""
    if not any("good_rejected" in figures for figures in slices.values()):
        return ""
    note = "<p>What the borrowed policy does with them, at its default promises:</p>"
    return note + _table("source", OUTCOMES, slices.items())


def _plots(where: str, drawn: plots.Curves) -> str:
    shown = [_figure(title, draw(f"{where}: {title}", drawn)) for title, draw in PLOTS]
    return f'<div class="plots">{"".join(shown)}</div>'


def _figure(title: str, svg: str) -> str:
    return f"<figure><figcaption>{title}</figcaption>{svg}</figure>"


def _key(names: Iterable[str]) -> str:
    """Which line is whose; said once for all plots beside each other."""
    items = []
    for at, name in enumerate(names):
        dash = plots.DASHES[at // plots.COLOURS % len(plots.DASHES)]
        line = (
            f'<svg viewBox="0 0 28 8" aria-hidden="true"><line x1="0" y1="4" x2="28" y2="4" stroke-width="3" '
            f'stroke="var(--line-{at % plots.COLOURS})" stroke-dasharray="{dash or "none"}"/></svg>'
        )
        items.append(f"<li>{line}{html.escape(name)}</li>")
    return f'<ul class="key">{"".join(items)}</ul>'


def _identity(found: Mapping[str, Any]) -> str:
    terms = dict(sorted(found["terms"].items(), key=lambda item: -abs(item[1]["gap"])))
    means = ", ".join(f"{name} {found[key]:.3f}" for key, name in TERMS[1:])
    summary = (
        f"All sentences with terms: AUC {found['auc']:.3f}; harmless ones with p ≥ 0.5: {found['good_from_half']:.1%}; "
        f"largest gap {found['gap']:+.2f}. Means over terms, low ones counting more: {means}."
    )
    return (
        f'<section><h2 id="identity">Words for groups of people</h2><p>{ABOUT_TERMS}</p><p>{summary}</p>'
        f'<div class="plots">{_figure("What a term adds", plots.gaps("Gap per term", terms))}'
        f"{_table('term', TERMS, terms.items())}</div></section>"
    )


def _functional(found: Mapping[str, Any]) -> str:
    low, high = found["auc_interval"]
    summary = f"All {found['cases']} cases: AUC {found['auc']:.3f}, 95 % interval {low:.3f} to {high:.3f}."
    rows = [(kind, {**one, "answer": "yes" if one["hateful"] else "no"}) for kind, one in found["functions"].items()]
    return (
        f'<section><h2 id="functional">Hate and its look-alikes</h2><p>{ABOUT_FUNCTIONS}</p><p>{summary}</p>'
        f"{_table('kind', CASES, rows)}</section>"
    )


def _growth(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> str:
    figures = [
        _figure(html.escape(head), plots.growth(f"Learning curve, {head}", points, tuple(WAYS)))
        for head, points in found.items()
    ]
    return (
        f'<section><h2 id="growth">Learning curve</h2><p>{ABOUT_GROWTH}</p>{_key(WAYS.values())}'
        f'<div class="plots">{"".join(figures)}</div></section>'
    )


def _sources(rows: Mapping[str, Mapping[str, int]]) -> str:
    columns = (("train", "train"), ("dev", "dev"), ("test", "held back"))
    note = "<p>Comments per source, as far as the recipe used them.</p>"
    return f'<section><h2 id="sources">Learned from</h2>{note}{_table("source", columns, rows.items())}</section>'


def _table(first: str, columns: Sequence[tuple[str, str]], rows: Iterable[tuple[str, Mapping[str, Any]]]) -> str:
    header = "".join(f'<th scope="col">{name}</th>' for name in (first, *(name for _, name in columns)))
    body = "".join(
        f"<tr><td>{html.escape(name)}</td>{''.join(_cell(figures, key) for key, _ in columns)}</tr>"
        for name, figures in rows
    )
    # A table that is wider than the window is scrolled by itself, with the keyboard too.
    return f'<div class="wide" tabindex="0"><table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table></div>'


def _cell(figures: Mapping[str, Any], key: str) -> str:
    value, interval, count = figures.get(key), figures.get(f"{key}_interval"), figures.get(f"{key}_count")
    if value is None:
        return "<td>–</td>"
    if count is not None:
        said = f"{value:.1%} ({count:,})"
    else:
        said = value if isinstance(value, str) else f"{value:.3f}" if isinstance(value, float) else f"{value:,}"
    small = ""
    if interval:
        low, high = (f"{end:.1%}" if count is not None else f"{end:.3f}" for end in interval)
        small = f"<small>{low} to {high}</small>"
    return f"<td>{said}{small}</td>"
