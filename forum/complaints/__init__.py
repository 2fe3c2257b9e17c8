"""The homeowner's side: complaints, comments, me-too, photos, receipts, the author's own acts."""
