"""A stand-in for the Gemini API: real HTTP on loopback, in the documented wire format, playing scripts."""
