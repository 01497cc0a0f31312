"""Odoo 19 itself: a checkout named by ODOO_SRC, Debian's package unpacked into `.dev/odoo`, or a shallow git clone."""

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from . import debian
from .paths import ADDONS, DEV, ODOO_TREE
from .run import output_of, run
from .say import Stop, step
from .stamp import Stamp, digest

RECIPE = "3"  # raise it when what `_repair` does changes
GIT = "https://github.com/odoo/odoo.git"
# Odoo's package links to fonts and scripts of these packages.
SID = [
    "odoo-19",
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-inconsolata",
    "fonts-montserrat",
    "fonts-ocr-b",
]
# Odoo uses Font Awesome 4.7; sid's package has moved on to 7 and no longer carries those files.
FONT_AWESOME = "fonts-font-awesome/bookworm"
WEBFONTS = {
    "fontawesome-webfont.ttf": b"\x00\x01\x00\x00",
    "fontawesome-webfont.woff": b"wOFF",
    "fontawesome-webfont.woff2": b"wOF2",
    "fontawesome-webfont.eot": None,
    "FontAwesome.otf": b"OTTO",
}


@dataclass(frozen=True)
class Odoo:
    """Where the sources are and what identifies them."""

    path: Path  # the folder that contains the Python package `odoo`
    version: str

    @property
    def addons(self) -> list[Path]:
        """Odoo's own addon folders."""
        return [
            folder
            for folder in (self.path / "odoo" / "addons", self.path / "addons")
            if folder.is_dir()
        ]

    @property
    def addons_path(self) -> str:
        return ",".join(map(str, [*self.addons, ADDONS]))


def ensure_odoo() -> Odoo:
    source = os.environ.get("ODOO_SRC")
    if source:
        return _from_checkout(Path(source).expanduser().resolve())
    stamp = Stamp("odoo")
    recipe = digest(RECIPE, SID, FONT_AWESOME)
    built = stamp.read().split("\n")
    if built[0] != recipe or not _package_root(ODOO_TREE):
        _need_space(4)
        stamp.clear()
        shutil.rmtree(ODOO_TREE, ignore_errors=True)
        with step("Getting Odoo 19 (about 150 MB)"):
            version = _from_debian() if debian.has_apt() else _from_git()
        stamp.write(f"{recipe}\n{version}")
        built = [recipe, version]
    root = _package_root(ODOO_TREE)
    if not root:
        raise Stop("Could not unpack Odoo 19: remove the folder .dev/odoo and run this again.")
    return Odoo(root, built[1])


def _package_root(tree: Path) -> Path | None:
    for root in (tree / "usr/lib/python3/dist-packages", tree):
        if (root / "odoo" / "release.py").exists():
            return root
    return None


def _from_checkout(path: Path) -> Odoo:
    release = path / "odoo" / "release.py"
    if not release.exists() or not re.search(r"version_info = \(19, 0", release.read_text()):
        raise Stop(
            f"ODOO_SRC={path} is not a checkout of Odoo 19.0: point it at the folder that contains odoo-bin."
        )
    commit = output_of(["git", "-C", path, "rev-parse", "HEAD"]) or "unversioned"
    return Odoo(path, f"{path} {commit}")


def _need_space(gigabytes: int) -> None:
    free = shutil.disk_usage(DEV).free
    if free < gigabytes * 10**9:
        raise Stop(
            f"The disk is full: {free / 10**9:.1f} GB are free and about {gigabytes} GB are needed;"
            " free some and run this again."
        )


def _from_git() -> str:
    run(
        ["git", "clone", "--depth=1", "--branch=19.0", GIT, ODOO_TREE],
        "clone Odoo 19",
        "odoo-download.log",
    )
    return output_of(["git", "-C", ODOO_TREE, "rev-parse", "HEAD"])


def _from_debian() -> str:
    names = debian.unpack([*SID, FONT_AWESOME], ["sid", "bookworm"], ODOO_TREE)
    _repair(ODOO_TREE / "usr/lib/python3/dist-packages", ODOO_TREE / "usr/share")
    return " ".join(names)


def _repair(root: Path, share: Path) -> None:
    """Put right what Debian's package leaves out or mixes up."""
    # A second copy of the addons with Python files only: Odoo would find it first, beside its own `odoo` package.
    for name in ("addons", "setup", "doc"):
        shutil.rmtree(root / name, ignore_errors=True)
    addons = root / "odoo" / "addons"

    # Its Font Awesome links are crossed (.woff to .woff2 and so on): browsers then refuse the icons.
    found = {
        path.name: path
        for path in share.glob("fonts*/**/*")
        if path.name in WEBFONTS and path.is_file()
    }
    for folder in ("web/static/lib/fontawesome/fonts", "web/static/src/libs/fontawesome/fonts"):
        for name, magic in WEBFONTS.items():
            target = addons / folder / name
            if name not in found or (magic and found[name].read_bytes()[:4] != magic):
                raise Stop(
                    "Could not unpack Odoo 19: Font Awesome 4.7 is incomplete; set ODOO_SRC to a checkout instead."
                )
            target.unlink(missing_ok=True)
            shutil.copyfile(found[name], target)

    # Camera blur is stripped. Without a file there the page logs an error, and every browser test fails on that.
    stub = addons / "mail/static/lib/selfie_segmentation/selfie_segmentation.js"
    if not stub.exists():
        stub.parent.mkdir(parents=True, exist_ok=True)
        stub.write_text("/* camera blur is not part of this distribution */\n")

    # Packages move and rename their files (Inconsolata.otf is Inconsolata-Regular.otf now).
    packaged = {
        path.name: path for path in share.rglob("*") if path.is_file() and not path.is_symlink()
    }
    for link in [path for path in addons.rglob("*") if path.is_symlink() and not path.exists()]:
        name = Path(os.readlink(link)).name
        found_now = packaged.get(name) or packaged.get(
            f"{Path(name).stem}-Regular{Path(name).suffix}"
        )
        if found_now:
            link.unlink()
            link.symlink_to(os.path.relpath(found_now, link.parent))

    dangling = [path for path in addons.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        names = ", ".join(str(path.relative_to(addons)) for path in dangling[:3])
        raise Stop(
            f"Could not unpack Odoo 19: {len(dangling)} files are missing ({names});"
            " set ODOO_SRC to a checkout instead."
        )
