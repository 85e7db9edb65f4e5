"""What can be read as bytes without copying; `collections.abc.Buffer` needs Python 3.12."""

import mmap

Buffer = bytes | bytearray | memoryview | mmap.mmap
