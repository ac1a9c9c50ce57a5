// An empty script: what Node itself takes.
