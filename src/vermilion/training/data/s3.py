"""S3 for `datasets`; fsspec loads it only when a name begins with `s3://`."""

from typing import Any

from s3fs import S3FileSystem


class StreamedS3(S3FileSystem):  # type: ignore[misc] # s3fs has no types
    """An S3 file system that can open an archive as a stream.

    `datasets` asks every file system for archives in blocks of no size, which means one long stream to those
    over HTTP; s3fs hands what it does not know on to its session, which knows it no better and refuses.
    """

    def __init__(self, *args: Any, block_size: int | None = None, **options: Any) -> None:  # noqa: ANN401, ARG002
        super().__init__(*args, **options)
