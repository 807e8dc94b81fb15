"""Where the files that come with Nitka lie: inside the package in a wheel, beside it in the source tree."""

from pathlib import Path


def resources_dir() -> Path:
    """The folder that holds themes, icons and translations."""
    package = Path(__file__).parent.parent
    bundled = package / "resources"
    return bundled if bundled.is_dir() else package.parent / "resources"
