"""Models on disk: save with a card, find, verify, load.

An artefact is data: arrays in ``weights.npz`` (never unpickled) and facts in ``card.json``. A model is handed out
only after its hash, its feature version and the scores of a few stored examples were found right. Reads and writes
files and nothing else; may import ``domain``, ``errors``, ``text`` and numpy.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from modbot.domain import Author, Comment, Head
from modbot.errors import ModelMismatch, ModelMissing
from modbot.scoring.features import FEATURES_VERSION
from modbot.scoring.heads import Evidence, Model
from modbot.scoring.vocabulary import Vocabulary

BUNDLE = "comments"
WEIGHTS = "weights.npz"
CARD = "card.json"
REPORT = "report.html"
CURRENT = "CURRENT"

# Another machine may add floating-point numbers in another order, no more than that.
_EXAMPLE_TOLERANCE = 1e-6

# Our own sentences, odd ones among them: what the card stores of them must come out again.
EXAMPLES = (
    {"name": "Mara", "body": "Thank you, this helped me to understand why the second example failed."},
    {
        "name": "Best Pills",
        "body": "Buy v1agra now!!! http://cheap-pills.example/buy",
        "url": "http://cheap-pills.example/",
    },
    {"name": "", "body": "You are a complete idiot and nobody wants you here."},
    {"name": "Юля", "body": "Спасибо, очень полезная статья!", "email_domain": "mail.ru"},
    {"name": "x", "body": "\U0001f600\U0001f600 f r e e  m\u043eney \u200b"},
    {"name": "", "body": ""},
)


def model_dirs(setting: Path | None = None, config_dir: Path | None = None) -> tuple[Path, ...]:
    """List the folders in which models are looked for, first one first.

    Parameters
    ----------
    setting : Path, optional
        The ``model_dir`` setting.
    config_dir : Path, optional
        The folder of the configuration file.

    Returns
    -------
    tuple of Path
        The setting, ``models`` beside the configuration, the installed package's, the repository's.
    """
    package = Path(__file__).resolve().parent.parent
    found = [] if setting is None else [setting]
    found += [] if config_dir is None else [config_dir / "models"]
    return (*found, package / "models", package.parent.parent / "models")


def versions(dirs: Iterable[Path]) -> tuple[Path, ...]:
    """List all models.

    Parameters
    ----------
    dirs : iterable of Path
        As `model_dirs` gives them.

    Returns
    -------
    tuple of Path
        Folders with a card, those of the first directory first, each version once.
    """
    found: dict[str, Path] = {}
    for directory in dirs:
        for card in sorted((directory / BUNDLE).glob(f"*/{CARD}")):
            found.setdefault(card.parent.name, card.parent)
    return tuple(found.values())


def current(dirs: Iterable[Path]) -> str | None:
    """Say which version is meant when none is named.

    Parameters
    ----------
    dirs : iterable of Path
        As `model_dirs` gives them.

    Returns
    -------
    str or None
        What the first file ``comments/CURRENT`` says.
    """
    for directory in dirs:
        named = directory / BUNDLE / CURRENT
        if named.is_file():
            return next(iter(named.read_text(encoding="utf-8").split()), None)
    return None


def find(dirs: Sequence[Path], version: str | None = None) -> Path:
    """Find a model's folder.

    Parameters
    ----------
    dirs : sequence of Path
        As `model_dirs` gives them.
    version : str, optional
        Without it, the one that ``comments/CURRENT`` names.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    ModelMissing
        The message lists the places looked at.
    """
    wanted = version or current(dirs)
    for folder in versions(dirs):
        if folder.name == wanted:
            return folder
    places = ", ".join(str(directory / BUNDLE) for directory in dirs)
    named = f"model {wanted!r}" if wanted else f"a file {CURRENT}"
    raise ModelMissing(f"expected {named} in one of: {places}. Train one with `modbot train`, or set model_dir.")


def save(model: Model, directory: Path, report: str = "") -> Path:
    """Write a model's arrays, card and report.

    Parameters
    ----------
    model : Model
        Its ``card`` is completed with hash, features, heads and examples.
    directory : Path
        Where models live; the model goes to ``<directory>/comments/<version>``.
    report : str
        A page for people.

    Returns
    -------
    Path
        The folder written.
    """
    folder = directory / BUNDLE / model.version
    folder.mkdir(parents=True, exist_ok=True)
    arrays = packed(
        {
            "weights": model.weights.astype(np.float32),
            "bias": model.bias,
            "ranks": model.evidence.ranks.astype(np.float32),
            "good": model.evidence.good.astype(np.float32),
            "good_source": model.evidence.good_source.astype(np.int16),
            "bad": model.evidence.bad.astype(np.float32),
            "bad_source": model.evidence.bad_source.astype(np.int16),
            **_words(model.vocabulary),
        }
    )
    (folder / WEIGHTS).write_bytes(arrays)
    margins = model.margins(map(_example, EXAMPLES))
    card = {
        **model.card,
        "version": model.version,
        "sha256": hashlib.sha256(arrays).hexdigest(),
        "features": FEATURES_VERSION,
        "buckets": int(model.weights.shape[0]),
        "heads": [head.value for head in model.heads],
        "evidence_heads": [head.value for head in model.evidence.heads],
        "evidence_sources": list(model.evidence.sources),
        "examples": [{**example, "margins": row.tolist()} for example, row in zip(EXAMPLES, margins, strict=True)],
    }
    (folder / CARD).write_text(json.dumps(card, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / REPORT).write_text(report, encoding="utf-8")
    return folder


def load(folder: Path) -> Model:
    """Read a model and verify it.

    Parameters
    ----------
    folder : Path
        From `find`.

    Returns
    -------
    Model
        Ready to score.

    Raises
    ------
    ModelMissing
        A file is not there.
    ModelMismatch
        Hash, feature version or the scores of the stored examples differ from the card.
    """
    card = _card(folder)
    weights = folder / WEIGHTS
    if not weights.is_file():
        raise ModelMissing(f"expected {weights}; restore the folder or train again.")
    data = weights.read_bytes()
    if hashlib.sha256(data).hexdigest() != card.get("sha256"):
        raise ModelMismatch(f"{weights} is not the file its card describes (SHA-256 differs); restore the folder.")
    if card.get("features") != FEATURES_VERSION:
        raise ModelMismatch(
            f"{folder} was trained on features version {card.get('features')}, "
            f"this modbot makes version {FEATURES_VERSION}; train again."
        )
    model = _model(folder.name, data, card)
    _verify(model, card["examples"])
    return model


def _card(folder: Path) -> dict[str, Any]:
    path = folder / CARD
    if not path.is_file():
        raise ModelMissing(f"expected {path}; restore the folder or train again.")
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ModelMismatch(f"{path} is not JSON ({error}); restore the folder.") from error
    return card


def _model(version: str, data: bytes, card: Mapping[str, Any]) -> Model:
    heads = tuple(Head(name) for name in card["heads"])
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        evidence = Evidence(
            heads=tuple(Head(name) for name in card["evidence_heads"]),
            sources=tuple(card["evidence_sources"]),
            ranks=arrays["ranks"].astype(np.float64),
            good=arrays["good"].astype(np.float64),
            good_source=arrays["good_source"].astype(np.intp),
            bad=arrays["bad"].astype(np.float64),
            bad_source=arrays["bad_source"].astype(np.intp),
        )
        # Models of before there were any have none.
        vocabulary = Vocabulary(arrays["words"], arrays["word_weights"]) if "words" in arrays else None
        weights = arrays["weights"].astype(np.float64)
        return Model(version, heads, weights, arrays["bias"], evidence, card, vocabulary)


def _verify(model: Model, examples: Sequence[Mapping[str, Any]]) -> None:
    expected = np.array([example["margins"] for example in examples])
    found = model.margins(_example(example) for example in examples)
    gap = float(np.abs(expected - found).max(initial=0.0))
    if not gap <= _EXAMPLE_TOLERANCE:
        raise ModelMismatch(
            f"model {model.version}: the stored examples score up to {gap:.2g} log-odds differently "
            "from the card; train again."
        )


def _example(fields: Mapping[str, Any]) -> Comment:
    return Comment(
        site_id="",
        key="",
        fingerprint="",
        name=fields["name"],
        body=fields["body"],
        author=Author(key="", email_domain=fields.get("email_domain", "")),
        url=fields.get("url", ""),
    )


def _words(vocabulary: Vocabulary | None) -> dict[str, NDArray[Any]]:
    if vocabulary is None:
        return {}
    return {"words": vocabulary.hashes, "word_weights": vocabulary.rows.astype(np.float32)}


def packed(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Write arrays as an ``.npz`` whose bytes depend on them alone: numpy's own writer puts the time of day into it.

    Parameters
    ----------
    arrays : mapping of str to ndarray
        By name.

    Returns
    -------
    bytes
        The file.
    """
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in arrays.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            info = zipfile.ZipInfo(f"{name}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, member.getvalue())
    return out.getvalue()
