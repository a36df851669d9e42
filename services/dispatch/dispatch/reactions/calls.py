"""What dispatch does about calls that notify has recorded (E3): those about its own stops count for them. Pure."""

from datetime import date

from contracts.envelope import Meta
from contracts.fact import Fact
from contracts.notify import CallMade
from dispatch.job.calls import CallBeforeArrival, CallBeforeInstallation, ConfirmHome, TellHalfDay
from runtime.decision import Ask, Command

Asks = tuple[Ask, ...]


def count_call(event: Fact, meta: Meta) -> Asks:  # noqa: ARG001 - the shape that every reaction has
    """已致电 (E3) -> home confirmed, half-day told, called ahead, called before the installation (B3, B5, B10)."""
    if not isinstance(event, CallMade) or not event.subject.startswith("job:"):
        return ()
    command = command_of(event)
    return () if command is None else (Ask(event.subject, command),)


def command_of(event: CallMade) -> Command | None:
    """The call as dispatch knows it; None for calls that are none of its business."""
    on = day_of(event.occasion)
    match event.purpose:
        case "home_confirmation":
            return ConfirmHome(at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by)
        case "half_day":
            return TellHalfDay(at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by)
        case "arrival":
            return CallBeforeArrival(
                at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by
            )
        case "install_call":
            return CallBeforeInstallation(
                at=event.at, result=event.result, note=event.note, on=on, called_by=event.called_by
            )
        case _:
            return None


def day_of(occasion: str) -> date | None:
    """The day that a call was about, if it was about one."""
    try:
        return date.fromisoformat(occasion[:10])
    except ValueError:
        return None
