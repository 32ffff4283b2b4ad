"""Whole conversations of each foreign protocol, recorded here: what was asked, and what must be answered again.

    RECORD_TRANSCRIPTS=1 pytest tests/intake/test_transcripts.py    records them anew

A transcript is text: `>` what the client sends, `<` what comes back, the head first, then the body. What is drawn anew
each time (guids, ids) stands as `…`.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
from pathlib import Path

import pytest

from conftest import ADA_KEY
from modbot.credentials import secret_at_rest
from modbot.domain import SecretKind

FOLDER = Path(__file__).parent / "transcripts"
AKISMET_KEY, CORAL_SECRET = "0123456789ab", "empsec_" + "0123456789abcdef" * 4
# Headers that belong to the protocols.
SHOWN = ("Content-Type", "Retry-After", "Allow")
DRAWN = re.compile(r"(?<=X-akismet-guid: )[0-9a-f]{32}|(?<=\"modr-)[0-9a-f]{32}")
RECORDS = "RECORD_TRANSCRIPTS"


def exchanges(text: str) -> list[tuple[list[str], list[str]]]:
    """Read a transcript: for each exchange the lines that were sent, and those that came back."""
    found: list[tuple[list[str], list[str]]] = []
    for line in text.splitlines():
        if line.startswith(">"):
            if not found or found[-1][1]:
                found.append(([], []))
            found[-1][0].append(line[2:])
        elif line.startswith("<"):
            found[-1][1].append(line[2:])
    return found


def asked(client, clock, sent: list[str]):
    """Send what a transcript sends, a second after what it sent before."""
    clock.tick(1)
    method, path = sent[0].split(" ", 1)
    gap = sent.index("") if "" in sent else len(sent)
    headers = dict(line.split(": ", 1) for line in sent[1:gap])
    body = "\n".join(sent[gap + 1 :]).encode()
    if path.startswith("/coral/") and "X-Coral-Signature" not in headers:
        headers["X-Coral-Signature"] = "sha256=" + hmac.digest(CORAL_SECRET.encode(), body, hashlib.sha256).hex()
    return client.open(
        path.replace("KEY", ADA_KEY),
        method=method,
        data=body,
        headers={name: value.replace("KEY", ADA_KEY) for name, value in headers.items()},
    )


def told(answer) -> list[str]:
    """Write down what came back."""
    names = sorted({*SHOWN, *(name for name, _value in answer.headers if name.lower().startswith("x-akismet"))})
    head = [f"{answer.status_code}", *(f"{name}: {answer.headers[name]}" for name in names if name in answer.headers)]
    text = answer.get_data(as_text=True)
    lines = [*head, "", *text.splitlines()] if text else head
    return [DRAWN.sub("…", line) for line in lines]


@pytest.fixture
def site(house, ada_site, clock):
    for kind, secret in ((SecretKind.AKISMET, AKISMET_KEY), (SecretKind.CORAL, CORAL_SECRET)):
        house.store.rotate_secret(ada_site.id, secret_at_rest(kind, secret, house.vault), clock(), 0)
    return ada_site


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.txt")), ids=lambda path: path.stem)
def test_it_works(client, site, clock, path):
    recorded = exchanges(path.read_text(encoding="utf-8"))
    assert len(recorded) >= 3
    answered = [(sent, told(asked(client, clock, sent))) for sent, _ in recorded]
    if os.environ.get(RECORDS):
        blocks = [
            "\n".join([*(f"> {line}" for line in sent), *(f"< {line}" for line in back)]) for sent, back in answered
        ]
        path.write_text("\n\n".join(blocks).replace("> \n", ">\n").replace("< \n", "<\n") + "\n", encoding="utf-8")

    assert answered == recorded


def test_it_has_one_for_each_protocol():
    assert {path.stem for path in FOLDER.glob("*.txt")} == {"akismet", "coral", "openai", "perspective"}
