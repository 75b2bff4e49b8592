"""What the folder of a clip or of a strip holds, whatever else it has."""

SUMMARY = "summary.json"
POSTER = "poster.png"
REPORT = "report.html"
