"""A real WordPress on PHP's own server and SQLite, with the Akismet plugin that Debian ships beside it."""

from __future__ import annotations

import contextlib
import hashlib
import json
import lzma
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import zipfile
from dataclasses import dataclass
from html import unescape
from pathlib import Path

import httpx

from served import wait_for

# As apt is told in Debian's own sources; what comes is compared with the index.
DEBIAN = "http://deb.debian.org/debian"
TRIES = 3
WORDPRESS = "trixie"
# WordPress's own team keeps its SQLite driver; this package carries it as a file.
SQLITE_DRIVER = "@wp-playground/cli@3.1.56"
TOOLS = {"php": "php-cli php-sqlite3 php-xml php-mbstring php-curl", "dpkg-deb": "dpkg", "npm": "npm"}
DATABASE = "wp-content/database/.ht.sqlite"
FRESH = "wp-content/database/fresh"
PASSWORD = "harbour-light-42"
INTEGRATION = Path(__file__).parents[1] / "integrations/wordpress/modbot.php"
CONFIG = """<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', '' );
define( 'DB_PASSWORD', '' );
define( 'DB_HOST', '' );
define( 'WP_HOME', 'http://127.0.0.1:' . getenv( 'BLOG_PORT' ) );
define( 'WP_SITEURL', WP_HOME );
define( 'AUTH_KEY', 'a key for tests' );
define( 'SECURE_AUTH_KEY', 'another key for tests' );
// Tests say when it is time; nothing here may call a network that is not ours.
define( 'DISABLE_WP_CRON', true );
define( 'WP_HTTP_BLOCK_EXTERNAL', true );
define( 'WP_ACCESSIBLE_HOSTS', '127.0.0.1' );
$table_prefix = 'wp_';
defined( 'ABSPATH' ) || define( 'ABSPATH', __DIR__ . '/' );
require_once ABSPATH . 'wp-settings.php';
"""
# Readers of a test write faster than a blog's readers may.
QUICK = "<?php add_filter( 'comment_flood_filter', '__return_false', 99 );\n"
INSTALL = """
require_once ABSPATH . 'wp-admin/includes/upgrade.php';
require_once ABSPATH . 'wp-admin/includes/plugin.php';
wp_install( 'Harbour Gazette', 'ada', 'ada@gazette.example', true, '', '{password}' );
update_option( 'comment_previously_approved', '0' );
update_option( 'moderation_notify', '0' );
update_option( 'comments_notify', '0' );
activate_plugin( 'akismet/akismet.php' );
return true;
"""


def missing() -> str:
    """What a machine lacks for a WordPress of its own, as names of packages."""
    return " ".join(package for tool, package in TOOLS.items() if shutil.which(tool) is None)


def unpack(folder: Path, akismet: str) -> Path:
    """Fetch a WordPress with its SQLite driver, and the Akismet plugin that came with a Debian release."""
    root = _of_debian(WORDPRESS, folder).rename(folder / "root")
    if akismet != WORDPRESS:
        plugin = root / "wp-content/plugins/akismet"
        shutil.rmtree(plugin)
        (_of_debian(akismet, folder) / "wp-content/plugins/akismet").rename(plugin)
    for link in [path for path in root.rglob("*") if path.is_symlink() and not path.exists()]:
        link.unlink()
    _put_driver(root, folder)
    _install(root)
    return root


def _of_debian(release: str, folder: Path) -> Path:
    index = lzma.decompress(_fetch(f"{DEBIAN}/dists/{release}/main/binary-all/Packages.xz")).decode()
    entry = next(entry for entry in index.split("\n\n") if entry.startswith("Package: wordpress\n"))
    fields = dict(re.findall(r"^(\w+): (.*)$", entry, re.MULTILINE))
    package = _fetch(f"{DEBIAN}/{fields['Filename']}")
    assert hashlib.sha256(package).hexdigest() == fields["SHA256"]
    (folder / "wordpress.deb").write_bytes(package)
    subprocess.run(["dpkg-deb", "-x", "wordpress.deb", release], cwd=folder, check=True)
    return folder / release / "usr/share/wordpress"


