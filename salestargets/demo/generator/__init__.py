"""The demo organisation as data: pure, and the same for a date and a seed, to the byte.

`generate` gives what would come from a CRM and a payroll: rows as `POST …/bulk/` takes them.
"""

from salestargets.demo.generator import company
from salestargets.demo.generator.generate import DemoData, generate

__all__ = ["DemoData", "company", "generate"]
