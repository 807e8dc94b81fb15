"""Between controllers and views: item models, and what carries facts to the window."""
