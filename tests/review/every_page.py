"""Every address of the review page, for what must hold on each."""

from __future__ import annotations

# Every address that shows a page, as templates of the ids that it needs. One that is missing fails a test.
PAGES = {
    "review.root": ("/",),
    "review.login_form": ("/login",),
    "review.mine": ("/queue/mine",),
    "review.keys": ("/preferences/keys",),
    "review.care": ("/preferences/care",),
    "review.factor": ("/preferences/factor",),
    "review.show_logins": ("/preferences/logins",),
    "review.code_form": ("/login/code",),
    "review.queue": (
        "/queue",
        "/queue?view=one",
        "/queue?state=asked",
        "/queue?state=all",
        "/queue?q=nothing",
        "/queue?state=all&age=day&band=probably+bad&who=people&host=evil.example",
        "/queue?state=rejected",
    ),
    "review.case": ("/cases/{hostile}", "/cases/{answer}", "/cases/{rejected}", "/cases/none"),
    "review.campaign": ("/campaigns/{campaign}", "/campaigns/none"),
    "review.thread": ("/cases/{answer}/thread", "/cases/none/thread"),
    "review.why": ("/cases/{hostile}/why",),
    "review.overview": ("/overview", "/overview?site=site-ada&days=90"),
    "review.patterns": ("/patterns",),
    "review.audit": ("/admin/audit", "/admin/audit?what=logged_in"),
    "review.start": ("/start",),
    "review.site": ("/admin/sites/site-ada", "/admin/sites/none"),
    "review.sites": ("/admin/sites",),
    "review.users": ("/admin/users",),
    "review.models": ("/admin/models",),
    "review.rules": ("/admin/rules", "/admin/rules?show=ended"),
}
# Answers to a script of ours and files: no pages.
NO_PAGES = {
    "review.list_table",
    "review.model_report",
    "review.static_file",
    "review.outcome",
    "review.changes",
    "review.overview_table",
    # These lead to an identity provider and back.
    "review.go_to_provider",
    "review.come_back",
}
