"""How deliverables are counted and named inside Thai sentences. Pure.

A Thai number needs the classifier of what it counts, and the noun comes first: the head of a Thai
title is its first word, that of an English title in a Thai report its last.
"""

import re
from collections.abc import Sequence

from delivery.reports.sentences.english_nouns import head as english_head

THAI = re.compile(r"[\u0e00-\u0e7f]")
#: The classifier and the verb of each kind of deliverable: by how a Thai title begins (the longest
#: beginning counts), or by the last word of an English one in the singular.
DEFAULT = ("ชิ้น", "ส่งมอบ")
_KINDS = (
    ("โพสต์ post tweet thread", "โพสต์", "เผยแพร่"),
    ("บทความ article blog", "บทความ", "เผยแพร่"),
    ("วิดีโอ คลิป รีล reel video clip short", "คลิป", "เผยแพร่"),
    ("สตอรี่ story", "สตอรี่", "เผยแพร่"),
    ("ตอน พอดแคสต์ episode podcast", "ตอน", "เผยแพร่"),
    ("หน้า แลนดิ้งเพจ page", "หน้า", "เผยแพร่"),
    ("จดหมายข่าว อีเมล newsletter email mailing", "ฉบับ", "ส่ง"),
    ("กราฟิก ภาพกราฟิก แบนเนอร์ โลโก้ graphic logo banner illustration", "ชิ้น", "ออกแบบ"),
    ("ภาพ รูป photo picture image", "ภาพ", "ส่งมอบ"),
    ("ประชุม การประชุม เวิร์กช็อป อบรม สัมมนา call meeting workshop session webinar", "ครั้ง", "จัด"),
    ("สัมภาษณ์ บทสัมภาษณ์ interview", "ครั้ง", "จัดทำ"),
    ("รีวิว ทบทวน ตรวจ วิเคราะห์ review audit analysis check survey test", "ครั้ง", "จัดทำ"),
    ("รายงาน แผน เอกสาร report plan document", "ฉบับ", "จัดทำ"),
    ("แคมเปญ campaign", "แคมเปญ", "ดำเนินการ"),
    ("โฆษณา ad advert", "ชิ้น", "ลงโฆษณา"),
)
KINDS = {word: (classifier, verb) for words, classifier, verb in _KINDS for word in words.split()}


def kind(title: str) -> tuple[str, str]:
    """Return the classifier of a deliverable, and the verb for what is done with it."""
    if THAI.search(title[:1]):
        found = [word for word in KINDS if THAI.search(word) and title.startswith(word)]
        return KINDS[max(found, key=len)] if found else DEFAULT
    word = english_head(title)
    singular = word[:-3] + "y" if word.endswith("ies") else word
    return KINDS.get(singular) or KINDS.get(singular.removesuffix("s"), DEFAULT)


def counted(n: int, title: str) -> str:
    """Return a number with its classifier: "20 โพสต์"."""
    return f"{n:,} {kind(title)[0]}"


def joined(*parts: str) -> str:
    """Return parts of a sentence as Thai is written.

    No space between two Thai words, one around numbers, Latin words and quotation marks.
    """
    text = ""
    for part in filter(None, parts):
        is_thai = bool(THAI.match(part[:1]) and text and THAI.match(text[-1:]))
        text += part if not text or is_thai or part.startswith(" ") else f" {part}"
    return text


def listed(parts: Sequence[str]) -> str:
    """Return a list in words: "ก", "ก และ ข", "ก ข และ ค"."""
    if len(parts) == 1:
        return parts[0]
    return f"{' '.join(parts[:-1])} {joined('และ', parts[-1])}"


def name(title: str) -> str:
    """Return a title as it is written inside a sentence; one that is long is quoted."""
    text = " ".join(title.split()).rstrip(".")
    return f"“{text}”" if len(text) > 48 or re.search(r"[,;:()]|^\d", text) else text
