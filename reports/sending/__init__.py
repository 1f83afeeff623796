"""Carrying messages from the outgoing queue to a parent repository.

A message stays in the queue until the other side has durably accepted it: a crash at any time
sends it again, and never loses it.
"""
