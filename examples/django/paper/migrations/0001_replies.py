from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.CharField(max_length=40, primary_key=True, serialize=False)),
                ("sequence", models.IntegerField()),
                ("status", models.CharField(max_length=20)),
            ],
        ),
    )
