"""Scorers measure comments: each class keeps the contract of moderation/domain/score.py.

build.py makes them from the settings, in their order; pipeline.py runs them, each on a thread with a deadline.
language.py tells the language of a comment. models/ has the toxicity models. spam/ has the score `signs`
(heuristics.py), the score `spam` (spam_model.py), history, reputation and text sketches; site/ has what a
site lists: filters, word lists and block lists. Scorers that ask over the network are in workers/.
"""
