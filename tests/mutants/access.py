"""Mistakes that show money to a colleague from whom it is hidden, or approve what nobody saw."""

from tests.mutants import Mutant

ACCESS = "portal/access.py"
PEOPLE = "clients/people/portal_people.py"
WORK_ANSWERS = "delivery/requests/work_answers.py"
WITHOUT_MONEY = "portal/tests/test_without_money.py"
STAYS_HIDDEN = "portal/tests/test_money_stays_hidden.py"
AT_ONCE = "delivery/tests/test_answers_at_once.py"
MUTANTS = [
    Mutant(
        "Somebody who sees no money reads rows of money",
        ACCESS,
        "self.shows_money or not is_of_money(model)",
        "self.shows_money or is_of_money(model)",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "Only invoices count as rows of money",
        ACCESS,
        'any(row.name == "currency" for row in model._meta.fields)',
        'any(row.name == "due_on" for row in model._meta.fields)',
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "Whoever sees no money reads what a colleague signed",
        "portal/views/agreement.py",
        "return any(row.contact_id == self.contact.pk for row in",
        "return any(row.contact_id for row in",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "Documents of everybody are listed for whoever sees no money",
        "portal/needs.py",
        "    if view.shows_money:\n        return agreements, changes",
        "    if view.client:\n        return agreements, changes",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "Whom a signer without money names sees money",
        "agreements/signing/change_signer.py",
        "sees_money=not contact.is_without_money",
        "sees_money=True",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "A signer who sees no money is led to the payment page",
        "portal/views/agreement.py",
        "        if not self.shows_money:\n",
        "        if self.shows_money:\n",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "A signer who sees no money is led to the closed history",
        "templates/portal/agreement.html",
        "{% if signed and shows_money and not is_amendment %}",
        "{% if signed and not is_amendment %}",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "The payment page stands in the menu of whoever sees no money",
        "templates/portal/base.html",
        '{% if not request.contact.is_without_money %}\n              {% nav_link "portal:method"',
        '{% if request.contact %}\n              {% nav_link "portal:method"',
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "The tier is named to whoever sees no money",
        "templates/portal/home.html",
        "{% if shows_money %}{{ item.terms.tier.name }}{% endif %}",
        "{{ item.terms.tier.name }}",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "The decision maker of another client shows money",
        PEOPLE,
        "if contact.client_id != by.client_id or contact.pk == by.pk:",
        "if contact.pk == by.pk:",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "An invitation forgets that money is hidden from somebody who was here before",
        PEOPLE,
        "contact=known, sees_money=sees_money, now=now, **copies",
        "contact=known, now=now, **copies",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "Emails about money that wait still go to whoever sees none now",
        "clients/client_records.py",
        '.update(text="", html="")',
        ".count()",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "Copies that wait still go to whoever sees no money now",
        "clients/client_records.py",
        "        waiting.filter(copy_of__isnull=False).delete()",
        "        waiting.filter(copy_of__isnull=False).count()",
        (STAYS_HIDDEN,),
    ),
    Mutant(
        "Emails about money go to a person from whom it is hidden",
        "clients/models/client.py",
        "if self.is_active and not self.is_without_money:",
        "if self.is_active:",
        (WITHOUT_MONEY,),
    ),
    Mutant(
        "“Approve all” approves what came since the page was opened",
        "portal/views/work.py",
        "for piece in pieces.waiting_of(rows) if piece.seen in seen]",
        "for piece in pieces.waiting_of(rows)]",
        (AT_ONCE,),
    ),
    Mutant(
        "Delivered work is approved although the business asks for no approval",
        WORK_ANSWERS,
        "    if not contact.business.asks_approval:",
        "    if contact.business.is_suspended:",
        (AT_ONCE,),
    ),
    Mutant(
        "What replaces approved pieces counts as approved",
        "delivery/work/checklist_actions.py",
        "        pieces__gt=counted,",
        "        pieces__lt=counted,",
        (AT_ONCE,),
    ),
]
