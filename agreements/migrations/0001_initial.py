"""The rows of this room, as the models describe them."""

import agreements.schedule
import agreements.states
import django.utils.timezone
import uuid
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Agreement',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('state', models.CharField(choices=[('sent', 'Waiting for signature'), ('active', 'Active'), ('paused', 'Paused'), ('ended', 'Ended'), ('declined', 'Declined'), ('void', 'Void')], default=agreements.states.AgreementState['SENT'], max_length=10, verbose_name='state')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('tier', models.JSONField(verbose_name='tier')),
                ('terms', models.JSONField(verbose_name='terms')),
                ('terms_hash', models.CharField(max_length=64, verbose_name='SHA-256 of the terms')),
                ('language', models.CharField(choices=[('en', 'English'), ('th', 'Thai')], default='en', max_length=5, verbose_name='language')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.PositiveBigIntegerField(verbose_name='fee')),
                ('minutes', models.PositiveIntegerField(verbose_name='included minutes')),
                ('tax_mode', models.CharField(choices=[('exclusive', 'Tax is added'), ('inclusive', 'Tax is included'), ('reverse', 'Reverse charge'), ('exempt', 'Exempt')], default='exclusive', max_length=10, verbose_name='tax')),
                ('taxes', models.JSONField(blank=True, default=list, verbose_name='tax rates')),
                ('tax_note', models.CharField(blank=True, max_length=300, verbose_name='tax note')),
                ('withholding_percent', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, verbose_name='withheld percent')),
                ('collect_by', models.CharField(choices=[('card', 'Charged to a saved card'), ('transfer', 'Transferred to the bank')], default='card', max_length=10, verbose_name='paid by')),
                ('opens_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='next period opens')),
                ('interval', models.CharField(choices=[('monthly', 'Every month'), ('quarterly', 'Every quarter'), ('yearly', 'Every year'), ('once', 'Once (paid trial)')], default=agreements.schedule.Interval['MONTHLY'], max_length=10, verbose_name='charged')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('anchor_day', models.PositiveSmallIntegerField(verbose_name='anchor day')),
                ('time_zone', models.CharField(max_length=64, verbose_name='time zone')),
                ('charge_hour', models.PositiveSmallIntegerField(default=9, verbose_name='charged from this hour')),
                ('notice_days', models.PositiveSmallIntegerField(default=30, verbose_name='notice in days')),
                ('minimum_months', models.PositiveSmallIntegerField(default=0, verbose_name='minimum term in months')),
                ('rollover', models.CharField(default='none', max_length=20, verbose_name='rollover')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='first opened')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('parked_because', models.CharField(blank=True, max_length=300, verbose_name='parked because')),
            ],
            options={
                'verbose_name': 'agreement',
                'verbose_name_plural': 'agreements',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Pause',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on (exclusive)')),
                ('is_skip', models.BooleanField(default=False, verbose_name='one period only')),
                ('reason', models.CharField(max_length=300, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'pause',
                'verbose_name_plural': 'pauses',
                'ordering': ['-starts_on', '-created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('index', models.PositiveIntegerField(verbose_name='number')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(verbose_name='ends on (exclusive)')),
                ('due_at', models.DateTimeField(verbose_name='billed from')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('amount', models.PositiveBigIntegerField(verbose_name='fee')),
                ('minutes', models.PositiveIntegerField(verbose_name='included minutes')),
                ('state', models.CharField(choices=[('due', 'To be billed'), ('invoiced', 'Invoiced'), ('carried', 'Carried to the next invoice'), ('skipped', 'Skipped')], default=agreements.states.PeriodState['DUE'], max_length=10, verbose_name='state')),
                ('skipped_because', models.CharField(blank=True, max_length=300, verbose_name='not billed because')),
            ],
            options={
                'verbose_name': 'period',
                'verbose_name_plural': 'periods',
                'ordering': ['-starts_on', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('state', models.CharField(choices=[('draft', 'Draft'), ('sent', 'Sent'), ('accepted', 'Accepted'), ('declined', 'Declined'), ('expired', 'Expired'), ('withdrawn', 'Withdrawn')], default=agreements.states.ProposalState['DRAFT'], max_length=10, verbose_name='state')),
                ('title', models.CharField(max_length=160, verbose_name='title')),
                ('intro', models.TextField(blank=True, max_length=3000, verbose_name='opening words')),
                ('currency', models.CharField(max_length=3, verbose_name='currency')),
                ('language', models.CharField(choices=[('en', 'English'), ('th', 'Thai')], default='en', max_length=5, verbose_name='language')),
                ('interval', models.CharField(choices=[('monthly', 'Every month'), ('quarterly', 'Every quarter'), ('yearly', 'Every year'), ('once', 'Once (paid trial)')], default=agreements.schedule.Interval['MONTHLY'], max_length=10, verbose_name='charged')),
                ('collect_by', models.CharField(choices=[('card', 'Charged to a saved card'), ('transfer', 'Transferred to the bank')], default='card', max_length=10, verbose_name='paid by')),
                ('starts_on', models.DateField(verbose_name='starts on')),
                ('ends_on', models.DateField(blank=True, null=True, verbose_name='ends on')),
                ('notice_days', models.PositiveSmallIntegerField(default=30, verbose_name='notice in days')),
                ('minimum_months', models.PositiveSmallIntegerField(default=3, verbose_name='minimum term in months')),
                ('rolls_over', models.BooleanField(default=False, verbose_name='unused hours roll over one month')),
                ('recommended_because', models.CharField(blank=True, max_length=300, verbose_name='why this tier')),
                ('trial_measure', models.CharField(blank=True, max_length=300, verbose_name='the trial succeeds when')),
                ('expires_on', models.DateField(blank=True, null=True, verbose_name='open until')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('opened_at', models.DateTimeField(blank=True, null=True, verbose_name='first opened')),
                ('decided_at', models.DateTimeField(blank=True, null=True, verbose_name='decided')),
                ('decline_reason', models.CharField(blank=True, max_length=500, verbose_name='reason')),
            ],
            options={
                'verbose_name': 'proposal',
                'verbose_name_plural': 'proposals',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Signature',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=120, verbose_name='signed as')),
                ('consent_version', models.CharField(max_length=20, verbose_name='consent text')),
                ('consented_at', models.DateTimeField(verbose_name='consented')),
                ('code_row', models.UUIDField(editable=False, verbose_name='code')),
                ('code_sent_at', models.DateTimeField(verbose_name='code sent')),
                ('code_tries', models.PositiveSmallIntegerField(default=0, verbose_name='wrong codes')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='signed')),
                ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='IP address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='user agent')),
            ],
            options={
                'verbose_name': 'signature',
                'verbose_name_plural': 'signatures',
            },
        ),
        migrations.CreateModel(
            name='Tier',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('position', models.PositiveSmallIntegerField(verbose_name='position')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('tagline', models.CharField(blank=True, max_length=120, verbose_name='in one line')),
                ('amount', models.PositiveBigIntegerField(verbose_name='fee')),
                ('minutes', models.PositiveIntegerField(default=0, verbose_name='included minutes')),
                ('response_hours', models.PositiveSmallIntegerField(default=24, verbose_name='answers within hours')),
                ('adds', models.JSONField(default=list, verbose_name='what it adds')),
                ('deliverables', models.JSONField(blank=True, default=list, verbose_name='deliverables')),
                ('is_recommended', models.BooleanField(default=False, verbose_name='recommended')),
            ],
            options={
                'verbose_name': 'tier',
                'verbose_name_plural': 'tiers',
                'ordering': ['position'],
            },
        ),
    ]
