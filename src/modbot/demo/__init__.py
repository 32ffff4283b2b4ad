"""A small newspaper with a comment box, to see modbot at work without owning a site.

Holds the sample post, its page, the sample comments, and the runner that sets them up in a temporary folder and serves
them. It does not moderate and knows no shortcut: its comments go through the same doors as any site's. It is never
imported by the service. May import any room.
"""
