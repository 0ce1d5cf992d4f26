"""Cards that are hard to show, drawn in Chromium and looked at."""
