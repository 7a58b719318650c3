"""Settings of every test: how properties are searched.

A run tries the same examples as the last one, so that it tells of a change and not of chance;
``--hypothesis-profile=search`` looks further. The first text that Hypothesis makes on a machine builds its tables of
Unicode, which may take seconds and says nothing about the test that happens to be first.
"""

from hypothesis import HealthCheck, settings

settings.register_profile("same", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile(
    "search", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("same")
