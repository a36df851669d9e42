"""HTTP of notify: what became of messages, calls to be made, opt-outs, and the providers' receipts."""

from fastapi import APIRouter

from notify.api import calls, messages, opt_outs
from notify.api.receipts import receipts_router
from notify.settings import NotifySettings
from runtime.route import Router


def build_router(settings: NotifySettings) -> APIRouter:
    """All routes; the receipts' keys come from the settings."""
    router = Router(prefix="/api", tags=["notify 通知"])
    for topic in (messages, calls, opt_outs):
        router.include_router(topic.router)
    router.include_router(receipts_router(settings))
    return router
