"""The site file: read and checked (`file`, `read`), then handed on (`policy`, `wiring`, `reference`)."""
