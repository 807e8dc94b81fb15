"""The messages pane: what was said, as it grows.

One idea: **a message is a list of items that grows at its end; what is on the screen is laid out, what changed is
drawn, and the place of reading is a message and a distance in pixels**, so that neither the length of a reply nor that
of a thread costs anything.

    view.py         TranscriptView: the interface to the window, what is selected, found and asked for
    page_view.py    the page on the screen: every change goes through it, pixels move, what changed is drawn
    page.py         which messages are on the screen, and where: the anchor; heights.py has the heights of all
    messages.py     the messages of the thread that are in memory, and the windows that are asked for; entry.py is one
    following.py    when the view follows the end (the rules of reading while text arrives); pill.py is the way back
    cell.py         one message laid out: a question in its bubble; reply_cell.py a reply on the page
    reply_parts.py  the widgets beside a reply, with status_line.py and endings.py: steps.py (its calls), call_card.py
                    (one that waits for the user; waiting_calls.py has all), source_row.py; call_parts.py and
                    call_arguments.py show what calls hold; reply_requests.py takes what all of them ask for
    citations.py    sources and their marks in the text; source_popover.py is what was used of one
    context_line.py the line of what the model sees
    blocks/         what a message is drawn of: text, code, tables, images, and the flow of them
    selection.py    what is selected, across messages; by pointer.py and keyboard.py (caret_moves.py); context_menu.py
    copying.py      selection and messages onto the clipboard (clipboard.py)
    hits.py         what was found; hit_marks.py beside the scroll bar
    rows.py         the rows of actions; action_row.py is one of them
    accessible.py   messages as objects for screen readers, answered by spoken.py; announcer.py says what arrives
    checking.py     a finished reply parsed whole, off the window's thread
    error_texts.py  error codes into sentences
"""

from desktop_app.widgets.transcript.view import TranscriptView

__all__ = ["TranscriptView"]
