"""nginx with a configuration of our own in a temporary directory, on a free port, ended by its process id."""

import os
import subprocess
from pathlib import Path

from support.command import kill
from support.waiting import free_port, wait_until_it_listens

TEMPLATE = """
worker_processes 1;
pid {root}/nginx.pid;
error_log {root}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log {root}/access.log;
  client_body_temp_path {root}/body; proxy_temp_path {root}/proxy; fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  default_type application/octet-stream;
  {before}
  server {{
    listen 127.0.0.1:{port};
    {body}
  }}
}}
"""


class Nginx:
    """`body` stands in the server's block, `before` (upstreams) before it."""

    def __init__(self, root: Path, body: str, before: str = ""):
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)
        self.host = "127.0.0.1"
        self.port = free_port()
        config = root / "nginx.conf"
        user = "user root;" if os.geteuid() == 0 else ""  # workers may then read the temporary directory
        config.write_text(user + TEMPLATE.format(root=root, port=self.port, body=body, before=before))
        self.process = subprocess.Popen(
            ["/usr/sbin/nginx", "-p", root, "-c", config, "-e", root / "error.log", "-g", "daemon off;"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
        wait_until_it_listens(self.process, self.port, root / "error.log")

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def log(self) -> str:
        return (self.root / "access.log").read_text()

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            kill(self.process)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
