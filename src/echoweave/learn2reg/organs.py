"""The labels of Learn2Reg's abdominal CT (task 3), to which those of every cohort are brought."""

ORGANS = {
    1: "spleen",
    2: "right kidney",
    3: "left kidney",
    4: "gallbladder",
    5: "oesophagus",
    6: "liver",
    7: "stomach",
    8: "aorta",
    9: "inferior vena cava",
    10: "portal and splenic vein",
    11: "pancreas",
    12: "right adrenal gland",
    13: "left adrenal gland",
}
# The background included.
N_ORGAN_LABELS = len(ORGANS) + 1
