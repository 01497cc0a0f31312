"""The product's rules as pure functions: no ORM, no network, no clock."""
