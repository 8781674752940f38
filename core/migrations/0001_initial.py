import core.database.ids
import core.formats
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]

    operations = [
        migrations.CreateModel(
            name='Heartbeat',
            fields=[
                ('name', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='name')),
                ('at', models.DateTimeField(verbose_name='last seen')),
            ],
            options={
                'verbose_name': 'heartbeat',
                'verbose_name_plural': 'heartbeats',
            },
        ),
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('purpose', models.CharField(choices=[('portal', 'Portal'), ('sign_in', 'Sign in')], max_length=10, verbose_name='purpose')),
                ('subject_id', models.UUIDField(db_index=True, verbose_name='for')),
                ('target', models.CharField(blank=True, max_length=80, verbose_name='leads to')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('expires_at', models.DateTimeField(verbose_name='expires')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='used')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
            ],
            options={
                'verbose_name': 'link',
                'verbose_name_plural': 'links',
            },
        ),
        migrations.CreateModel(
            name='User',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('email', models.EmailField(error_messages={'unique': 'This email is taken.'}, max_length=254, unique=True, verbose_name='email')),
                ('name', models.CharField(blank=True, max_length=120, verbose_name='name')),
                ('is_staff', models.BooleanField(default=False, verbose_name='staff')),
                ('is_active', models.BooleanField(default=True, verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='joined')),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'constraints': [models.UniqueConstraint(django.db.models.functions.text.Lower('email'), name='user_email_once')],
            },
        ),
        migrations.CreateModel(
            name='Business',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('legal_name', models.CharField(blank=True, max_length=200, verbose_name='legal name')),
                ('address', models.TextField(blank=True, max_length=500, verbose_name='address')),
                ('tax_id', models.CharField(blank=True, max_length=40, verbose_name='tax id')),
                ('logo', models.ImageField(blank=True, upload_to='logos/', verbose_name='logo')),
                ('accent', models.CharField(choices=[('indigo', 'Indigo'), ('teal', 'Teal'), ('rose', 'Rose'), ('amber', 'Amber'), ('sky', 'Sky'), ('violet', 'Violet'), ('emerald', 'Emerald'), ('slate', 'Slate')], default='indigo', max_length=10, verbose_name='colour')),
                ('currency', models.CharField(default='USD', max_length=3, verbose_name='currency')),
                ('time_zone', models.CharField(default='UTC', max_length=64, verbose_name='time zone')),
                ('language', models.CharField(choices=core.formats.language_choices, default='en', max_length=5, verbose_name='language')),
                ('prices_include_tax', models.BooleanField(default=False, verbose_name='prices include tax')),
                ('tax_on_payment', models.BooleanField(default=False, verbose_name='the tax invoice is the receipt')),
                ('floor_rate', models.PositiveBigIntegerField(default=0, verbose_name='lowest hourly rate')),
                ('yearly_goal', models.PositiveBigIntegerField(default=0, verbose_name='yearly goal')),
                ('capacity_minutes', models.PositiveIntegerField(default=0, verbose_name='monthly capacity')),
                ('is_suspended', models.BooleanField(default=False, verbose_name='suspended')),
                ('charging_on', models.BooleanField(default=True, verbose_name='charging is on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='created')),
                ('owner', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='business', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'business',
                'verbose_name_plural': 'businesses',
            },
        ),
        migrations.CreateModel(
            name='AuditEvent',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('chain_id', models.UUIDField(verbose_name='about')),
                ('n', models.PositiveIntegerField(verbose_name='number')),
                ('event', models.CharField(max_length=40, verbose_name='event')),
                ('actor', models.CharField(max_length=250, verbose_name='actor')),
                ('at', models.DateTimeField(verbose_name='time')),
                ('ip', models.GenericIPAddressField(blank=True, null=True, verbose_name='IP address')),
                ('user_agent', models.CharField(blank=True, max_length=300, verbose_name='user agent')),
                ('data', models.JSONField(blank=True, default=dict, verbose_name='details')),
                ('previous', models.CharField(blank=True, max_length=64, verbose_name='previous hash')),
                ('hash', models.CharField(max_length=64, verbose_name='hash')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'audit event',
                'verbose_name_plural': 'audit events',
                'ordering': ['chain_id', 'n'],
                'constraints': [models.UniqueConstraint(fields=('chain_id', 'n'), name='audit_chain_order')],
            },
        ),
        migrations.CreateModel(
            name='ApiKey',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('hint', models.CharField(editable=False, max_length=4, verbose_name='ends in')),
                ('used_at', models.DateTimeField(blank=True, null=True, verbose_name='last used')),
                ('revoked_at', models.DateTimeField(blank=True, null=True, verbose_name='revoked')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'API key',
                'verbose_name_plural': 'API keys',
                'ordering': ['-created_at', '-id'],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('kind', models.CharField(choices=[('agreement', 'Agreement'), ('signed_agreement', 'Signed agreement'), ('amendment', 'Amendment'), ('signed_amendment', 'Signed amendment'), ('invoice', 'Invoice'), ('receipt', 'Receipt'), ('credit_note', 'Credit note'), ('statement', 'Statement'), ('report', 'Report'), ('review', 'Quarterly review'), ('letter', 'Reference letter')], max_length=20, verbose_name='kind')),
                ('title', models.CharField(max_length=300, verbose_name='title')),
                ('sha256', models.CharField(max_length=64, verbose_name='SHA-256')),
                ('size', models.PositiveIntegerField(verbose_name='size in bytes')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'document',
                'verbose_name_plural': 'documents',
                'constraints': [models.UniqueConstraint(fields=('business', 'sha256'), name='document_once')],
            },
        ),
        migrations.CreateModel(
            name='OutboxEmail',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(max_length=40, verbose_name='kind')),
                ('ref', models.CharField(max_length=80, verbose_name='about')),
                ('to', models.EmailField(blank=True, max_length=254, verbose_name='to')),
                ('reply_to', models.EmailField(blank=True, max_length=254, verbose_name='reply to')),
                ('language', models.CharField(choices=core.formats.language_choices, default='en', max_length=5, verbose_name='language')),
                ('subject', models.CharField(blank=True, max_length=250, verbose_name='subject')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('html', models.TextField(blank=True, verbose_name='HTML')),
                ('state', models.CharField(choices=[('waiting', 'Waiting'), ('sent', 'Sent'), ('failed', 'Failed')], default='waiting', max_length=10, verbose_name='state')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='written')),
                ('next_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='next try')),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('tries', models.PositiveSmallIntegerField(default=0, verbose_name='tries')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='sent')),
                ('error', models.CharField(blank=True, max_length=300, verbose_name='last error')),
                ('attachment', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.document')),
                ('business', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='core.business')),
            ],
            options={
                'verbose_name': 'email',
                'verbose_name_plural': 'outbox',
                'indexes': [models.Index(fields=['state', 'next_at'], name='outbox_due'), models.Index(fields=['business', '-created_at', '-id'], name='outbox_newest')],
                'constraints': [models.UniqueConstraint(fields=('kind', 'ref'), name='outbox_once')],
            },
        ),
        migrations.CreateModel(
            name='TaxRate',
            fields=[
                ('id', models.UUIDField(default=core.database.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', models.CharField(max_length=30, verbose_name='name')),
                ('percent', models.DecimalField(decimal_places=3, max_digits=6, verbose_name='rate in percent')),
                ('is_used', models.BooleanField(default=True, verbose_name='in use')),
                ('business', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='core.business', verbose_name='business')),
            ],
            options={
                'verbose_name': 'tax rate',
                'verbose_name_plural': 'tax rates',
                'ordering': ['name', 'id'],
                'constraints': [models.UniqueConstraint(fields=('business', 'name', 'percent'), name='tax_rate_once'), models.CheckConstraint(condition=models.Q(('percent__gt', 0), ('percent__lt', 100)), name='tax_rate_sane')],
            },
        ),
    ]
