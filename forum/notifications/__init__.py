"""Who hears what: the author of a complaint on the site, and by mail when there is an address."""
