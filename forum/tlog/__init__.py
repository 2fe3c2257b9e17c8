"""The auditor's folder: the arithmetic and the formats of the log, and nothing of the site.

The board promises that nothing is hidden unseen. It keeps that promise with a log that anyone can
read and check: every public act is an *entry*; all entries together form a Merkle tree; the board
signs the tree's size and root as a *checkpoint*; a *proof* shows that an entry is in the tree.
The formats are those of C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof,
tlog-cosignature, tlog-policy, tlog-witness) over the tree of RFC 6962, so programs that nobody here wrote can check it too.

What a log alone cannot do: keep the board from showing two people two different histories. Only a
checkpoint that somebody else holds (a witness, a receipt, a digest mail, a monitor) does that.

The modules, low to high; nothing here imports anything but the standard library, this folder and,
in `note.py` alone, `cryptography`:

- `errors` — `TlogError`, the one base of every refusal; `encoding` — numbers and bytes as text
- `merkle` — the tree: hashes, roots, proofs and their checks; storage enters as one callable
- `note` — signed texts, keys and cosignatures; `checkpoint` — what the log signs
- `tile` — the files in which the log is served; `proof` — the offline proof of one entry
- `policy` — whom to trust, and how many witnesses; `submission` — what a witness is sent
- `commitment` — how an entry binds a text it does not hold; `authorkey` — the author's code
- `entry` — every kind of entry with its fields; `receipt` — what an author takes home

A complaint's way through all of them. The board commits to what was written:

>>> from forum.tlog import checkpoint, commitment, entry, merkle, note, proof, receipt
>>> openings = {
...     "text": receipt.Opening(bytes(32), "车位占了花园\\n承诺的中心花园变成了停车场。"),
...     "author": receipt.Opening(bytes([1]) * 32, "三号楼的业主"),
... }
>>> posted = entry.format_entry({
...     "v": 1, "kind": "complaint.posted", "at": "2026-11-22T03:04:05Z", "complaint": 1,
...     "by": "author", "staff": None, "type": "criticism", "project": "garden",
...     "category": "parking", "verified": True, "wanted_by": None, "author_key": None,
...     "made": None,
...     "commitments": {f: commitment.commit(f, *o) for f, o in openings.items()},
... })

It appends the entry to the tree and signs the result (in earnest the seed is `note.new_key()`):

>>> tree = merkle.Tree()
>>> tree.append([b"an earlier entry", posted])
>>> log = note.Signer("complaints.example/log", bytes(range(32)))
>>> signed = checkpoint.sign_checkpoint(
...     checkpoint.Checkpoint("complaints.example/log", tree.size, tree.root), log)

The author takes the receipt home:

>>> hashes = merkle.prove_inclusion(1, tree.size, tree.read)
>>> text = receipt.format_receipt("https://complaints.example", "complaints.example/log", 1,
...                               posted, proof.format_proof(1, hashes, signed), openings)

Anybody who knows the log's verifier key can check it, without asking the board:

>>> key = note.Verifier("complaints.example/log+8fcf5d8b+"
...                     "AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4")
>>> for step in receipt.check_receipt(receipt.parse_receipt(text), key):
...     print(step.name, step.ok)
leaf True
commitments True
inclusion True
signature True
quorum True

If the board changed one word, the receipt shows where it no longer fits:

>>> forged = text.replace("停车场", "运动场")
>>> [s.detail for s in receipt.check_receipt(receipt.parse_receipt(forged), key) if not s.ok]
['the text is not the one that was committed to']

Later checkpoints only ever add to earlier ones, and can be shown to:

>>> old_size, old_root = tree.size, tree.root
>>> tree.append([b"a later entry"])
>>> growth = merkle.prove_consistency(old_size, tree.size, tree.read)
>>> merkle.check_consistency(growth, old_size, old_root, tree.size, tree.root)
"""
