"""A static page with its published comments: run it after every change, from cron, or when modbot's webhook calls.

MODBOT=http://127.0.0.1:8000 KEY=... SITE=my-blog python build.py https://blog.example/night-bus > night-bus.html
"""

import os
import sys
from html import escape

from modbot.client import Client

PAGE = """<!doctype html>
<meta charset="utf-8">
<title>The night bus</title>
<h1>The night bus</h1>
{comments}
<form method="post" action="{modbot}/f/{site}" accept-charset="utf-8">
  <p><label>Comment <textarea name="comment" required></textarea></label></p>
  <p><label>Name <input name="author" required></label>
  <label>Email <input name="email" type="email" required></label></p>
  <input name="website2" hidden tabindex="-1" autocomplete="off">
  <input name="page_url" type="hidden" value="{address}">
  <p><button>Post Comment</button></p>
</form>"""
address, modbot = sys.argv[1], os.environ["MODBOT"]
found = Client(modbot, os.environ["KEY"]).published(address)
comments = "\n".join(f"<article><b>{escape(one['name'])}</b> {one['body_html']}</article>" for one in found)
print(PAGE.format(comments=comments, modbot=escape(modbot), site=escape(os.environ["SITE"]), address=escape(address)))
