"""Is anything lost or doubled while everything is killed? Real processes, real servers: `make faults`."""
