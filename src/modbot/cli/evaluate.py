"""``modbot evaluate``: measure a model on labelled comments."""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from modbot.cli.model import folder_of
from modbot.cli.train import bars
from modbot.errors import ModelError, ModelMissing

if TYPE_CHECKING:
    from modbot.learning.dataset import Example
    from modbot.scoring.heads import Model

RANKING = (
    ("auc", "AUC"),
    ("average_precision", "avg prec"),
    ("recall_at_1pct", "rec@1%"),
    ("recall_at_0.1pct", "rec@.1%"),
    ("brier", "Brier"),
    ("calibration_error", "cal err"),
    ("good_from_half", "good≥.5"),
)
OUTCOMES = (
    ("good_rejected", "good rejected"),
    ("bad_published", "bad published"),
    ("bad_rejected", "bad rejected"),
    ("good_published", "good published"),
    ("held", "read by people"),
)
TERMS = (("gap", "gap"), ("subgroup_auc", "subgroup"), ("bpsn_auc", "BPSN"), ("bnsp_auc", "BNSP"))
TERMS_SHOWN = 5
CASES = (("cases", "cases"), ("auc", "AUC"), ("toxicity", "toxicity"))

Figures = dict[str, dict[str, Any]]
"""By source and head."""
Sources = Mapping[str, tuple[bool, Mapping[str, Any]]]
"""By name, whether the model learned from it, and its figures by head."""


