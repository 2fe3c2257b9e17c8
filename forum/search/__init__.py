"""Finding: which numbers say the words of a query, best or newest first. It knows no model.

What is found is a *number*. The caller turns rows into documents and numbers back into rows, and
the row decides: whether it may be seen, and whether it says the words that the index claims.

    index = SearchIndex(folder)
    index.rebuild(documents)                      # or index.write(changed, gone): one writer
    ranking = index.find(parse("电梯 漏水"))      # any process
    ranking.full, ranking.partial                 # say all the words; say some of them
    mark("电梯又坏了", query.words)               # 'Markup("<mark>电梯</mark>又坏了")'

The index is a cache of rows: it lies in a private folder and can be made again at any time.
"""
