"""Java programs from a folder of jars."""

import os
import shutil
from pathlib import Path

from songda.stack.processes import StackError


def find_java() -> str:
    """The `java` to use: JAVA_HOME's, else the one on PATH."""
    home = os.environ.get("JAVA_HOME")
    if home and (java := Path(home) / "bin" / "java").exists():
        return str(java)
    java_on_path = shutil.which("java")
    if java_on_path is None:
        raise StackError("需要 Java 17 或更新。 Java 17 or newer is needed: apt-get install default-jre-headless")
    return java_on_path


def class_path(programs: Path, name: str) -> str:
    """The jars of program `name`, as java's -cp wants them."""
    folder = programs / name
    if not any(folder.glob("*.jar")):
        raise StackError(
            f"{folder} 里没有程序。 No jars in {folder}: run `make demo` or `make test`, which fetch them."
        )
    return f"{folder}/*"
