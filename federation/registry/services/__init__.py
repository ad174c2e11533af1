"""The parts of `federation.registry.service.Registry`, by subject."""
