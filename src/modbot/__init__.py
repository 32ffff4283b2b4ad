"""modbot moderates a site's comments on the owner's own machine.

The rooms are the stages of one comment's way, in this order::

    intake ─▶ validation ─▶ scoring ─▶ policy ─▶ storage ─▶ review ─▶ delivery ─▶ learning
    fields     Comment      Assessment  Verdict   Case       Review    Attempt     model + card

domain       the nouns                       text        the only place text is changed
errors       everything raised on purpose    config      one table of settings
intake       doors for machines              validation  untrusted fields to a Comment
scoring      evidence: rules and heads       policy      evidence to a Verdict
promise      cut-offs that keep a promise    privacy     keys, hashes, masking
storage      memory, one transaction a verb  moderation  the whole story on one screen
publication  what the public may see         review      the door for people
adapting     what one site's people teach    demo        everything in a temporary folder
delivery     outbox row to signed webhook    outbound    the only way out
observe      logs and metrics                learning    labels to model and card
credentials  a site's keys, shown once       founding    the ground of a new house
replay       a site's life played again      explaining  a verdict in a few sentences
forecast     what would flip under a change  ruling      what an owner types to a rule
language     every word that people read     translations  from locale/ to a language
snippet      what an owner pastes            client      what a site in Python needs
imports      a history from elsewhere        cli         where people start
subject      all that is kept of a person    retention   what was kept long enough
notices      a word when comments wait       app         where the parts meet
"""

__version__ = "0.1.0"
