"""What the product does: one verb a file, none of which knows another."""
