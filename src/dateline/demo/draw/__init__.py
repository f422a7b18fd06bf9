"""Nothing → the sample pictures, as files: ``python -m dateline.demo.draw`` writes ``files/pictures`` anew.

All are made of a few flat colours, like prints: landscapes as PNG (``scenes``), charts, maps and ornaments as SVG
(``charts``, ``ornaments``). No randomness: the same program draws the same pictures.
"""
