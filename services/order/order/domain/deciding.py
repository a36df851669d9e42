"""The one shape of what a contract answers: events, or a refusal."""

from contracts.decision import Rejected
from contracts.order import OrderEvent

Decision = tuple[OrderEvent, ...] | Rejected
