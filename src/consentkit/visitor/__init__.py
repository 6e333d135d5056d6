"""Who is asking: the browser, the network, the country, and whether they can consent alone."""
