import core.database.ids
import core.formats
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from decimal import Decimal
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('core', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Client',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('legal_name', models.CharField(blank=True, max_length=200, verbose_name='legal name')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                ('tax_id', models.CharField(blank=True, max_length=40, verbose_name='tax id')),
                ('language', models.CharField(choices=core.formats.language_choices, default='en', max_length=5, verbose_name='language')),
                ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('tax_treatment', models.CharField(choices=[('standard', 'As usual'), ('reverse', 'Reverse charge'), ('exempt', 'Exempt')], default='standard', max_length=10, verbose_name='tax')),
                ('tax_note', models.CharField(blank=True, max_length=300, verbose_name='words on the invoice')),
                ('withholding_percent', models.DecimalField(decimal_places=2, default=Decimal('0'), max_digits=5, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(50)], verbose_name='withholds percent')),
                ('state', models.CharField(choices=[('lead', 'Lead'), ('call_booked', 'Call booked'), ('proposal_sent', 'Proposal sent'), ('trial', 'Trial'), ('won', 'Won'), ('lost', 'Lost')], default='lead', max_length=20, verbose_name='stage')),
                ('stage_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='in this stage since')),
                ('expected_amount', models.PositiveBigIntegerField(default=0, verbose_name='expected fee a month')),
                ('expected_currency', models.CharField(blank=True, max_length=3)),
                ('lost_because', models.CharField(blank=True, choices=[('money', 'Too expensive for them'), ('value', 'They did not see what it is good for'), ('results', 'They doubted the results'), ('timing', 'Not now'), ('other', 'Somebody else does it'), ('silence', 'No answer any more'), ('mine', 'I said no')], max_length=10, verbose_name='lost because')),
                ('lost_words', models.CharField(blank=True, max_length=300, verbose_name='in their words')),
                ('notes', models.TextField(blank=True, max_length=5000, verbose_name='notes')),
                ('signed_at', models.DateTimeField(blank=True, null=True, verbose_name='client since')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'client',
                'verbose_name_plural': 'clients',
                'ordering': ['name', 'id'],
                'indexes': [models.Index(fields=['business', 'name', 'id'], name='client_by_name'), models.Index(fields=['business', 'state', '-stage_at'], name='client_by_stage')],
            },
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('email', models.EmailField(max_length=254, verbose_name='email')),
                ('role', models.CharField(blank=True, max_length=80, verbose_name='role')),
                ('is_decision_maker', models.BooleanField(default=False, verbose_name='decides')),
                ('portal_epoch', models.PositiveIntegerField(default=0, editable=False)),
                ('is_active', models.BooleanField(default=True, verbose_name='may enter the portal')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='contacts', to='clients.client')),
            ],
            options={
                'verbose_name': 'contact',
                'verbose_name_plural': 'contacts',
                'constraints': [models.UniqueConstraint(models.F('client'), django.db.models.functions.text.Lower('email'), name='contact_once_per_client'), models.UniqueConstraint(condition=models.Q(('is_decision_maker', True)), fields=('client',), name='one_decision_maker')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('starts_at', models.DateTimeField(verbose_name='begins')),
                ('minutes', models.PositiveSmallIntegerField(default=30, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(240)], verbose_name='length in minutes')),
                ('moved', models.PositiveIntegerField(default=0, verbose_name='times moved')),
                ('needs', models.TextField(blank=True, max_length=6000, verbose_name='Work of the next 3 to 6 months')),
                ('goals', models.TextField(blank=True, max_length=6000, verbose_name='Their goals, in their words')),
                ('kpis', models.JSONField(blank=True, default=list, verbose_name='figures to move')),
                ('load', models.CharField(blank=True, max_length=20, verbose_name='Hours a month')),
                ('extras', models.TextField(blank=True, max_length=2000, verbose_name='Worth suggesting, one a line')),
                ('budget', models.CharField(blank=True, max_length=200, verbose_name='Budget you heard')),
                ('outcome', models.CharField(blank=True, choices=[('options', 'They get three options by email'), ('trial', 'They want to try first'), ('project', 'One-off work, no retainer'), ('later', 'Not now: talk again'), ('no', 'They said no'), ('absent', 'It did not take place')], max_length=8, verbose_name='How it ended')),
                ('next_step', models.CharField(blank=True, max_length=200, verbose_name='Next step')),
                ('next_on', models.DateField(blank=True, null=True, verbose_name='On')),
                ('revision', models.PositiveIntegerField(default=0, editable=False)),
                ('writer', models.CharField(blank=True, editable=False, max_length=36)),
                ('save_count', models.PositiveIntegerField(default=0, editable=False)),
                ('written_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last typed')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='calls', to='clients.client')),
                ('contacts', models.ManyToManyField(related_name='+', to='clients.contact', verbose_name='with')),
            ],
            options={
                'verbose_name': 'call',
                'verbose_name_plural': 'calls',
                'ordering': ['-starts_at', '-id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('minutes__gte', 5), ('minutes__lte', 240)), name='call_has_a_length')],
            },
        ),
        migrations.CreateModel(
            name='FitCheck',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('recurs', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No')], max_length=3, verbose_name='Does the need recur every month?')),
                ('budget', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No')], max_length=3, verbose_name='Is there a budget for every month?')),
                ('reaches', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No')], max_length=3, verbose_name='Can you reach who decides?')),
                ('worked', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No')], max_length=3, verbose_name='Have you worked together before?')),
                ('grows', models.CharField(blank=True, choices=[('yes', 'Yes'), ('no', 'No')], max_length=3, verbose_name='Do they want to grow?')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='fit_check', to='clients.client')),
            ],
            options={
                'verbose_name': 'fit check',
                'verbose_name_plural': 'fit checks',
            },
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(max_length=40, verbose_name='against')),
                ('words', models.TextField(max_length=600, verbose_name='what you say')),
                ('is_kept', models.BooleanField(default=True, verbose_name='offered')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'reply',
                'verbose_name_plural': 'replies',
                'ordering': ['created_at', 'id'],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('offer', models.UUIDField(blank=True, null=True, verbose_name='about the proposal')),
                ('tier', models.CharField(blank=True, max_length=120, verbose_name='about the tier')),
                ('words', models.CharField(blank=True, max_length=300, verbose_name='in their words')),
                ('play', models.CharField(blank=True, max_length=20, verbose_name='answered by the playbook')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('client', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='clients.client')),
                ('reply', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='clients.reply', verbose_name='reply')),
            ],
            options={
                'verbose_name': 'objection',
                'verbose_name_plural': 'objections',
                'ordering': ['-created_at', '-id'],
                'indexes': [models.Index(fields=['business', '-created_at', '-id'], name='objection_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('play', ''), ('reply__isnull', True), _connector='OR'), name='objection_one_reply')],
            },
        ),
        migrations.CreateModel(
            name='Testimonial',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('author', models.CharField(max_length=120, verbose_name='who said it')),
                ('role', models.CharField(blank=True, max_length=160, verbose_name='role and company')),
                ('quote', models.TextField(blank=True, max_length=600, verbose_name='in their words')),
                ('video_url', models.URLField(blank=True, max_length=300, verbose_name='address of a video')),
                ('retired_at', models.DateTimeField(blank=True, null=True, verbose_name='retired')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
                ('letter', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document', verbose_name='reference letter')),
            ],
            options={
                'verbose_name': 'testimonial',
                'verbose_name_plural': 'testimonials',
                'ordering': ['author', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(('letter', None), ('quote', ''), ('video_url', ''), _negated=True), name='testimonial_says_something')],
            },
        ),
    ]
