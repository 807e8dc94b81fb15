"""Views: panes, composer, transcript, dialogs; values in by methods, facts out by signals."""
