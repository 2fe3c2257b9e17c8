"""Our log: appending, the signed checkpoint of every commit, and the pages that show it.

It knows slugs and staff numbers, and no feature above it.
"""
