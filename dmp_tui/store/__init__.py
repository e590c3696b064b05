"""Where records lie, and the keys that open them."""
