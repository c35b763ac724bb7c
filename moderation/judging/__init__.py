"""Judging: what is known of a comment is loaded, scorers measure, the policy decides, all of it is recorded."""
