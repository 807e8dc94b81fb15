"""The messages pane: what was said, as it grows.

One idea: **a message is a list of items that grows at its end; what is on the screen is laid out, what changed is
drawn, and the place of reading is a message and a distance in pixels**, so that neither the length of a reply nor that
of a thread costs anything.

    view.py        TranscriptView: the interface to the window; every change goes through it, and what changed is drawn
    page.py        which messages are on the screen, and where: the anchor
    messages.py    the messages of the thread that are in memory, and the windows that are asked for
    heights.py     heights of all messages, known or guessed
    following.py   when the view follows the end (the rules of reading while text arrives)
    cell.py        one message laid out: bubble or page text, status, ending
    flow.py        the blocks of a message below each other
    block.py       what every block can do: text_block, code_block, table_block, image_block, rule_block
    selection.py   what is selected, across messages; pointer.py and keyboard.py are the hands
    copying.py     selection and messages onto the clipboard
    hits.py        what was found
    rows.py        the rows of actions; action_row.py is one of them
    accessible.py  messages as objects for screen readers; announcer.py says what arrives
    highlighter.py colours of code, images.py pictures: both on threads of their own
    hairlines.py   thin lines that are sharp at every scale
    style.py       fonts, colours and distances of the text, made from the theme
    endings.py     how a reply ended, as a card or a line; error_texts.py has the sentences
"""

from desktop_app.widgets.transcript.view import TranscriptView

__all__ = ["TranscriptView"]
