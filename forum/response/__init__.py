"""The company's side: replies, promises, resolution, the staff queue."""
