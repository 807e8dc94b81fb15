"""The messages pane: what was said, as it grows.

One idea: **a message is a text control of its own, and the column of messages knows its geometry at every moment**,
so the place where someone reads can be kept to the pixel.

    view.py       TranscriptView: the interface to the window, which messages are built, when text is drawn again
    column.py     messages below each other; where a place in a text is, and back
    following.py  when the view follows the end (the rules of reading while text arrives)
    message.py    one message: bubble or page text, status, ending, actions
    text.py       the text control: links, selection, decorations
    markdown.py   Markdown into a QTextDocument, drawing again only what changed
    style.py      fonts, colours and distances of the text, made from the theme
    endings.py    how a reply ended, as a card or a line
    error_texts.py  error codes into sentences
"""

from desktop_app.widgets.transcript.view import TranscriptView

__all__ = ["TranscriptView"]
