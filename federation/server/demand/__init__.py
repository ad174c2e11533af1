"""What an operation may cost: estimated before it runs, counted after."""
