"""Runs salestargets on one machine: database, broker and processes. Imports no Django at module level."""
