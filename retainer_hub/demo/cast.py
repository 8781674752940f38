"""The demo's clients and what they agreed: names and figures only."""

from dataclasses import dataclass, field
from decimal import Decimal

EMAIL = "demo@retainerhub.example"
OWNER = "Nan Kittisak"

LADDER = (
    (
        "Essential",
        "A steady presence, every day",
        3_000_00,
        20,
        48,
        ["Content creation", "Graphic design", "Daily scheduled posts", "Strategic promotion"],
        [("posts", 20), ("graphics", 4)],
    ),
    (
        "Growth",
        "An audience that answers",
        5_000_00,
        32,
        24,
        ["Daily community engagement", "Growth strategy", "Campaign monitoring"],
        [("posts", 20), ("graphics", 8), ("growth review", 1)],
    ),
    (
        "Partner",
        "A senior hand on your team",
        10_000_00,
        60,
        8,
        [
            "Influencer outreach",
            "Partnerships and collaborations",
            "Video",
            "Daily community management",
        ],
        [("posts", 30), ("graphics", 12), ("videos", 4)],
    ),
)

THAI_LADDER = (
    (
        "เริ่มต้น",
        "ปรากฏตัวสม่ำเสมอทุกวัน",
        2_000_00,
        14,
        48,
        ["สร้างเนื้อหา", "ออกแบบภาพ", "ตั้งเวลาโพสต์ทุกวัน"],
        [("โพสต์", 16), ("ภาพ", 4)],
    ),
    (
        "มาตรฐาน",
        "ผู้ติดตามที่ตอบกลับ",
        3_500_00,
        24,
        24,
        ["ดูแลชุมชนทุกวัน", "กลยุทธ์การเติบโต"],
        [("โพสต์", 20), ("ภาพ", 8)],
    ),
    (
        "พรีเมียม",
        "ผู้เชี่ยวชาญในทีมของคุณ",
        6_000_00,
        40,
        8,
        ["วิดีโอ", "ทำงานร่วมกับอินฟลูเอนเซอร์"],
        [("โพสต์", 24), ("วิดีโอ", 2)],
    ),
)

TRIAL = (
    (
        "Trial month",
        "Four weeks to see how we work",
        1_200_00,
        10,
        48,
        ["Audit of your channels", "Content plan", "Eight posts"],
        [("posts", 8), ("audit", 1)],
    ),
)


def ends(text: str) -> tuple[Decimal, ...]:
    """Return the values of a KPI at the end of each month."""
    return tuple(map(Decimal, text.split()))


@dataclass(frozen=True)
class Part:
    """One client of the demo.

    The agreement started `months_ago` months ago on `day`. `picks` is the position of the chosen
    tier, -1 when none is chosen yet. A tier in `ladder` is (name, description, fee in minor units,
    hours, response time in hours, services, deliverables); a KPI is (name, kind, unit, baseline,
    target, values at the end of each month). `because` is why the recommended tier fits.
    """

    name: str
    contact: str
    email: str
    title: str
    picks: int
    months_ago: int
    day: int = 1
    ladder: tuple[tuple[object, ...], ...] = LADDER
    role: str = "Managing director"
    language: str = "en"
    recommended: int = 1
    card: str = "succeeds"
    later_card: str = ""
    is_trial: bool = False
    waits: bool = False  # reports are sent after the freelancer's review, not automatically
    work: tuple[tuple[int, str], ...] = ()
    kpis: tuple[tuple[str, str, str, Decimal, Decimal, tuple[Decimal, ...]], ...] = field(
        default=()
    )
    reads: bool = True  # whether the client opens the reports
    sentences: tuple[str, ...] = ("",)  # the freelancer's comment on each report, in turn
    next_text: str = ""
    decisions: tuple[str, ...] = ("",)  # the decision each report asks for, in turn
    because: str = "You want an audience that answers, not only a feed that looks alive."


PARTS = (
    Part(
        "Baan Coffee Roasters",
        "Ploy Srisuk",
        "ploy@baancoffee.example",
        "Social media retainer",
        1,
        6,
        waits=True,
        work=(
            (120, "Content plan and captions"),
            (150, "Graphics for the week"),
            (90, "Answering the community"),
        ),
        kpis=(
            (
                "Followers",
                "growth",
                "",
                Decimal(8200),
                Decimal(9500),
                ends("8350 8700 9120 9560 9930 10240 10410"),
            ),
            (
                "Engagement rate",
                "engagement",
                "%",
                Decimal(2),
                Decimal(3),
                ends("2.2 2.6 2.9 3.1 3.4 3.7 3.6"),
            ),
            (
                "Visits from social",
                "conversion",
                "",
                Decimal(310),
                Decimal(550),
                ends("330 390 450 520 590 640 460"),
            ),
        ),
        sentences=(
            "The video series did what we hoped: comments doubled, and the shop felt it at "
            "weekends.",
            "The posts about the farmers were shared most; every third new follower came from "
            "them.",
            "People write before they visit now: the answers within the hour pay off.",
        ),
        next_text="The new roast: its launch plan is with you by the 10th.",
        decisions=(
            "Shall we film two videos a month instead of one?",
            "Shall we visit the farm for a day of photos?",
            "Shall we answer comments at weekends too?",
        ),
    ),
    Part(
        "Northwind Labs",
        "Erik Dahl",
        "erik@northwind.example",
        "Content and community",
        0,
        5,
        5,
        later_card="insufficient_funds",
        reads=False,
        work=((120, "Posts for the week"), (90, "Research and interviews")),
        kpis=(
            (
                "Newsletter sign-ups",
                "conversion",
                "",
                Decimal(40),
                Decimal(120),
                ends("52 71 96 118 131 64"),
            ),
        ),
        sentences=("Sign-ups keep growing; the founder interviews are the posts people share.",),
        next_text="Two more interviews, and a landing page test.",
        decisions=(
            "Shall we interview a customer next month?",
            "Shall we test a second landing page?",
        ),
    ),
    Part(
        "สวนผึ้ง สตูดิโอ",
        "คุณมะลิ วงศ์ดี",
        "mali@suanphueng.example",
        "ดูแลโซเชียลมีเดียรายเดือน",
        0,
        4,
        3,
        THAI_LADDER,
        "เจ้าของ",
        "th",
        waits=True,
        work=((100, "เขียนโพสต์ประจำสัปดาห์"), (75, "ออกแบบภาพ")),
        kpis=(
            (
                "ผู้ติดตาม",
                "growth",
                "",
                Decimal(1500),
                Decimal(2500),
                ends("1620 1890 2240 2610 2700"),
            ),
        ),
        sentences=("เดือนนี้โพสต์เบื้องหลังสตูดิโอได้รับความสนใจมากที่สุด",),
        next_text="เตรียมแคมเปญของเดือนหน้า",
        decisions=("ให้เพิ่มโพสต์เบื้องหลังอีกสัปดาห์ละหนึ่งโพสต์หรือไม่",),
        because="คุณต้องการผู้ติดตามที่พูดคุยโต้ตอบด้วย ไม่ใช่แค่หน้าฟีดที่ดูคึกคัก",
    ),
    Part(
        "Helio Ceramics",
        "Dana Ortiz",
        "dana@helio.example",
        "Paid trial: one month of social media",
        0,
        0,
        0,
        TRIAL,
        recommended=0,
        is_trial=True,
        work=((90, "Channel audit"), (120, "Content plan")),
    ),
    Part(
        "Lanna Legal",
        "Arun Chaiyo",
        "arun@lannalegal.example",
        "Social media for Lanna Legal",
        -1,
        0,
        0,
        role="Partner",
    ),
)
