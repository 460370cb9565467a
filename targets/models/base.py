import pgtrigger


def append_only() -> pgtrigger.Protect:
    """Rows that are written once: what happened does not change."""
    return pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)
