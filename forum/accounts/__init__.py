"""People: members under a pseudonym, and the company's people with a role and a staff number."""
