"""Validation of documents (GraphQL October 2021 §5): quick where they are plainly valid."""
