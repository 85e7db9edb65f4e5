"""XMP packets: parses them, adds to them as text, and removes what no longer holds for a result in colour."""
