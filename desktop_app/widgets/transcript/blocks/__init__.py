"""What a message is drawn of: its items, laid out below each other at a width.

    block.py     what every block can do, and what blocks share
    flow.py      the blocks of one message, with markers and bars beside them
    text_block.py (text_lines, text_formats), code_block.py (code_lines, colouring, highlighter, lexing, languages),
    table_block.py (table_cell, table_columns), image_block.py (images, image_decoding), rule_block.py
    list_marker.py, sideways.py, hairlines.py, copied.py    pieces that several of them use
    utf16.py     our offsets and those of Qt; lru_cache.py
    style.py     fonts, colours and distances, made from the theme

Nothing here knows of messages or of the view; code is coloured and pictures are read on threads of their own.
"""
