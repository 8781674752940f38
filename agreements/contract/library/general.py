"""The built-in clauses that do not depend on the kind of work."""

from agreements.contract.library.clause import Clause

GENERAL = (
    Clause(
        "parties",
        (
            "Parties",
            "This agreement is between {{provider}} (the “provider”) and {{client}} (the "
            "“client”).",
        ),
        ("คู่สัญญา", "สัญญานี้ทำขึ้นระหว่าง {{provider}} (“ผู้ให้บริการ”) กับ {{client}} (“ลูกค้า”)"),
    ),
    Clause(
        "services",
        ("Services", "The provider delivers the tier “{{tier}}”, which contains:\n{{services}}"),
        ("บริการ", "ผู้ให้บริการส่งมอบบริการระดับ “{{tier}}” ซึ่งประกอบด้วย\n{{services}}"),
    ),
    Clause(
        "kpis",
        (
            "Goals and measures",
            "Both sides work toward these goals:\n{{kpis}}\n"
            "They are measured and reported. They are goals, not a guarantee of results.",
        ),
        (
            "เป้าหมายและตัวชี้วัด",
            "ทั้งสองฝ่ายร่วมกันทำงานเพื่อเป้าหมายต่อไปนี้\n{{kpis}}\n"
            "เป้าหมายเหล่านี้จะได้รับการวัดผลและรายงาน โดยเป็นเป้าหมาย มิใช่การรับประกันผลลัพธ์",
        ),
        when="kpis",
    ),
    Clause(
        "expectations",
        (
            "What the client provides",
            "So that the work can be done on time, the client provides:\n{{expectations}}\n"
            "Where this comes late, the dates that depend on it move by as much.",
        ),
        (
            "สิ่งที่ลูกค้าจัดเตรียม",
            "เพื่อให้งานแล้วเสร็จตามกำหนด ลูกค้าจัดเตรียมสิ่งต่อไปนี้\n{{expectations}}\n"
            "หากล่าช้า กำหนดส่งงานที่เกี่ยวข้องเลื่อนออกไปเท่ากับเวลาที่ล่าช้า",
        ),
        when="expectations",
    ),
    Clause(
        "value_adds",
        (
            "Added for a time",
            "Until the day that is named, and without a further fee, the provider adds:\n"
            "{{value_adds}}\n"
            "Each ends on its day by itself; the fee does not change.",
        ),
        (
            "บริการเพิ่มเติมชั่วคราว",
            "ผู้ให้บริการเพิ่มสิ่งต่อไปนี้ให้จนถึงวันที่ระบุ โดยไม่คิดค่าบริการเพิ่ม\n{{value_adds}}\n"
            "แต่ละรายการสิ้นสุดลงเองเมื่อครบกำหนด โดยค่าบริการไม่เปลี่ยนแปลง",
        ),
        when="value_adds",
    ),
    Clause(
        "fee",
        (
            "Fee and payment",
            "The fee is {{fee}} ({{fee_in_words}}) {{rhythm}}, paid in advance. {{tax}}\n\n"
            "{{payment}}",
        ),
        (
            "ค่าบริการและการชำระเงิน",
            "ค่าบริการ {{fee}} ({{fee_in_words}}) {{rhythm}} ชำระล่วงหน้า {{tax}}\n\n{{payment}}",
        ),
    ),
    Clause(
        "late",
        (
            "Late payment",
            "While a payment is more than 14 days late, the provider may let the work rest after "
            "telling the client. The work goes on when the payment has come.",
        ),
        (
            "การชำระเงินล่าช้า",
            "หากการชำระเงินล่าช้าเกิน 14 วัน ผู้ให้บริการอาจพักงานไว้ก่อนได้ โดยแจ้งให้ลูกค้าทราบ "
            "และดำเนินงานต่อเมื่อได้รับชำระแล้ว",
        ),
    ),
    Clause(
        "year",
        (
            "A year of service",
            "Each fee pays for a whole year. Work and deliverables are spread over the year as "
            "both sides plan them together.",
        ),
        (
            "บริการรายปี",
            "ค่าบริการแต่ละครั้งครอบคลุมบริการตลอดหนึ่งปี โดยงานและสิ่งส่งมอบกระจายตลอดปีตามแผนที่ทั้งสองฝ่ายวางร่วมกัน",
        ),
    ),
    Clause(
        "term",
        (
            "Term and notice",
            "The agreement begins on {{starts_on}}. {{term}}\n\n"
            "Either side may end it in writing {{notice}}, to the end of a paid period.",
        ),
        (
            "อายุสัญญาและการบอกเลิก",
            "สัญญาเริ่มวันที่ {{starts_on}} {{term}}\n\n"
            "แต่ละฝ่ายบอกเลิกสัญญาเป็นหนังสือได้{{notice}} โดยมีผลเมื่อสิ้นสุดงวดที่ชำระแล้ว",
        ),
    ),
    Clause(
        "trial",
        (
            "Trial and decision",
            "This is a paid trial that begins on {{starts_on}}. It succeeds when: "
            "{{trial_measure}}.\n\n"
            "Both sides decide by {{decision_day}} how they go on. The trial does not turn into a "
            "retainer by itself: that needs a new signature.",
        ),
        (
            "การทดลองและการตัดสินใจ",
            "สัญญานี้เป็นการทดลองแบบมีค่าบริการ เริ่มวันที่ {{starts_on}} ถือว่าสำเร็จเมื่อ {{trial_measure}}\n\n"
            "ทั้งสองฝ่ายตัดสินใจภายในวันที่ {{decision_day}} ว่าจะดำเนินการต่ออย่างไร "
            "การทดลองไม่เปลี่ยนเป็นสัญญาบริการต่อเนื่องโดยอัตโนมัติ แต่ต้องลงนามใหม่",
        ),
    ),
    Clause(
        "after_trial",
        (
            "After the trial",
            "If both sides decide to go on, this is agreed already: {{after_trial}}. It begins "
            "when the client has signed its agreement.",
        ),
        (
            "หลังการทดลอง",
            "หากทั้งสองฝ่ายตัดสินใจดำเนินการต่อ ได้ตกลงกันไว้แล้วว่า {{after_trial}} "
            "โดยเริ่มเมื่อลูกค้าลงนามในสัญญาฉบับนั้น",
        ),
        when="after_trial",
    ),
    Clause(
        "once",
        (
            "Begin and end",
            "The work begins on {{starts_on}} and is done by {{decision_day}}. This is one-time "
            "work: the agreement ends when the work is delivered and paid for, and nothing "
            "follows by itself.",
        ),
        (
            "วันเริ่มและวันสิ้นสุด",
            "งานเริ่มวันที่ {{starts_on}} และแล้วเสร็จภายในวันที่ {{decision_day}} งานนี้เป็นงานครั้งเดียว "
            "สัญญาสิ้นสุดเมื่อส่งมอบงานและชำระเงินแล้ว และไม่มีการต่ออายุเอง",
        ),
    ),
    Clause(
        "time",
        (
            "Reserved time",
            "{{hours}} are reserved for the client in each period. {{rollover}} Work beyond it "
            "needs the client's approval, given for the case or in this agreement.",
        ),
        (
            "เวลาที่สำรองไว้",
            "ผู้ให้บริการสำรองเวลา {{hours}} ให้ลูกค้าในแต่ละงวด {{rollover}} "
            "งานที่เกินกว่านี้ต้องได้รับความเห็นชอบจากลูกค้าเป็นรายครั้งหรือตามที่ตกลงไว้ในสัญญานี้",
        ),
        when="hours",
    ),
    Clause(
        "time_once",
        (
            "Reserved time",
            "{{hours}} are reserved for this work. Work beyond it needs the client's approval, "
            "given for the case or in this agreement.",
        ),
        (
            "เวลาที่สำรองไว้",
            "ผู้ให้บริการสำรองเวลา {{hours}} สำหรับงานนี้ "
            "งานที่เกินกว่านี้ต้องได้รับความเห็นชอบจากลูกค้าเป็นรายครั้งหรือตามที่ตกลงไว้ในสัญญานี้",
        ),
        when="hours",
    ),
    Clause(
        "overage",
        ("Work beyond the reserved time", "{{overage}}"),
        ("งานที่เกินเวลาที่สำรองไว้", "{{overage}}"),
        when="overage",
    ),
    Clause(
        "acceptance",
        (
            "Acceptance",
            "The client looks at what is delivered within 7 days and says what does not fit the "
            "services above; the provider mends that without a further fee. What nobody objects "
            "to in that time is accepted.",
        ),
        (
            "การตรวจรับ",
            "ลูกค้าตรวจงานที่ส่งมอบภายใน 7 วันและแจ้งส่วนที่ไม่ตรงกับบริการข้างต้น "
            "ผู้ให้บริการแก้ไขให้โดยไม่คิดค่าบริการเพิ่ม หากไม่มีการทักท้วงภายในกำหนดนี้ถือว่าตรวจรับแล้ว",
        ),
    ),
    Clause(
        "response",
        ("Answers", "The provider answers the client's messages {{response_time}}."),
        ("การตอบกลับ", "ผู้ให้บริการตอบข้อความของลูกค้า{{response_time}}"),
    ),
    Clause(
        "reports",
        (
            "Reports",
            "The provider reports on every period {{report}}: results against the goals, what was "
            "delivered, the time that was used, and what comes next. A period that was paused has "
            "no report.",
        ),
        (
            "รายงาน",
            "ผู้ให้บริการส่งรายงานของทุกงวด{{report}} โดยรายงานผลลัพธ์เทียบกับเป้าหมาย งานที่ส่งมอบ เวลาที่ใช้ "
            "และสิ่งที่จะทำต่อไป งวดที่พักไว้ไม่มีรายงาน",
        ),
        when="report",
    ),
    Clause(
        "scope",
        (
            "Changes",
            "What is not listed under “Services” is agreed in writing, email included, before the "
            "work on it begins. A change of tier or fee is a signed amendment.",
        ),
        (
            "การเปลี่ยนแปลง",
            "งานที่ไม่ได้ระบุไว้ในข้อ “บริการ” ต้องตกลงกันเป็นหนังสือ รวมถึงทางอีเมล ก่อนเริ่มงานนั้น "
            "การเปลี่ยนระดับหรือค่าบริการทำเป็นบันทึกแก้ไขเพิ่มเติมที่ลงนามแล้ว",
        ),
    ),
    Clause(
        "ownership",
        (
            "Ownership",
            "What is delivered and paid for belongs to the client. The provider keeps its methods "
            "and tools, and what it had before.",
        ),
        (
            "ความเป็นเจ้าของ",
            "สิ่งที่ส่งมอบและชำระเงินแล้วเป็นของลูกค้า ผู้ให้บริการคงไว้ซึ่งวิธีการ เครื่องมือ และสิ่งที่มีอยู่เดิมของตน",
        ),
    ),
    Clause(
        "confidentiality",
        (
            "Confidentiality",
            "Both sides keep to themselves what they learn about the other's business, also after "
            "the end. This does not cover what is public, or what a law or a court makes them "
            "tell.",
        ),
        (
            "การรักษาความลับ",
            "ทั้งสองฝ่ายรักษาข้อมูลทางธุรกิจของอีกฝ่ายไว้เป็นความลับ แม้สัญญาสิ้นสุดแล้ว "
            "ทั้งนี้ไม่รวมข้อมูลที่เปิดเผยต่อสาธารณะแล้ว หรือที่กฎหมายหรือศาลสั่งให้เปิดเผย",
        ),
    ),
    Clause(
        "exclusivity",
        (
            "Exclusivity",
            "While this agreement runs, the provider does not do work of this kind for:\n"
            "{{competitors}}",
        ),
        (
            "การไม่รับงานจากคู่แข่ง",
            "ตลอดอายุสัญญา ผู้ให้บริการไม่รับงานลักษณะเดียวกันนี้ให้แก่\n{{competitors}}",
        ),
        when="competitors",
    ),
    Clause(
        "law",
        (
            "Governing law",
            "This agreement is governed by the law of {{governing_law}}. Before going to court, "
            "both sides first try to settle a dispute by talking to each other.",
        ),
        (
            "กฎหมายที่ใช้บังคับ",
            "สัญญานี้อยู่ภายใต้กฎหมายของประเทศ{{governing_law}} เมื่อมีข้อพิพาท "
            "ทั้งสองฝ่ายพยายามเจรจาตกลงกันก่อนดำเนินการทางศาล",
        ),
        when="governing_law",
    ),
    Clause(
        "language",
        (
            "Languages",
            "This agreement is written in English and in Thai, and both say the same. Where they "
            "differ, the {{prevailing_language}} text prevails.",
        ),
        (
            "ภาษา",
            "สัญญานี้จัดทำเป็นภาษาอังกฤษและภาษาไทยโดยมีความหมายตรงกัน หากแตกต่างกันให้ยึดถือข้อความ"
            "ภาษา{{prevailing_language}}เป็นหลัก",
        ),
        when="prevailing_language",
    ),
    Clause(
        "signature",
        (
            "Electronic signature",
            "This agreement is signed with a simple electronic signature. The platform seals the "
            "signed file, so that any later change to it can be detected.",
        ),
        (
            "ลายมือชื่ออิเล็กทรอนิกส์",
            "สัญญานี้ลงนามด้วยลายมือชื่ออิเล็กทรอนิกส์แบบทั่วไป แพลตฟอร์มผนึกไฟล์ที่ลงนามแล้ว "
            "เพื่อให้ตรวจพบการเปลี่ยนแปลงใดๆ ในภายหลังได้",
        ),
    ),
)
