"""Compile the inner loops of scoring, where there is a C compiler; without one modbot is installed all the same."""

from __future__ import annotations

import tempfile
import zlib
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from setuptools import Distribution, Extension
from setuptools.command.build_ext import build_ext

SOURCE = Path("src/modbot/scoring/kernel.c")


class CompiledKernel(BuildHookInterface):
    """Puts the kernel beside its source for an editable installation, and into the wheel for any other."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, if that can be done here."""
        editable = version == "editable"
        self._folder = tempfile.TemporaryDirectory(dir=self.root if editable else None)
        for built in compiled(Path(self.root), Path(self._folder.name)):
            if editable:
                # In one step: what runs from here keeps the file that it has open.
                built.replace(Path(self.root, SOURCE).with_name(built.name))
            else:
                build_data["force_include"][str(built)] = f"modbot/scoring/{built.name}"
                build_data["pure_python"] = False
                build_data["infer_tag"] = True

    def finalize(self, *_: Any) -> None:
        """Clear away."""
        self._folder.cleanup()


def compiled(root: Path, folder: Path) -> list[Path]:
    """Give the library made of the source; none where there is no compiler."""
    extension = Extension(
        "kernel",
        [str(root / SOURCE)],
        define_macros=[("Py_LIMITED_API", "0x030b0000"), ("SOURCE", f"{zlib.crc32((root / SOURCE).read_bytes())}l")],
        py_limited_api=True,
        optional=True,
    )
    command = build_ext(Distribution({"name": "kernel", "ext_modules": [extension]}))
    command.build_lib, command.build_temp = str(folder), str(folder / "objects")
    command.ensure_finalized()
    command.run()
    return [*folder.glob("kernel.*")]
