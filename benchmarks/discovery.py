"""How methods, metrics and datasets become known: every module of a package is imported, and registers what it holds."""

import importlib
import pkgutil


def import_all(package: str) -> None:
    """Imports every module of `package`, so that adding one is a matter of one file."""
    folder = importlib.import_module(package)
    for module in pkgutil.iter_modules(folder.__path__):
        importlib.import_module(f"{package}.{module.name}")
