from kpis.services.catalogue import install_catalogue
from kpis.services.cells import drain, rebuild
from kpis.services.verification import verify

__all__ = ["drain", "install_catalogue", "rebuild", "verify"]
