"""The rules of dispatch 调度, one file per aggregate. Pure."""
