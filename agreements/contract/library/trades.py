"""The built-in clauses for each kind of work; an agreement has the one that its proposal names."""

from agreements.contract.library.clause import Clause

TRADES = (
    Clause(
        "social",
        (
            "Social media",
            "The client approves posts before they appear, or tells the provider which may appear "
            "without asking. The client's accounts stay the client's; the provider gets access of "
            "its own and gives it back at the end. Paid advertising is paid by the client "
            "directly.",
        ),
        (
            "สื่อสังคมออนไลน์",
            "ลูกค้าอนุมัติโพสต์ก่อนเผยแพร่ หรือแจ้งว่าโพสต์ใดเผยแพร่ได้โดยไม่ต้องถาม บัญชีของลูกค้ายังคงเป็นของลูกค้า "
            "ผู้ให้บริการได้รับสิทธิ์เข้าใช้ของตนเองและคืนสิทธิ์เมื่อสิ้นสุดสัญญา ค่าโฆษณาลูกค้าชำระโดยตรง",
        ),
        when="service_social",
    ),
    Clause(
        "content",
        (
            "Content writing",
            "Each text is agreed by its subject first. Two rounds of changes are included. The "
            "provider writes it itself and names its sources; the client checks the facts about "
            "its own business before publishing.",
        ),
        (
            "งานเขียนเนื้อหา",
            "ตกลงหัวข้อของแต่ละเรื่องก่อนเขียน รวมการแก้ไขสองรอบ ผู้ให้บริการเขียนขึ้นเองและระบุแหล่งอ้างอิง "
            "ลูกค้าตรวจสอบข้อเท็จจริงเกี่ยวกับธุรกิจของตนก่อนเผยแพร่",
        ),
        when="service_content",
    ),
    Clause(
        "copy",
        (
            "Copywriting",
            "Two rounds of changes to each text are included. The client tells the provider which "
            "claims about its products are true and allowed, and answers for them. The provider "
            "does not copy from others.",
        ),
        (
            "งานเขียนคำโฆษณา",
            "รวมการแก้ไขสองรอบต่อชิ้นงาน ลูกค้าแจ้งว่าข้อความอ้างสรรพคุณสินค้าใดเป็นจริงและใช้ได้ตามกฎหมาย "
            "และรับผิดชอบต่อข้อความนั้น ผู้ให้บริการไม่คัดลอกงานของผู้อื่น",
        ),
        when="service_copy",
    ),
    Clause(
        "web",
        (
            "Website",
            "The provider keeps a backup before each change and tells the client ahead of one "
            "that interrupts the site. Hosting, domains and licences are in the client's name and "
            "paid by the client. Faults in the provider's own work are mended without a further "
            "fee for 30 days after delivery.",
        ),
        (
            "เว็บไซต์",
            "ผู้ให้บริการสำรองข้อมูลก่อนการเปลี่ยนแปลงทุกครั้ง และแจ้งล่วงหน้าหากเว็บไซต์ต้องหยุดชั่วคราว "
            "โฮสติง โดเมน และสิทธิ์ใช้งานต่างๆ อยู่ในชื่อลูกค้าและลูกค้าเป็นผู้ชำระ "
            "ข้อบกพร่องในงานของผู้ให้บริการได้รับการแก้ไขโดยไม่คิดค่าบริการเพิ่มภายใน 30 วันหลังส่งมอบ",
        ),
        when="service_web",
    ),
    Clause(
        "seo",
        (
            "Search engines",
            "The provider follows the search engines' published guidelines. No ranking is "
            "promised: nobody controls it. The client gives access to its website and its "
            "analytics; a change to the site is agreed first.",
        ),
        (
            "การปรับเว็บไซต์ให้ติดอันดับค้นหา",
            "ผู้ให้บริการปฏิบัติตามแนวทางที่ผู้ให้บริการค้นหาเผยแพร่ไว้ โดยไม่รับประกันอันดับเพราะไม่มีผู้ใดควบคุมได้ "
            "ลูกค้าให้สิทธิ์เข้าถึงเว็บไซต์และข้อมูลสถิติ และการเปลี่ยนแปลงเว็บไซต์ต้องตกลงกันก่อน",
        ),
        when="service_seo",
    ),
    Clause(
        "design",
        (
            "Design",
            "Two rounds of changes to each draft are included. The client receives the final "
            "files and the working files of what it has chosen; drafts it did not choose stay "
            "with the provider. Fonts and pictures of others keep the licence they come with.",
        ),
        (
            "งานออกแบบ",
            "รวมการแก้ไขสองรอบต่อแบบร่าง ลูกค้าได้รับไฟล์สมบูรณ์และไฟล์ต้นฉบับของแบบที่เลือก "
            "แบบร่างที่ไม่ได้เลือกยังคงเป็นของผู้ให้บริการ แบบอักษรและภาพของผู้อื่นเป็นไปตามสิทธิ์การใช้งานที่กำหนดไว้",
        ),
        when="service_design",
    ),
    Clause(
        "consulting",
        (
            "Consulting",
            "The provider advises; the client decides and carries out. Advice rests on what the "
            "client tells the provider and on the day it is given, and does not replace legal, "
            "tax or financial advice.",
        ),
        (
            "งานที่ปรึกษา",
            "ผู้ให้บริการให้คำแนะนำ ส่วนลูกค้าเป็นผู้ตัดสินใจและดำเนินการ "
            "คำแนะนำขึ้นอยู่กับข้อมูลที่ลูกค้าให้และ ณ วันที่ให้คำแนะนำ และไม่ใช้แทนคำปรึกษาด้านกฎหมาย ภาษี หรือการเงิน",
        ),
        when="service_consulting",
    ),
)
