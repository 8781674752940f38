"""`schema --back-to` takes back what a list does not have, and nothing by mistake."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


def schema(*words: str) -> str:
    out = StringIO()
    call_command("schema", *words, stdout=out)
    return out.getvalue()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    path = tmp_path / "migrations"
    path.write_text(schema())
    return path


def test_with_the_list_of_now_nothing_is_taken_back(written: Path) -> None:
    before = written.read_text()
    assert "core.0001_initial" in before
    assert schema("--back-to", str(written)) == "Taken back: 0.\n"
    assert schema() == before


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: text[: len(text) // 2],
        lambda text: text.partition("\n")[2],
        lambda text: text.replace("core.0002", "core.9002"),
        lambda text: text.partition("\n")[0],
    ],
    ids=[
        "empty",
        "cut off",
        "without its first line",
        "of another version",
        "its first line alone",
    ],
)
def test_a_list_that_is_not_whole_takes_nothing_back(written: Path, spoil: object) -> None:
    before = written.read_text()
    written.write_text(spoil(before))  # type: ignore[operator]
    with pytest.raises(CommandError):
        schema("--back-to", str(written))
    assert schema() == before


def test_a_list_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        schema("--back-to", str(tmp_path / "nothing"))
