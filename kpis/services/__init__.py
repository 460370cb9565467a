from kpis.services.catalogue import install_catalogue
from kpis.services.cells import drain, rebuild

__all__ = ["drain", "install_catalogue", "rebuild"]
