"""What was seen while an app ran, kept for its owner: cookies, hosts, reports, and how often a banner was shown."""
