"""Names and texts of the golden files in each language; "&" in names shows double escaping."""

from dataclasses import dataclass

from agreements.rules.cumulative_tiers import TierDraft


@dataclass(frozen=True)
class Words:
    """One language's names and sentences. `unit` multiplies the sums: ten baht for a dollar."""

    currency: str
    unit: int
    owner: str
    business: str
    business_legal: str
    business_address: str
    client: str
    client_legal: str
    client_address: str
    contact: str
    role: str
    colleague: str
    title: str
    tiers: tuple[tuple[str, str, str, str], ...]  # name, tagline, what it adds, what is counted
    because: str
    reason: str
    question: str
    answer: str
    request: str
    work: str
    figure: str
    comment: str
    next_text: str
    decision: str
    goal: str
    tax: str

    def ladder(self) -> list[TierDraft]:
        """Three tiers, the second recommended."""
        fees = ((3_000_00, 20, 4), (5_000_00, 32, 8), (10_000_00, 60, 16))
        return [
            TierDraft(
                name,
                fee * self.unit,
                hours * 60,
                tagline=tagline,
                response_hours=24,
                adds=[adds],
                deliverables=[{"title": counted, "promised": count}],
                is_recommended=fee == 5_000_00,
            )
            for (name, tagline, adds, counted), (fee, hours, count) in zip(
                self.tiers, fees, strict=True
            )
        ]


ENGLISH = Words(
    currency="USD",
    unit=1,
    owner="Nan Kittisak",
    business="Nan & Co",
    business_legal="Nan & Co Ltd",
    business_address="88/12 Nimmanhaemin Road\nChiang Mai 50200",
    client="Siri & Sons",
    client_legal="Siri & Sons Ltd",
    client_address="5 Charoen Krung Road\nBangkok 10500",
    contact="Ploy Srisuk",
    role="Managing director",
    colleague="Mali Wong",
    title="Content & community",
    tiers=(
        ("Essential", "A steady presence", "Content & captions", "posts"),
        ("Growth", "An audience that answers", "Community management", "posts"),
        ("Partner", "A senior hand on your team", "Video", "posts"),
    ),
    because="you want more sign-ups & fewer meetings.",
    reason="The shop & its budget are closed until spring.",
    question="Are photos & videos included?",
    answer="Photos are, videos come with “Partner”.",
    request="A banner for the fair & the market\nIt is 3 m wide.",
    work="Captions & research",
    figure="Sign-ups & visits",
    comment="A strong month: the series & the interviews worked.",
    next_text="Two interviews & a landing page.",
    decision="Shall we film two videos & cut one?",
    goal="120 sign-ups & 30 calls a month",
    tax="VAT",
)

THAI = Words(
    currency="THB",
    unit=10,
    owner="แนน กิตติศักดิ์",
    business="แนน & เพื่อน",
    business_legal="บริษัท แนน & เพื่อน จำกัด",
    business_address="88/12 ถนนนิมมานเหมินท์\nเชียงใหม่ 50200",
    client="ร้านสิริ & ลูก",
    client_legal="บริษัท สิริ & ลูก จำกัด",
    client_address="5 ถนนเจริญกรุง\nกรุงเทพฯ 10500",
    contact="พลอย ศรีสุข",
    role="กรรมการผู้จัดการ",
    colleague="มะลิ วงศ์ดี",
    title="เนื้อหา & ชุมชน",
    tiers=(
        ("เริ่มต้น", "ปรากฏตัวสม่ำเสมอ", "เนื้อหา & คำบรรยาย", "โพสต์"),
        ("มาตรฐาน", "ผู้ติดตามที่ตอบกลับ", "ดูแลชุมชน", "โพสต์"),
        ("พรีเมียม", "ผู้เชี่ยวชาญในทีมของคุณ", "วิดีโอ", "โพสต์"),
    ),
    because="คุณต้องการผู้สมัครเพิ่ม & ประชุมน้อยลง",
    reason="ร้าน & งบประมาณปิดถึงปลายปี",
    question="รวมภาพ & วิดีโอไหมคะ",
    answer="รวมภาพค่ะ ส่วนวิดีโออยู่ใน “พรีเมียม”",
    request="ป้ายสำหรับงาน & ตลาดนัด\nกว้าง 3 เมตร",
    work="คำบรรยาย & ค้นคว้า",
    figure="ผู้สมัคร & ผู้เข้าชม",
    comment="เดือนที่ดี ซีรีส์ & บทสัมภาษณ์ได้ผล",
    next_text="บทสัมภาษณ์สองชิ้น & หน้าเว็บใหม่",
    decision="ให้ถ่ายวิดีโอสองเรื่อง & ตัดต่อหนึ่งเรื่องไหมคะ",
    goal="ผู้สมัคร 120 คน & โทรคุย 30 ครั้งต่อเดือน",
    tax="ภาษีมูลค่าเพิ่ม",
)

WORDS = {"en": ENGLISH, "th": THAI}
