"""HTTP for every feature: guard, headers, forgery check, language, errors, paging, page cache."""
