"""What sources that are called over HTTP share: calls, authorisation, rate, retries, pages."""
