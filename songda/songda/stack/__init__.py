"""The local stack 本机环境: Kafka, a MongoDB-compatible server and the application, processes of this machine.

Start servers one by one (`start_kafka`, `start_mongo`), as tests do, or all of it (`songda up`). Everything a stack
keeps is in one folder, its home: data, logs, and a file for each process that says which process it is.
Several stacks may run side by side, each with its own home and ports. Linux only (/proc).
"""

from songda.stack.java import find_java
from songda.stack.kafka import start_kafka
from songda.stack.mongo import start_mongo
from songda.stack.places import StackSettings
from songda.stack.ports import free_port
from songda.stack.processes import Process, StackError, alive, find, kill, stop
from songda.stack.whole import Part, down, status, wipe

__all__ = [
    "Part",
    "Process",
    "StackError",
    "StackSettings",
    "alive",
    "down",
    "find",
    "find_java",
    "free_port",
    "kill",
    "start_kafka",
    "start_mongo",
    "status",
    "stop",
    "wipe",
]
