"""Databases with their filestores: a copied database without its filestore answers asset requests with errors."""

import os
import re
import shutil
from pathlib import Path

from .paths import DATA
from .postgres import Cluster


def filestore(name: str) -> Path:
    return DATA / "filestore" / name


def names(cluster: Cluster) -> list[str]:
    return cluster.query(
        "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
    )


def drop(cluster: Cluster, name: str) -> None:
    cluster.query(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    shutil.rmtree(filestore(name), ignore_errors=True)


def copy(cluster: Cluster, source: str, target: str) -> None:
    """Copy a database. Filestore files are never changed in place, so hard links do."""
    drop(cluster, target)
    strategy = "STRATEGY FILE_COPY" if int(cluster.version()) >= 15 else ""
    cluster.query(f'CREATE DATABASE "{target}" TEMPLATE "{source}" {strategy}')
    if filestore(source).is_dir():
        shutil.copytree(filestore(source), filestore(target), copy_function=os.link)


def rename(cluster: Cluster, source: str, target: str) -> None:
    drop(cluster, target)
    cluster.query(f'ALTER DATABASE "{source}" RENAME TO "{target}"')
    if filestore(source).is_dir():
        filestore(source).rename(filestore(target))


def drop_leftovers(cluster: Cluster) -> None:
    """Drop the copies of commands that were killed: disposable databases carry the process id of their command."""
    for name in names(cluster):
        match = re.match(r"(?:test|live|core|build|bench)_(\d+)", name)
        if match and not Path(f"/proc/{match[1]}").exists():
            drop(cluster, name)
