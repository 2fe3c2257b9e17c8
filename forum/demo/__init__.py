"""The sample board: stories written for it, pictures drawn for it, played through the real verbs."""
