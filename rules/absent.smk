"""Targets of wings without data: they say which key is to be set.

Comes in: the config.
Goes out: nothing.
"""

# Strips are also cut out of sequences.
ABSENT = [
    wing
    for wing in ["mmode", "learn2reg"]
    if not config[wing]["root"] and not (wing == "mmode" and HAS_COHORT)
]


for wing in ABSENT:

    rule:
        name:
            wing
        input:
            nothing_without(f"{wing}.root"),
        message:
            f"There are no data for {wing}"
