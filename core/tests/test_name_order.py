"""Names stand in the order in which their readers look them up."""

import random

import pytest

from core.lists.name_order import name_key


@pytest.mark.parametrize(
    "names",
    [
        ["กมล", "กาญจนา", "กำพล", "เกษม", "แก้วใจ", "โกวิท", "ไกรสร", "ขวัญ", "ณัฐ", "เอก"],
        ["จันทร์", "เจริญ", "ใจดี", "ชาติ", "เชิญ", "โชค", "ไชยา", "ซอ"],
        ["ปา", "ป่า", "ป้า", "ป๊า", "ปาน", "ป่าน", "เป็น"],  # tone marks come second
        ["Adler", "Arzt", "Ärzte am Ring", "Österreich", "Ostsee", "straße", "Strasse 2", "Zebra"],
        ["Éclair", "Eclat", "Étoile", "Œuvre", "Olivier", "Zoé"],
        ["An", "Ân", "Đặng", "Đỗ", "Dung", "Nguyễn"],
        ["Lodz", "Łódź", "Lublin", "Żabka", "Zebra"],
        ["Ёлкин", "Иван", "Йод", "Кирилл"],
        ["Project 2", "Project 9", "Project 10", "Project 0100", "Projects"],
        ["3M", "20 Minuten", "Anna", "Борис", "กมล"],  # numbers, Latin, Cyrillic, Thai
        ["Acme", "Acme, Inc.", "Acme & Sons", "Acme Zero", "Acmeville"],
        ["O’Brien", "obrien 2", "O'Casey"],
        ["anna", "Anna", "ANNA", "ánna"],  # case last, accents before it
        ["アオイ", "あき", "アベ"],
    ],
)
def test_names_are_in_the_order_of_their_readers(names: list[str]) -> None:
    mixed = random.Random(1).sample(names, len(names))
    assert sorted(mixed, key=name_key) == names


@pytest.mark.parametrize("name", ["", "\0", "\ud800", "'", "๏", "۱۲", "²", "x" * 120, "٪"])
def test_any_name_has_a_key(name: str) -> None:
    assert isinstance(name_key(name), bytes)
