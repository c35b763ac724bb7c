"""The only room that speaks SQL: SQLite and PostgreSQL, one suite of tests for both."""
