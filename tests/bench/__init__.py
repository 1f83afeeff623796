"""What the budgets of the design are measured with: `make bench`. Never part of the tests."""
