"""The baseline to compare with: insert in the request, then one Celery task per comment.

As tutorials write it, without keys, limits or idempotency, with the same database (opened as Gatehouse
opens it), broker and validation. Its task only stores a decision.
"""

import os
import time
import uuid
from typing import Any

import sqlalchemy as sa
from celery import Celery
from fastapi import FastAPI

from moderation.store.sql.engine import Store
from service.api.comment_schemas import CommentIn

metadata = sa.MetaData()
comments = sa.Table(
    "baseline_comments",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text),
    sa.Column("text", sa.Text),
    sa.Column("status", sa.Text),
    sa.Column("created_at", sa.Float),
    sa.Column("decided_at", sa.Float),
)
store = Store(os.environ["BENCH_DATABASE"], b"")
metadata.create_all(store.engine)
celery = Celery("baseline", broker=os.environ["BENCH_BROKER"])
celery.conf.update(task_ignore_result=True, task_acks_late=True, worker_prefetch_multiplier=1)
app = FastAPI()


@app.post("/comments", status_code=202)
def submit(comment: CommentIn) -> dict[str, str]:
    comment_id = uuid.uuid4().hex
    with store.write() as connection:
        connection.execute(
            comments.insert().values(
                id=comment_id,
                name=comment.author.name,
                text=comment.text,
                status="pending",
                created_at=time.time(),
            )
        )
    judge.apply_async((comment_id,))
    return {"id": comment_id}


def _judge(comment_id: str) -> None:
    with store.write() as connection:
        connection.execute(sa.select(comments.c.text).where(comments.c.id == comment_id)).one()
        connection.execute(
            comments.update()
            .where(comments.c.id == comment_id)
            .values(status="approved", decided_at=time.time())
        )


judge: Any = celery.task(name="baseline.judge")(_judge)  # a task; Celery has no annotations
