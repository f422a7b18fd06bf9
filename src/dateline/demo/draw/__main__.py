"""Write all pictures into the package's folder."""

from importlib.resources import as_file, files
from pathlib import Path

from .charts import CHARTS
from .ornaments import ORNAMENTS
from .scenes import ICONS, SCENES


def main() -> None:
    """Draw everything; what no longer has a drawing is removed."""
    with as_file(files("dateline.demo") / "files") as folder:
        drawn = draw_all(folder / "pictures")
        for stale in set((folder / "pictures").iterdir()) - drawn:
            stale.unlink()
        for name, small in ICONS.items():
            (folder / "icons" / f"{name}.png").write_bytes(small().png())


def draw_all(folder: Path) -> set[Path]:
    """Write every picture into the folder; gives the files."""
    written = set()
    for name, scene in SCENES.items():
        written.add(folder / f"{name}.png")
        (folder / f"{name}.png").write_bytes(scene().png())
    for name, chart in {**CHARTS, **ORNAMENTS}.items():
        written.add(folder / f"{name}.svg")
        (folder / f"{name}.svg").write_text(chart(), encoding="utf-8")
    return written


if __name__ == "__main__":
    main()
