"""Celery task of accounts: deletion of what has expired."""

from celery import shared_task

from accounts.services.clear_expired import clear_expired


@shared_task(name="accounts.clear_expired")
def delete_expired_rows() -> None:
    clear_expired()
