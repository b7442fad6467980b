"""The condition language. Its doors are in `language.py`, its errors in `errors.py`, its tree in `syntax.py`.

Bounded by construction: no calls, no loops, no attribute walks, no powers, no text building; text, depth,
parts, digits and list items have limits.
"""
