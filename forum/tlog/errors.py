"""The one base of every refusal in this folder."""


class TlogError(ValueError):
    """Something is not as the format or the proof demands; the text names the rule broken.

    Each module has its own kind (`ProofError`, `NoteError`, `TileError` …). Whatever bytes a
    stranger sends, the parsers and checks of this folder raise only these.
    """
