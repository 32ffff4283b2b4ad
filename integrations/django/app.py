# A post with comments in Django, in one file. Run: MODBOT=http://127.0.0.1:8000 KEY=... python app.py runserver

import os
import sys

from django.conf import settings
from django.core.management import execute_from_command_line
from django.http import HttpResponse, HttpResponseRedirect
from django.template import Context, Engine
from django.urls import path

from modbot.client import Client, Refused, Unreachable

settings.configure(ROOT_URLCONF=__name__, SECRET_KEY=os.environ["KEY"], ALLOWED_HOSTS=["*"], DEBUG=False)
modbot = Client(os.environ["MODBOT"], os.environ["KEY"])
SAID = {"publish": "Thank you!", "hold": "Thank you! Somebody will have a look.", "reject": "This cannot be published."}
PAGE = Engine().from_string("""<!doctype html><title>The night bus</title><h1>The night bus</h1>
{% for one in comments %}<article><b>{{ one.name }}</b> {{ one.body_html|safe }}</article>{% endfor %}
<p role="status">{{ said }}</p>
<form method="post"><textarea name="body" required></textarea> <input name="name" required>
<input name="email" type="email" required> <input name="website2" hidden tabindex="-1">
<button>Post Comment</button></form>""")


def post(request):
    address, said = request.build_absolute_uri(request.path), request.GET.get("said", "")
    if request.method != "POST":
        return HttpResponse(PAGE.render(Context({"comments": modbot.published(address), "said": said})))
    form = {name: request.POST[name] for name in ("name", "email", "body")}
    about = {"page_url": address, "ip": request.META["REMOTE_ADDR"], "honeypot": request.POST["website2"]}
    try:
        said = SAID[modbot.moderate(**form, **about).action]
    except (Refused, Unreachable) as fault:
        said = " ".join(error["message"] for error in getattr(fault, "errors", ())) or "Please try again in a minute."
    return HttpResponseRedirect(f"{request.path}?said={said}", status=303)


urlpatterns = [path("night-bus", post)]
execute_from_command_line(sys.argv)
