"""A site of another origin, whose pages embed the widget."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Self

PAGE = """<!doctype html>
<html lang="en" {html}>
<head><meta charset="utf-8"><title>Balance</title><meta name="viewport" content="width=device-width"></head>
<body>
<main><h1>Balance</h1>
<p id="text">The zero-moment point is measured with force sensors in the soles of the feet.</p>
<h2 id="zmp">Zero-moment point</h2>
<label>Search <input></label> <a href="/elsewhere">Elsewhere</a></main>
<script src="{server}/widget.js" {script} async></script>
</body>
</html>
"""


class HostSite:
    """Answers with the page, or with one of `files`; `html` and `script` are attributes of those elements."""

    def __init__(self) -> None:
        self.server = ""
        self.html = self.script = self.policy = ""
        self.files: dict[str, tuple[str, str]] = {}  # (type, text) by path, in place of the page
        site = self

        class Pages(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                page = PAGE.format(html=site.html, server=site.server, script=site.script)
                kind, text = site.files.get(self.path, ("text/html", page))
                body = text.encode()
                self.send_response(200)
                self.send_header("Content-Type", f"{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                if site.policy:
                    self.send_header("Content-Security-Policy", site.policy)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                """Keep quiet."""

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,))

    @property
    def address(self) -> str:
        return f"http://localhost:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