@click.command("evaluate")
@click.option(
    "--data",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    multiple=True,
    help="Labelled CSV; may be repeated.",
)
@click.argument("more", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--model", "version", help="Version, or folder of a model; else the current one.")
@click.option(
    "--part",
    type=click.Choice(["all", "train", "dev", "test"]),
    default="all",
    show_default=True,
    help="Which rows; test is what training holds back.",
)
@click.option(
    "--leave-one-source-out", "left_out", is_flag=True, help="Fit the model's recipe anew without each of these files."
)
@click.option("--learning-curve", "curve", is_flag=True, help="Fit it on an eighth, a quarter, a half and all of them.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of these fits.")
@click.option("--report", type=click.Path(dir_okay=False, path_type=Path), help="Write a page with plots there.")
@click.option("--update-card", is_flag=True, help="Write the figures onto the model's card, and its report anew.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_context
def command(ctx: click.Context, /, **given: Any) -> None:
    """Measure a model per source and head, at the borrowed policy with its default promises.

    A model that is not the current one is compared with the current one, too, comment by comment.
    Figures come with 95 % intervals. If the model answers for toxicity, sentences of our own show what words for
    groups of people add to it. The model learns nothing from the files; --leave-one-source-out and --learning-curve
    fit others like it, which takes as long as training, and throw them away.
    """
    paths = (*given["data"], *given["more"])
    if not paths:
        raise click.UsageError("nothing to measure on: give --data FILE.")
    page: Path | None = given["report"]
    if page is not None and not page.parent.is_dir():
        raise click.UsageError(f"--report: expected a file in a folder that exists, got {page}.")
    from modbot.learning.evaluate import by_head
    from modbot.scoring import artifacts

    folder = folder_of(ctx, given["version"])
    model = artifacts.load(folder)
    current = _current(ctx, model)
    sources, differences = _measured(model, current, paths, given["part"])
    # What a model says of rows that it learned from is no news of how it does.
    learned = [name for name in sources if name in model.card.get("rows", {}) and given["part"] != "test"]
    facts = _facts(model, paths, given)
    _write(folder, model, {name: (name in learned, heads) for name, heads in sources.items()}, facts, given)
    unseen = by_head(facts.get("leave_one_source_out", model.card.get("leave_one_source_out", {})))
    found = {
        "model": model.version,
        "sources": sources,
        "learned_from": learned,
        **facts,
        "leave_one_source_out": {name: unseen[name] for name in sources if name in unseen},
        **({"against": {"model": current.version, "sources": differences}} if current else {}),
    }
    if given["as_json"]:
        click.echo(json.dumps(found))
    else:
        click.echo(_told(found, fresh=given["left_out"]))


def _current(ctx: click.Context, model: Model) -> Model | None:
    """The current model, if there is one and it is another."""
    from modbot.scoring import artifacts

    try:
        folder = folder_of(ctx, None)
    except ModelMissing:
        return None
    return artifacts.load(folder) if folder.name != model.version else None


def _measured(model: Model, current: Model | None, paths: tuple[Path, ...], part: str) -> tuple[Figures, Figures]:
    """Figures per source and head, and how much larger they are than the current model's."""
    from modbot.learning import dataset
    from modbot.learning.evaluate import compare, contrast

    found: Figures = {}
    differences: Figures = {}
    with click.progressbar(paths, label="measure", file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
        for path in bar:
            examples = dataset.split(dataset.unique(dataset.read_file(path)))
            kept = [one for one in examples if part in ("all", one.part)]
            if kept:
                source = kept[0].source
                found[source] = compare(model, kept)
                differences |= {source: contrast(current, model, kept)} if current else {}
    if not found:
        names = ", ".join(path.name for path in paths)
        raise ModelError(f"expected rows of the part {part}, got none in {names}; leave out --part, or choose another.")
    return found, differences


def _facts(model: Model, paths: tuple[Path, ...], given: Mapping[str, Any]) -> dict[str, Any]:
    """What is measured besides the model on the files."""
    from modbot.learning import dataset
    from modbot.learning.evaluate import learning_curve, leave_one_out, recipe_of
    from modbot.learning.functional import functional
    from modbot.learning.identity import identity

    facts: dict[str, Any] = {"identity": identity(model), "functional": functional(model)}
    wanted = [("left_out", "leave_one_source_out", leave_one_out), ("curve", "learning_curve", learning_curve)]
    examples: list[Example] = []
    for option, name, measured in wanted:
        if given[option]:
            examples = examples or dataset.read_files(paths)
            with ExitStack() as stack:
                facts[name] = measured(examples, recipe_of(model), seed=given["seed"], progress=bars(stack))
    return facts


def _write(folder: Path, model: Model, sources: Sources, facts: Mapping[str, Any], given: Mapping[str, Any]) -> None:
    """Write the page, which marks what was learned from, and the card, which leaves it out."""
    from modbot.learning import release, report
    from modbot.learning.evaluate import by_head

    before = by_head(model.card.get("evaluated", {}))
    if given["report"]:
        marked = {f"{name} (learned from)" if known else name: heads for name, (known, heads) in sources.items()}
        card = {**model.card, **facts, "evaluated": by_head({**before, **marked})}
        given["report"].write_text(report.page(model.version, card), encoding="utf-8")
    if given["update_card"]:
        new = {name: heads for name, (known, heads) in sources.items() if not known}
        lasting = {name: fact for name, fact in facts.items() if name != "leave_one_source_out"}
        release.update(folder, {**lasting, "evaluated": by_head({**before, **new})})


def _told(found: Mapping[str, Any], *, fresh: bool) -> str:
    from modbot.learning.train import PROMISED

    slices = _named(found["sources"])
    # What is no threat may still be advertising: only for these heads a comment without the label is a good one.
    deciding = _named(found["sources"], PROMISED)
    lines = [f"model {found['model']}, 95 % intervals below the figures", *_ranked(slices)]
    if found["learned_from"]:
        learned = ", ".join(found["learned_from"])
        lines += [f"the model learned from {learned}: better than it is; --part test measures what was held back"]
    lines += ["", "what the borrowed policy does with them, at its default promises", *_outcomes(deciding)]
    if "against" in found:
        lines += ["", f"how much larger each figure is than that of the current model {found['against']['model']}"]
        lines += _ranked(_named(found["against"]["sources"]))
    if found["leave_one_source_out"]:
        whose = "fitted now on the other files" if fresh else "from the model's card"
        lines += ["", f"the same sources, each by a fit that never saw it ({whose})"]
        lines += _ranked(_named(found["leave_one_source_out"]))
    if found["identity"]:
        lines += ["", *_identity(found["identity"])]
    if found["functional"]:
        lines += ["", *_functional(found["functional"])]
    if "learning_curve" in found:
        lines += ["", *_growth(found["learning_curve"])]
    return "\n".join(lines)


def _named(sources: Mapping[str, Mapping[str, Any]], kept: Collection[str] | None = None) -> Figures:
    return {
        f"{source:<24}{head}": figures
        for source, heads in sources.items()
        for head, figures in heads.items()
        if kept is None or head in kept
    }


def _ranked(slices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"{'source':<24}{'head':<16}{'rows':>8}{'bad':>8}" + "".join(f"{name:>12}" for _, name in RANKING)]
    for name, figures in slices.items():
        counts = "".join(f"{_cell(figures.get(key)):>8}" for key in ("rows", "positive"))
        lines.append(f"{name:<40}{counts}" + "".join(f"{_cell(figures.get(key)):>12}" for key, _ in RANKING))
        ends = [_ends(figures.get(f"{key}_interval")) for key, _ in RANKING]
        if any(ends):
            lines.append(f"{'':<56}" + "".join(f"{end:>12}" for end in ends))
    return lines


def _outcomes(slices: Mapping[str, Mapping[str, Any]]) -> list[str]:
    lines = [f"{'source':<24}{'head':<16}" + "".join(f"{name:>18}" for _, name in OUTCOMES)]
    for name, figures in slices.items():
        shares = [(figures[key], figures[f"{key}_count"]) for key, _ in OUTCOMES]
        said = ["-" if part is None else f"{part:.1%} ({count:,})" for part, count in shares]
        lines.append(f"{name:<40}" + "".join(f"{one:>18}" for one in said))
    return lines


def _identity(found: Mapping[str, Any]) -> list[str]:
    largest = sorted(found["terms"].items(), key=lambda item: -abs(item[1]["gap"]))[:TERMS_SHOWN]
    summary = (
        f"words for groups of people in sentences of our own: AUC {found['auc']:.3f}, harmless ones with p ≥ 0.5 "
        f"{found['good_from_half']:.1%};\nof {len(found['terms'])} terms those that add most to harmless sentences, in "
        "log-odds, and the AUC beside them"
    )
    lines = [summary, f"{'term':<40}" + "".join(f"{name:>12}" for _, name in TERMS)]
    return lines + [f"{term:<40}" + "".join(f"{_cell(one[key]):>12}" for key, _ in TERMS) for term, one in largest]


def _functional(found: Mapping[str, Any]) -> list[str]:
    low, high = found["auc_interval"]
    summary = (
        f"hate and what merely looks like it, {found['cases']} short cases of our own: AUC of identity_attack "
        f"{found['auc']:.3f} ({low:.3f} to {high:.3f});\neach kind against all of the other answer, and the median "
        "p of toxicity"
    )
    lines = [summary, f"{'kind':<40}{'hateful':>12}" + "".join(f"{name:>12}" for _, name in CASES)]
    return lines + [
        f"{kind:<40}{'yes' if one['hateful'] else 'no':>12}" + "".join(f"{_cell(one.get(key)):>12}" for key, _ in CASES)
        for kind, one in found["functions"].items()
    ]


def _growth(found: Mapping[str, Any]) -> list[str]:
    lines = [
        "mean AUC as the training rows grow",
        f"{'head':<32}{'rows':>8}{'held back':>19}{'source left out':>19}",
    ]
    return lines + [
        f"{head:<32}{point['rows']:>8,}{_cell(point['held_back']):>19}{_cell(point['leave_one_source_out']):>19}"
        for head, points in found.items()
        for point in points
    ]


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else f"{value:,}"


def _ends(interval: list[float] | None) -> str:
    return "–".join(f"{end:.3f}".replace("0.", ".", 1) for end in interval) if interval else ""
