"""The built-in clauses in English."""

_UNLIMITED = (
    "Nothing in this agreement limits liability for intent, for gross negligence, for death or "
    "personal injury, or where the law does not allow a limit."
)
_LIMITED = (
    "Apart from that, neither side is liable for lost profit or other indirect loss, and the total "
    "damages that a side owes under this agreement are limited"
)
_FEES_STAY = "The duty to pay the fees is not affected."

TEXTS = {
    # clauses that do not depend on the kind of work
    "parties": (
        "Parties",
        "This agreement is between {{provider}} (the “provider”) and {{client}} (the “client”).",
    ),
    "services": (
        "Services",
        "The provider delivers the tier “{{tier}}”, which contains:\n{{services}}",
    ),
    "kpis": (
        "Goals and measures",
        "Both sides work toward these goals:\n{{kpis}}\n"
        "They are measured and reported. They are goals, not a guarantee of results.",
    ),
    "expectations": (
        "What the client provides",
        "So that the work can be done on time, the client provides:\n{{expectations}}\n"
        "Where this comes late, the dates that depend on it move by as much.",
    ),
    "value_adds": (
        "Added for a time",
        "Until the day that is named, and without a further fee, the provider adds:\n"
        "{{value_adds}}\n"
        "Each ends automatically on its day; the fee does not change.",
    ),
    "fee": (
        "Fee and payment",
        "The fee is {{fee}} ({{fee_in_words}}) {{rhythm}}, paid in advance. {{tax}}\n\n{{payment}}",
    ),
    "late": (
        "Late payment",
        "An amount that is not paid by its due date bears interest at the rate that the law sets "
        "for late payments, from the day after the due date until it is paid.\n\n"
        "While a payment is more than 14 days late, the provider may suspend the work after "
        "telling the client. The work goes on once the payment has arrived, and the dates that "
        "depend on it move by as much.",
    ),
    "year": (
        "A year of service",
        "Each fee pays for a whole year. Work and deliverables are spread over the year as "
        "both sides plan them together.",
    ),
    "term": (
        "Term and notice",
        "The agreement begins on {{starts_on}}. {{term}}\n\n"
        "Either side may end it in writing {{notice}}, to the end of a paid period.",
    ),
    "trial": (
        "Trial and decision",
        "This is a paid trial that begins on {{starts_on}}. It succeeds when: "
        "{{trial_measure}}.\n\n"
        "Both sides decide by {{decision_day}} how they go on. The trial does not turn into a "
        "retainer automatically: that needs a new signature.",
    ),
    "after_trial": (
        "After the trial",
        "If both sides decide to go on, this is agreed already: {{after_trial}}. It begins "
        "when the client has signed its agreement.",
    ),
    "once": (
        "Begin and end",
        "The work begins on {{starts_on}} and is done by {{decision_day}}. This is one-time "
        "work: the agreement ends when the work is delivered and paid for, and nothing "
        "follows automatically.",
    ),
    "time": (
        "Reserved time",
        "{{hours}} are reserved for the client in each period. {{rollover}} Work beyond it "
        "needs the client's approval, given for the case or in this agreement.",
    ),
    "time_once": (
        "Reserved time",
        "{{hours}} are reserved for this work. Work beyond it needs the client's approval, "
        "given for the case or in this agreement.",
    ),
    "overage": ("Work beyond the reserved time", "{{overage}}"),
    "acceptance": (
        "Acceptance",
        "The client looks at what is delivered within 7 days and says what does not fit the "
        "services above; the provider mends that without a further fee. What nobody objects "
        "to in that time is accepted.",
    ),
    "response": (
        "Response time",
        "The provider answers the client's messages {{response_time}}.\n\n"
        "Working days are {{working_days}}, in the provider's time zone. "
        "Every hour of a working day is a working hour: 24 working hours after a Friday at 15:00 "
        "is the Monday at 15:00.",
    ),
    "reports": (
        "Reports",
        "The provider reports on every period {{report}}: results against the goals, what was "
        "delivered, the time that was used, and what comes next. A period that was paused has "
        "no report.",
    ),
    "scope": (
        "Changes",
        "What is not listed under “Services” is agreed in writing, email included, before the "
        "work on it begins. A change of tier or fee is a signed amendment.",
    ),
    "ownership": (
        "Intellectual property",
        "All rights in the work that is delivered pass to the client once that work has been paid "
        "for in full. Until then the client may use the work for the purpose of this agreement. "
        "Where the law does not let a right pass, the client receives the exclusive right to use "
        "the work, unlimited in time and place.\n\n"
        "The provider keeps its methods, its tools and what it had before. Where they are part of "
        "the delivered work, the client may use them with it for as long as it wishes. Material "
        "that belongs to others keeps its own licence.\n\n"
        "The provider may show published work as a reference, unless the client excludes this in "
        "writing.",
    ),
    "confidentiality": (
        "Confidentiality",
        "Both sides keep to themselves what they learn about the other's business, also after "
        "the end. This does not cover what is public, or what a law or a court makes them "
        "tell.",
    ),
    "data": (
        "Data protection",
        "Each side follows the data protection law that applies to it. Where the provider "
        "processes personal data on behalf of the client, it does so only on the client's "
        "instructions and for this agreement, keeps the data secure and confidential, involves "
        "other processors only with the client's consent, and reports a data breach without "
        "delay.\n\n"
        "At the end the provider returns or deletes the data, as the client chooses, unless a law "
        "requires it to keep them. Where the law requires a separate data processing agreement, "
        "both sides sign it before such data are handed over.",
    ),
    "exclusivity": (
        "Exclusivity",
        "While this agreement runs, the provider does not do work of this kind for:\n"
        "{{competitors}}",
    ),
    "liability": (
        "Liability",
        f"{_UNLIMITED}\n\n{_LIMITED} to the fees for the 12 months before the event that caused "
        f"the loss. {_FEES_STAY}",
    ),
    "liability_once": (
        "Liability",
        f"{_UNLIMITED}\n\n{_LIMITED} to the fee of this agreement. {_FEES_STAY}",
    ),
    "force_majeure": (
        "Events beyond control",
        "A side is not liable for what it cannot do because of an event that it could neither "
        "foresee nor prevent, such as a natural disaster, a war, an epidemic, an order of a public "
        "authority, or a general failure of power or networks. It tells the other side without "
        "delay, and its dates move by as long as the event lasts. Payment for work that was done "
        "stays due.\n\n"
        "If the event lasts longer than 30 days, either side may end this agreement in writing.",
    ),
    "breach": (
        "Breach",
        "If a side seriously breaches this agreement, the other side may ask it in writing to put "
        "this right. If that has not happened within 14 days, or is impossible, the other side may "
        "end this agreement in writing at once.\n\n"
        "The client then pays for the work done up to that day, and the provider refunds what was "
        "paid in advance for the time after it.",
    ),
    "notices": (
        "Notices",
        "“In writing” includes email. Notices are sent to the person who is named for each side at "
        "the beginning of this agreement, at the address given there or at one that was named "
        "since. An email counts as received on the next working day, unless the sender learns that "
        "it was not delivered.",
    ),
    "assignment": (
        "Assignment",
        "Neither side may transfer this agreement, or rights or duties under it, to anybody else "
        "without the other side's written consent.",
    ),
    "entire": (
        "Entire agreement",
        "This agreement contains everything that both sides have agreed on its subject and "
        "replaces what was agreed on it before. It is changed in writing only. If one of its "
        "provisions is invalid, the others remain in force, and the law takes the place of the "
        "invalid one.",
    ),
    "law": (
        "Governing law",
        "This agreement is governed by the law of {{governing_law}}. Before going to court, "
        "both sides first try to settle a dispute by talking to each other.",
    ),
    "venue": (
        "Courts",
        "As far as the law allows both sides to agree on it, the courts at the provider's seat "
        "decide the disputes that the sides cannot settle. What the law grants to consumers is not "
        "affected.",
    ),
    "language": (
        "Languages",
        "This agreement is written in two languages, and both say the same. Where they "
        "differ, the {{prevailing_language}} text prevails.",
    ),
    "signature": (
        "Electronic signature",
        "This agreement is signed with a simple electronic signature. The platform seals the "
        "signed file, so that any later change to it can be detected.",
    ),
    # clauses that belong to one kind of work
    "social": (
        "Social media",
        "The client approves posts before they appear, or tells the provider which may appear "
        "without asking. The client's accounts stay the client's; the provider gets access of "
        "its own and gives it back at the end. Paid advertising is paid by the client "
        "directly.",
    ),
    "content": (
        "Content writing",
        "Each text is agreed by its subject first. Two rounds of changes are included. The "
        "provider writes it itself and names its sources; the client checks the facts about "
        "its own business before publishing.",
    ),
    "copy": (
        "Copywriting",
        "Two rounds of changes to each text are included. The client tells the provider which "
        "claims about its products are true and allowed, and answers for them. The provider "
        "does not copy from others.",
    ),
    "web": (
        "Website",
        "The provider keeps a backup before each change and tells the client ahead of one "
        "that interrupts the site. Hosting, domains and licences are in the client's name and "
        "paid by the client. Faults in the provider's own work are fixed without a further "
        "fee for 30 days after delivery.",
    ),
    "seo": (
        "Search engines",
        "The provider follows the search engines' published guidelines. No ranking is "
        "promised: nobody controls it. The client gives access to its website and its "
        "analytics; a change to the site is agreed first.",
    ),
    "design": (
        "Design",
        "Two rounds of changes to each draft are included. The client receives the final "
        "files and the working files of what it has chosen; drafts it did not choose stay "
        "with the provider. Fonts and pictures of others keep the licence they come with.",
    ),
    "consulting": (
        "Consulting",
        "The provider advises; the client decides and carries out. Advice rests on what the "
        "client tells the provider and on the day it is given, and does not replace legal, "
        "tax or financial advice.",
    ),
}
