"""How the laws are searched: as long as it takes on a busy machine, and the same way for everybody."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

settings.register_profile("laws", deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.load_profile("laws")
