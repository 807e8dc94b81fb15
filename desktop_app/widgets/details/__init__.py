"""The right pane: what is known of the open thread, of a reply, of its sources, and of what the model will see."""
