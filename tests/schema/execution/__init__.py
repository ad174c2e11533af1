"""Queries executed by plans answer as graphql-core alone does."""
