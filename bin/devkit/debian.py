"""Debian packages: install what is missing, and unpack single packages from other suites without installing them."""

import os
import re
import shutil
from pathlib import Path

from .paths import DEV
from .run import run
from .say import Stop, step

APT_SOURCES = Path("/etc/apt")
# PostgreSQL's package creates and starts a cluster of its own unless this file, read during its
# installation, tells it not to.
NO_CLUSTER = Path("/etc/postgresql-common/createcluster.d/no-main-cluster.conf")


def has_apt() -> bool:
    return shutil.which("apt-get") is not None and shutil.which("dpkg") is not None


def _as_root() -> list[str]:
    """How to become root: not at all, by sudo without a prompt, by sudo asking on the terminal, or not possible."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"] if os.isatty(0) else ["sudo", "-n"]
    raise PermissionError


def can_install() -> bool:
    return has_apt() and (os.geteuid() == 0 or shutil.which("sudo") is not None)


def install(packages: list[str], why: str) -> None:
    """Install Debian packages. Without apt or the right to use it, say which ones are missing."""
    wanted = " ".join(packages)
    if not has_apt():
        raise Stop(
            f"Missing {why}: install it with this system's package manager (on Debian: {wanted}) and run this again."
        )
    try:
        prefix = _as_root()
    except PermissionError:
        raise Stop(
            f"Missing {why}: have an administrator run `apt-get install {wanted}`,"
            " or run this as root or with sudo installed."
        ) from None
    get = [
        *prefix,
        "env",
        "DEBIAN_FRONTEND=noninteractive",
        "apt-get",
        "-y",
        "--no-install-recommends",
    ]
    with step(f"Installing {why} ({wanted})"):
        run([*get, "update"], f"refresh apt's package lists for {wanted}", "apt.log")
        run([*get, "install", *packages], f"install {wanted}", "apt.log")


def install_postgresql() -> None:
    """Install PostgreSQL without letting the package start a cluster of the machine's own."""
    install(["postgresql-common"], "PostgreSQL's tools")
    prefix = _as_root()
    made_folder = not NO_CLUSTER.parent.exists()
    run([*prefix, "mkdir", "-p", NO_CLUSTER.parent], "configure PostgreSQL's package", "apt.log")
    try:
        run(
            [*prefix, "tee", NO_CLUSTER],
            "configure PostgreSQL's package",
            "apt.log",
            stdin="create_main_cluster = false\n",
        )
        install(["postgresql"], "PostgreSQL")
    finally:
        run([*prefix, "rm", "-f", NO_CLUSTER], "tidy up after PostgreSQL's package", "apt.log")
        if made_folder:
            run(
                [*prefix, "rmdir", NO_CLUSTER.parent],
                "tidy up after PostgreSQL's package",
                "apt.log",
            )


def _source_of_this_machine() -> tuple[str, str]:
    """The options (signing key) and address from which this machine gets Debian itself."""
    for path in sorted((APT_SOURCES / "sources.list.d").glob("*.sources")):
        for stanza in re.split(r"\n\s*\n", path.read_text(errors="replace")):
            fields = dict(
                re.findall(
                    r"^([A-Za-z-]+):[ \t]*(.*(?:\n[ \t].*)*)",
                    re.sub(r"(?m)^#.*\n?", "", stanza),
                    re.MULTILINE,
                )
            )
            fields = {name.lower(): value for name, value in fields.items()}
            if (
                "deb" not in fields.get("types", "").split()
                or fields.get("enabled", "yes").lower() == "no"
            ):
                continue
            key = fields.get("signed-by", "")
            for address in fields.get("uris", "").split():
                if re.search(r"/debian/?$", address):
                    # a key written out inside the stanza cannot stand in a one-line source: use Debian's own key ring
                    return (f"[signed-by={key}]" if key.startswith("/") else ""), address
    classic = [
        APT_SOURCES / "sources.list",
        *sorted((APT_SOURCES / "sources.list.d").glob("*.list")),
    ]
    for path in classic:
        if not path.exists():
            continue
        for text in path.read_text(errors="replace").splitlines():
            match = re.match(r"\s*deb\s+(\[[^\]]*\]\s+)?(\S+/debian/?)\s", text)
            if match:
                key = re.search(r"signed-by=\S+?(?=[\s\]])", match[1] or "")
                return (f"[{key[0]}]" if key else ""), match[2]
    raise Stop(
        "This machine's apt has no Debian source to take Odoo from:"
        " set ODOO_SRC to a checkout of Odoo 19 and run this again."
    )


def unpack(packages: list[str], suites: list[str], target: Path) -> list[str]:
    """Download `packages` ("name" or "name/suite") from `suites` and unpack them into `target`; nothing gets installed.

    apt works on lists of its own under `.dev`, so the machine's package state is neither used nor changed.
    Returns the names of the package files, which carry their versions.
    """
    work = DEV / "apt"
    shutil.rmtree(work, ignore_errors=True)
    for folder in ("lists/partial", "cache/archives/partial", "packages"):
        (work / folder).mkdir(parents=True)
    options, address = _source_of_this_machine()
    (work / "sources.list").write_text(
        "".join(f"deb {options} {address} {suite} main\n" for suite in suites)
    )
    (work / "status").touch()
    get = ["apt-get", "-y"]
    for name, value in {
        "Dir::State::Lists": work / "lists",
        "Dir::State::Status": work / "status",
        "Dir::Etc::SourceList": work / "sources.list",
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::Etc::Preferences": "/dev/null",
        "Dir::Etc::PreferencesParts": "/dev/null",
        "Dir::Cache": work / "cache",
        "APT::Sandbox::User": "root",
        "Acquire::Languages": "none",
        # a mirror may lag behind, a machine's clock run ahead; the signature is checked all the same
        "Acquire::Check-Valid-Until": "false",
        "Acquire::Retries": "3",
        "APT::Update::Error-Mode": "any",  # otherwise a failed update only warns
    }.items():
        get += ["-o", f"{name}={value}"]
    what = "download Odoo 19 from Debian"
    run([*get, "update"], what, "odoo-download.log")
    run([*get, "download", *packages], what, "odoo-download.log", cwd=work / "packages")
    files = sorted((work / "packages").glob("*.deb"))
    if len(files) != len(packages):
        raise Stop(
            "Could not download Odoo 19 from Debian: some packages are missing; see .dev/log/odoo-download.log."
        )
    for file in files:
        run(["dpkg", "-x", file, target], "unpack Odoo 19", "odoo-download.log")
    names = [file.name for file in files]
    shutil.rmtree(work)
    return names
