"""What comes in, read strictly: text of forms within its bound and marked where it is not UTF-8,
numbers in addresses that a row can have."""

from __future__ import annotations

from typing import IO, Any
from urllib.parse import parse_qsl

from flask import Flask, Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.routing import IntegerConverter


class FormParser(FormDataParser):
    """Reads both encodings of a form alike.

    Werkzeug bounds the text of multipart forms only, and in the others writes what is not UTF-8
    as ``%B3``, which nobody could tell from text; in both it becomes U+FFFD here.
    """

    def _parse_urlencoded(self, stream: IO[bytes], *_about: Any) -> Any:
        most = self.max_form_memory_size
        data = stream.read() if most is None else stream.read(most + 1)
        if most is not None and len(data) > most:
            _read_to_the_end(stream)
            raise RequestEntityTooLarge
        try:
            items = parse_qsl(
                data.decode("utf-8", "replace"), keep_blank_values=True, errors="replace",
                max_num_fields=self.max_form_parts,
            )  # fmt: skip
        except ValueError:  # too many fields
            raise RequestEntityTooLarge from None
        return stream, self.cls(items), self.cls()

    def _parse_multipart(self, stream: IO[bytes], *about: Any) -> Any:
        try:
            return super()._parse_multipart(stream, *about)
        except RequestEntityTooLarge:
            _read_to_the_end(stream)
            raise


def _read_to_the_end(stream: IO[bytes]) -> None:
    """A browser shows our sentence only once all that it sends was taken; the whole is bounded."""
    while stream.read(64 * 1024):
        pass


class BoardRequest(Request):
    """A request whose forms are read by `FormParser`."""

    form_data_parser_class = FormParser


class _Number(IntegerConverter):
    """A number as we write it, small enough for every column: others are no address at all."""

    regex = "0|[1-9][0-9]{0,8}"


def install(app: Flask) -> None:
    """Read what `app` is sent this way; before any route is registered."""
    app.request_class = BoardRequest
    app.url_map.converters["int"] = _Number
