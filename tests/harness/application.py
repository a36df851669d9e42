"""The system under test as an operating-system process: `python -m harness.application ORDER ALARM ROLE...`."""

import sys

from runtime.collecting import importing


def main() -> int:
    """Serve until told to stop."""
    with importing():
        from harness.systems import small_system
        from runtime.app import ROLES, Process, serve
        from runtime.logs import set_up_logs
        from runtime.settings import Settings

    order_name, alarm_name, *roles = sys.argv[1:]
    settings = Settings()
    system = small_system(order_name, alarm_name)
    set_up_logs(settings.log_level)
    return serve(Process(settings, system, system.services, roles or ROLES))


if __name__ == "__main__":
    sys.exit(main())
