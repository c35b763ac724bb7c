"""What waits inside the API process: submissions for a commit, texts for scores, callers for a decision."""
