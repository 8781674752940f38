"""What each user chose to be emailed about, taken over from the business; notes say what they tell."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import core.database.ids

EVENTS = [
    ("opened", "A client opens a proposal"),
    ("answered", "A client chooses, signs or declines, or a proposal expires"),
    ("requested", "A client asks for something, adds to it or cancels it"),
    ("decided", "A client answers the decision in a report"),
    ("hours_used", "The hours of a period are nearly used"),
    ("more_hours", "A client approves or declines more hours"),
    ("paid", "A client pays"),
    ("reminded", "A client is reminded of an overdue payment"),
]
HEARS = [("now", "At once"), ("daily", "In the daily summary"), ("never", "Not by email")]
#: The fields of a business until now: what they are about, and what was usual.
FORMER = {
    "hears_views": ("opened", "now"),
    "hears_answers": ("answered", "now"),
    "hears_payments": ("paid", "never"),
}


def take_over(apps, schema_editor):
    """Keep what was chosen for a business as the choice of its owner."""
    choice = apps.get_model("core", "NotificationChoice")
    for business in apps.get_model("core", "Business").objects.iterator():
        for field, (event, usual) in FORMER.items():
            if getattr(business, field) != usual:
                choice.objects.create(
                    business=business,
                    user_id=business.owner_id,
                    event=event,
                    hears=getattr(business, field),
                )


class Migration(migrations.Migration):
    dependencies = [("core", "0021_search")]

    operations = [
        migrations.CreateModel(
            name="NotificationChoice",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=core.database.ids.new_id,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="created"
                    ),
                ),
                (
                    "event",
                    models.CharField(choices=EVENTS, max_length=12, verbose_name="event"),
                ),
                ("hears", models.CharField(choices=HEARS, max_length=5, verbose_name="when")),
                (
                    "business",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="core.business",
                        verbose_name="business",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "notification choice",
                "verbose_name_plural": "notification choices",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "event"), name="notification_choice_once"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="ownernote",
            name="kind",
            field=models.CharField(blank=True, default="", max_length=40, verbose_name="kind"),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="ownernote",
            name="ref",
            field=models.CharField(blank=True, default="", max_length=80, verbose_name="about"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="ownernote",
            constraint=models.UniqueConstraint(
                condition=~models.Q(ref=""), fields=("kind", "ref"), name="owner_note_once"
            ),
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
    ]
