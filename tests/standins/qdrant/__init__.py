"""A stand-in for a Qdrant server: real HTTP on loopback, in the documented format, with faults on demand."""
