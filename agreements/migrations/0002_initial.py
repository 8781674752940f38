"""The rows of this room, as the models describe them."""

import agreements.rules.states
import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agreements', '0001_initial'),
        ('clients', '0001_initial'),
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='agreement',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='agreements', to='clients.client'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact', verbose_name='signer'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='signed_document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='amendments', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.client'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='amendment',
            name='signed_document',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document'),
        ),
        migrations.AddField(
            model_name='message',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='package',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='pause',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pauses', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='pause',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='period',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='periods', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='period',
            name='amendment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.amendment'),
        ),
        migrations.AddField(
            model_name='period',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='after_trial',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='client',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='clients.client'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact', verbose_name='for'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='cosigners',
            field=models.ManyToManyField(blank=True, related_name='+', to='clients.contact', verbose_name='also sign'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='revises',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='revisions', to='agreements.proposal'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='testimonials',
            field=models.ManyToManyField(blank=True, related_name='+', to='clients.testimonial'),
        ),
        migrations.AddField(
            model_name='agreement',
            name='proposal',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='agreement', to='agreements.proposal'),
        ),
        migrations.AddField(
            model_name='question',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='question',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact'),
        ),
        migrations.AddField(
            model_name='question',
            name='proposal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='agreements.proposal'),
        ),
        migrations.AddField(
            model_name='signature',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='signature',
            name='amendment',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='signatures', to='agreements.amendment'),
        ),
        migrations.AddField(
            model_name='signature',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='signature',
            name='contact',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact'),
        ),
        migrations.AddField(
            model_name='template',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='template',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.template'),
        ),
        migrations.AddField(
            model_name='tier',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='tier',
            name='proposal',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tiers', to='agreements.proposal'),
        ),
        migrations.AddField(
            model_name='timeoff',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='upgrade',
            name='agreement',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='agreements.agreement'),
        ),
        migrations.AddField(
            model_name='upgrade',
            name='amendment',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='upgrade', to='agreements.amendment'),
        ),
        migrations.AddField(
            model_name='upgrade',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='upgrade',
            name='period',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='upgrades', to='agreements.period'),
        ),
        migrations.AddField(
            model_name='wait',
            name='business',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business'),
        ),
        migrations.AddField(
            model_name='wait',
            name='contact',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.contact'),
        ),
        migrations.AddField(
            model_name='wait',
            name='proposal',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='wait', to='agreements.proposal'),
        ),
        migrations.AddField(
            model_name='wait',
            name='tier',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agreements.tier'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(fields=('agreement', 'number'), name='amendment_number_once'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.UniqueConstraint(condition=models.Q(('state', agreements.rules.states.AmendmentState['SENT'])), fields=('agreement',), name='one_amendment_waits'),
        ),
        migrations.AddConstraint(
            model_name='amendment',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='amendment_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='message',
            constraint=models.UniqueConstraint(fields=('business', 'name'), name='message_name_once'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gte', models.F('starts_on')), _connector='OR'), name='pause_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='pause',
            constraint=models.UniqueConstraint(condition=models.Q(('ends_on__isnull', True)), fields=('agreement',), name='pause_open_once'),
        ),
        migrations.AddIndex(
            model_name='period',
            index=models.Index(condition=models.Q(('state', agreements.rules.states.PeriodState['DUE'])), fields=['due_at'], name='period_to_bill'),
        ),
        migrations.AddIndex(
            model_name='period',
            index=models.Index(fields=['business', 'starts_on', 'id'], name='period_by_start'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('agreement', 'index'), name='period_index_once'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.UniqueConstraint(fields=('agreement', 'starts_on'), name='period_start_once'),
        ),
        migrations.AddConstraint(
            model_name='period',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='period_is_not_empty'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(fields=['business', '-created_at', '-id'], name='agreement_newest'),
        ),
        migrations.AddIndex(
            model_name='agreement',
            index=models.Index(condition=models.Q(('opens_at__isnull', False)), fields=['opens_at'], name='agreement_opens'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('anchor_day__gte', 1), ('anchor_day__lte', 31)), name='agreement_anchor_is_a_day'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='agreement_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='agreement',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__isnull', True), ('ends_on__gt', models.F('starts_on')), _connector='OR'), name='agreement_ends_after_start'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(condition=models.Q(('amendment__isnull', True)), fields=('agreement', 'position'), name='signature_place'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('amendment', 'position'), name='signature_place_of_amendment'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(condition=models.Q(('amendment__isnull', True)), fields=('agreement', 'contact'), name='signs_once'),
        ),
        migrations.AddConstraint(
            model_name='signature',
            constraint=models.UniqueConstraint(fields=('amendment', 'contact'), name='signs_amendment_once'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['business', '-created_at', '-id'], name='proposal_newest'),
        ),
        migrations.AddConstraint(
            model_name='tier',
            constraint=models.UniqueConstraint(fields=('proposal', 'position'), name='tier_position_once'),
        ),
        migrations.AddConstraint(
            model_name='tier',
            constraint=models.UniqueConstraint(condition=models.Q(('is_recommended', True)), fields=('proposal',), name='one_recommended_tier'),
        ),
        migrations.AddConstraint(
            model_name='tier',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='tier_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='timeoff',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='time_off_ends_after_start'),
        ),
        migrations.AddIndex(
            model_name='upgrade',
            index=models.Index(condition=models.Q(('state', agreements.rules.states.PeriodState['DUE'])), fields=['due_at'], name='upgrade_to_bill'),
        ),
        migrations.AddConstraint(
            model_name='upgrade',
            constraint=models.UniqueConstraint(fields=('agreement', 'starts_on'), name='upgrade_once_a_day'),
        ),
        migrations.AddConstraint(
            model_name='upgrade',
            constraint=models.CheckConstraint(condition=models.Q(('ends_on__gt', models.F('starts_on'))), name='upgrade_has_days'),
        ),
        migrations.AddConstraint(
            model_name='upgrade',
            constraint=models.CheckConstraint(condition=models.Q(('amount__gt', 0), ('charge', django.db.models.expressions.CombinedExpression(models.F('credit'), '+', models.F('amount')))), name='upgrade_adds_up'),
        ),
    ]