def _put_driver(root: Path, folder: Path) -> None:
    done = subprocess.run(
        ["npm", "pack", SQLITE_DRIVER, "--silent", "--fetch-retries=5"],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    subprocess.run(
        ["tar", "xzf", done.stdout.strip(), "package/sqlite-database-integration.zip"], cwd=folder, check=True
    )
    driver = root / "wp-content/plugins/sqlite-database-integration"
    with zipfile.ZipFile(folder / "package/sqlite-database-integration.zip") as packed:
        packed.extractall(folder / "driver")
    next((folder / "driver").iterdir()).rename(driver)
    told = (driver / "db.copy").read_text()
    for name, value in {
        "{SQLITE_IMPLEMENTATION_FOLDER_PATH}": str(driver),
        "{SQLITE_PLUGIN}": "sqlite-database-integration/load.php",
    }.items():
        told = told.replace(name, value)
    (root / "wp-content/db.php").write_text(told)


def _install(root: Path) -> None:
    """Lay out the blog once; each test begins with a copy of its database."""
    (root / "wp-config.php").write_text(CONFIG)
    extra = root / "wp-content/mu-plugins"
    extra.mkdir()
    shutil.copy(INTEGRATION, extra)
    (extra / "quick.php").write_text(QUICK)
    _php(root, 80, INSTALL.format(password=PASSWORD), before="define( 'WP_INSTALLING', true );")
    shutil.copy(root / DATABASE, root / FRESH)


def _php(root: Path, port: int, code: str, before: str = "") -> object:
    """Run PHP inside WordPress, and give back what the code returns."""
    script = (
        f"$_SERVER['HTTP_HOST'] = '127.0.0.1'; {before} require '{root}/wp-load.php'; "
        f'echo "\\n@" . json_encode( ( function () {{ {code} }} )() );'
    )
    environment = os.environ | {"BLOG_PORT": str(port)}
    done = subprocess.run(
        ["php", "-r", script], check=False, capture_output=True, text=True, timeout=120, env=environment
    )
    assert "\n@" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    return json.loads(done.stdout.rpartition("\n@")[2])


def _fetch(url: str) -> bytes:
    for left in reversed(range(TRIES)):
        try:
            return httpx.get(url, timeout=60, follow_redirects=True).raise_for_status().content
        except httpx.HTTPError:
            if not left:
                raise
            time.sleep(2)
    raise AssertionError("unreachable: the last try returns or raises")


@dataclass
class Blog:
    """A blog that answers at a port of its own."""

    root: Path
    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def run(self, code: str) -> object:
        """Run PHP inside WordPress, as its cron would, and give back what the code returns."""
        return _php(self.root, self.port, code)

    def reply(self, body: str, name: str = "Cal", email: str = "cal@example.org", url: str = "") -> int:
        """Write a comment under the first post, as a visitor does, and return its id; 0 if it was thrown away."""
        form = {
            "author": name,
            "email": email,
            "url": url,
            "comment": body,
            "comment_post_ID": "1",
            "comment_parent": "0",
        }
        newest = "return (int) ( get_comments( array( 'number' => 1, 'orderby' => 'comment_ID', 'status' => 'any' ) )[0]->comment_ID ?? 0 );"
        before = self.run(newest)
        answer = httpx.post(f"{self.url}/wp-comments-post.php", data=form, timeout=60)
        assert answer.status_code == 302, answer.text
        after = self.run(newest)
        return after if after != before else 0

    def statuses(self, *comments: int) -> list[str]:
        return self.run(f"return array_map( 'wp_get_comment_status', array( {', '.join(map(str, comments))} ) );")

    def is_shown(self, body: str) -> bool:
        return body in httpx.get(f"{self.url}/index.php?rest_route=/wp/v2/comments", timeout=60).text

    def is_due(self, hook: str, *arguments: int) -> int:
        """Return in how many seconds WordPress will do something, or 0 if it has no such plan."""
        given = f"array( {', '.join(map(str, arguments))} )"
        return self.run(f"$at = wp_next_scheduled( '{hook}', {given} ); return $at ? $at - time() : 0;")

    @contextlib.contextmanager
    def as_owner(self):
        """Open the dashboard as its owner."""
        with httpx.Client(base_url=self.url, follow_redirects=True, timeout=60) as http:
            http.get("/wp-login.php")
            form = {"log": "ada", "pwd": PASSWORD, "testcookie": "1"}
            assert "Dashboard" in http.post("/wp-login.php", data=form).text
            yield http

    def mark(self, comment: int, action: str) -> None:
        """Follow the link ``spam``, ``unspam``, ``approve`` … below a comment in the dashboard."""
        with self.as_owner() as http:
            pages = [
                http.get(f"/wp-admin/edit-comments.php?comment_status={status}").text for status in ("all", "spam")
            ]
            link = re.search(
                rf"comment\.php\?action={action}comment&c={comment}&_wpnonce=\w+", unescape("".join(pages))
            )
            assert link, f"no link to {action} comment {comment}"
            assert http.get(
                "/wp-admin/" + link[0], headers={"Referer": f"{self.url}/wp-admin/edit-comments.php"}
            ).is_success


def hidden(page: str, near: str) -> dict[str, str]:
    """Return the hidden fields of the form whose address contains a word."""
    form = re.search(rf"<form[^>]*action=\"[^\"]*{re.escape(near)}.*?</form>", page, re.DOTALL)
    assert form, f"no form to {near}"
    inputs = [dict(re.findall(r"([\w-]+)=[\"']([^\"']*)", one)) for one in re.findall(r"<input[^>]*>", form[0])]
    return {one["name"]: unescape(one["value"]) for one in inputs if one["type"] == "hidden"}


@contextlib.contextmanager
def a_blog(root: Path, *, modbot: str, key: str):
    """Serve a fresh blog whose Akismet plugin asks a modbot, as long as this lasts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    shutil.copy(root / FRESH, root / DATABASE)
    server = subprocess.Popen(
        ["php", "-S", f"127.0.0.1:{port}", "-t", str(root)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PHP_CLI_SERVER_WORKERS": "3", "BLOG_PORT": str(port)},
        start_new_session=True,
    )
    try:
        blog = Blog(root, port)
        blog.run(f"update_option( 'modbot_url', '{modbot}' ); update_option( 'wordpress_api_key', '{key}' ); return 1;")
        assert wait_for(lambda: _answers(port), 20)
        yield blog
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait(10)


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
