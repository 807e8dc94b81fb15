"""Documents read as text, in a process of their own: what strangers wrote takes the window not along.

``reader`` is the parent's side, ``child`` the process, ``wire`` what they say to each other; ``opening`` looks before
anything is read and picks one of ``pdf``, ``docx``, ``html`` and ``plain``; ``words`` makes the word forms that the
search compares.
"""
