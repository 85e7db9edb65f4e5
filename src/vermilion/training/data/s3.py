"""S3 as `datasets` opens it; loaded by fsspec when a name begins with `s3://`, and only then."""

from typing import Any

from s3fs import S3FileSystem


class StreamedS3(S3FileSystem):  # type: ignore[misc] # s3fs has no types
    """An S3 that may be asked for an archive.

    `datasets` asks every file system for archives in blocks of no size, which means one long stream to those
    over HTTP; s3fs hands what it does not know on to its session, which knows it no better and refuses.
    """

    def __init__(self, *args: Any, block_size: int | None = None, **options: Any) -> None:  # noqa: ANN401, ARG002
        super().__init__(*args, **options)
