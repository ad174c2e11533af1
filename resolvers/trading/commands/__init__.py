"""What the mutations and jobs of trading do, each in one transaction."""
