"""The slow loop, run from the command line: labelled comments in, a model and its card out.

``dataset`` reads, ``estimators`` is scikit-learn's view of the features, ``train`` fits and calibrates, ``evaluate``
measures, ``release`` writes and promotes. Only people's answers teach; a verdict is never a label. May import
anything of rank 1; is never imported while serving.
"""
