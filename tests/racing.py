"""Commands let go at the same moment, each on a connection of its own."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction


def at_once(*commands: Callable[[], str]) -> list[str]:
    """What each of these commands answered when all were let go at the same moment."""
    barrier = threading.Barrier(len(commands))
    answers: dict[int, str] = {}

    def work(index: int) -> None:
        try:
            connection.ensure_connection()
            with connection.cursor() as cursor:  # they wait for the test itself; a busy machine makes no test fail
                cursor.execute("SET lock_timeout = '30s'")
            barrier.wait(timeout=10)
            answers[index] = commands[index]()
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(commands))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return [answers[index] for index in range(len(commands))]


def at_the_lock(instance: str, *commands: Callable[[], str]) -> list[str]:
    """The same, when all have read their rows and stand at the lock of the run together."""
    released: list[list[str]] = []
    racing = threading.Thread(target=lambda: released.append(at_once(*commands)))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM workflows_instance WHERE id = %s FOR UPDATE", [instance])
        racing.start()
        for _ in range(500):
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0] == len(commands):
                break
            threading.Event().wait(0.005)
        else:
            pytest.fail("The commands never came to the lock.")
    racing.join(timeout=30)
    return released[0]
