"""The rows of this room, as the models describe them."""

import django.db.models.deletion
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('clients', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='call',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='client',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='call',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='clients.client'),
        ),
        migrations.AddField(
            model_name='contact',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='contact',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='clients.client'),
        ),
        migrations.AddField(
            model_name='call',
            name='contacts',
            field=models.ManyToManyField(related_name='+', to='clients.contact', verbose_name='with'),
        ),
        migrations.AddField(
            model_name='fitcheck',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='fitcheck',
            name='client',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='fit_check', to='clients.client'),
        ),
        migrations.AddField(
            model_name='objection',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='objection',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='clients.client'),
        ),
        migrations.AddField(
            model_name='reply',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='objection',
            name='reply',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.reply', verbose_name='reply'),
        ),
        migrations.AddField(
            model_name='taxrate',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='testimonial',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='testimonial',
            name='letter',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document', verbose_name='reference letter'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(fields=['business', 'name', 'id'], name='client_by_name'),
        ),
        migrations.AddIndex(
            model_name='client',
            index=models.Index(fields=['business', 'state', '-stage_at'], name='client_by_stage'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(models.F('client'), django.db.models.functions.text.Lower('email'), name='contact_once_per_client'),
        ),
        migrations.AddConstraint(
            model_name='contact',
            constraint=models.UniqueConstraint(condition=models.Q(('is_decision_maker', True)), fields=('client',), name='one_decision_maker'),
        ),
        migrations.AddConstraint(
            model_name='call',
            constraint=models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 240)), name='call_has_a_length'),
        ),
        migrations.AddIndex(
            model_name='objection',
            index=models.Index(fields=['business', '-created_at', '-id'], name='objection_newest'),
        ),
        migrations.AddConstraint(
            model_name='objection',
            constraint=models.CheckConstraint(condition=models.Q(('play', ''), ('reply__isnull', True), _connector='OR'), name='objection_one_reply'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.UniqueConstraint(fields=('business', 'name', 'percent'), name='tax_rate_once'),
        ),
        migrations.AddConstraint(
            model_name='taxrate',
            constraint=models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lt', 100)), name='tax_rate_sane'),
        ),
        migrations.AddConstraint(
            model_name='testimonial',
            constraint=models.CheckConstraint(condition=models.Q(('letter', None), ('quote', ''), ('video_url', ''), _negated=True), name='testimonial_says_something'),
        ),
    ]
