"""What browsers say about consent without being asked."""
