"""What browsers say about consent without being asked, and what others in a page are told of it."""
