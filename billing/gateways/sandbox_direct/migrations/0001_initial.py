import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='SandboxDirectCard',
            fields=[
                ('token', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('customer', models.CharField(db_index=True, max_length=80)),
                ('behaviour', models.CharField(max_length=30)),
                ('brand', models.CharField(max_length=20)),
                ('last4', models.CharField(max_length=4)),
                ('expires_on', models.DateField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'direct sandbox card',
            },
        ),
        migrations.CreateModel(
            name='SandboxDirectCharge',
            fields=[
                ('invoice_ref', models.CharField(max_length=80)),
                ('currency', models.CharField(max_length=3)),
                ('amount', models.BigIntegerField()),
                ('status', models.CharField(default='new', max_length=30)),
                ('card', models.CharField(blank=True, max_length=80)),
                ('code', models.CharField(blank=True, max_length=60)),
                ('executions', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('updated_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('id', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('handle', models.CharField(db_index=True, max_length=80)),
            ],
            options={
                'verbose_name': 'direct sandbox payment',
            },
        ),
        migrations.CreateModel(
            name='SandboxDirectDispute',
            fields=[
                ('handle', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('intent', models.CharField(db_index=True, max_length=80)),
                ('amount', models.BigIntegerField()),
                ('reason', models.CharField(max_length=60)),
                ('status', models.CharField(default='open', max_length=30)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'direct sandbox dispute',
            },
        ),
        migrations.CreateModel(
            name='SandboxDirectRefund',
            fields=[
                ('handle', models.CharField(max_length=80, primary_key=True, serialize=False)),
                ('key', models.CharField(max_length=80, unique=True)),
                ('intent', models.CharField(db_index=True, max_length=80)),
                ('amount', models.BigIntegerField()),
                ('status', models.CharField(default='succeeded', max_length=30)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'direct sandbox refund',
            },
        ),
    ]
