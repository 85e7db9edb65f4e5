"""XMP packets: taken apart, added to as text, and what of them no longer holds for a result in colour."""
