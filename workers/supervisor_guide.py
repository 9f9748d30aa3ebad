"""The plain page of `make phone`: `supervisor_guide.py FD FOLDER` serves one folder's files on a given socket."""

import socket
import sys
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Guide(SimpleHTTPRequestHandler):
    """Files only, nothing listed, no line a request."""

    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".crt": "application/x-x509-ca-cert"}

    def list_directory(self, path):  # type: ignore[no-untyped-def]
        self.send_error(404)

    def log_message(self, *_words):  # type: ignore[no-untyped-def]
        return


def main(argv: list[str]) -> None:
    listener = socket.socket(fileno=int(argv[1]))
    server = ThreadingHTTPServer(listener.getsockname()[:2], partial(Guide, directory=argv[2]), bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv)
