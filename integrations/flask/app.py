# A post with comments in Flask. Run: MODBOT=http://127.0.0.1:8000 KEY=... flask --app app run

import os

from flask import Flask, redirect, render_template_string, request

from modbot.client import Client, Refused, Unreachable

app = Flask(__name__)
modbot = Client(os.environ["MODBOT"], os.environ["KEY"])
SAID = {"publish": "Thank you!", "hold": "Thank you! Somebody will have a look.", "reject": "This cannot be published."}
PAGE = """<!doctype html><title>The night bus</title><h1>The night bus</h1>
{% for one in comments %}<article><b>{{ one.name }}</b> {{ one.body_html|safe }}</article>{% endfor %}
<p role="status">{{ said }}</p>
<form method="post"><textarea name="body" required></textarea> <input name="name" required>
<input name="email" type="email" required> <input name="website2" hidden tabindex="-1">
<button>Post Comment</button></form>"""


@app.get("/night-bus")
def post():
    return render_template_string(PAGE, comments=modbot.published(request.base_url), said=request.args.get("said"))


@app.post("/night-bus")
def comment():
    form = {name: request.form[name] for name in ("name", "email", "body")}
    about = {"page_url": request.base_url, "ip": request.remote_addr, "honeypot": request.form["website2"]}
    try:
        said = SAID[modbot.moderate(**form, **about).action]
    except Refused as refused:
        said = " ".join(error["message"] for error in refused.errors) or str(refused)
    except Unreachable:
        said = "That did not work. Please try again in a minute."
    return redirect(f"/night-bus?said={said}", 303)
