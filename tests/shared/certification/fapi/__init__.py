"""FAPI 2.0 security profile and message signing, and FAPI CIBA: one file a group of cases, each on every flavour."""
