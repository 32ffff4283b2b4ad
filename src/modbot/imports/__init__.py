"""A site's history from elsewhere: readers of other systems' exports, and the run that brings it in.

``xml`` reads WordPress's and Disqus's files, ``plain`` JSON, JSON Lines, CSV and Isso's database, ``run`` records what
they give. May import the rooms of rank 0 to 2; home of defusedxml.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from modbot.imports import plain, xml
from modbot.imports.run import Row, Summary, bring_in

__all__ = ["FORMATS", "Row", "Summary", "bring_in", "rows_of"]

Reader = Callable[[Path], Iterator[Row]]
FORMATS: Mapping[str, Reader] = {
    "wordpress": xml.wordpress,
    "wordpress-json": plain.wordpress,
    "disqus": xml.disqus,
    "isso": plain.isso,
    "remark42": plain.remark42,
    "csv": plain.csv_rows,
    "jsonl": plain.json_lines,
}


def rows_of(name: str, path: Path) -> Iterator[Row]:
    """Read an export, one comment after the other. Raises Unreadable for a file that is none of its format."""
    return FORMATS[name](path)
