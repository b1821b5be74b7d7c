"""The environment as README.md and .env.example tell it is the environment as it is read."""

from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo

from chatbot_project.env import BASE_DIR, Environment

FIELDS = Environment.model_fields


def other_names(name: str, field: FieldInfo) -> list[str]:
    choices = field.validation_alias.choices if isinstance(field.validation_alias, AliasChoices) else []
    return [str(choice) for choice in choices if choice != name]


def default(field: FieldInfo) -> str:
    if isinstance(field.default, Path):
        return str(field.default.relative_to(BASE_DIR))
    if isinstance(field.default, bool):
        return str(field.default).lower()
    if isinstance(field.default, tuple):
        return ",".join(field.default)
    return str(field.default) if field.default is not None else ""


def row(name: str, field: FieldInfo) -> str:
    names = ", ".join(f"`{known}`" for known in (name, *other_names(name, field)))
    value = f"`{default(field)}`" if default(field) else ""
    return f"| {names} | {value} | {field.description} |"


def entry(name: str, field: FieldInfo) -> str:
    also = "".join(f" Also {other}." for other in other_names(name, field))
    return f"# {field.description}{also}\n#{name}={default(field)}\n"


def test_the_readme_lists_every_variable_as_it_is():
    lines = (BASE_DIR / "README.md").read_text().splitlines()
    listed = [line for line in lines if line.startswith("| `") and line.split("`")[1].isupper()]
    assert listed == [row(name, field) for name, field in FIELDS.items()]


def test_the_example_file_lists_every_variable_as_it_is():
    head, _, entries = (BASE_DIR / ".env.example").read_text().partition("\n\n")
    assert all(line.startswith("#") for line in head.splitlines())
    assert entries == "\n".join(entry(name, field) for name, field in FIELDS.items())
