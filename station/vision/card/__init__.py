"""The printed reference card is described here: what is on it, its PDF, finding it on a photo, millimetres
and colours.

The card is the rim of a tray: a sheet of paper whose middle is left plain for the grain. Six ArUco markers
frame it; any three of them (or two of a diagonal) give the plane and its millimetres, grey and colour
patches the light. The ids of the markers tell paper and layout, so a later layout is never taken for this
one. Most photos have no card: looking for it costs little and finding none is an answer.

Two things a photo of the card can never show: that it was printed at another scale than 100 % (markers
and ruler scale together, so only the printed line and a ruler beside it tell), and what the printer
made of the colours (greys and paper white are trusted more than the coloured patches).
"""
