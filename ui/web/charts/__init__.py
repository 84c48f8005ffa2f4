"""Charts are SVG text, made by the server: values in, text out. They carry classes and no styles, so that a
page's strict policy holds and its style sheet decides how they look on a screen, in the dark and on paper."""
