"""Small books in folders, for the tests of building an index."""

from pathlib import Path

PAGES = {
    "intro.md": "# Robots\n\nA robot senses and acts.\n\n## Parts\n\nSensors, a computer and actuators.\n",
    "walking.md": "# Walking\n\nA biped keeps its balance.\n\n## Balance\n\nThe pressure stays inside.\n",
    "arms.md": "# Arms\n\nAn arm reaches.\n\n## Grippers\n\nA gripper holds what it has reached.\n",
}


def write_book(folder: Path, pages: dict[str, str] = PAGES) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in pages.items():
        (folder / name).write_text(text)
    return folder


def write_long_book(folder: Path, *, pages: int, sections: int = 10) -> Path:
    return write_book(
        folder,
        {
            f"page{page}.md": f"# Page {page}\n\n"
            + "\n\n".join(
                f"## Section {page}.{section}\n\n" + f"Robot number {page * 1000 + section} walks on. " * 20
                for section in range(sections)
            )
            for page in range(pages)
        },
    )
