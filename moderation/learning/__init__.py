"""What a site's moderators teach its spam model."""
