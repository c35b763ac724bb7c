"""The status of each reply. Gatehouse stores the comments themselves."""

from django.db import models


class Reply(models.Model):
    """id: of the comment, from the receipt. sequence: of the decision that led to the status."""

    id = models.CharField(primary_key=True, max_length=40)
    sequence = models.IntegerField()
    status = models.CharField(max_length=20)

    def __str__(self) -> str:
        return f"{self.id}: {self.status}"


def remember(comment_id: str, sequence: int, status: str) -> None:
    """Messages may arrive more than once and out of order: the highest sequence is the newest."""
    news = {"sequence": sequence, "status": status}
    _, is_first = Reply.objects.get_or_create(id=comment_id, defaults=news)
    if not is_first:
        Reply.objects.filter(id=comment_id, sequence__lt=sequence).update(**news)
