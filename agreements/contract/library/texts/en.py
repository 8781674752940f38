"""The built-in clauses in English."""

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
        "Each ends on its day by itself; the fee does not change.",
    ),
    "fee": (
        "Fee and payment",
        "The fee is {{fee}} ({{fee_in_words}}) {{rhythm}}, paid in advance. {{tax}}\n\n{{payment}}",
    ),
    "late": (
        "Late payment",
        "While a payment is more than 14 days late, the provider may let the work rest after "
        "telling the client. The work goes on when the payment has come.",
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
        "retainer by itself: that needs a new signature.",
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
        "follows by itself.",
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
    "response": ("Answers", "The provider answers the client's messages {{response_time}}."),
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
        "Ownership",
        "What is delivered and paid for belongs to the client. The provider keeps its methods "
        "and tools, and what it had before.",
    ),
    "confidentiality": (
        "Confidentiality",
        "Both sides keep to themselves what they learn about the other's business, also after "
        "the end. This does not cover what is public, or what a law or a court makes them "
        "tell.",
    ),
    "exclusivity": (
        "Exclusivity",
        "While this agreement runs, the provider does not do work of this kind for:\n"
        "{{competitors}}",
    ),
    "law": (
        "Governing law",
        "This agreement is governed by the law of {{governing_law}}. Before going to court, "
        "both sides first try to settle a dispute by talking to each other.",
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
        "paid by the client. Faults in the provider's own work are mended without a further "
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
