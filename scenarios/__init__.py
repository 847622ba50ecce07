"""Data only: places, strands, strategies, futures, parameters and studies as TOML files."""
