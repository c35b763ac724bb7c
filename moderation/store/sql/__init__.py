"""The machinery under the store: engine, tables, the SQL of both databases, migrations, encryption."""
