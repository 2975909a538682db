"""Queues: whoever waits for a message or moves some."""

# mypy: allow-untyped-calls
from __future__ import annotations

from typing import Any

from localstack.services.plugins import SERVICE_PLUGINS
from localstack.services.sqs.models import sqs_stores


def forget(account: str) -> None:
    provider: Any = SERVICE_PLUGINS.require("sqs").lifecycle_hook
    manager = provider._message_move_task_manager
    for store in list(sqs_stores[account].values()):
        for id, task in list(store.move_tasks.items()):
            manager.cancel(task)
            manager.move_tasks.pop(id, None)
        for queue in list(store.queues.values()):
            queue.shutdown()
