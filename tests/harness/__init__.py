"""Support for tests on real servers: stacks, processes that can be killed, load, the oracle, a proxy in between."""
