"""The named options of from_delimited_files, for who writes MLTableHeaders.no_header."""

from __future__ import annotations

from enum import Enum


class MLTableHeaders(Enum):
    no_header = 1
    from_first_file = 2
    all_files_different_headers = 3
    all_files_same_headers = 4


class MLTableFileEncoding(Enum):
    utf8 = 1
    iso88591 = 2
    latin1 = 3
    ascii = 4
    utf16 = 5
    windows1252 = 6
