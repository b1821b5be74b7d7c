from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("knowledge", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="CachedEmbedding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("provider", models.CharField(max_length=40)),
                ("model", models.CharField(max_length=100)),
                ("dimensions", models.PositiveIntegerField()),
                ("content_hash", models.CharField(max_length=64)),
                ("vectors", models.BinaryField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("content_hash", "provider", "model", "dimensions"),
                        name="one_embedding_per_text",
                    )
                ],
            },
        ),
    ]
