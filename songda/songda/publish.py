"""`songda contracts generate`: bring the published schemas and AsyncAPI documents in step with the event models."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.publishing.published import FOLDER, write_schemas


def generate(
    folder: Annotated[Path, typer.Option(help="发布文件所在目录 | where the published files lie")] = FOLDER,
) -> None:
    """生成 JSON Schema 和 AsyncAPI 3 文档。 Write JSON Schemas and AsyncAPI 3 documents.

    Says what changed. A change that would break a reader is refused and nothing is written: it needs a new version of
    the event, an upcaster and a recording.
    """
    published = write_schemas(folder)
    for problem in published.problems:
        print(f"✗ {problem}")
    if published.problems:
        print("未写入任何文件。 Nothing was written.")
        raise typer.Exit(1)
    for name in published.written:
        print(f"✓ {name}")
    print(
        f"更新 {len(published.written)} 个文件，{published.unchanged} 个未变。 "
        f"{len(published.written)} files written, {published.unchanged} unchanged, in {folder}."
    )
